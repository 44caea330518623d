using System.Buffers;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Ordering.Orders;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Ordering.Carts;

/// <summary>From a priced cart to its answer. Nothing is computed here: every amount comes from the quote.</summary>
internal static class CartWire
{
    public static CartResponse Cart(CartView view, IReadOnlyDictionary<Guid, VariantDocument> documents)
    {
        var (cart, quote) = (view.Priced.Cart, view.Priced.Quote);
        var id = WireId.Encode("cart", cart.Id);
        var (all, items, shipping) = (quote.Totals, quote.Items, quote.ShippingTotals);
        return new CartResponse(
            id, cart.CurrencyCode, cart.Email, cart.Locale, WireId.Encode("reg", cart.RegionId), cart.CreatedAt, cart.UpdatedAt, cart.CompletedAt,
            M(all.Total), M(all.Subtotal), M(all.TaxTotal), M(all.DiscountTotal), M(all.DiscountSubtotal), M(all.DiscountTaxTotal),
            M(all.OriginalTotal), M(all.OriginalTaxTotal),
            M(items.Total), M(items.Subtotal), M(items.TaxTotal), M(items.DiscountTotal), M(items.DiscountSubtotal), M(items.DiscountTaxTotal),
            M(items.OriginalTotal), M(items.Subtotal), M(items.OriginalTaxTotal),
            M(shipping.Total), M(shipping.Subtotal), M(shipping.TaxTotal), M(shipping.DiscountTotal), M(shipping.DiscountSubtotal),
            M(shipping.DiscountTaxTotal), M(shipping.OriginalTaxTotal), M(shipping.Subtotal), M(shipping.OriginalTotal),
            0, 0, 0, 0, 0, cart.Metadata, WireId.EncodeOrNull("sc", cart.SalesChannelId),
            WireId.EncodeOrNull("caaddr", cart.ShippingAddress?.Id), WireId.EncodeOrNull("caaddr", cart.BillingAddress?.Id),
            WireId.EncodeOrNull("cus", cart.CustomerId),
            cart.CustomerId is { } customer ? new CartCustomerResponse(WireId.Encode("cus", customer), cart.CustomerEmail, []) : null,
            cart.Lines.Select(l => Line(view.Priced, id, l, documents.GetValueOrDefault(l.VariantId))).ToList(),
            cart.ShippingMethods.Where(m => view.Priced.ShippingQuotes.ContainsKey(m.OptionId)).Select(m => Method(view.Priced, id, m)).ToList(),
            Address(cart.ShippingAddress), Address(cart.BillingAddress), [], [],
            view.Priced.Region.Document, $"[{string.Join(',', quote.Promotions.Select(p => p.Document))}]",
            view.Payment is null ? null : Encoding.UTF8.GetString(Payment(view.Payment).Span));

        decimal M(long minor) => Money.ToMajor(minor, cart.CurrencyCode);
    }

    /// <summary>What is owed, as one JSON object.</summary>
    public static ReadOnlyMemory<byte> Payment(PaymentCollection collection)
    {
        var json = new ArrayBufferWriter<byte>(1024);
        using (var writer = new Utf8JsonWriter(json, JsonBody.Options)) PaymentCollectionJson.Write(writer, collection, withPayments: false);
        return json.WrittenMemory;
    }

    private static CartLineResponse Line(PricedCart priced, string cartId, CartLine line, VariantDocument? document)
    {
        var variant = priced.SellableOf(line);
        var look = priced.SnapshotOf(line);
        var amounts = priced.EntryOf(line.Id)?.Amounts ?? default;
        return new CartLineResponse(
            WireId.Encode("cali", line.Id), cartId, look.Thumbnail, WireId.Encode("variant", line.VariantId), WireId.Encode("prod", line.ProductId),
            look.IsGiftcard, WireId.EncodeOrNull("ptyp", look.TypeId), look.ProductTitle, look.ProductDescription, look.ProductSubtitle,
            look.TypeValue, look.CollectionTitle, look.ProductHandle, look.Sku, look.Barcode, look.VariantTitle, look.OptionValues,
            look.RequiresShipping, look.IsDiscountable, variant is not null, line.Metadata, line.CreatedAt, line.UpdatedAt,
            look.ProductTitle, look.VariantTitle, line.Quantity, M(variant?.UnitPrice ?? 0), variant?.CompareAtPrice is { } price ? M(price) : null,
            priced.Quote.IsTaxInclusive,
            M(amounts.Total), M(amounts.Subtotal), M(amounts.TaxTotal), M(amounts.OriginalTotal), M(amounts.Subtotal), M(amounts.OriginalTaxTotal),
            M(amounts.DiscountTotal), M(amounts.DiscountSubtotal), M(amounts.DiscountTaxTotal),
            TaxLines(priced, "calitxl", line.Id), Adjustments(priced, "caliadj", line.Id),
            LineProduct(line, look, document), document is null ? null : document.Variant);

        decimal M(long minor) => Money.ToMajor(minor, priced.Cart.CurrencyCode);
    }

