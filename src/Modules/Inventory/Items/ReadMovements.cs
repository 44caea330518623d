using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Inventory;

/// <summary>Why the number on the shelf changed. <paramref name="CartId"/> names the order's cart when it was sold.</summary>
internal sealed record StockMovementResponse(
    string Id, string InventoryItemId, string LocationId, string Reason, long Quantity, string? CartId, DateTimeOffset CreatedAt);

internal sealed record StockMovementsPage(IReadOnlyList<StockMovementResponse> Movements, long Count, int Offset, int Limit);

/// <summary>The history of an item's stock, newest first (<c>location_id</c>, <c>reason</c>, <c>created_at</c>). Nothing can change it.</summary>
internal static class ReadMovements
{
    private sealed record MovementRow(long Id, Guid ItemId, Guid LocationId, string Reason, long Quantity, Guid? Reference, DateTimeOffset CreatedAt);

    private static readonly SqlList Movements = new(
        "inventory.movements m", "m.id, m.item_id, m.location_id, m.reason, m.quantity, m.reference, m.created_at", "m.id")
    {
        Always = "m.item_id = @value",
        Filters = (filter, query) => filter
            .And("m.location_id = any (@value)", query.Ids("location_id", InventoryWire.Location))
            .And("m.reason = any (@value)", query.Texts("reason"))
            .AndTimes(query, "m", "created_at"),
        Orders = SqlList.Columns("m", "id", "created_at"),
        DefaultOrder = "m.id desc",
    };

    public static async Task<IResult> List(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(InventoryWire.Item, id, out var item)) return Reply.Error(InventoryErrors.ItemNotFound(id));
        var list = Movements.Of(query, item);
        await using var connection = await db.Open(ct);
        await ItemsStore.Require(id, connection, null, ct);
        var page = (await list.Read<MovementRow>(connection, ct)).To(m => new StockMovementResponse(
            m.Id.ToString(), id, WireId.Encode(InventoryWire.Location, m.LocationId), m.Reason, m.Quantity, WireId.EncodeOrNull("cart", m.Reference), m.CreatedAt));
        return Reply.Json(new StockMovementsPage(page.Rows, page.Count, page.Paging.Offset, page.Paging.Limit), InventoryJson.Default.StockMovementsPage);
    }
}
