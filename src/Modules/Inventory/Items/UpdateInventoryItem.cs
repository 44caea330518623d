using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HeadlessPro.Inventory;

internal sealed record UpdateInventoryItemRequest(
    Optional<string?> Sku = default, Optional<string?> Title = default, Optional<string?> Description = default,
    Optional<string?> Thumbnail = default, Optional<bool> RequiresShipping = default, Optional<long?> LowStockThreshold = default,
    Optional<string?> OriginCountry = default, Optional<string?> HsCode = default, Optional<string?> MidCode = default,
    Optional<string?> Material = default, Optional<long?> Weight = default, Optional<long?> Length = default,
    Optional<long?> Height = default, Optional<long?> Width = default, Optional<JsonElement?> Metadata = default);

/// <summary>Changes what is known of a stock item; counts are changed at its levels.</summary>
internal static class UpdateInventoryItem
{
    public static async Task<IResult> Handle(string id, Body<UpdateInventoryItemRequest> body, ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = ItemsStore.Fields(query);
        query.RejectUnknown();
        var request = body.Value;
        Check.Json("metadata", request.Metadata.Value);

        await using var tx = await db.Begin(ct);
        var item = await ItemsStore.Require(id, tx.Connection, tx.Inner, ct);
        var old = await tx.Connection.QuerySingleAsync<ItemRow>(new CommandDefinition(
            $"select {ItemRow.Columns} from inventory.items i where i.id = @item for no key update", new { item }, tx.Inner, cancellationToken: ct));
        var row = old with
        {
            Sku = request.Sku.Or(old.Sku),
            Title = request.Title.Or(old.Title),
            Description = request.Description.Or(old.Description),
            Thumbnail = request.Thumbnail.Or(old.Thumbnail),
            RequiresShipping = request.RequiresShipping.Or(old.RequiresShipping),
            LowStockThreshold = request.LowStockThreshold.Or(old.LowStockThreshold),
            OriginCountry = request.OriginCountry.Or(old.OriginCountry),
            HsCode = request.HsCode.Or(old.HsCode),
            MidCode = request.MidCode.Or(old.MidCode),
            Material = request.Material.Or(old.Material),
            Weight = request.Weight.Or(old.Weight),
            Length = request.Length.Or(old.Length),
            Height = request.Height.Or(old.Height),
            Width = request.Width.Or(old.Width),
            Metadata = request.Metadata.IsSet ? Check.JsonText(request.Metadata.Value) : old.Metadata,
        };
        row.Check();
        try
        {
            await tx.Connection.ExecuteAsync(new CommandDefinition("""
                update inventory.items set sku = @Sku, title = @Title, description = @Description, thumbnail = @Thumbnail,
                    requires_shipping = @RequiresShipping, low_stock_threshold = @LowStockThreshold, origin_country = @OriginCountry,
                    hs_code = @HsCode, mid_code = @MidCode, material = @Material, weight = @Weight, length = @Length, height = @Height,
                    width = @Width, metadata = @Metadata::jsonb, updated_at = now()
                where id = @Id
                """, row, tx.Inner, cancellationToken: ct));
        }
        catch (PostgresException e) when (e.ConstraintName == "items_sku")
        {
            return Reply.Error(InventoryErrors.DuplicateSku(row.Sku));
        }

        if (row.LowStockThreshold != old.LowStockThreshold) await LowStock.Check(tx, [item], ct);
        await tx.Commit(ct);
        return Reply.One("inventory_item", (await ItemsStore.Find(item, tx.Connection, ct))!, InventoryJson.Default.InventoryItemResponse, fields);
    }
}
