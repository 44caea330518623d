using HeadlessPro.Contracts;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Orders.Transfers;

/// <summary>The body of taking a request back: nothing, or <c>{}</c>.</summary>
internal sealed record CancelOrderTransferRequest;

/// <summary>POST /store/orders/{id}/transfer/cancel: whoever asked takes it back; the mail's token is worth nothing from then on.</summary>
internal static class CancelTransfer
{
    public static async Task<IResult> Handle(
        string id, Body<CancelOrderTransferRequest> body, ApiQuery query, TransferPeers peers, Caller caller, CancellationToken ct)
    {
        var fields = query.Fields(OrderJson.Defaults);
        if (!WireId.TryDecode("order", id, out var orderId)) return Reply.Error(TransferErrors.NoneOfYours(id));
        await using var command = peers.Db.Command("""
            update ordering.order_transfers set status = 'canceled', ended_at = now() where order_id = $1 and customer_id = $2 and status = 'requested'
            """);
        command.Parameters.Add(new() { Value = orderId });
        command.Parameters.Add(new() { Value = caller.CustomerId!.Value });
        return await command.ExecuteNonQueryAsync(ct) == 1
            ? await peers.Answer(orderId, fields, caller, ct)
            : Reply.Error(TransferErrors.NoneOfYours(id));
    }
}
