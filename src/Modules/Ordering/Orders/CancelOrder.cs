using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using NpgsqlTypes;

namespace HeadlessPro.Ordering.Orders;

/// <summary>The body of canceling an order: nothing, or <c>{}</c>.</summary>
internal sealed record CancelOrderRequest;

/// <summary>
/// Cancels an order that is not completed. Stock, promotion uses and money go back when their modules hear `order.canceled`, which is told
/// once: an order that is canceled already is answered as it is.
/// </summary>
internal static class CancelOrder
{
    public static async Task<IResult> Handle(
        string id, Body<CancelOrderRequest> _, ApiQuery query, Db db, OrderAnswers answers, TimeProvider clock, CancellationToken ct)
    {
        var fields = query.Fields(OrderJson.StaffDefaults);
        query.RejectUnknown();
        if (!WireId.TryDecode("order", id, out var orderId)) return Reply.Error(OrderErrors.NotFound(id));
        await Move(db, orderId, clock.GetUtcMilliseconds(), ct);
        if (await OrdersStore.Load(db, orderId, byCart: false, ct) is not { } order) return Reply.Error(OrderErrors.NotFound(id));
        return order.Row.Status == OrderFlow.Cancel.To
            ? await answers.One(order, fields, OrderView.Staff, ct)
            : Reply.Error(OrderFlow.Cancel.Refusal(order.Row));
    }

    /// <summary>Whoever comes second waits for the row, and then finds it in another status; nothing is told again.</summary>
    public static async Task Move(Db db, Guid order, DateTimeOffset now, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        await using (var command = tx.Command("""
            update ordering.orders set status = $2, canceled_at = $3, updated_at = $3
            where id = $1 and status = any ($4)
            returning cart_id, display_id
            """))
        {
            command.Parameters.Add(new() { Value = order });
            command.Parameters.Add(new() { Value = OrderFlow.Cancel.To, NpgsqlDbType = NpgsqlDbType.Text });
            command.Parameters.Add(new() { Value = now });
            command.Parameters.Add(new() { Value = OrderFlow.Cancel.From });
            await using var reader = await command.ExecuteReaderAsync(ct);
            if (!await reader.ReadAsync(ct)) return;
            tx.Publish(new OrderCanceled(order, reader.GetGuid(0), reader.GetInt64(1)));
        }

        await tx.Commit(ct);
    }
}
