using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Reconciling;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Ordering.Orders;

/// <summary>
/// No order without money: each order that costs something has a promise that covers it, in its currency, and was not charged more; a canceled one has nothing
/// promised, and all that was taken was given back. No money without order either: an order that is gone is reported, and never made up. Payments is asked in bulk;
/// what it does not know of orders it compares itself.
/// </summary>
internal static class ReconcileOrders
{
    public const string Name = "ordering.reconcile";

    private const int PageSize = 500;

    public static async Task<ReconciliationReport> Run(IServiceProvider services, ReconciliationPeriod period, CancellationToken ct)
    {
        var (db, payments) = (services.GetRequiredService<Db>(), services.GetRequiredService<IPayments>());
        var (compared, uneven, unknown) = (0, new List<string>(), new List<string>());
        for (var page = await Read(db, period, Guid.Empty, ct); page.Count > 0; page = await Read(db, period, page[^1].Id, ct))
        {
            if (!(await payments.GetCollections(new GetPaymentCollections([.. page.Select(o => o.CartId)]), ct)).Try(out var collections, out var error))
            {
                unknown.Add($"orders #{page[0].DisplayId} to #{page[^1].DisplayId}: {error.Message}");
                continue;
            }

            var byCart = collections.ToDictionary(c => c.CartId);
            compared += page.Count;
            uneven.AddRange(page.Select(o => Differs(o, byCart.GetValueOrDefault(o.CartId))).OfType<string>());
        }

        for (var after = Guid.Empty; ;)
        {
            var asked = await payments.ListPaidCollections(new ListPaidCollections(period.Since, period.Until, after, PageSize), ct);
            if (!asked.Try(out var paid, out var error)) unknown.Add($"payments whose order may be gone: {error.Message}");
            if (paid is not { Count: > 0 }) return new ReconciliationReport(compared, [], uneven, unknown);
            uneven.AddRange(await WithoutOrder(db, paid, ct));
            after = paid[^1].Id;
        }
    }

    /// <summary>Of what is paid for, a sentence for each whose order is gone.</summary>
    private static async Task<IEnumerable<string>> WithoutOrder(Db db, IReadOnlyList<PaymentCollection> paid, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var known = (await connection.QueryAsync<Guid>(new CommandDefinition(
            "select cart_id from ordering.orders where cart_id = any (@carts)", new { carts = paid.Select(c => c.CartId).ToArray() }, cancellationToken: ct))).ToHashSet();
        return paid.Where(c => !known.Contains(c.CartId)).Select(c =>
        {
            var (kept, promised) = ((c.CapturedAmount ?? 0) - (c.RefundedAmount ?? 0), (c.AuthorizedAmount ?? 0) - (c.CapturedAmount ?? 0));
            var money = (kept > 0 ? [$"{Text(kept, c.CurrencyCode)} of its money is kept"] : Array.Empty<string>())
                .Concat(promised > 0 ? [$"{Text(promised, c.CurrencyCode)} is promised for it"] : []);
            return $"cart {WireId.Encode("cart", c.CartId)} has no order any more, and {string.Join(", ", money)}";
        });
    }

    /// <summary>What is not even about an order, a sentence; null when all is.</summary>
    internal static string? Differs(PaidFor order, PaymentCollection? owed)
    {
        var live = owed?.Payments.Where(p => p.CanceledAt is null).ToList() ?? [];
        var kept = (owed?.CapturedAmount ?? 0) - (owed?.RefundedAmount ?? 0);
        if (order.Status == "canceled")
        {
            if (live.Count > 0 && owed!.CapturedAmount is null or 0) return $"order #{order.DisplayId} is canceled, and its payment is still promised";
            return kept > 0 ? $"order #{order.DisplayId} is canceled, and {Text(kept)} of its money is kept" : null;
        }

        // What is promised for an order that costs nothing any more is let go when it is due.
        if (order.Total == 0) return kept == 0 ? null : $"order #{order.DisplayId} costs nothing, and was charged {Text(kept)}";
        var promised = owed?.AuthorizedAmount ?? 0;
        if (live.Count == 0) return $"order #{order.DisplayId} of {Text(order.Total)} has no payment";
        if (live.Find(p => p.CurrencyCode != order.CurrencyCode) is { } foreign) return $"order #{order.DisplayId} of {Text(order.Total)} is paid in {foreign.CurrencyCode}";
        if (promised < order.Total) return $"order #{order.DisplayId} of {Text(order.Total)} has payments of {Text(promised)}";
        if (owed!.Amount != order.Total) return $"order #{order.DisplayId} of {Text(order.Total)} is asked {Text(owed.Amount)}";
        return kept > order.Total ? $"order #{order.DisplayId} of {Text(order.Total)} was charged {Text(kept)}" : null;

        string Text(long minor) => ReconcileOrders.Text(minor, order.CurrencyCode);
    }

    private static string Text(long minor, string currency) => string.Create(
        System.Globalization.CultureInfo.InvariantCulture, $"{Money.ToMajor(minor, currency)} {currency.ToUpperInvariant()}");

    private static async Task<List<PaidFor>> Read(Db db, ReconciliationPeriod period, Guid after, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return (await connection.QueryAsync<PaidFor>(new CommandDefinition("""
            select id, cart_id, display_id, status, total, currency_code from ordering.orders
            where id > @after and updated_at between @Since and @Until
            order by id limit @PageSize
            """, new { after, period.Since, period.Until, PageSize }, cancellationToken: ct))).AsList();
    }

    /// <summary>What is to be paid for.</summary>
    internal sealed record PaidFor(Guid Id, Guid CartId, long DisplayId, string Status, long Total, string CurrencyCode);
}
