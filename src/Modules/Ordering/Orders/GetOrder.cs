using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Orders;

/// <summary>
/// Reads an order by its id, as the confirmation page does, without any sign-in. Whoever holds the id of an order older than
/// <see cref="OpenFor"/> sees no personal data, unless they are signed in as its customer.
/// </summary>
internal static class GetOrder
{
    private static readonly TimeSpan OpenFor = TimeSpan.FromHours(1);

    public static async Task<IResult> Handle(
        string id, ApiQuery query, Caller caller, Db db, OrderAnswers answers, TimeProvider clock, CancellationToken ct)
    {
        if (!WireId.TryDecode("order", id, out var orderId) || await OrdersStore.Load(db, orderId, byCart: false, ct) is not { } order)
            return Reply.Error(OrderErrors.NotFound(id));
        return await answers.One(order, query.Fields(OrderJson.Defaults), ViewOf(order, caller, clock.GetUtcNow()), ct);
    }

    /// <summary>How an order is shown to whoever holds its id; its customer always sees all of it.</summary>
    public static OrderView ViewOf(Order order, Caller caller, DateTimeOffset now) =>
        IsOf(caller, order.Row) || !IsMasked(order.Row.CreatedAt, now) ? OrderView.Shopper : OrderView.Masked;

    /// <summary>Whether the caller is the customer to whom the order belongs.</summary>
    public static bool IsOf(Caller caller, OrderRow order) => caller.CustomerId is { } customer && customer == order.CustomerId;

    /// <summary>Whether an order placed then is shown without personal data to whoever holds its id, or its cart's.</summary>
    public static bool IsMasked(DateTimeOffset placedAt, DateTimeOffset now) => now - placedAt > OpenFor;
}
