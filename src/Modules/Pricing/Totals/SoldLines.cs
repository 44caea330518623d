using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;

namespace HeadlessPro.Pricing.Totals;

/// <summary>
/// Lines of an order in other quantities. Each by itself, at the terms it was sold at: every piece keeps its price, its tax rates and its share
/// of each discount, so an edit there and back again ends where it began but for a rounded cent. Pure; asks nothing of promotions or rates.
/// </summary>
internal static class SoldLines
{
    public static Result<IReadOnlyList<QuotedEntry>> Requote(RequoteRequest order)
    {
        if (QuoteEngine.Check(order.Lines.Select(l => (l.Quantity, l.UnitPrice)), []) is { } error) return error;
        return order.Lines.Select(line => Requote(line, order.IsTaxInclusive)).ToList();
    }

    private static QuotedEntry Requote(SoldLine line, bool inclusive)
    {
        var rates = line.Taxes.Select(t => new AppliedRate(t.RateId, t.Code, t.Description, t.Rate, Rounding.ToScaled(t.Rate))).ToList();
        var entry = new Entry(line, rates);
        foreach (var adjustment in line.Adjustments)
        {
            var given = inclusive ? adjustment.Total : adjustment.Amount;
            var share = Rounding.HalfUp((Int128)given * line.Quantity, line.SoldQuantity);
            // Shares of several discounts may round up together.
            entry.Take(adjustment.PromotionId, adjustment.Code, Math.Min(share, entry.Left));
        }

        return entry.Total(inclusive);
    }
}
