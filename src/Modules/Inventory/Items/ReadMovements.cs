using Dapper;
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

    public static async Task<IResult> List(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var paging = query.Paging(50);
        var (locations, reasons, times) = (query.Ids("location_id", InventoryWire.Location), query.Texts("reason")?.ToArray(), query.Times("created_at"));
        query.RejectUnknown();
        await using var connection = await db.Open(ct);
        var item = await ItemsStore.Require(id, connection, null, ct);

        var parameters = new DynamicParameters(new { item, locations, reasons, paging.Limit, paging.Offset });
        var where = "m.item_id = @item and (@locations::uuid[] is null or m.location_id = any (@locations)) and (@reasons::text[] is null or m.reason = any (@reasons))";
        foreach (var (index, (sqlOperator, time)) in times.Index())
        {
            where += $" and m.created_at {sqlOperator} @time{index}";
            parameters.Add($"time{index}", time);
        }

        using var answers = await connection.QueryMultipleAsync(new CommandDefinition($"""
            select count(*) from inventory.movements m where {where};
            select m.id, m.item_id, m.location_id, m.reason, m.quantity, m.reference, m.created_at
            from inventory.movements m where {where} order by m.id desc limit @Limit offset @Offset
            """, parameters, cancellationToken: ct));
        var count = await answers.ReadSingleAsync<long>();
        var rows = (await answers.ReadAsync<MovementRow>()).Select(m => new StockMovementResponse(
            m.Id.ToString(), id, WireId.Encode(InventoryWire.Location, m.LocationId), m.Reason, m.Quantity, WireId.EncodeOrNull("cart", m.Reference), m.CreatedAt)).ToList();
        return Reply.Json(new StockMovementsPage(rows, count, paging.Offset, paging.Limit), InventoryJson.Default.StockMovementsPage);
    }
}
