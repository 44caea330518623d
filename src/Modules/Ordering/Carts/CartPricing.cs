using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Contracts.Fulfillment;
using HeadlessPro.Contracts.Pricing;

namespace HeadlessPro.Ordering.Carts;

/// <summary>A cart with today's prices.</summary>
/// <param name="Cart">The cart as stored.</param>
/// <param name="Region">Its region.</param>
/// <param name="Variants">By variant id, as the catalogue sells them now; a variant that is gone is missing.</param>
/// <param name="ShippingQuotes">By option id; an option that no longer fits is missing.</param>
/// <param name="Quote">Exact totals of the lines that can be sold and the methods that fit.</param>
internal sealed record PricedCart(
    CartState Cart, RegionInfo Region, IReadOnlyDictionary<Guid, SellableVariant> Variants,
    IReadOnlyDictionary<Guid, ShippingQuote> ShippingQuotes, Quote Quote)
{
    private readonly Dictionary<Guid, QuotedEntry> _entries = Quote.Lines.Concat(Quote.Shipping).ToDictionary(e => e.Id);

    /// <summary>What is to pay, minor units.</summary>
    public long Total => Quote.Totals.Total;

    /// <summary>Lines that cannot be sold: shown, not counted, and in the way of completing.</summary>
    public IEnumerable<CartLine> UnavailableLines => Cart.Lines.Where(l => SellableOf(l) is null);

    /// <summary>Methods whose option no longer fits: not shown, not counted, and in the way of completing.</summary>
    public IEnumerable<CartShippingMethod> UnfitShippingMethods => Cart.ShippingMethods.Where(m => !ShippingQuotes.ContainsKey(m.OptionId));

    /// <summary>The variant of a line when it can be sold now, at a price.</summary>
    public SellableVariant? SellableOf(CartLine line) => Variants.TryGetValue(line.VariantId, out var v) && v.UnitPrice is not null ? v : null;

    /// <summary>How a line looks now, or looked when its product was still there.</summary>
    public LineSnapshot SnapshotOf(CartLine line) => Variants.TryGetValue(line.VariantId, out var v) ? LineSnapshot.Of(v) : line.Snapshot;

    /// <summary>The amounts of a line or method; null when it is not counted.</summary>
    public QuotedEntry? EntryOf(Guid id) => _entries.GetValueOrDefault(id);
}

/// <summary>
/// Turns a stored cart into a priced one, always from the shop's own prices of this moment. The same function answers a shopper and
/// places the order, so both see one total.
/// </summary>
internal sealed class CartPricing(ICatalog catalog, IPricing pricing, IFulfillment fulfillment)
{
    public async Task<Result<PricedCart>> Price(CartState cart, CancellationToken ct)
    {
        var regionsAsked = pricing.GetRegions(new GetRegions([cart.RegionId]), ct);
        var variantsAsked = Variants(cart, ct);
        if (!(await variantsAsked).Try(out var variants, out var error)) return error;
        if (!(await regionsAsked).Try(out var regions, out error)) return error;
        if (regions.Count == 0) return CartErrors.RegionGone(WireId.Encode("cart", cart.Id));

        var lines = Lines(cart, variants);
        if (!(await Quote(cart, lines, [], ct)).Try(out var quote, out error)) return error;
        if (cart.ShippingMethods.Count == 0) return new PricedCart(cart, regions[0], variants, new Dictionary<Guid, ShippingQuote>(), quote);

        var asked = await fulfillment.QuoteShipping(
            ShippingFor(cart, regions[0], quote.Items.Total, cart.ShippingMethods.Select(m => m.OptionId).ToList()), ct);
        if (!asked.Try(out var fitting, out error)) return error;
        var byOption = fitting.ToDictionary(q => q.OptionId);
        var shipping = (
            from method in cart.ShippingMethods
            where byOption.ContainsKey(method.OptionId)
            let offer = byOption[method.OptionId]
            select new Contracts.Pricing.QuoteShipping(method.Id, offer.OptionId, offer.TypeId, offer.Amount)).ToList();
        if (shipping.Count > 0 && !(await Quote(cart, lines, shipping, ct)).Try(out quote, out error)) return error;
        return new PricedCart(cart, regions[0], variants, byOption, quote!);
    }

    /// <summary>The question which shipping options fit a cart whose goods are worth <paramref name="itemTotal"/>.</summary>
    public static Contracts.Fulfillment.QuoteShipping ShippingFor(CartState cart, RegionInfo region, long itemTotal, IReadOnlyList<Guid>? optionIds) => new(
        cart.CurrencyCode, cart.RegionId, cart.ShippingAddress?.CountryCode, cart.ShippingAddress?.Province, cart.ShippingAddress?.PostalCode,
        itemTotal, cart.SalesChannelId, optionIds, region.IsTaxInclusive);

    private async Task<Result<IReadOnlyDictionary<Guid, SellableVariant>>> Variants(CartState cart, CancellationToken ct)
    {
        if (cart.Lines.Count == 0) return new Dictionary<Guid, SellableVariant>();
        // Lines of one variant count together: quantity prices look at all of it.
        var quantities = cart.Lines.GroupBy(l => l.VariantId).Select(g => new VariantQuantity(g.Key, g.Sum(l => l.Quantity))).ToList();
        var answer = await catalog.GetSellableVariants(new GetSellableVariants(
            quantities, cart.CurrencyCode, cart.RegionId, cart.SalesChannelIds, AsOf: cart.CatalogVersion), ct);
        return answer.Try(out var variants, out var error) ? variants.ToDictionary(v => v.VariantId) : error;
    }

    private static List<QuoteLine> Lines(CartState cart, IReadOnlyDictionary<Guid, SellableVariant> variants)
    {
        var lines = new List<QuoteLine>(cart.Lines.Count);
        foreach (var line in cart.Lines)
        {
            if (!variants.TryGetValue(line.VariantId, out var v) || v.UnitPrice is not { } price) continue;
            lines.Add(new QuoteLine(
                line.Id, line.Quantity, price, v.ProductId, v.VariantId, v.TypeId, v.CollectionId, v.CategoryPathIds, v.TagIds, v.IsDiscountable));
        }

        return lines;
    }

    private Task<Result<Quote>> Quote(
        CartState cart, IReadOnlyList<QuoteLine> lines, IReadOnlyList<Contracts.Pricing.QuoteShipping> shipping, CancellationToken ct) =>
        pricing.Quote(
            new QuoteRequest(
                cart.CurrencyCode, cart.RegionId, cart.ShippingAddress?.CountryCode, cart.ShippingAddress?.Province, cart.CustomerId, cart.Email, [],
                cart.PromoCodes, lines, shipping, cart.TaxesAsked, cart.Id), ct);
}
