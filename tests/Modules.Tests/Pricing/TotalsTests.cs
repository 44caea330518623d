using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Pricing.Totals;

namespace HeadlessPro.Modules.Tests.Pricing;

/// <summary>Figures worked out by hand, and the edges of what a quote accepts.</summary>
public class TotalsTests
{
    private static readonly AppliedRate Vat = new(Guid.Empty, "VAT15", "VAT", 15, 150_000);

    [Fact]
    public void Fifteen_percent_inside_and_on_top_of_a_price_halves_rounded_up()
    {
        Assert.Equal(new Amounts(1150, 150, 1000, 0, 0, 0, 150, 1150), Quote(true, [Line(1, 1150)]).Totals);
        Assert.Equal(new Amounts(1150, 150, 1000, 0, 0, 0, 150, 1150), Quote(false, [Line(1, 1000)]).Totals);
        // 15 % of 10 is 1.5.
        Assert.Equal(new Amounts(12, 2, 10, 0, 0, 0, 2, 12), Quote(false, [Line(1, 10)]).Totals);
        Assert.Equal(new Amounts(0, 0, 0, 0, 0, 0, 0, 0), Quote(true, [Line(3, 0)]).Totals);
    }

    [Fact]
    public void Ten_over_three_equal_lines_is_four_three_three()
    {
        Assert.Equal([4L, 3L, 3L], LargestRemainder.Spread(10, [7, 7, 7]));
        Assert.Equal([0L, 0L], LargestRemainder.Spread(10, [0, 0]));
        Assert.Equal([1L, 2L], LargestRemainder.Spread(3, [1, 2]));
        Assert.Equal([0L, 0L, 1L], LargestRemainder.Spread(1, [1, 1, 2]));
    }

    [Fact]
    public void A_discount_larger_than_the_cart_makes_it_free_and_no_more()
    {
        var promotion = Promotion(MethodType.Fixed, 1_000_000, TargetType.Order, Allocation.Across, taxInclusive: true);
        var quote = Quote(true, [Line(2, 333), Line(1, 1)], promotion);
        Assert.Equal((667L, 0L, 0L), (quote.Totals.DiscountTotal, quote.Totals.Total, quote.Totals.TaxTotal));
        // Without tax meant: the tax goes with it, to the last unit.
        Assert.Equal(0, Quote(true, [Line(2, 333), Line(1, 1)], promotion with { IsTaxInclusive = false }).Totals.Total);
        Assert.Equal(0, Quote(false, [Line(2, 333), Line(1, 1)], promotion).Totals.Total);
    }

    [Fact]
    public void The_largest_cart_that_is_allowed_is_exact_and_the_next_is_refused()
    {
        var half = Promotion(MethodType.Percentage, 500_001, TargetType.Items, Allocation.Each);
        var most = Quote(false, [Line(1_000_000, 999_999_999), Line(1, 1_000_000)], half);
        Assert.Equal(1_000_000_000_000_000, most.Totals.Subtotal);
        // 50.0001 % of 999,999,999,000,000 and of 1,000,000.
        Assert.Equal(500_000_999_499_999 + 500_001, most.Totals.DiscountSubtotal);
        Assert.Equal(150_000_000_000_000, most.Totals.OriginalTaxTotal);

        Assert.Equal("total_too_large", Refused([Line(1_000_000, 1_000_000_000), Line(1, 1)]));
        Assert.Equal("total_too_large", Refused([Line(1_000_000, 1_000_000_000_000)]));
        Assert.Equal("invalid_data", Refused([Line(1_000_001, 1)]));
        Assert.Equal("invalid_data", Refused([Line(0, 1)]));
        Assert.Equal("invalid_data", Refused([Line(1, -1)]));
        Assert.Equal("invalid_data", Refused([Line(1, 1_000_000_000_001)]));
    }

    [Fact]
    public void Older_promotions_come_first_and_each_takes_from_what_is_left()
    {
        var tenth = Promotion(MethodType.Percentage, 100_000, TargetType.Items, Allocation.Across);
        var quote = Quote(true, [Line(1, 10_000)], tenth with { Id = new Guid(2, 0, 0, new byte[8]) }, tenth,
            Promotion(MethodType.Fixed, 1_000, TargetType.Items, Allocation.Across, taxInclusive: true) with { Id = new Guid(3, 0, 0, new byte[8]) });
        Assert.Equal([1_000L, 900L, 810L], quote.Lines[0].Adjustments.Select(a => a.Total));
        Assert.Equal(7_290, quote.Totals.Total);
    }

    [Fact]
    public void A_quote_travels_between_hosts_unchanged()
    {
        var options = new JsonSerializerOptions(JsonSerializerDefaults.Web);
        var tenth = Promotion(MethodType.Percentage, 100_000, TargetType.Items, Allocation.Across);
        Result<Quote> sent = Quote(true, [Line(3, 333), Line(1, 1729)], tenth);
        var text = JsonSerializer.Serialize(sent, options);
        var received = JsonSerializer.Deserialize<Result<Quote>>(text, options);
        Assert.Equal(text, JsonSerializer.Serialize(received, options));
        Assert.Equal(sent.Value!.Totals, received.Value!.Totals);
        Assert.Equal(sent.Value.Lines[0].TaxLines, received.Value.Lines[0].TaxLines);
        Assert.Equal(sent.Value.Lines[0].Adjustments, received.Value.Lines[0].Adjustments);
    }

    private static QuoteLine Line(long quantity, long price) =>
        new(Guid.NewGuid(), quantity, price, Guid.NewGuid(), Guid.NewGuid(), null, null, [], [], true);

    private static Promotion Promotion(MethodType type, long value, TargetType target, Allocation allocation, bool taxInclusive = false) => new(
        new Guid(1, 0, 0, new byte[8]), "P", false, taxInclusive, PromotionKind.Standard, null, null, null, null, [],
        new ApplicationMethod(type, target, allocation, value, "zar", null, [], [], 0, 0), "{}");

    private static Quote Quote(bool inclusive, QuoteLine[] lines, params Promotion[] promotions) => Try(inclusive, lines, promotions).Value!;

    private static string Refused(QuoteLine[] lines) => Try(false, lines).Error!.Code;

    private static Result<Quote> Try(bool inclusive, QuoteLine[] lines, params Promotion[] promotions) => QuoteEngine.Quote(
        new QuoteRequest("zar", null, "za", null, null, null, [], [], lines, []), inclusive, lines.Select(_ => new[] { Vat }).ToList(), [], promotions,
        new Dictionary<Guid, long>(), []);
}
