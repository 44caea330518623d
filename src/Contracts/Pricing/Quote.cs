namespace HeadlessPro.Contracts.Pricing;

/// <summary>A cart, as far as money goes. Amounts are minor units of <paramref name="CurrencyCode"/>.</summary>
/// <param name="CurrencyCode">ISO 4217, lower case.</param>
/// <param name="RegionId">Decides tax inclusion.</param>
/// <param name="CountryCode">Where the goods go; null = no tax yet.</param>
/// <param name="Province">Province, for tax regions within a country.</param>
/// <param name="CustomerId">For promotion rules and limits.</param>
/// <param name="Email">For limits per guest.</param>
/// <param name="CustomerGroupIds">For promotion rules.</param>
/// <param name="PromotionCodes">Codes the shopper entered.</param>
/// <param name="Lines">Goods.</param>
/// <param name="Shipping">Shipping methods.</param>
/// <param name="ForceTaxes">Compute taxes even where the region does not do so by itself (<c>POST /store/carts/{id}/taxes</c>).</param>
/// <param name="CartId">The key of <see cref="ClaimPromotions"/>: uses this cart holds itself do not count against it when its completion is tried again.</param>
public sealed record QuoteRequest(
    string CurrencyCode, Guid? RegionId, string? CountryCode, string? Province, Guid? CustomerId, string? Email,
    IReadOnlyList<Guid> CustomerGroupIds, IReadOnlyList<string> PromotionCodes,
    IReadOnlyList<QuoteLine> Lines, IReadOnlyList<QuoteShipping> Shipping, bool ForceTaxes = false,
    Guid? CartId = null);

/// <summary>A line of goods.</summary>
/// <param name="Id">The line's id.</param>
/// <param name="Quantity">Pieces, &gt; 0.</param>
/// <param name="UnitPrice">Price of one, minor units, tax as the region says.</param>
/// <param name="ProductId">For rules.</param>
/// <param name="VariantId">For rules.</param>
/// <param name="TypeId">For rules.</param>
/// <param name="CollectionId">For rules.</param>
/// <param name="CategoryIds">Categories and their ancestors, for rules.</param>
/// <param name="TagIds">For rules.</param>
/// <param name="IsDiscountable">Whether promotions may touch it.</param>
public sealed record QuoteLine(
    Guid Id, long Quantity, long UnitPrice, Guid ProductId, Guid VariantId, Guid? TypeId, Guid? CollectionId,
    IReadOnlyList<Guid> CategoryIds, IReadOnlyList<Guid> TagIds, bool IsDiscountable);

/// <summary>A shipping method.</summary>
public sealed record QuoteShipping(Guid Id, Guid OptionId, Guid? TypeId, long Amount);

/// <summary>Lines of an order in other quantities.</summary>
/// <param name="IsTaxInclusive">Whether the order's unit prices include tax.</param>
/// <param name="Lines">All lines the order is to have.</param>
public sealed record RequoteRequest(bool IsTaxInclusive, IReadOnlyList<SoldLine> Lines);

/// <summary>A line as it was sold.</summary>
/// <param name="Id">The line's id.</param>
/// <param name="Quantity">Pieces it is to have, &gt; 0.</param>
/// <param name="SoldQuantity">Pieces it has: what its discounts were given for.</param>
/// <param name="UnitPrice">Price of one, minor units.</param>
/// <param name="Taxes">Its taxes; their rates count.</param>
/// <param name="Adjustments">Its discounts, of which every piece has its share.</param>
public sealed record SoldLine(
    Guid Id, long Quantity, long SoldQuantity, long UnitPrice, IReadOnlyList<TaxLine> Taxes, IReadOnlyList<Adjustment> Adjustments);

