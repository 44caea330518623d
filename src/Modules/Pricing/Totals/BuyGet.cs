namespace HeadlessPro.Pricing.Totals;

/// <summary>Buy X get Y: which pieces are given. Counts pieces per line, never piece by piece.</summary>
internal static class BuyGet
{
    /// <summary>Lines and how many of their pieces are given, cheapest first; no piece is both bought and given.</summary>
    public static List<(Entry Entry, long Pieces)> GivenPieces(ApplicationMethod method, IReadOnlyList<Entry> lines)
    {
        long bought = 0, target = 0, either = 0;
        var targets = new List<(Entry Entry, bool CanBeBought)>(lines.Count);
        foreach (var line in lines)
        {
            var isTarget = Discounts.Fits(method.TargetRules, line);
            var canBeBought = Discounts.Fits(method.BuyRules, line);
            if (isTarget) targets.Add((line, canBeBought));
            if (isTarget) target += line.Quantity;
            if (canBeBought) bought += line.Quantity;
            if (isTarget || canBeBought) either += line.Quantity;
        }

        var (x, y) = (method.BuyQuantity, method.GetQuantity);
        // A choice of k·X bought and k·Y given pieces exists exactly when each kind, and both together, are enough (Hall's condition).
        var times = Math.Min(Math.Min(bought / x, target / y), either / (x + y));
        var toGive = Math.Min(times * y, method.MaxQuantity ?? long.MaxValue);
        var sparedFromBought = bought - times * x;

        var given = new List<(Entry, long)>();
        foreach (var (line, canBeBought) in targets.OrderBy(t => t.Entry.UnitPrice))
        {
            var pieces = Math.Min(line.Quantity, toGive);
            if (canBeBought)
            {
                pieces = Math.Min(pieces, sparedFromBought);
                sparedFromBought -= pieces;
            }

            toGive -= pieces;
            if (pieces > 0) given.Add((line, pieces));
        }

        return given;
    }
}
