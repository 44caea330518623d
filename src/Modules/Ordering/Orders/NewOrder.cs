using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Ordering.Carts;

namespace HeadlessPro.Ordering.Orders;

/// <summary>The order a priced cart becomes: a pure function, so that what is charged is what was quoted.</summary>
internal static class NewOrder
{
    public static Order From(PricedCart priced, long number, DateTimeOffset now)
    {
        var cart = priced.Cart;
        var id = WireId.New();
        return new Order(
            Row(priced, id, number, now),
            cart.Lines.Select((line, i) => Line(priced, line, id, i)).ToList(),
            cart.ShippingMethods.Select((method, i) => Shipping(priced, method, id, i)).ToList());
    }

    private static OrderRow Row(PricedCart priced, Guid id, long number, DateTimeOffset now)
    {
        var (cart, totals) = (priced.Cart, priced.Quote.Totals);
        return new OrderRow(
            id, number, cart.Id, cart.RegionId, cart.CurrencyCode, cart.SalesChannelId, cart.CustomerId, cart.Email, cart.Locale, OrderFlow.Pending,
            priced.Quote.IsTaxInclusive, totals.OriginalTotal, totals.OriginalTaxTotal, totals.Subtotal, totals.DiscountTotal,
            totals.DiscountSubtotal, totals.DiscountTaxTotal, totals.TaxTotal, totals.Total, PlacedTotal: totals.Total,
            Address(cart.ShippingAddress, now), Address(cart.BillingAddress, now), cart.Metadata, Version: 1, now, now, CanceledAt: null);
    }

    private static OrderLineRow Line(PricedCart priced, CartLine line, Guid orderId, int position)
    {
        var (variant, look, entry) = (priced.Variants[line.VariantId], priced.SnapshotOf(line), priced.EntryOf(line.Id)!);
        var a = entry.Amounts;
        return new OrderLineRow(
            WireId.New(), orderId, position, line.VariantId, line.ProductId, look.ProductTitle, look.Thumbnail,
            look.ProductTitle, look.ProductSubtitle, look.ProductDescription, look.ProductHandle ?? "",
            look.TypeValue, look.TypeId, look.CollectionTitle, look.VariantTitle, look.Sku, look.Barcode,
            look.OptionValues is { } values ? JsonSerializer.Serialize(values, NewOrderJson.Default.IReadOnlyDictionaryStringString) : null,
            look.RequiresShipping, look.IsGiftcard, look.IsDiscountable, line.Quantity, variant.UnitPrice!.Value, variant.CompareAtPrice,
            a.OriginalTotal, a.OriginalTaxTotal, a.Subtotal, a.DiscountTotal, a.DiscountSubtotal, a.DiscountTaxTotal, a.TaxTotal, a.Total,
            line.Metadata, TaxLines(entry), Adjustments(entry));
    }

    private static OrderShippingRow Shipping(PricedCart priced, CartShippingMethod method, Guid orderId, int position)
    {
        var (quote, entry) = (priced.ShippingQuotes[method.OptionId], priced.EntryOf(method.Id)!);
        var a = entry.Amounts;
        return new OrderShippingRow(
            WireId.New(), orderId, position, method.OptionId, quote.Name, quote.Amount, method.Data,
            a.OriginalTotal, a.OriginalTaxTotal, a.Subtotal, a.DiscountTotal, a.DiscountSubtotal, a.DiscountTaxTotal, a.TaxTotal, a.Total,
            TaxLines(entry), Adjustments(entry));
    }

    private static List<OrderTaxLine> TaxLines(QuotedEntry entry) =>
        entry.TaxLines.Select(t => new OrderTaxLine(WireId.New(), t.RateId, t.Code, t.Description, t.Rate, t.Subtotal, t.Total)).ToList();

    private static List<OrderAdjustment> Adjustments(QuotedEntry entry) =>
        entry.Adjustments.Select(a => new OrderAdjustment(WireId.New(), a.PromotionId, a.Code, a.Amount, a.Total)).ToList();

    /// <summary>The country of an address as it is stored.</summary>
    public static string? CountryOf(string? address) =>
        address is null ? null : JsonSerializer.Deserialize(address, NewOrderJson.Default.OrderAddress)!.CountryCode;

    private static string? Address(CartAddress? address, DateTimeOffset now) => address is null
        ? null
        : JsonSerializer.Serialize(
            new OrderAddress(
                WireId.Encode("ordaddr", WireId.New()), null, address.Company, address.FirstName, address.LastName, address.Address1,
                address.Address2, address.City, address.CountryCode, address.Province, address.PostalCode, address.Phone, address.Metadata, now, now,
                null),
            NewOrderJson.Default.OrderAddress);
}

/// <summary>An address of an order, as stored and as the wire shows it (recording 060).</summary>
internal sealed record OrderAddress(
    string Id, string? CustomerId, string? Company, string? FirstName, string? LastName,
    [property: JsonPropertyName("address_1")] string? Address1, [property: JsonPropertyName("address_2")] string? Address2,
    string? City, string? CountryCode, string? Province, string? PostalCode, string? Phone, Dictionary<string, JsonElement>? Metadata,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, Converters = [typeof(Platform.Web.WireTimeConverter)])]
[JsonSerializable(typeof(OrderAddress))]
[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class NewOrderJson : JsonSerializerContext;
