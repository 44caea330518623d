using HeadlessPro.Contracts.Pricing;

namespace HeadlessPro.Pricing.Totals;

/// <summary>Applies one promotion to what the promotions before it left.</summary>
internal static class Discounts
{
    /// <summary>Takes the promotion's discount from the entries it targets; the rules on the cart are checked here too.</summary>
    public static void Apply(Promotion promotion, QuoteRequest cart, bool inclusive, IReadOnlyList<Entry> lines, IReadOnlyList<Entry> shipping)
    {
        var method = promotion.Method;
        if (method.Type == MethodType.Fixed && method.CurrencyCode != cart.CurrencyCode) return;
        foreach (var rule in promotion.Rules)
            if (!rule.Matches(cart)) return;

        if (promotion.Kind == PromotionKind.BuyGet)
        {
            foreach (var (entry, pieces) in BuyGet.GivenPieces(method, lines)) TakePieces(promotion, entry, pieces, inclusive);
            return;
        }

        var targets = Targets(method, method.Target == TargetType.ShippingMethods ? shipping : lines);
        if (method.Allocation == Allocation.Each && method.Target != TargetType.Order)
            foreach (var entry in targets) TakePieces(promotion, entry, Math.Min(entry.Quantity, method.MaxQuantity ?? long.MaxValue), inclusive);
        else TakeAcross(promotion, targets, inclusive);
    }

    /// <summary>Whether a line may be discounted and matches all rules.</summary>
    public static bool Fits(IReadOnlyList<Rule> rules, Entry entry)
    {
        if (entry.Line is { IsDiscountable: false }) return false;
        foreach (var rule in rules)
            if (!(entry.Line is { } line ? rule.Matches(line) : rule.Matches(entry.Method!))) return false;
        return true;
    }

    private static List<Entry> Targets(ApplicationMethod method, IReadOnlyList<Entry> entries)
    {
        var targets = new List<Entry>(entries.Count);
        foreach (var entry in entries)
            if (Fits(method.TargetRules, entry)) targets.Add(entry);
        return targets;
    }

    private static void TakePieces(Promotion promotion, Entry entry, long pieces, bool inclusive)
    {
        var method = promotion.Method;
        if (method.Type == MethodType.Percentage)
        {
            var share = Rounding.HalfUp((Int128)entry.Left * pieces * method.Value, (Int128)entry.Quantity * Rounding.Whole);
            entry.Take(promotion, share);
            return;
        }

        var available = LeftInTermsOf(promotion, entry, inclusive);
        var cap = (long)((Int128)available * pieces / entry.Quantity);
        entry.Take(promotion, InPriceTerms(promotion, entry, (long)Int128.Min((Int128)method.Value * pieces, cap), available, inclusive));
    }

    private static void TakeAcross(Promotion promotion, List<Entry> targets, bool inclusive)
    {
        var method = promotion.Method;
        var weights = new long[targets.Count];
        long sum = 0;
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = method.Type == MethodType.Percentage ? targets[i].Left : LeftInTermsOf(promotion, targets[i], inclusive);
            sum += weights[i];
        }

        var amount = method.Type == MethodType.Percentage
            ? Rounding.HalfUp((Int128)sum * method.Value, Rounding.Whole)
            : Math.Min(method.Value, sum);
        var shares = LargestRemainder.Spread(amount, weights);
        for (var i = 0; i < shares.Length; i++)
        {
            var share = method.Type == MethodType.Percentage
                ? shares[i]
                : InPriceTerms(promotion, targets[i], shares[i], weights[i], inclusive);
            targets[i].Take(promotion, share);
        }
    }

    private static long LeftInTermsOf(Promotion promotion, Entry entry, bool inclusive)
    {
        if (promotion.IsTaxInclusive == inclusive) return entry.Left;
        return inclusive
            ? entry.Left - Rounding.TaxWithin(entry.Left, entry.Rate)
            : entry.Left + Rounding.TaxOn(entry.Left, entry.Rate);
    }

    /// <summary>A discount in the promotion's terms as it is taken from the entry. The whole of it takes the whole, whatever rounding says.</summary>
    private static long InPriceTerms(Promotion promotion, Entry entry, long discount, long available, bool inclusive)
    {
        if (promotion.IsTaxInclusive == inclusive) return discount;
        if (discount == available) return entry.Left;
        // Anything less is at least one unit short of the whole, so that rounding cannot carry it past what is left.
        return inclusive
            ? discount + Rounding.TaxOn(discount, entry.Rate)
            : discount - Rounding.TaxWithin(discount, entry.Rate);
    }
}
