namespace HeadlessPro.Modules.Tests.Pricing;

/// <summary>A cart as the oracle and its generator know it: plain numbers, no type of the product.</summary>
public sealed record OracleCart(string Currency, bool Inclusive, OracleLine[] Lines, OracleLine[] Shipping, OraclePromotion[] Promotions);

/// <summary>A line, or a shipping method (quantity 1, always discountable). <c>Kind</c> is what rules look at.</summary>
public sealed record OracleLine(int Quantity, long Price, int Kind, bool Discountable, decimal[] Rates);

public enum OracleTarget { Items, Order, Shipping }

/// <summary>
/// A promotion; its place in the cart's list is its age. <c>Value</c>: percent, or minor units. <c>Kinds</c>: the entries it is for, null for all.
/// <c>BuyKinds</c>: makes it a buy-X-get-Y. <c>Least</c>: smallest item total, minor units. <c>Budget</c>: what may still be spent.
/// </summary>
public sealed record OraclePromotion(
    OracleTarget Target, bool Each, bool Percentage, decimal Value, bool TaxInclusive, bool Automatic, int? Most, int[]? Kinds, bool AllButKinds,
    int[]? BuyKinds, int X, int Y, long? Least, bool OtherCurrency, long? Budget);

public sealed record OracleAmounts(
    decimal OriginalTotal, decimal OriginalTax, decimal Subtotal, decimal Discount, decimal DiscountSubtotal, decimal DiscountTax, decimal Tax, decimal Total);

public sealed record OracleEntry(
    OracleAmounts Amounts, decimal[] TaxBefore, decimal[] TaxAfter, List<(int Promotion, decimal WithoutTax, decimal WithTax)> Adjustments);

public sealed record OracleAnswer(OracleEntry[] Lines, OracleEntry[] Shipping, Dictionary<int, decimal> Given);
