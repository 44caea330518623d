using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;

namespace HeadlessPro.Pricing.Totals;

/// <summary>
/// Turns a cart into exact totals, as docs/guides/totals-and-promotions.md says. Pure: rates, usable promotions and what is left of budgets come in.
/// <code>
/// CHECK     every quantity and price within QuoteLimits
/// DISCOUNT  promotions one after the other, in their order, each on what is left
/// TOTAL     tax, adjustments and sums per entry
/// BUDGET    a promotion that gave more than its budget holds is left out, and the totals are made again
/// </code>
/// </summary>
internal static class QuoteEngine
{
    /// <param name="cart">The cart.</param>
    /// <param name="inclusive">Whether its prices include tax.</param>
    /// <param name="lineRates">Tax rates, one list per line.</param>
    /// <param name="shippingRates">Tax rates, one list per shipping method.</param>
    /// <param name="usable">Promotions that may apply.</param>
    /// <param name="leftToSpend">What is left of spend budgets, minor units; a promotion without one is missing.</param>
    /// <param name="invalidCodes">Passed through.</param>
    public static Result<Quote> Quote(
        QuoteRequest cart, bool inclusive, IReadOnlyList<IReadOnlyList<AppliedRate>> lineRates, IReadOnlyList<IReadOnlyList<AppliedRate>> shippingRates,
        IEnumerable<Promotion> usable, IReadOnlyDictionary<Guid, long> leftToSpend, IReadOnlyList<string> invalidCodes)
    {
        if (Check(cart.Lines.Select(l => (l.Quantity, l.UnitPrice)), cart.Shipping.Select(s => s.Amount)) is { } error) return error;
        var promotions = usable.ToList();
        promotions.Sort(InOrder);
        var exhausted = new HashSet<Guid>();
        while (true)
        {
            var lines = cart.Lines.Select((line, i) => new Entry(line, lineRates[i])).ToArray();
            var shipping = cart.Shipping.Select((method, i) => new Entry(method, shippingRates[i])).ToArray();
            foreach (var promotion in promotions)
                if (!exhausted.Contains(promotion.Id)) Discounts.Apply(promotion, cart, inclusive, lines, shipping);

            var quotedLines = Array.ConvertAll(lines, l => l.Total(inclusive));
            var quotedShipping = Array.ConvertAll(shipping, s => s.Total(inclusive));
            var given = Given(quotedLines, quotedShipping);
            if (promotions.Find(p => leftToSpend.TryGetValue(p.Id, out var left) && given.GetValueOrDefault(p.Id) > left) is { } over)
            {
                exhausted.Add(over.Id);
                continue;
            }

            var (items, methods) = (Sum(quotedLines), Sum(quotedShipping));
            var applied = promotions.Where(p => !p.IsAutomatic || given.ContainsKey(p.Id))
                .Select(p => new AppliedPromotion(p.Id, p.Code, p.IsAutomatic, p.IsTaxInclusive, given.GetValueOrDefault(p.Id), p.Document)).ToArray();
            return new Quote(inclusive, quotedLines, quotedShipping, items, methods, items + methods, applied, invalidCodes);
        }
    }

    /// <summary>The stacking order.</summary>
    public static int InOrder(Promotion a, Promotion b)
    {
        var byTarget = ((int)a.Method.Target).CompareTo((int)b.Method.Target);
        if (byTarget != 0) return byTarget;
        var byKind = Kind(a).CompareTo(Kind(b));
        return byKind != 0 ? byKind : a.Id.CompareTo(b.Id);

        static int Kind(Promotion p) => p.Kind == PromotionKind.BuyGet ? 0 : p.Method.Type == MethodType.Fixed ? 1 : 2;
    }

    /// <summary>Whether everything is within <see cref="QuoteLimits"/>.</summary>
    public static Error? Check(IEnumerable<(long Quantity, long UnitPrice)> lines, IEnumerable<long> shipping)
    {
        Int128 total = 0;
        foreach (var line in lines)
        {
            if (line.Quantity < 1) return Error.Invalid("Invalid request: Value for field 'quantity' too small, expected at least: '1'");
            if (line.Quantity > QuoteLimits.MaxQuantity)
                return Error.Invalid($"Invalid request: Value for field 'quantity' too large, expected at most: '{QuoteLimits.MaxQuantity}'");
            if (line.UnitPrice is < 0 or > QuoteLimits.MaxPrice) return Error.Invalid("The unit price of a line is out of range");
            total += (Int128)line.UnitPrice * line.Quantity;
        }

        foreach (var amount in shipping)
        {
            if (amount is < 0 or > QuoteLimits.MaxPrice) return Error.Invalid("The price of a shipping method is out of range");
            total += amount;
        }

        return total > QuoteLimits.MaxTotal ? Error.Invalid("The cart's total is too large; split it into several orders", "total_too_large") : null;
    }

    private static Dictionary<Guid, long> Given(QuotedEntry[] lines, QuotedEntry[] shipping)
    {
        var given = new Dictionary<Guid, long>();
        foreach (var adjustment in lines.Concat(shipping).SelectMany(e => e.Adjustments))
            given[adjustment.PromotionId] = given.GetValueOrDefault(adjustment.PromotionId) + adjustment.Total;
        return given;
    }

    private static Amounts Sum(QuotedEntry[] entries)
    {
        var sum = default(Amounts);
        foreach (var entry in entries) sum += entry.Amounts;
        return sum;
    }
}
