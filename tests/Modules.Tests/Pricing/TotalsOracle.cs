namespace HeadlessPro.Modules.Tests.Pricing;

/// <summary>
/// docs/guides/totals-and-promotions.md once more, written from its text: decimals where the engine counts in 128-bit integers, pieces laid
/// out one by one where it counts, remainders handed out one by one where it sorts. Slow and plain; shares no code with the product.
/// </summary>
public static class TotalsOracle
{
    private sealed class Box(OracleLine line)
    {
        public readonly OracleLine Line = line;
        public readonly decimal Rate = line.Rates.Sum();
        public decimal Left = line.Quantity * (decimal)line.Price;
        public readonly List<(int Promotion, decimal Part)> Parts = [];

        public void Take(int promotion, decimal part)
        {
            if (part == 0) return;
            Left -= part;
            Parts.Add((promotion, part));
        }
    }

    public static OracleAnswer Answer(OracleCart cart)
    {
        var without = new HashSet<int>();
        while (true)
        {
            var answer = Try(cart, without);
            var over = InOrder(cart).FirstOrDefault(i => cart.Promotions[i].Budget is { } budget && answer.Given.GetValueOrDefault(i) > budget, -1);
            if (over < 0) return answer;
            without.Add(over);
        }
    }

    public static IEnumerable<int> InOrder(OracleCart cart)
    {
        foreach (var target in Enum.GetValues<OracleTarget>())
            for (var kind = 0; kind < 3; kind++)
                for (var i = 0; i < cart.Promotions.Length; i++)
                {
                    var p = cart.Promotions[i];
                    if (p.Target == target && kind == (p.BuyKinds is not null ? 0 : p.Percentage ? 2 : 1)) yield return i;
                }
    }

    public static decimal[] Spread(decimal amount, decimal[] weights)
    {
        var sum = weights.Sum();
        if (sum == 0) return new decimal[weights.Length];
        // What is cut off is kept as a remainder: thirds have no exact decimal, and two equal ones must tie.
        var cutOff = weights.Select(w => amount * w % sum).ToArray();
        var shares = weights.Select((w, i) => (amount * w - cutOff[i]) / sum).ToArray();
        while (shares.Sum() < amount)
        {
            var best = 0;
            for (var i = 1; i < weights.Length; i++)
                if (cutOff[i] > cutOff[best]) best = i;
            shares[best] += 1;
            cutOff[best] = -1;
        }

        return shares;
    }

    private static decimal Round(decimal x) => Math.Floor(x + 0.5m);

    private static OracleAnswer Try(OracleCart cart, HashSet<int> without)
    {
        var lines = cart.Lines.Select(l => new Box(l)).ToArray();
        var shipping = cart.Shipping.Select(l => new Box(l)).ToArray();
        foreach (var i in InOrder(cart))
        {
            var p = cart.Promotions[i];
            if (without.Contains(i) || (!p.Percentage && p.OtherCurrency)) continue;
            if (p.Least > cart.Lines.Sum(l => l.Quantity * (decimal)l.Price)) continue;
            if (p.BuyKinds is not null) BuyGet(cart, i, lines);
            else Standard(cart, i, (p.Target == OracleTarget.Shipping ? shipping : lines).Where(b => IsTarget(p, b)).ToArray());
        }

        var answer = new OracleAnswer(
            lines.Select(b => Entry(cart.Inclusive, b)).ToArray(), shipping.Select(b => Entry(cart.Inclusive, b)).ToArray(), []);
        foreach (var (promotion, _, withTax) in answer.Lines.Concat(answer.Shipping).SelectMany(e => e.Adjustments))
            answer.Given[promotion] = answer.Given.GetValueOrDefault(promotion) + withTax;
        return answer;
    }

    private static bool IsTarget(OraclePromotion p, Box box) =>
        box.Line.Discountable && (p.Kinds is null || p.Kinds.Contains(box.Line.Kind) != p.AllButKinds);

