using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Orders.Transfers;

/// <summary>What the steps of a transfer need, and how they answer.</summary>
internal sealed record TransferPeers(Db Db, OrderAnswers Answers, TimeProvider Clock)
{
    /// <summary>The order: whole for its customer, without anything personal for everybody else, also while it is new.</summary>
    public async Task<IResult> Answer(Guid id, Fields fields, Caller caller, CancellationToken ct)
    {
        var order = (await OrdersStore.Load(Db, id, byCart: false, ct))!;
        return await Answers.One(order, fields, GetOrder.IsOf(caller, order.Row) ? OrderView.Shopper : OrderView.Masked, ct);
    }
}

internal static class TransferErrors
{
    /// <summary>The same for every token that does nothing, so that it tells nothing.</summary>
    public static Error BadToken => Error.Invalid("Invalid request: Field 'token' is not valid for this order: wrong, used or expired", "invalid_transfer_token");

    public static Error IsRequested => Error.NotAllowed("Somebody has asked for this order already; try again in a week", "transfer_requested");

    public static Error TooMany => Error.NotAllowed("This order was asked for too often today; try again tomorrow", "too_many_transfer_requests");

    public static Error IsYours(OrderRow order) => Error.NotAllowed($"Order #{order.DisplayId} belongs to you already", "order_is_yours");

    public static Error NobodyToAsk(OrderRow order) => Error.NotAllowed($"Order #{order.DisplayId} has no e-mail address to ask for consent", "order_without_email");

    public static Error NoneOfYours(string id) => Error.NotAllowed($"There is no open request of yours for order {id}", "no_transfer_request");
}
