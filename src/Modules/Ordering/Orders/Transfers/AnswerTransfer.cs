using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HeadlessPro.Ordering.Orders.Transfers;

/// <summary>The token of the mail.</summary>
internal sealed record OrderTransferTokenRequest(string Token);

/// <summary>
/// POST /store/orders/{id}/transfer/accept and /decline, by whoever holds the mail's token, signed in or not. It works once: whoever comes second
/// waits for the row, and then finds it answered. With the order goes its address, to that of the new owner's account: mails about it, and the
/// next request for it, are theirs.
/// </summary>
internal static class AnswerTransfer
{
    public static async Task<IResult> Accept(
        string id, Body<OrderTransferTokenRequest> body, ApiQuery query, TransferPeers peers, ICustomers customers, Caller caller, CancellationToken ct)
    {
        var fields = query.Fields(OrderJson.Defaults);
        if (await Requester(peers.Db, id, body.Value.Token, ct) is not var (orderId, requester)) return Reply.Error(TransferErrors.BadToken);
        if (!(await customers.GetCustomers(new GetCustomers([requester]), ct)).Try(out var found, out var error)) return Reply.Error(error);
        return found is [var customer] && await Move(peers, orderId, body.Value.Token, customer, ct)
            ? await peers.Answer(orderId, fields, caller, ct)
            : Reply.Error(TransferErrors.BadToken);
    }

    public static async Task<IResult> Decline(
        string id, Body<OrderTransferTokenRequest> body, ApiQuery query, TransferPeers peers, Caller caller, CancellationToken ct)
    {
        var fields = query.Fields(OrderJson.Defaults);
        if (!WireId.TryDecode("order", id, out var orderId)) return Reply.Error(TransferErrors.BadToken);
        await using var command = peers.Db.Command("""
            update ordering.order_transfers set status = 'declined', ended_at = now()
            where order_id = $1 and token_hash = $2 and status = 'requested' and expires_at > now()
            """);
        command.Parameters.Add(new() { Value = orderId });
        command.Parameters.Add(new() { Value = MailTransfer.Hash(body.Value.Token) });
        return await command.ExecuteNonQueryAsync(ct) == 1
            ? await peers.Answer(orderId, fields, caller, ct)
            : Reply.Error(TransferErrors.BadToken);
    }

    private static async Task<(Guid Order, Guid Customer)?> Requester(Db db, string id, string token, CancellationToken ct)
    {
        if (!WireId.TryDecode("order", id, out var order)) return null;
        await using var command = db.Command("""
            select t.customer_id from ordering.order_transfers t
            where t.order_id = $1 and t.token_hash = $2 and t.status = 'requested' and t.expires_at > now()
            """);
        command.Parameters.Add(new() { Value = order });
        command.Parameters.Add(new() { Value = MailTransfer.Hash(token) });
        return await command.ExecuteScalarAsync(ct) is Guid customer ? (order, customer) : null;
    }

    private static async Task<bool> Move(TransferPeers peers, Guid order, string token, CustomerInfo customer, CancellationToken ct)
    {
        await using var tx = await peers.Db.Begin(ct);
        await using (var batch = tx.Batch())
        {
            // The order first, as a request does: two that meet wait for each other instead of for ever.
            batch.BatchCommands.Add(new("select from ordering.orders where id = $1 for update") { Parameters = { new() { Value = order } } });
            batch.BatchCommands.Add(new("""
                with used as (
                    update ordering.order_transfers t set status = 'accepted', ended_at = $5, from_customer_id = o.customer_id
                    from ordering.orders o
                    where o.id = t.order_id and t.order_id = $1 and t.token_hash = $2 and t.customer_id = $3 and t.status = 'requested' and t.expires_at > $5
                    returning t.order_id, t.from_customer_id),
                moved as (
                    update ordering.orders o set customer_id = $3, email = $4, updated_at = $5 from used
                    where o.id = used.order_id
                    returning o.cart_id, used.from_customer_id),
                -- Its cart goes along: what the order may still owe is paid there, and who bought is read there, too.
                cart as (
                    update ordering.carts c set customer_id = $3, customer_email = $4, email = $4, version = c.version + 1 from moved where c.id = moved.cart_id)
                select cart_id, from_customer_id from moved
                """)
            {
                Parameters =
                {
                    new() { Value = order }, new() { Value = MailTransfer.Hash(token) }, new() { Value = customer.Id }, new() { Value = customer.Email },
                    new() { Value = peers.Clock.GetUtcMilliseconds() },
                },
            });
            await using var reader = await batch.ExecuteReaderAsync(ct);
            if (await Moved(reader, ct) is not var (cart, from)) return false;
            tx.Publish(new OrderTransferred(order, cart, from, customer.Id));
        }

        await tx.Commit(ct);
        return true;
    }

    private static async Task<(Guid Cart, Guid? From)?> Moved(NpgsqlDataReader reader, CancellationToken ct)
    {
        do
        {
            if (reader.FieldCount > 0 && await reader.ReadAsync(ct)) return (reader.GetGuid(0), reader.IsDBNull(1) ? null : reader.GetGuid(1));
        }
        while (await reader.NextResultAsync(ct));
        return null;
    }
}
