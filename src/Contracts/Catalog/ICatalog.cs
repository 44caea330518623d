namespace HeadlessPro.Contracts.Catalog;

/// <summary>What may be sold, at which price, and how it is described.</summary>
[Contract("catalog")]
public interface ICatalog
{
    /// <summary>
    /// The current price and description of variants. A variant that does not exist, is deleted, or whose product is not published in
    /// the sales channel is missing from the answer. Never older than <see cref="GetSellableVariants.AsOf"/>: a cart never sees an old price.
    /// </summary>
    Task<Result<IReadOnlyList<SellableVariant>>> GetSellableVariants(GetSellableVariants request, CancellationToken ct);

    /// <summary>The wire form of variants (each with its product) as carts and orders show them under <c>items.variant</c> and <c>items.product</c>. Deleted ones included.</summary>
    Task<Result<IReadOnlyList<VariantDocument>>> GetVariantDocuments(GetVariantDocuments request, CancellationToken ct);

    /// <summary>The sales channels of these ids that exist, in no order.</summary>
    Task<Result<IReadOnlyList<SalesChannelInfo>>> GetSalesChannels(GetSalesChannels request, CancellationToken ct);
}

/// <summary>Which variants, in which context.</summary>
/// <param name="Lines">Variant and the quantity wanted of it (quantity decides quantity prices).</param>
/// <param name="CurrencyCode">ISO 4217, lower case.</param>
/// <param name="RegionId">For prices with a region rule.</param>
/// <param name="SalesChannelIds">The caller's channels; empty = whatever is published.</param>
/// <param name="CustomerGroupIds">For price lists of customer groups.</param>
/// <param name="AsOf">The version of topic <c>catalog</c> the caller has read: a copy that old will do. Null: from the database.</param>
public sealed record GetSellableVariants(
    IReadOnlyList<VariantQuantity> Lines, string CurrencyCode, Guid? RegionId, IReadOnlyList<Guid> SalesChannelIds,
    IReadOnlyList<Guid>? CustomerGroupIds = null, long? AsOf = null);

/// <summary>A number of one variant.</summary>
public sealed record VariantQuantity(Guid VariantId, long Quantity);

/// <summary>A variant ready for a cart line.</summary>
/// <param name="VariantId">Its id.</param>
/// <param name="ProductId">Its product.</param>
/// <param name="VariantTitle">e.g. <c>S / Red</c>.</param>
/// <param name="Sku">Stock keeping unit.</param>
/// <param name="Barcode">Barcode.</param>
/// <param name="ProductTitle">Product title.</param>
/// <param name="ProductSubtitle">Product subtitle.</param>
/// <param name="ProductDescription">Product description.</param>
/// <param name="ProductHandle">Product handle.</param>
/// <param name="Thumbnail">Variant's picture, else the product's.</param>
/// <param name="TypeId">Product type.</param>
/// <param name="TypeValue">Product type's name.</param>
/// <param name="CollectionId">Collection.</param>
/// <param name="CollectionTitle">Collection's title.</param>
/// <param name="CategoryIds">Categories of the product (not their ancestors).</param>
/// <param name="CategoryPathIds">Categories and all their ancestors: what promotion and tax rules match.</param>
/// <param name="TagIds">Tags of the product.</param>
/// <param name="OptionValues">Option title → value, e.g. Size → S.</param>
/// <param name="ManageInventory">Whether stock is counted at all.</param>
/// <param name="AllowBackorder">Whether it may be sold below zero.</param>
/// <param name="RequiresShipping">False for digital goods.</param>
/// <param name="IsDiscountable">Whether promotions may touch it.</param>
/// <param name="IsGiftcard">Whether it is a gift card.</param>
/// <param name="UnitPrice">Current price, minor units; null when it has none in the currency.</param>
/// <param name="OriginalPrice">Price without price lists, minor units.</param>
/// <param name="CompareAtPrice">Struck-through price, minor units.</param>
public sealed record SellableVariant(
    Guid VariantId, Guid ProductId, string? VariantTitle, string? Sku, string? Barcode,
    string ProductTitle, string? ProductSubtitle, string? ProductDescription, string ProductHandle, string? Thumbnail,
    Guid? TypeId, string? TypeValue, Guid? CollectionId, string? CollectionTitle,
    IReadOnlyList<Guid> CategoryIds, IReadOnlyList<Guid> CategoryPathIds, IReadOnlyList<Guid> TagIds,
    IReadOnlyDictionary<string, string> OptionValues,
    bool ManageInventory, bool AllowBackorder, bool RequiresShipping, bool IsDiscountable, bool IsGiftcard,
    long? UnitPrice, long? OriginalPrice, long? CompareAtPrice);

/// <summary>Which variants to describe.</summary>
/// <param name="VariantIds">The variants.</param>
/// <param name="AsOf">The version of topic <c>catalog</c> the caller has read: a copy that old will do. Null: from the database.</param>
public sealed record GetVariantDocuments(IReadOnlyList<Guid> VariantIds, long? AsOf = null);

/// <summary>A variant as JSON in the wire's shape.</summary>
/// <param name="VariantId">Its id.</param>
/// <param name="Variant">One JSON object: the variant, with <c>product</c> and <c>options</c> inside.</param>
/// <param name="Product">One JSON object: the product on its own.</param>
public sealed record VariantDocument(Guid VariantId, string Variant, string Product);

/// <summary>Which sales channels; null = all.</summary>
public sealed record GetSalesChannels(IReadOnlyList<Guid>? Ids);

/// <summary>A sales channel.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="IsDisabled">Whether nothing is sold through it now.</param>
/// <param name="Metadata">What staff or programs noted on it, one JSON object.</param>
public sealed record SalesChannelInfo(Guid Id, string Name, bool IsDisabled, string? Metadata = null);