/// <summary>
/// Exact totals. For every entry: <c>Total = Subtotal − DiscountSubtotal + TaxTotal</c>, <c>DiscountTotal = OriginalTotal − Total</c>,
/// <c>DiscountTaxTotal = OriginalTaxTotal − TaxTotal</c>; sums over entries equal the cart's totals; no amount is negative.
/// </summary>
/// <param name="IsTaxInclusive">Whether the unit prices it was given include tax.</param>
/// <param name="Lines">One per line asked, in order.</param>
/// <param name="Shipping">One per method asked, in order.</param>
/// <param name="Items">Sum over lines.</param>
/// <param name="ShippingTotals">Sum over methods.</param>
/// <param name="Totals">Sum of both.</param>
/// <param name="Promotions">Promotions that are attached to the cart: entered codes that exist, and automatic ones that applied, in the order they were applied.</param>
/// <param name="InvalidCodes">Entered codes that do not exist or are not usable now.</param>
public sealed record Quote(
    bool IsTaxInclusive, IReadOnlyList<QuotedEntry> Lines, IReadOnlyList<QuotedEntry> Shipping,
    Amounts Items, Amounts ShippingTotals, Amounts Totals,
    IReadOnlyList<AppliedPromotion> Promotions, IReadOnlyList<string> InvalidCodes);

/// <summary>A line's or method's amounts, and where they come from.</summary>
public sealed record QuotedEntry(Guid Id, Amounts Amounts, IReadOnlyList<TaxLine> TaxLines, IReadOnlyList<Adjustment> Adjustments);

/// <summary>Amounts in minor units.</summary>
/// <param name="OriginalTotal">Before discounts, with tax.</param>
/// <param name="OriginalTaxTotal">Tax before discounts.</param>
/// <param name="Subtotal">Before discounts, without tax.</param>
/// <param name="DiscountTotal">Discount, with tax.</param>
/// <param name="DiscountSubtotal">Discount, without tax.</param>
/// <param name="DiscountTaxTotal">Tax part of the discount.</param>
/// <param name="TaxTotal">Tax after discounts.</param>
/// <param name="Total">What is to pay.</param>
public readonly record struct Amounts(
    long OriginalTotal, long OriginalTaxTotal, long Subtotal, long DiscountTotal, long DiscountSubtotal, long DiscountTaxTotal,
    long TaxTotal, long Total)
{
    /// <summary>Entry by entry.</summary>
    public static Amounts operator +(Amounts a, Amounts b) => new(
        a.OriginalTotal + b.OriginalTotal, a.OriginalTaxTotal + b.OriginalTaxTotal, a.Subtotal + b.Subtotal,
        a.DiscountTotal + b.DiscountTotal, a.DiscountSubtotal + b.DiscountSubtotal, a.DiscountTaxTotal + b.DiscountTaxTotal,
        a.TaxTotal + b.TaxTotal, a.Total + b.Total);
}

/// <summary>One tax on one entry.</summary>
/// <param name="RateId">The tax rate.</param>
/// <param name="Code">e.g. <c>VAT15</c>.</param>
/// <param name="Description">e.g. <c>VAT</c>.</param>
/// <param name="Rate">Percent, e.g. 15.</param>
/// <param name="Subtotal">Tax before discounts, minor units.</param>
/// <param name="Total">Tax after discounts, minor units; the lines of an entry sum to its <see cref="Amounts.TaxTotal"/>.</param>
public sealed record TaxLine(Guid RateId, string? Code, string Description, decimal Rate, long Subtotal, long Total);

/// <summary>One promotion's discount on one entry.</summary>
/// <param name="PromotionId">The promotion.</param>
/// <param name="Code">Its code.</param>
/// <param name="Amount">Discount without tax, minor units; the adjustments of an entry sum to its <see cref="Amounts.DiscountSubtotal"/>.</param>
/// <param name="Total">Discount with tax, minor units; they sum to its <see cref="Amounts.DiscountTotal"/>.</param>
public sealed record Adjustment(Guid PromotionId, string Code, long Amount, long Total);

/// <summary>A promotion on a cart.</summary>
/// <param name="Id">The promotion.</param>
/// <param name="Code">Its code.</param>
/// <param name="IsAutomatic">Applied without a code.</param>
/// <param name="IsTaxInclusive">Whether a fixed value counts tax in.</param>
/// <param name="Amount">Discount it gave, with tax, minor units; 0 when attached but not (yet) applying.</param>
/// <param name="Document">The promotion as JSON in the wire's shape (recording 048).</param>
public sealed record AppliedPromotion(Guid Id, string Code, bool IsAutomatic, bool IsTaxInclusive, long Amount, string Document);
