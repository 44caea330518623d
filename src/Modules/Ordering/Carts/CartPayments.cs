using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;

namespace HeadlessPro.Ordering.Carts;

/// <summary>A priced cart and what is owed for it, once its payment has begun.</summary>
internal sealed record CartView(PricedCart Priced, PaymentCollection? Payment)
{
    /// <summary>Without anything that tells who buys.</summary>
    public CartView WithoutPerson()
    {
        static CartAddress? Place(CartAddress? address) =>
            address is null ? null : new CartAddress(address.Id, CountryCode: address.CountryCode, Province: address.Province);
        var cart = Priced.Cart;
        return new CartView(Priced with
        {
            Cart = cart with
            {
                CustomerId = null,
                Email = null,
                CustomerEmail = null,
                Metadata = null,
                Lines = [.. cart.Lines.Select(l => l with { Metadata = "{}" })],
                ShippingMethods = [.. cart.ShippingMethods.Select(m => m with { Data = null })],
                ShippingAddress = Place(cart.ShippingAddress),
                BillingAddress = Place(cart.BillingAddress),
            },
        }, Payment is null ? null : PaymentCollectionJson.WithoutPerson(Payment));
    }
}

/// <summary>Keeps the amount owed equal to the cart's total: prices may change after the shopper has begun to pay.</summary>
internal sealed class CartPayments(IPayments payments)
{
    public Task<Result<IReadOnlyList<PaymentCollection>>> Find(CartState cart, CancellationToken ct) => cart.PaymentBegun
        ? payments.GetCollections(new GetPaymentCollections([cart.Id]), ct)
        : Task.FromResult<Result<IReadOnlyList<PaymentCollection>>>(Array.Empty<PaymentCollection>());

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
        var owed = payments.Find(cart, ct);
        var price = await pricing.Price(cart, ct);
        var found = await owed;
        if (!price.Try(out var priced, out var error)) return error;
        return await payments.BringUpToDate(priced, found, ct);
    }
}
