using FsCheck;
using FsCheck.Fluent;

namespace HeadlessPro.Modules.Tests.Pricing;

/// <summary>Random carts: three currencies, prices with and without tax, one to three rates, stacked promotions of every kind, zero prices.</summary>
public static class CartGenerator
{
    private static readonly decimal[][] Rates = [[], [15], [15], [15], [20], [0], [5, 9.975m], [7.7m, 2.5m], [6, 1, 0.5m], [100], [0.0001m]];

    private static readonly Gen<long> Price = Gen.Frequency(
        (1, Gen.Constant(0L)),
        (4, Gen.Choose(1, 99).Select(x => (long)x)),
        (10, Gen.Choose(100, 500_000).Select(x => (long)x)),
        (1, Gen.Choose(1, 1_000_000).Select(x => x * 100L)));

    private static readonly Gen<int> Quantity = Gen.Frequency((10, Gen.Choose(1, 5)), (1, Gen.Choose(6, 40)));

    private static readonly Gen<OracleLine> Line =
        from quantity in Quantity
        from price in Price
        from kind in Gen.Choose(0, 3)
        from discountable in Gen.Frequency((9, Gen.Constant(true)), (1, Gen.Constant(false)))
        from rates in Gen.Elements(Rates)
        select new OracleLine(quantity, price, kind, discountable, rates);

    private static readonly Gen<OracleLine> Method =
        from price in Price
        from kind in Gen.Choose(0, 1)
        from rates in Gen.Elements(Rates)
        select new OracleLine(1, price, kind, true, rates);

    private static readonly Gen<int[]?> Kinds = Gen.Frequency(
        (1, Gen.Constant<int[]?>(null)), (1, Gen.SubListOf(0, 1, 2, 3).Where(l => l.Count > 0).Select(l => (int[]?)l.ToArray())));

    private static readonly Gen<decimal> Percentage = Gen.Elements(10m, 5m, 100m, 33.3333m, 0.01m, 50m, 12.5m, 99.9999m);

    private static readonly Gen<decimal> Fixed = Gen.Frequency(
        (3, Gen.Choose(1, 5_000).Select(x => (decimal)x)), (1, Gen.Choose(1, 5_000_000).Select(x => (decimal)x)));

    private static readonly Gen<OraclePromotion> Promotion =
        from target in Gen.Elements(OracleTarget.Items, OracleTarget.Items, OracleTarget.Order, OracleTarget.Shipping)
        from isBuyGet in Gen.Frequency((3, Gen.Constant(false)), (1, Gen.Constant(true)))
        from each in Gen.Elements(true, false)
        from percentage in Gen.Elements(true, false)
        from value in percentage ? Percentage : Fixed
        from taxInclusive in Gen.Elements(true, false)
        from automatic in Gen.Elements(true, false)
        from most in Gen.Frequency((3, Gen.Constant<int?>(null)), (1, Gen.Choose(1, 6).Select(x => (int?)x)))
        from kinds in Kinds
        from allBut in Gen.Frequency((4, Gen.Constant(false)), (1, Gen.Constant(true)))
        from buyKinds in Gen.SubListOf(0, 1, 2, 3).Where(l => l.Count > 0)
        from x in Gen.Choose(1, 4)
        from y in Gen.Choose(1, 3)
        from least in Gen.Frequency((5, Gen.Constant<long?>(null)), (1, Gen.Choose(1, 1_000_000).Select(m => (long?)m)))
        from otherCurrency in Gen.Frequency((15, Gen.Constant(false)), (1, Gen.Constant(true)))
        from budget in Gen.Frequency((7, Gen.Constant<long?>(null)), (1, Gen.Choose(1, 100_000).Select(b => (long?)b)))
        let buys = isBuyGet && target == OracleTarget.Items
        select new OraclePromotion(
            target, buys || (each && target != OracleTarget.Order), percentage, value, taxInclusive, automatic, buys || each ? most : null, kinds, allBut,
            buys ? buyKinds.ToArray() : null, x, y, least, otherCurrency, budget);

    private static readonly Gen<OracleCart> Cart =
        from currency in Gen.Elements("zar", "jpy", "kwd")
        from inclusive in Gen.Elements(true, false)
        from lineCount in Gen.Choose(0, 6)
        from lines in Line.ArrayOf(lineCount)
        from shippingCount in Gen.Frequency((1, Gen.Constant(0)), (2, Gen.Constant(1)), (1, Gen.Constant(2)))
        from shipping in Method.ArrayOf(shippingCount)
        from promotionCount in Gen.Choose(0, 4)
        from promotions in Promotion.ArrayOf(promotionCount)
        select new OracleCart(currency, inclusive, lines, shipping, promotions);

    /// <summary>Carts; a failing one is made smaller by leaving out lines, methods and promotions.</summary>
    public static Arbitrary<OracleCart> Carts { get; } = Arb.From(Cart, Smaller);

    private static IEnumerable<OracleCart> Smaller(OracleCart cart)
    {
        for (var i = 0; i < cart.Promotions.Length; i++) yield return cart with { Promotions = Without(cart.Promotions, i) };
        for (var i = 0; i < cart.Lines.Length; i++) yield return cart with { Lines = Without(cart.Lines, i) };
        for (var i = 0; i < cart.Shipping.Length; i++) yield return cart with { Shipping = Without(cart.Shipping, i) };
    }

    private static T[] Without<T>(T[] items, int index) => [.. items[..index], .. items[(index + 1)..]];
}
