using System.Diagnostics;
using System.Text.Json;
using FsCheck;
using FsCheck.Fluent;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Pricing.Totals;

namespace HeadlessPro.Modules.Tests.Pricing;

/// <summary>Random carts: the engine's figures are the oracle's, to the last unit. <c>ORACLE_CARTS</c> sets how many.</summary>
public class TotalsOracleTests(ITestOutputHelper output)
{
    private static readonly Guid[] Products = Enumerable.Range(0, 4).Select(i => new Guid(100 + i, 0, 0, new byte[8])).ToArray();

    [Fact]
    public void Every_random_cart_has_exactly_the_totals_of_the_oracle()
    {
        var count = int.TryParse(Environment.GetEnvironmentVariable("ORACLE_CARTS"), out var wanted) ? wanted : 5_000;
        var watch = Stopwatch.StartNew();
        Prop.ForAll(CartGenerator.Carts, Holds).Check(Config.QuickThrowOnFailure.WithMaxTest(count));
        output.WriteLine($"{count} carts in {watch.Elapsed.TotalSeconds:0.0} s");
    }

    [Fact]
    public void A_sold_line_in_another_quantity_keeps_price_rates_and_its_share_of_each_discount() =>
        Prop.ForAll(CartGenerator.Carts, KeepsItsTerms).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));

    private static bool KeepsItsTerms(OracleCart cart)
    {
        var quote = Quote(cart);
        for (var i = 0; i < cart.Lines.Length; i++)
        {
            var (line, sold) = (cart.Lines[i], quote.Lines[i]);
            foreach (var quantity in (long[])[line.Quantity, 1, Math.Max(1, line.Quantity - 1), line.Quantity * 2L])
            {
                var asked = new RequoteRequest(cart.Inclusive, [new SoldLine(sold.Id, quantity, line.Quantity, line.Price, sold.TaxLines, sold.Adjustments)]);
                var entry = Assert.Single(SoldLines.Requote(asked).Value!);
                if (quantity == line.Quantity)
                {
                    Assert.Equal((sold.Id, sold.Amounts), (entry.Id, entry.Amounts));
                    Assert.Equal(sold.TaxLines, entry.TaxLines);
                    Assert.Equal(sold.Adjustments, entry.Adjustments);
                }

                decimal price = line.Price * quantity, left = price, rate = line.Rates.Sum();
                foreach (var adjustment in sold.Adjustments)
                    left -= Math.Min(left, Half((cart.Inclusive ? adjustment.Total : adjustment.Amount) * (decimal)quantity / line.Quantity));
                decimal Tax(decimal amount) => Half(cart.Inclusive ? amount * rate / (100 + rate) : amount * rate / 100);
                var a = entry.Amounts;
                Assert.Equal((Tax(price), Tax(left)), (a.OriginalTaxTotal, a.TaxTotal));
                Assert.Equal(cart.Inclusive ? (price, left) : (price + Tax(price), left + Tax(left)), (a.OriginalTotal, a.Total));
                Assert.Equal((a.Total, a.OriginalTotal - a.Total), (a.Subtotal - a.DiscountSubtotal + a.TaxTotal, a.DiscountTotal));
                Assert.Equal((a.DiscountSubtotal, a.DiscountTotal), (entry.Adjustments.Sum(x => x.Amount), entry.Adjustments.Sum(x => x.Total)));
            }
        }

        return true;
    }

    private static decimal Half(decimal amount) => Math.Round(amount, MidpointRounding.AwayFromZero);

    private static bool Holds(OracleCart cart)
    {
        var expected = TotalsOracle.Answer(cart);
        var quote = Quote(cart);
        try
        {
            Compare(expected.Lines, quote.Lines);
            Compare(expected.Shipping, quote.Shipping);
            Sum(quote.Lines, quote.Items);
            Sum(quote.Shipping, quote.ShippingTotals);
            Sum([.. quote.Lines, .. quote.Shipping], quote.Totals);
            var attached = TotalsOracle.InOrder(cart).Where(i => !cart.Promotions[i].Automatic || expected.Given.ContainsKey(i));
            Assert.Equal(attached.Select(i => (IdOf(i), (long)expected.Given.GetValueOrDefault(i))), quote.Promotions.Select(p => (p.Id, p.Amount)));
        }
        catch (Exception e)
        {
            throw new InvalidOperationException($"{JsonSerializer.Serialize(cart)}: {e.Message}", e);
        }

        return true;
    }

    private static void Compare(OracleEntry[] expected, IReadOnlyList<QuotedEntry> actual)
    {
        Assert.Equal(expected.Length, actual.Count);
        for (var i = 0; i < expected.Length; i++)
        {
            var (e, a) = (expected[i], actual[i].Amounts);
            Assert.Equal(e.Amounts, new OracleAmounts(
                a.OriginalTotal, a.OriginalTaxTotal, a.Subtotal, a.DiscountTotal, a.DiscountSubtotal, a.DiscountTaxTotal, a.TaxTotal, a.Total));
            Assert.Equal(e.TaxBefore, actual[i].TaxLines.Select(t => (decimal)t.Subtotal));
            Assert.Equal(e.TaxAfter, actual[i].TaxLines.Select(t => (decimal)t.Total));
            Assert.Equal(e.Adjustments.Select(x => (IdOf(x.Promotion), x.WithoutTax, x.WithTax)),
                actual[i].Adjustments.Select(x => (x.PromotionId, (decimal)x.Amount, (decimal)x.Total)));

            // The contract's own promises, whatever the oracle says.
            long[] all =
            [
                a.OriginalTotal, a.OriginalTaxTotal, a.Subtotal, a.DiscountTotal, a.DiscountSubtotal, a.DiscountTaxTotal, a.TaxTotal, a.Total,
                .. actual[i].TaxLines.SelectMany(t => new[] { t.Subtotal, t.Total }), .. actual[i].Adjustments.SelectMany(x => new[] { x.Amount, x.Total }),
            ];
            Assert.DoesNotContain(all, amount => amount < 0);
            Assert.Equal(a.Total, a.Subtotal - a.DiscountSubtotal + a.TaxTotal);
            Assert.Equal(a.DiscountTotal, a.OriginalTotal - a.Total);
            Assert.Equal(a.DiscountTaxTotal, a.OriginalTaxTotal - a.TaxTotal);
            Assert.Equal(a.DiscountSubtotal, actual[i].Adjustments.Sum(x => x.Amount));
            Assert.Equal(a.DiscountTotal, actual[i].Adjustments.Sum(x => x.Total));
            if (actual[i].TaxLines.Count > 0) Assert.Equal((a.OriginalTaxTotal, a.TaxTotal), (actual[i].TaxLines.Sum(t => t.Subtotal), actual[i].TaxLines.Sum(t => t.Total)));
        }
    }

    private static void Sum(IReadOnlyList<QuotedEntry> entries, Amounts total) =>
        Assert.Equal(total, entries.Aggregate(default(Amounts), (sum, entry) => sum + entry.Amounts));

    private static Quote Quote(OracleCart cart)
    {
        var lines = cart.Lines.Select((l, i) => new QuoteLine(
            new Guid(i, 1, 0, new byte[8]), l.Quantity, l.Price, Products[l.Kind], Guid.Empty, null, null, [], [], l.Discountable)).ToList();
        var shipping = cart.Shipping.Select((l, i) => new QuoteShipping(new Guid(i, 2, 0, new byte[8]), Products[l.Kind], null, l.Price)).ToList();
        var request = new QuoteRequest(cart.Currency, null, "za", null, null, null, [], [], lines, shipping);
        var result = QuoteEngine.Quote(
            request, cart.Inclusive, cart.Lines.Select(l => RatesOf(l)).ToList(), cart.Shipping.Select(l => RatesOf(l)).ToList(),
            cart.Promotions.Select((p, i) => ToPromotion(p, i, cart.Currency)),
            cart.Promotions.Select((p, i) => (p.Budget, i)).Where(x => x.Budget is not null).ToDictionary(x => IdOf(x.i), x => x.Budget!.Value), []);
        Assert.Null(result.Error);
        return result.Value!;
    }

    private static IReadOnlyList<AppliedRate> RatesOf(OracleLine line) =>
        line.Rates.Select(r => new AppliedRate(Guid.Empty, null, "tax", r, Rounding.ToScaled(r))).ToList();

    private static Guid IdOf(int promotion) => new(promotion, 0, 0, new byte[8]);

    private static Promotion ToPromotion(OraclePromotion p, int index, string currency)
    {
        var subject = p.Target == OracleTarget.Shipping ? RuleSubject.ShippingOption : RuleSubject.Product;
        Rule[] targets = p.Kinds is null ? [] : [new Rule(subject, p.AllButKinds ? RuleOperator.Ne : RuleOperator.In, p.Kinds.Select(k => Products[k]).ToArray(), [], 0)];
        Rule[] buys = p.BuyKinds is null ? [] : [new Rule(RuleSubject.Product, RuleOperator.In, p.BuyKinds.Select(k => Products[k]).ToArray(), [], 0)];
        Rule[] rules = p.Least is { } least ? [new Rule(RuleSubject.ItemTotal, RuleOperator.Gte, [], [], Money.ToMajor(least, currency))] : [];
        return new Promotion(
            IdOf(index), $"P{index}", p.Automatic, p.TaxInclusive, p.BuyKinds is null ? PromotionKind.Standard : PromotionKind.BuyGet, null, null, null, null, rules,
            new ApplicationMethod(
                p.Percentage ? MethodType.Percentage : MethodType.Fixed,
                p.Target switch { OracleTarget.Items => TargetType.Items, OracleTarget.Order => TargetType.Order, _ => TargetType.ShippingMethods },
                p.Each ? Allocation.Each : Allocation.Across, p.Percentage ? Rounding.ToScaled(p.Value) : (long)p.Value, p.OtherCurrency ? "usd" : currency,
                p.Most, targets, buys, p.X, p.Y),
            "{}");
    }
}
