using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Inventory;

internal sealed record AttachVariantRequest(string VariantId, int RequiredQuantity = 1);

/// <summary>Which variants an item is part of. A variant with several items is a kit. Attaching again sets the quantity.</summary>
internal static class ItemVariants
{
    public static async Task<IResult> List(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var paging = query.Paging(50);
        query.RejectUnknown();
        await using var connection = await db.Open(ct);
        var item = await ItemsStore.Require(id, connection, null, ct);
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition("""
            select count(*) from inventory.variant_items where item_id = @item;
            select variant_id, item_id, required_quantity as required from inventory.variant_items where item_id = @item
            order by variant_id limit @Limit offset @Offset
            """, new { item, paging.Limit, paging.Offset }, cancellationToken: ct));
        var count = await answers.ReadSingleAsync<long>();
        var variants = (await answers.ReadAsync<VariantPart>())
            .Select(v => new InventoryItemVariantResponse(WireId.Encode(InventoryWire.Variant, v.VariantId), v.Required)).ToList();
        return Reply.Json(new InventoryItemVariantsPage(variants, count, paging.Offset, paging.Limit), InventoryJson.Default.InventoryItemVariantsPage);
    }

    public static async Task<IResult> Attach(string id, Body<AttachVariantRequest> body, ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = ItemsStore.Fields(query);
        query.RejectUnknown();
        var request = body.Value;
        Check.Range("required_quantity", request.RequiredQuantity, 1, 1_000_000);
        if (!WireId.TryDecode(InventoryWire.Variant, request.VariantId, out var variant))
            return Reply.Error(Error.Invalid("Invalid request: Field 'variant_id' is not the id of a variant"));

        await using var tx = await db.Begin(ct);
        var item = await ItemsStore.Require(id, tx.Connection, tx.Inner, ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            insert into inventory.variant_items (variant_id, item_id, required_quantity) values (@variant, @item, @RequiredQuantity)
            on conflict (variant_id, item_id) do update set required_quantity = excluded.required_quantity
            """, new { variant, item, request.RequiredQuantity }, tx.Inner, cancellationToken: ct));
        tx.Publish(new StockChanged([variant]));
        await tx.Commit(ct);
        return Reply.One("inventory_item", (await ItemsStore.Find(item, tx.Connection, ct))!, InventoryJson.Default.InventoryItemResponse, fields);
    }

    public static async Task<IResult> Detach(string id, string variantId, ApiQuery query, Db db, CancellationToken ct)
    {
        query.RejectUnknown();
        await using var tx = await db.Begin(ct);
        var item = await ItemsStore.Require(id, tx.Connection, tx.Inner, ct);
        if (!WireId.TryDecode(InventoryWire.Variant, variantId, out var variant) || await tx.Connection.ExecuteAsync(new CommandDefinition(
                "delete from inventory.variant_items where item_id = @item and variant_id = @variant", new { item, variant }, tx.Inner, cancellationToken: ct)) == 0)
            return Reply.Error(Error.NotFound($"Variant {variantId} does not use inventory item {id}"));
        tx.Publish(new StockChanged([variant]));
        await tx.Commit(ct);
        return Reply.Deleted(variantId, "variant");
    }
}
