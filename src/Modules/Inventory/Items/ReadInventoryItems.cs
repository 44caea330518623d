using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Inventory;

/// <summary>Lists stock items (<c>q</c>, <c>id</c>, <c>sku</c>, <c>location_id</c>, <c>variant_id</c>, <c>requires_shipping</c>, <c>low_stock</c>) and reads one, with levels and variants.</summary>
internal static class ReadInventoryItems
{
    private static readonly SqlList Items = new("inventory.items i", ItemRow.Columns, "i.id")
    {
        Alive = "i.deleted_at is null",
        Filters = (filter, query) => filter
            .And("i.id = any (@value)", query.Ids("id", InventoryWire.Item))
            .And("i.sku = any (@value)", query.Texts("sku"))
            .And("coalesce(i.sku, '') || ' ' || coalesce(i.title, '') ilike @value", ListFilter.Pattern(query.Text("q")))
            .And("i.requires_shipping = @value", query.Flag("requires_shipping"))
            .And("exists (select 1 from inventory.levels l where l.item_id = i.id and l.location_id = any (@value))", query.Ids("location_id", InventoryWire.Location))
            .And("exists (select 1 from inventory.variant_items v where v.item_id = i.id and v.variant_id = any (@value))", query.Ids("variant_id", InventoryWire.Variant))
            .And("""
                @value = coalesce(i.low_stock_threshold >=
                    (select coalesce(sum(l.stocked - l.reserved - l.backordered), 0) from inventory.levels l
                     join inventory.stock_locations s on s.id = l.location_id and s.deleted_at is null where l.item_id = i.id), false)
                """, query.Flag("low_stock"))
            .AndTimes(query, "i"),
        Orders = SqlList.Columns("i", "id", "sku", "title", "created_at", "updated_at"),
        DefaultOrder = "i.created_at desc",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = ItemsStore.Fields(query);
        var list = Items.Of(query);
        await using var connection = await db.Open(ct);
        var page = await list.Read<ItemRow>(connection, ct);
        var items = await ItemsStore.WithParts(page.Rows, connection, ct);
        return Reply.Page("inventory_items", page.With(items), InventoryJson.Default.InventoryItemResponse, fields);
    }

    public static async Task<IResult> One(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = ItemsStore.Fields(query);
        query.RejectUnknown();
        if (!WireId.TryDecode(InventoryWire.Item, id, out var item)) return Reply.Error(InventoryErrors.ItemNotFound(id));
        await using var connection = await db.Open(ct);
        return await ItemsStore.Find(item, connection, ct) is { } found
            ? Reply.One("inventory_item", found, InventoryJson.Default.InventoryItemResponse, fields)
            : Reply.Error(InventoryErrors.ItemNotFound(id));
    }
}
