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
            Address(cart.ShippingAddress), Address(cart.BillingAddress), cart.Metadata, Version: 1, now, now, CanceledAt: null);
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

    // The cart was read, so its addresses are as a row keeps them: closed already.
    private static KeptAddress? Address(CartAddress? address) => address is null ? null : address.Kept! with { Id = WireId.New() };
}

[JsonSerializable(typeof(IReadOnlyDictionary<string, string>))]
internal sealed partial class NewOrderJson : JsonSerializerContext;
