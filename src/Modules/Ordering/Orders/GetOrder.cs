using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Orders;

/// <summary>
/// Reads an order by its id, as the confirmation page does, without any sign-in. Whoever holds the id of an order older than
/// <see cref="OpenFor"/> sees no personal data.
/// </summary>
internal static class GetOrder
{
    private static readonly TimeSpan OpenFor = TimeSpan.FromHours(1);

    public static async Task<IResult> Handle(
        string id, ApiQuery query, Db db, IPayments payments, ICatalog catalog, TimeProvider clock, CancellationToken ct)
    {
        if (!WireId.TryDecode("order", id, out var orderId) || await OrdersStore.Load(db, orderId, byCart: false, ct) is not { } order)
            return Reply.Error(OrderErrors.NotFound(id));
        var found = await payments.GetCollections(new GetPaymentCollections([order.Row.CartId]), ct);
        if (!found.Try(out var collections, out var error)) return Reply.Error(error);

        var view = ViewOf(order, clock.GetUtcNow());
        return await OrderAnswer.Of(order, collections.FirstOrDefault(), query.Fields(OrderJson.Defaults), catalog, asOf: null, view, type: null, ct);
    }

    /// <summary>How an order is shown to whoever holds its id.</summary>
    public static OrderView ViewOf(Order order, DateTimeOffset now) => IsMasked(order.Row.CreatedAt, now) ? OrderView.Masked : OrderView.Shopper;

    /// <summary>Whether an order placed then is shown without personal data to whoever holds its id, or its cart's.</summary>
    public static bool IsMasked(DateTimeOffset placedAt, DateTimeOffset now) => now - placedAt > OpenFor;
}
