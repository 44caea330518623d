namespace HeadlessPro.Pricing.Totals;

/// <summary>Spreads a whole amount over weights so that the shares sum to it exactly.</summary>
internal static class LargestRemainder
{
    /// <summary>
    /// Shares in the order of the weights: rounded down, then one unit each to the largest remainders, the earlier one among equals.
    /// No share is larger than its weight as long as the amount is not larger than their sum.
    /// </summary>
    public static long[] Spread(long amount, ReadOnlySpan<long> weights)
    {
        var shares = new long[weights.Length];
        Int128 sum = 0;
        foreach (var weight in weights) sum += weight;
        if (amount == 0 || sum == 0) return shares;

        var remainders = new Int128[weights.Length];
        var left = amount;
        for (var i = 0; i < weights.Length; i++)
        {
            var (share, remainder) = Int128.DivRem((Int128)amount * weights[i], sum);
            shares[i] = (long)share;
            // Negative, so that an ascending, index-ordered sort puts the largest first.
            remainders[i] = -remainder;
            left -= shares[i];
        }

        if (left == 0) return shares;
        var order = new int[weights.Length];
        for (var i = 0; i < order.Length; i++) order[i] = i;
        Array.Sort(order, (a, b) => remainders[a] != remainders[b] ? remainders[a].CompareTo(remainders[b]) : a.CompareTo(b));
        for (var i = 0; i < left; i++) shares[order[i]]++;
        return shares;
    }
}
