using HeadlessPro.Contracts.Pricing;

namespace HeadlessPro.Pricing.Totals;

/// <summary>A tax rate on an entry; <paramref name="Scaled"/> is the percentage times <see cref="Rounding.PercentScale"/>.</summary>
internal readonly record struct AppliedRate(Guid Id, string? Code, string Name, decimal Rate, long Scaled);

/// <summary>A line or shipping method while its discounts are gathered. Amounts are in the region's price terms.</summary>
internal sealed class Entry
{
    private readonly List<(Guid PromotionId, string Code, long Amount)> _discounts = [];

    public Entry(QuoteLine line, IReadOnlyList<AppliedRate> rates)
        : this(line.Id, line.Quantity, line.UnitPrice, rates) => Line = line;

    public Entry(QuoteShipping method, IReadOnlyList<AppliedRate> rates)
        : this(method.Id, 1, method.Amount, rates) => Method = method;

    public Entry(SoldLine line, IReadOnlyList<AppliedRate> rates)
        : this(line.Id, line.Quantity, line.UnitPrice, rates)
    {
    }

    private Entry(Guid id, long quantity, long unitPrice, IReadOnlyList<AppliedRate> rates)
    {
        (Id, Quantity, UnitPrice, Rates) = (id, quantity, unitPrice, rates);
        Original = Left = quantity * unitPrice;
        foreach (var rate in rates) Rate += rate.Scaled;
    }

    public Guid Id { get; }
    public QuoteLine? Line { get; }
    public QuoteShipping? Method { get; }
    public long Quantity { get; }
    public long UnitPrice { get; }
    public IReadOnlyList<AppliedRate> Rates { get; }

    /// <summary>Sum of the rates, scaled.</summary>
    public long Rate { get; }

    public long Original { get; }

    /// <summary>What no promotion has taken yet; never negative.</summary>
    public long Left { get; private set; }

    /// <summary>Takes a discount from what is left.</summary>
    public void Take(Promotion promotion, long amount) => Take(promotion.Id, promotion.Code, amount);

    /// <inheritdoc cref="Take(Promotion, long)"/>
    public void Take(Guid promotionId, string code, long amount)
    {
        if (amount < 0 || amount > Left) throw new InvalidOperationException($"Discount {amount} does not fit into {Left}.");
        if (amount == 0) return;
        Left -= amount;
        _discounts.Add((promotionId, code, amount));
    }

    /// <summary>The entry's amounts, tax lines and adjustments.</summary>
    public QuotedEntry Total(bool inclusive)
    {
        var amounts = inclusive ? WithTax() : WithoutTax();
        return new QuotedEntry(Id, amounts, TaxLines(amounts), Adjustments(amounts, inclusive));
    }

    private Amounts WithTax()
    {
        var discount = Original - Left;
        var originalTax = Rounding.TaxWithin(Original, Rate);
        var tax = Rounding.TaxWithin(Left, Rate);
        var discountTax = originalTax - tax;
        return new Amounts(Original, originalTax, Original - originalTax, discount, discount - discountTax, discountTax, tax, Left);
    }

    private Amounts WithoutTax()
    {
        var discount = Original - Left;
        var originalTax = Rounding.TaxOn(Original, Rate);
        var tax = Rounding.TaxOn(Left, Rate);
        var discountTax = originalTax - tax;
        return new Amounts(Original + originalTax, originalTax, Original, discount + discountTax, discount, discountTax, tax, Left + tax);
    }

    private TaxLine[] TaxLines(Amounts amounts)
    {
        if (Rates.Count == 0) return [];
        Span<long> weights = stackalloc long[Rates.Count];
        for (var i = 0; i < weights.Length; i++) weights[i] = Rates[i].Scaled;
        var before = LargestRemainder.Spread(amounts.OriginalTaxTotal, weights);
        var after = LargestRemainder.Spread(amounts.TaxTotal, weights);
        var lines = new TaxLine[weights.Length];
        for (var i = 0; i < lines.Length; i++)
            lines[i] = new TaxLine(Rates[i].Id, Rates[i].Code, Rates[i].Name, Rates[i].Rate, before[i], after[i]);
        return lines;
    }

    private Adjustment[] Adjustments(Amounts amounts, bool inclusive)
    {
        if (_discounts.Count == 0) return [];
        Span<long> parts = stackalloc long[_discounts.Count];
        for (var i = 0; i < parts.Length; i++) parts[i] = _discounts[i].Amount;
        var taxes = LargestRemainder.Spread(amounts.DiscountTaxTotal, parts);
        var adjustments = new Adjustment[parts.Length];
        for (var i = 0; i < adjustments.Length; i++)
        {
            var (promotionId, code, _) = _discounts[i];
            adjustments[i] = inclusive
                ? new Adjustment(promotionId, code, parts[i] - taxes[i], parts[i])
                : new Adjustment(promotionId, code, parts[i], parts[i] + taxes[i]);
        }

        return adjustments;
    }
}
