using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;

namespace HeadlessPro.Ordering.Carts;

/// <summary>A priced cart and what is owed for it, once its payment has begun.</summary>
internal sealed record CartView(PricedCart Priced, PaymentCollection? Payment);

/// <summary>Keeps the amount owed equal to the cart's total: prices may change after the shopper has begun to pay.</summary>
internal sealed class CartPayments(IPayments payments)
{
    public Task<Result<IReadOnlyList<PaymentCollection>>> Find(Guid cartId, CancellationToken ct) =>
        payments.GetCollections(new GetPaymentCollections([cartId]), ct);

    public async Task<Result<CartView>> BringUpToDate(PricedCart priced, Result<IReadOnlyList<PaymentCollection>> found, CancellationToken ct)
    {
        if (!found.Try(out var collections, out var error)) return error;
        if (collections.Count == 0) return new CartView(priced, null);
        var collection = collections[0];
        var settled = priced.Cart.CompletedAt is not null || collection.AuthorizedAmount is not null;
        if (settled || (collection.Amount == priced.Total && collection.CurrencyCode == priced.Cart.CurrencyCode)) return new CartView(priced, collection);
        return (await Open(priced, ct)).Try(out collection, out error) ? new CartView(priced, collection) : error;
    }

    public Task<Result<PaymentCollection>> Open(PricedCart priced, CancellationToken ct) =>
        payments.OpenCollection(new OpenPaymentCollection(priced.Cart.Id, priced.Total, priced.Cart.CurrencyCode), ct);
}

/// <summary>Reads a cart with today's prices.</summary>
internal sealed class CartReader(CartStore store, CartPricing pricing, CartPayments payments)
{
    public async Task<Result<CartView>> Read(string wireId, CancellationToken ct)
    {
        if (!WireId.TryDecode("cart", wireId, out var id) || await store.Load(id, ct) is not { } cart) return CartErrors.NotFound(wireId);
        var owed = payments.Find(id, ct);
        var price = await pricing.Price(cart, ct);
        var found = await owed;
        return price.Try(out var priced, out var error) ? await payments.BringUpToDate(priced, found, ct) : error;
    }
}