    private static CartShippingMethodResponse Method(PricedCart priced, string cartId, CartShippingMethod method)
    {
        var offer = priced.ShippingQuotes[method.OptionId];
        var amounts = priced.EntryOf(method.Id)?.Amounts ?? default;
        return new CartShippingMethodResponse(
            M(offer.Amount), priced.Quote.IsTaxInclusive, WireId.Encode("so", method.OptionId), WireId.Encode("casm", method.Id), cartId, offer.Name,
            method.Data,
            M(amounts.Total), M(amounts.Subtotal), M(amounts.TaxTotal), M(amounts.OriginalTotal), M(amounts.Subtotal), M(amounts.OriginalTaxTotal),
            M(amounts.DiscountTotal), M(amounts.DiscountSubtotal), M(amounts.DiscountTaxTotal), method.CreatedAt,
            TaxLines(priced, "casmtxl", method.Id), Adjustments(priced, "casmadj", method.Id));

        decimal M(long minor) => Money.ToMajor(minor, priced.Cart.CurrencyCode);
    }

    private static List<CartTaxLineResponse> TaxLines(PricedCart priced, string prefix, Guid entry) =>
        (priced.EntryOf(entry)?.TaxLines ?? []).Select(t => new CartTaxLineResponse(
            WireId.Encode(prefix, Within(entry, t.RateId)), t.Description, t.Code, t.Rate, "system", null, null,
            Money.ToMajor(t.Total, priced.Cart.CurrencyCode), Money.ToMajor(t.Subtotal, priced.Cart.CurrencyCode))).ToList();

    private static List<CartAdjustmentResponse> Adjustments(PricedCart priced, string prefix, Guid entry) =>
        (priced.EntryOf(entry)?.Adjustments ?? []).Select(a => new CartAdjustmentResponse(
            WireId.Encode(prefix, Within(entry, a.PromotionId)), a.Code, WireId.Encode("promo", a.PromotionId),
            Money.ToMajor(a.Amount, priced.Cart.CurrencyCode), priced.Quote.Promotions.FirstOrDefault(p => p.Id == a.PromotionId)?.IsTaxInclusive ?? false)).ToList();

    private static string LineProduct(CartLine line, LineSnapshot look, VariantDocument? document)
    {
        var own = new CartLineProductResponse(
            WireId.Encode("prod", line.ProductId), WireId.EncodeOrNull("pcol", look.CollectionId), WireId.EncodeOrNull("ptyp", look.TypeId),
            (look.CategoryIds ?? []).Select(c => new CartIdResponse(WireId.Encode("pcat", c))).ToList(),
            (look.TagIds ?? []).Select(t => new CartIdResponse(WireId.Encode("ptag", t))).ToList());
        if (document is null) return JsonSerializer.Serialize(own, CartsJson.Default.CartLineProductResponse);

        // The catalogue's document knows more; what it leaves out (categories, tags) is taken from the line.
        var whole = JsonNode.Parse(document.Product)!.AsObject();
        foreach (var (name, value) in JsonSerializer.SerializeToNode(own, CartsJson.Default.CartLineProductResponse)!.AsObject())
            if (!whole.ContainsKey(name)) whole[name] = value?.DeepClone();
        return whole.ToJsonString();
    }

    private static CartAddressResponse? Address(CartAddress? a) => a is null ? null : new CartAddressResponse(
        WireId.Encode("caaddr", a.Id), a.FirstName, a.LastName, a.Company, a.Address1, a.Address2, a.City, a.PostalCode, a.CountryCode, a.Province,
        a.Phone, a.Metadata);

    /// <summary>An id for one part of an entry that is the same at every answer: tax lines and adjustments are computed, not stored.</summary>
    private static Guid Within(Guid entry, Guid part)
    {
        Span<byte> a = stackalloc byte[16];
        Span<byte> b = stackalloc byte[16];
        entry.TryWriteBytes(a, bigEndian: true, out _);
        part.TryWriteBytes(b, bigEndian: true, out _);
        // The entry's time stays in front, so that ids still sort by it.
        for (var i = 6; i < 16; i++) a[i] ^= b[i];
        return new Guid(a, bigEndian: true);
    }
}

/// <summary>
/// Answers with a cart, cut to the fields the client asked for and to what the caller may see; looks into the catalogue only when they reach there.
/// </summary>
internal sealed class CartAnswers(ICatalog catalog, TimeProvider clock)
{
    private static readonly IReadOnlyDictionary<Guid, VariantDocument> NoDocuments = new Dictionary<Guid, VariantDocument>();

    public async Task<IResult> Send(Result<CartView> result, Caller caller, Fields fields, CancellationToken ct) =>
        result.Try(out var view, out var error) && (await ToWire(view, caller, fields, ct)).Try(out var cart, out error)
            ? Reply.One("cart", cart, CartsJson.Default.CartResponse, fields)
            : Reply.Error(error!);

    public async Task<Result<CartResponse>> ToWire(CartView view, Caller caller, Fields fields, CancellationToken ct)
    {
        var cart = view.Priced.Cart;
        if (!GetOrder.SeesPerson(caller, cart.CustomerId, cart.CompletedAt, clock.GetUtcNow())) view = view.WithoutPerson();
        var lines = cart.Lines;
        if (lines.Count == 0 || !(fields.Wants("items.variant") || fields.WantsMore("items.product", CartFields.LineProduct)))
            return CartWire.Cart(view, NoDocuments);
        var asked = await catalog.GetVariantDocuments(new GetVariantDocuments(lines.Select(l => l.VariantId).Distinct().ToList(), cart.CatalogVersion), ct);
        return asked.Try(out var documents, out var error) ? CartWire.Cart(view, documents.ToDictionary(d => d.VariantId)) : error;
    }
}