    private static void Standard(OracleCart cart, int i, Box[] boxes)
    {
        var p = cart.Promotions[i];
        if (p.Each && p.Target != OracleTarget.Order)
        {
            foreach (var box in boxes) Pieces(cart, i, box, Math.Min(box.Line.Quantity, p.Most ?? box.Line.Quantity));
        }
        else if (p.Percentage)
        {
            var left = boxes.Select(b => b.Left).ToArray();
            var shares = Spread(Round(left.Sum() * p.Value / 100), left);
            for (var b = 0; b < boxes.Length; b++) boxes[b].Take(i, shares[b]);
        }
        else
        {
            var left = boxes.Select(b => InPromotionTerms(cart, p, b)).ToArray();
            var shares = Spread(Math.Min(p.Value, left.Sum()), left);
            for (var b = 0; b < boxes.Length; b++) boxes[b].Take(i, FromPromotionTerms(cart, p, boxes[b], shares[b], left[b]));
        }
    }

    private static void Pieces(OracleCart cart, int i, Box box, int pieces)
    {
        var p = cart.Promotions[i];
        decimal q = box.Line.Quantity;
        if (p.Percentage)
        {
            box.Take(i, Round(box.Left * pieces * p.Value / (100 * q)));
            return;
        }

        var left = InPromotionTerms(cart, p, box);
        box.Take(i, FromPromotionTerms(cart, p, box, Math.Min(p.Value * pieces, Math.Floor(left * pieces / q)), left));
    }

    private static decimal InPromotionTerms(OracleCart cart, OraclePromotion p, Box box) => (cart.Inclusive, p.TaxInclusive) switch
    {
        (true, false) => box.Left - Round(box.Left * box.Rate / (100 + box.Rate)),
        (false, true) => box.Left + Round(box.Left * box.Rate / 100),
        _ => box.Left,
    };

    private static decimal FromPromotionTerms(OracleCart cart, OraclePromotion p, Box box, decimal d, decimal left)
    {
        if (cart.Inclusive == p.TaxInclusive) return d;
        if (d == left) return box.Left;
        return cart.Inclusive ? d + Round(d * box.Rate / 100) : d - Round(d * box.Rate / (100 + box.Rate));
    }

    private static void BuyGet(OracleCart cart, int i, Box[] lines)
    {
        var p = cart.Promotions[i];
        bool CanBuy(Box b) => b.Line.Discountable && p.BuyKinds!.Contains(b.Line.Kind);

        // Every piece on the table, one by one.
        var table = lines.SelectMany(b => Enumerable.Repeat(b, b.Line.Quantity)).ToList();
        var (buyable, givable, either) = (table.Count(CanBuy), table.Count(b => IsTarget(p, b)), table.Count(b => CanBuy(b) || IsTarget(p, b)));
        var k = 0;
        while ((k + 1) * p.X <= buyable && (k + 1) * p.Y <= givable && (k + 1) * (p.X + p.Y) <= either) k++;

        var toGive = Math.Min(k * p.Y, p.Most ?? int.MaxValue);
        var toSpare = buyable - k * p.X;
        var given = lines.ToDictionary(b => b, _ => 0);
        foreach (var piece in table.Where(b => IsTarget(p, b)).OrderBy(b => b.Line.Price))
        {
            if (toGive == 0) break;
            if (CanBuy(piece) && toSpare-- <= 0) continue;
            given[piece]++;
            toGive--;
        }

        foreach (var box in lines)
            if (given[box] > 0) Pieces(cart, i, box, given[box]);
    }

    private static OracleEntry Entry(bool inclusive, Box box)
    {
        var p = box.Line.Quantity * (decimal)box.Line.Price;
        var d = box.Parts.Sum(x => x.Part);
        var r = box.Rate;
        OracleAmounts amounts;
        if (inclusive)
        {
            var originalTax = Round(p * r / (100 + r));
            var tax = Round((p - d) * r / (100 + r));
            amounts = new OracleAmounts(p, originalTax, p - originalTax, d, d - (originalTax - tax), originalTax - tax, tax, p - d);
        }
        else
        {
            var originalTax = Round(p * r / 100);
            var tax = Round((p - d) * r / 100);
            amounts = new OracleAmounts(p + originalTax, originalTax, p, d + (originalTax - tax), d, originalTax - tax, tax, p - d + tax);
        }

        var shares = Spread(amounts.DiscountTax, box.Parts.Select(x => x.Part).ToArray());
        var adjustments = box.Parts.Select((x, i) => inclusive ? (x.Promotion, x.Part - shares[i], x.Part) : (x.Promotion, x.Part, x.Part + shares[i])).ToList();
        return new OracleEntry(amounts, Spread(amounts.OriginalTax, box.Line.Rates), Spread(amounts.Tax, box.Line.Rates), adjustments);
    }
}
