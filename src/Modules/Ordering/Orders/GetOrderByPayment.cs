using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Orders;

/// <summary>An order as far as whoever knows its payment may see it.</summary>
internal sealed record OrderByPaymentResponse(string Status, long DisplayId, decimal Total, string CurrencyCode, string PaymentStatus);

internal sealed record OrderByPaymentEnvelope(OrderByPaymentResponse Order);

/// <summary>
/// What became of a payment, by the provider's name of it (<c>pi_…</c>, <c>cs_…</c>, PayPal's ids), for the page a shopper is sent back to. Such
/// names stand in addresses and logs: the answer has nothing personal in it, nor the order's id, which for an hour would open that.
/// </summary>
internal static class GetOrderByPayment
{
    private const int LongestReference = 255;

    public static async Task<IResult> Handle(string id, Db db, IPayments payments, CancellationToken ct)
    {
        if (id.Length > LongestReference || id.Contains('\0', StringComparison.Ordinal)) return Reply.Error(NotFound(id));
        var found = await payments.GetCollections(new GetPaymentCollections([], References: [id]), ct);
        if (!found.Try(out var collections, out var error)) return Reply.Error(error);
        foreach (var collection in collections)
            if (await Find(db, collection, ct) is { } order) return Reply.Json(new OrderByPaymentEnvelope(order), OrdersJson.Default.OrderByPaymentEnvelope);
        return Reply.Error(collections.Any(MayBecomeAnOrder) ? Pending(id) : NotFound(id));
    }

    private static async Task<OrderByPaymentResponse?> Find(Db db, PaymentCollection collection, CancellationToken ct)
    {
        await using var command = db.Command("select status, display_id, total, currency_code from ordering.orders where cart_id = $1");
        command.Parameters.Add(new() { Value = collection.CartId });
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct)) return null;
        var (total, currency) = (reader.GetInt64(2), reader.GetString(3));
        return new OrderByPaymentResponse(
            reader.GetString(0), reader.GetInt64(1), Money.ToMajor(total, currency), currency, OrderJson.PaymentStatusOf(collection, total));
    }

    private static bool MayBecomeAnOrder(PaymentCollection collection) =>
        collection.Payments.Any(p => p.CanceledAt is null)
        || collection.Sessions.Any(s => s.Status is PaymentSessionStatus.Pending or PaymentSessionStatus.RequiresMore);

    private static Error Pending(string id) => new(ErrorType.NotFound, "order_pending", $"The order of payment {id} is not placed yet; ask again shortly");

    private static Error NotFound(string id) => Error.NotFound($"Order of payment id not found: {id}");
}
