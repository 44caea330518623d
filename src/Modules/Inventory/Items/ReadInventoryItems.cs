using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Inventory;

/// <summary>Lists stock items (<c>q</c>, <c>id</c>, <c>sku</c>, <c>location_id</c>, <c>variant_id</c>, <c>requires_shipping</c>, <c>low_stock</c>) and reads one, with levels and variants.</summary>
internal static class ReadInventoryItems
{
    private static readonly Dictionary<string, string> OrderColumns = new(StringComparer.Ordinal)
    {
        ["id"] = "i.id",
        ["sku"] = "i.sku",
        ["title"] = "i.title",
        ["created_at"] = "i.created_at",
        ["updated_at"] = "i.updated_at",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var (paging, fields) = (query.Paging(50), ItemsStore.Fields(query));
        var order = query.Order(OrderColumns) ?? "i.created_at desc";
        var filter = new
        {
            ids = query.Ids("id", InventoryWire.Item),
            skus = query.Texts("sku")?.ToArray(),
            q = query.Text("q"),
            locations = query.Ids("location_id", InventoryWire.Location),
            variants = query.Ids("variant_id", InventoryWire.Variant),
            ships = query.Flag("requires_shipping"),
            low = query.Flag("low_stock"),
            paging.Limit,
            paging.Offset,
        };
        query.RejectUnknown();

        const string where = """
            i.deleted_at is null
            and (@ids::uuid[] is null or i.id = any (@ids))
            and (@skus::text[] is null or i.sku = any (@skus))
            and (@q::text is null or strpos(lower(coalesce(i.sku, '') || ' ' || coalesce(i.title, '')), lower(@q)) > 0)
            and (@ships::boolean is null or i.requires_shipping = @ships)
            and (@locations::uuid[] is null or exists (select 1 from inventory.levels l where l.item_id = i.id and l.location_id = any (@locations)))
            and (@variants::uuid[] is null or exists (select 1 from inventory.variant_items v where v.item_id = i.id and v.variant_id = any (@variants)))
            and (@low::boolean is null or @low = coalesce(i.low_stock_threshold >=
                (select coalesce(sum(l.stocked - l.reserved - l.backordered), 0) from inventory.levels l where l.item_id = i.id), false))
            """;
        await using var connection = await db.Open(ct);
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition($"""
            select count(*) from inventory.items i where {where};
            select {ItemRow.Columns} from inventory.items i where {where} order by {order}, i.id limit @Limit offset @Offset
            """, filter, cancellationToken: ct));
        var count = await answers.ReadSingleAsync<long>();
        var rows = (await answers.ReadAsync<ItemRow>()).ToList();
        var items = await ItemsStore.WithParts(rows, connection, ct);
        return Reply.Page("inventory_items", items, InventoryJson.Default.InventoryItemResponse, fields, count, paging);
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
