using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Jobs;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Orders.Transfers;

/// <summary>
/// The body of asking for an order. The description is read and passed over: in the mail it would be a stranger's words under the shop's name.
/// </summary>
internal sealed record RequestOrderTransferRequest(string? Description = null);

/// <summary>
/// POST /store/orders/{id}/transfer/request: a customer says that somebody's order is theirs. A mail to its customer, a guest's to the order's address, holds the token with
/// which that is accepted or declined. One request at a time, a few a day, for each is a mail to somebody who did not ask. A repeat by the
/// same customer changes nothing.
/// </summary>
internal static class RequestTransfer
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    private const int MostADay = 3;

    public static async Task<IResult> Handle(
        string id, Body<RequestOrderTransferRequest> body, ApiQuery query, TransferPeers peers, Caller caller, CancellationToken ct)
    {
        var fields = query.Fields(OrderJson.Defaults);
        Check.Text("description", body.Value.Description);
        if (!WireId.TryDecode("order", id, out var orderId) || await OrdersStore.Load(peers.Db, orderId, byCart: false, ct) is not { } order)
            return Reply.Error(OrderErrors.NotFound(id));
        if (GetOrder.IsOf(caller, order.Row)) return Reply.Error(TransferErrors.IsYours(order.Row));
        if (order.Row.Email is null) return Reply.Error(TransferErrors.NobodyToAsk(order.Row));
        return await Open(peers, order.Row, caller.CustomerId!.Value, ct) is { } refused
            ? Reply.Error(refused)
            : await peers.Answer(orderId, fields, caller, ct);
    }

    private static async Task<Error?> Open(TransferPeers peers, OrderRow order, Guid customer, CancellationToken ct)
    {
        var (transfer, now) = (WireId.New(), peers.Clock.GetUtcMilliseconds());
        await using var tx = await peers.Db.Begin(ct);
        if (await Insert(tx, transfer, order.Id, customer, now, ct) is { } outcome) return outcome.IsRepeat ? null : outcome.Refusal;
        await JobQueue.Enqueue(tx, MailTransfer.Name, JsonSerializer.Serialize(transfer), now, key: null, ct);
        tx.Publish(new OrderTransferRequested(order.Id, order.DisplayId, transfer, customer));
        await tx.Commit(ct);
        return null;
    }

    /// <summary>Null when the request stands. Requests for one order wait for each other at its row.</summary>
    private static async Task<(bool IsRepeat, Error? Refusal)?> Insert(Transaction tx, Guid transfer, Guid order, Guid customer, DateTimeOffset now, CancellationToken ct)
    {
        await using var batch = tx.Batch();
        batch.BatchCommands.Add(new("select from ordering.orders where id = $1 for update") { Parameters = { new() { Value = order } } });
        batch.BatchCommands.Add(new("""
            update ordering.order_transfers set status = 'expired', ended_at = $2 where order_id = $1 and status = 'requested' and expires_at <= $2
            """) { Parameters = { new() { Value = order }, new() { Value = now } } });
        batch.BatchCommands.Add(new("""
            with open as (select t.customer_id from ordering.order_transfers t where t.order_id = $2 and t.status = 'requested'),
            today as (select count(*) as requests from ordering.order_transfers t where t.order_id = $2 and t.created_at > $4 - interval '24 hours'),
            added as (
                insert into ordering.order_transfers (id, order_id, customer_id, created_at, expires_at)
                select $1, $2, $3, $4, $5 from today where requests < $6 and not exists (select from open)
                returning id)
            select exists (select from added), (select customer_id from open)
            """)
        {
            Parameters =
            {
                new() { Value = transfer }, new() { Value = order }, new() { Value = customer }, new() { Value = now }, new() { Value = now + Lifetime },
                new() { Value = (long)MostADay },
            },
        });
        await using var reader = await batch.ExecuteReaderAsync(ct);
        do
        {
            if (!await reader.ReadAsync(ct) || reader.FieldCount < 2) continue;
            if (reader.GetBoolean(0)) return null;
            return reader.IsDBNull(1) ? (false, TransferErrors.TooMany) : (reader.GetGuid(1) == customer, TransferErrors.IsRequested);
        }
        while (await reader.NextResultAsync(ct));
        throw new InvalidOperationException("The order's row is gone.");
    }
}
