using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Orders;

/// <summary>
/// Reads an order by its id, as the confirmation page does, also without any sign-in. A customer's shows personal data to that customer only, a
/// guest's to whoever holds its id, for <see cref="OpenFor"/>.
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

    /// <summary>How an order is shown to whoever holds its id.</summary>
    public static OrderView ViewOf(Order order, Caller caller, DateTimeOffset now) =>
        SeesPerson(caller, order.Row.CustomerId, order.Row.CreatedAt, now) ? OrderView.Shopper : OrderView.Masked;

    /// <summary>Whether the caller is the customer to whom the order belongs.</summary>
    public static bool IsOf(Caller caller, OrderRow order) => caller.CustomerId is { } customer && customer == order.CustomerId;

    /// <summary>Whether a caller who holds the id of an order or a cart sees who bought.</summary>
    /// <param name="caller">Who asks.</param>
    /// <param name="customerId">Whose it is; null for a guest's.</param>
    /// <param name="placedAt">When it became an order; null for a cart that has not.</param>
    /// <param name="now">The time.</param>
    public static bool SeesPerson(Caller caller, Guid? customerId, DateTimeOffset? placedAt, DateTimeOffset now) =>
        customerId is null ? placedAt is null || now - placedAt <= OpenFor : customerId == caller.CustomerId;
}
