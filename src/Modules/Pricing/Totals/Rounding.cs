namespace HeadlessPro.Pricing.Totals;

/// <summary>Whole-number arithmetic of docs/guides/totals-and-promotions.md. Products are taken in 128 bits; what comes in is bounded by <see cref="QuoteLimits"/>.</summary>
internal static class Rounding
{
    /// <summary>Percentages carry four decimals: 15 % is 150,000.</summary>
    public const long PercentScale = 10_000;

    /// <summary>100 %.</summary>
    public const long Whole = 100 * PercentScale;

    /// <summary>numerator / denominator, halves up; both not negative.</summary>
    public static long HalfUp(Int128 numerator, Int128 denominator) => (long)((2 * numerator + denominator) / (2 * denominator));

    /// <summary>The tax inside an amount that includes it.</summary>
    public static long TaxWithin(long total, long rate) => HalfUp((Int128)total * rate, Whole + rate);

    /// <summary>The tax that comes on top of an amount.</summary>
    public static long TaxOn(long subtotal, long rate) => HalfUp((Int128)subtotal * rate, Whole);

    /// <summary>A percentage with at most four decimals as a whole number.</summary>
    public static long ToScaled(decimal percent) => (long)(percent * PercentScale);
}

/// <summary>What a quote accepts. Within these bounds nothing overflows.</summary>
internal static class QuoteLimits
{
    public const long MaxQuantity = 1_000_000;
    public const long MaxPrice = 1_000_000_000_000;
    public const long MaxTotal = 1_000_000_000_000_000;
    public const decimal MaxRate = 100m;
}
