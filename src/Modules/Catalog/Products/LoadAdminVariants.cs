using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;
using Npgsql;

namespace HeadlessPro.Catalog.Products;

/// <summary>Reads variants for staff, with option values and their own prices (price lists show theirs themselves).</summary>
internal static class LoadAdminVariants
{
    /// <summary>Three statements for the products <c>@ids</c>; <see cref="Read"/> takes their answers.</summary>
    public static readonly string ByProduct = Statements("v.product_id = any (@ids)");

    public static async Task<ILookup<Guid, (Guid Key, AdminVariantResponse Wire)>> Read(SqlMapper.GridReader answers)
    {
        var variants = (await answers.ReadAsync<VariantRow>()).AsList();
        var values = (await answers.ReadAsync<VariantValueRow>()).ToLookup(v => v.VariantId);
        var prices = (await answers.ReadAsync<AdminPriceRow>()).ToLookup(p => p.VariantId);
        return variants.ToLookup(v => v.ProductId, v => (v.Id, v.ToWire(values[v.Id], prices[v.Id])));
    }

    public static async Task<List<AdminVariantResponse>> ByIds(NpgsqlConnection connection, Guid[] ids, CancellationToken ct)
    {
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition(Statements("v.id = any (@ids)"), new { ids }, cancellationToken: ct));
        var variants = (await Read(answers)).SelectMany(g => g).ToDictionary(v => v.Key, v => v.Wire);
        return ids.Where(variants.ContainsKey).Select(id => variants[id]).ToList();
    }

    private static string Statements(string condition) => $"""
        select v.id, v.product_id, v.title, v.sku, v.barcode, v.ean, v.upc, v.allow_backorder, v.manage_inventory, v.requires_shipping, v.hs_code,
            v.origin_country, v.mid_code, v.material, v.weight, v.length, v.height, v.width, v.rank, v.thumbnail, v.metadata,
            v.created_at, v.updated_at, v.deleted_at
        from catalog.variants v where {condition} and v.deleted_at is null order by v.rank, v.id;
        select vv.variant_id, ov.id, ov.value, o.id as option_id, o.title as option_title
        from catalog.variant_values vv
        join catalog.variants v on v.id = vv.variant_id
        join catalog.options o on o.id = vv.option_id
        join catalog.option_values ov on ov.id = vv.option_value_id
        where {condition} and v.deleted_at is null order by o.rank, o.id;
        select {AdminPriceRow.Columns}
        from catalog.prices c join catalog.variants v on v.id = c.variant_id
        where {condition} and v.deleted_at is null and c.price_list_id is null
        order by c.currency_code, c.region_id nulls first, c.min_quantity nulls first, c.id
        """;

    private sealed record VariantValueRow(Guid VariantId, Guid Id, string Value, Guid OptionId, string OptionTitle);

    private sealed record VariantRow(
        Guid Id, Guid ProductId, string Title, string? Sku, string? Barcode, string? Ean, string? Upc, bool AllowBackorder, bool ManageInventory,
        bool RequiresShipping, string? HsCode, string? OriginCountry, string? MidCode, string? Material, decimal? Weight, decimal? Length,
        decimal? Height, decimal? Width, int Rank, string? Thumbnail, string? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
        DateTimeOffset? DeletedAt)
    {
        public AdminVariantResponse ToWire(IEnumerable<VariantValueRow> values, IEnumerable<AdminPriceRow> prices) => new(
            WireId.Encode("variant", Id), Title, Sku, Barcode, Ean, Upc, AllowBackorder, ManageInventory, RequiresShipping, HsCode, OriginCountry, MidCode,
            Material, Weight, Length, Height, Width, Rank, Thumbnail, WireId.Encode("prod", ProductId), JsonColumn.Read(Metadata), CreatedAt, UpdatedAt,
            DeletedAt)
        {
            Options = values.Select(v => new AdminVariantValueResponse(
                WireId.Encode("optval", v.Id), v.Value, WireId.Encode("opt", v.OptionId),
                new AdminOptionTitleResponse(WireId.Encode("opt", v.OptionId), v.OptionTitle))).ToList(),
            Prices = prices.Select(p => p.ToWire()).ToList(),
        };
    }
}

/// <summary>A row of <c>catalog.prices</c>, for staff.</summary>
internal sealed record AdminPriceRow(
    Guid Id, Guid VariantId, Guid? PriceListId, string CurrencyCode, long Amount, long? CompareAtAmount, Guid? RegionId, int? MinQuantity,
    int? MaxQuantity, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public const string Columns = """
        c.id, c.variant_id, c.price_list_id, c.currency_code, c.amount, c.compare_at_amount, c.region_id, c.min_quantity, c.max_quantity,
        c.created_at, c.updated_at
        """;

    public AdminPriceResponse ToWire() => new(
        WireId.Encode("price", Id), Money.ToMajor(Amount, CurrencyCode), CurrencyCode,
        CompareAtAmount is { } compare ? Money.ToMajor(compare, CurrencyCode) : null, MinQuantity, MaxQuantity, WireId.Encode("variant", VariantId),
        WireId.EncodeOrNull("plist", PriceListId), new PriceRulesResponse(WireId.EncodeOrNull("reg", RegionId)), CreatedAt, UpdatedAt);
}
