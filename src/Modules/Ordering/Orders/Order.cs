using System.Text.Json.Serialization;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Ordering.Carts;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Ordering.Orders;

/// <summary>An order as it is stored. Amounts are minor units of <see cref="OrderRow.CurrencyCode"/>.</summary>
internal sealed record Order(OrderRow Row, IReadOnlyList<OrderLineRow> Lines, IReadOnlyList<OrderShippingRow> Shipping);

/// <summary>What the three tables with amounts have in common.</summary>
internal interface IHasAmounts
{
    long OriginalTotal { get; }
    long OriginalTaxTotal { get; }
    long Subtotal { get; }
    long DiscountTotal { get; }
    long DiscountSubtotal { get; }
    long DiscountTaxTotal { get; }
    long TaxTotal { get; }
    long Total { get; }
}

internal static class HasAmountsExtensions
{
    public static Amounts Amounts(this IHasAmounts row) => new(
        row.OriginalTotal, row.OriginalTaxTotal, row.Subtotal, row.DiscountTotal, row.DiscountSubtotal, row.DiscountTaxTotal, row.TaxTotal, row.Total);

    public static Amounts Sum(this IEnumerable<IHasAmounts> rows) => rows.Aggregate(default(Amounts), (sum, row) => sum + row.Amounts());
}

/// <summary><c>ordering.orders</c>. Metadata is a JSON object.</summary>
internal sealed record OrderRow(
    Guid Id, long DisplayId, Guid CartId, Guid? RegionId, string CurrencyCode, Guid? SalesChannelId, Guid? CustomerId,
    string? Email, string? Locale, string Status, bool IsTaxInclusive,
    long OriginalTotal, long OriginalTaxTotal, long Subtotal, long DiscountTotal, long DiscountSubtotal, long DiscountTaxTotal,
    long TaxTotal, long Total, long PlacedTotal,
    KeptAddress? ShippingAddress, KeptAddress? BillingAddress,
    [property: JsonConverter(typeof(RawJsonConverter))] string? Metadata, long Version,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? CanceledAt) : IHasAmounts;

/// <summary><c>ordering.order_lines</c>.</summary>
internal sealed record OrderLineRow(
    Guid Id, Guid OrderId, int Position, Guid VariantId, Guid ProductId, string Title, string? Thumbnail,
    string ProductTitle, string? ProductSubtitle, string? ProductDescription, string ProductHandle,
    string? ProductType, Guid? ProductTypeId, string? ProductCollection,
    string? VariantTitle, string? VariantSku, string? VariantBarcode, [property: JsonConverter(typeof(RawJsonConverter))] string? VariantOptionValues,
    bool RequiresShipping, bool IsGiftcard, bool IsDiscountable, long Quantity, long UnitPrice, long? CompareAtUnitPrice,
    long OriginalTotal, long OriginalTaxTotal, long Subtotal, long DiscountTotal, long DiscountSubtotal, long DiscountTaxTotal,
    long TaxTotal, long Total, [property: JsonConverter(typeof(RawJsonConverter))] string? Metadata,
    IReadOnlyList<OrderTaxLine> TaxLines, IReadOnlyList<OrderAdjustment> Adjustments) : IHasAmounts;

/// <summary><c>ordering.order_shipping_methods</c>.</summary>
internal sealed record OrderShippingRow(
    Guid Id, Guid OrderId, int Position, Guid ShippingOptionId, string Name, long Amount,
    [property: JsonConverter(typeof(RawJsonConverter))] string? Data,
    long OriginalTotal, long OriginalTaxTotal, long Subtotal, long DiscountTotal, long DiscountSubtotal, long DiscountTaxTotal,
    long TaxTotal, long Total, IReadOnlyList<OrderTaxLine> TaxLines, IReadOnlyList<OrderAdjustment> Adjustments) : IHasAmounts;

/// <summary>One tax on a line or shipping method.</summary>
internal sealed record OrderTaxLine(Guid Id, Guid RateId, string? Code, string Description, decimal Rate, long Subtotal, long Total);

/// <summary>One promotion's discount on a line or shipping method.</summary>
internal sealed record OrderAdjustment(Guid Id, Guid PromotionId, string Code, long Amount, long Total);
