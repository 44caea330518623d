using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;
using Npgsql;

namespace HeadlessPro.Inventory;

/// <summary>A row of <c>inventory.items</c>.</summary>
internal sealed record ItemRow(
    Guid Id, string? Sku, string? Title, string? Description, string? Thumbnail, bool RequiresShipping, long? LowStockThreshold,
    string? OriginCountry, string? HsCode, string? MidCode, string? Material, long? Weight, long? Length, long? Height, long? Width,
    string? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt)
{
    public const string Columns = """
        i.id, i.sku, i.title, i.description, i.thumbnail, i.requires_shipping, i.low_stock_threshold, i.origin_country, i.hs_code, i.mid_code,
        i.material, i.weight, i.length, i.height, i.width, i.metadata::text as metadata, i.created_at, i.updated_at, i.deleted_at
        """;

    public void Check()
    {
        Platform.Web.Check.Text("sku", Sku, min: 1);
        Platform.Web.Check.Text("title", Title, 1000);
        Platform.Web.Check.Text("description", Description, 10_000);
        Platform.Web.Check.Text("thumbnail", Thumbnail, 2000);
        Platform.Web.Check.Range("low_stock_threshold", LowStockThreshold, 0, ReserveStock.MaxQuantity);
        foreach (var (field, value) in new[] { ("origin_country", OriginCountry), ("hs_code", HsCode), ("mid_code", MidCode), ("material", Material) })
            Platform.Web.Check.Text(field, value);
        foreach (var (field, value) in new[] { ("weight", Weight), ("length", Length), ("height", Height), ("width", Width) })
            Platform.Web.Check.Range(field, value, 0, ReserveStock.MaxQuantity);
    }

    public InventoryItemResponse ToWire(IEnumerable<LevelRow> levels, IEnumerable<VariantPart> variants)
    {
        var own = levels.Select(l => l.ToWire()).ToList();
        return new InventoryItemResponse(
            WireId.Encode(InventoryWire.Item, Id), Sku, Title, Description, Thumbnail, RequiresShipping, LowStockThreshold, OriginCountry, HsCode,
            MidCode, Material, Weight, Length, Height, Width, own.Sum(l => l.StockedQuantity), own.Sum(l => l.ReservedQuantity),
            JsonColumn.Read(Metadata), CreatedAt, UpdatedAt, DeletedAt, own,
            variants.Select(v => new InventoryItemVariantResponse(WireId.Encode(InventoryWire.Variant, v.VariantId), v.Required)).ToList());
    }
}

/// <summary>A row of <c>inventory.levels</c>.</summary>
internal sealed record LevelRow(
    Guid Id, Guid ItemId, Guid LocationId, long Stocked, long Reserved, long Backordered, long Incoming,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public const string Columns = "l.id, l.item_id, l.location_id, l.stocked, l.reserved, l.backordered, l.incoming, l.created_at, l.updated_at";

    public InventoryLevelResponse ToWire() => new(
        WireId.Encode(InventoryWire.Level, Id), WireId.Encode(InventoryWire.Item, ItemId), WireId.Encode(InventoryWire.Location, LocationId),
        Stocked, Reserved, Backordered, Incoming, Stocked - Reserved - Backordered, CreatedAt, UpdatedAt);
}

/// <summary>Reading stock items with their levels and variants.</summary>
internal static class ItemsStore
{
    public static Fields Fields(ApiQuery query) => query.Fields("*", "location_levels", "variants");

    /// <summary>The id of a live item in the path; 404 otherwise.</summary>
    public static async Task<Guid> Require(string id, NpgsqlConnection connection, NpgsqlTransaction? tx, CancellationToken ct)
    {
        if (WireId.TryDecode(InventoryWire.Item, id, out var item)
            && await connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
                "select id from inventory.items where id = @item and deleted_at is null", new { item }, tx, cancellationToken: ct)) is not null)
            return item;
        throw new ErrorException(InventoryErrors.ItemNotFound(id));
    }

    public static async Task<InventoryItemResponse?> Find(Guid id, NpgsqlConnection connection, CancellationToken ct)
    {
        var row = await connection.QuerySingleOrDefaultAsync<ItemRow>(new CommandDefinition(
            $"select {ItemRow.Columns} from inventory.items i where i.id = @id and i.deleted_at is null", new { id }, cancellationToken: ct));
        return row is null ? null : (await WithParts([row], connection, ct))[0];
    }

    public static async Task<List<InventoryItemResponse>> WithParts(IReadOnlyList<ItemRow> rows, NpgsqlConnection connection, CancellationToken ct)
    {
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition($"""
            select {LevelRow.Columns} from inventory.levels l join inventory.stock_locations s on s.id = l.location_id
            where l.item_id = any (@items) and s.deleted_at is null order by s.priority, s.id;
            select v.variant_id, v.item_id, v.required_quantity as required from inventory.variant_items v where v.item_id = any (@items) order by v.variant_id
            """, new { items = rows.Select(r => r.Id).ToArray() }, cancellationToken: ct));
        var levels = (await answers.ReadAsync<LevelRow>()).ToLookup(l => l.ItemId);
        var variants = (await answers.ReadAsync<VariantPart>()).ToLookup(v => v.ItemId);
        return rows.Select(r => r.ToWire(levels[r.Id], variants[r.Id])).ToList();
    }
}
