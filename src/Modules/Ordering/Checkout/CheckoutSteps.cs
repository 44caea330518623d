using System.Diagnostics;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Ordering.Carts;
using HeadlessPro.Ordering.Orders;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Ordering.Checkout;

/// <summary>
/// The steps of <see cref="PlaceOrder"/>, each one call to the module that keeps what it is about, each safe to repeat for the same cart.
/// </summary>
internal sealed class CheckoutSteps(CartPricing pricing, CheckoutPeers peers, CheckoutOptions options, TimeProvider clock)
{
    /// <summary>For tests that send a rival at a chosen step.</summary>
    public Action<CheckoutStep>? Probe { get; set; }

    public DateTimeOffset Now => clock.GetUtcMilliseconds();

    public void Reached(CheckoutStep step)
    {
        Probe?.Invoke(step);
        if (options.KillAt == step) Process.GetCurrentProcess().Kill();
    }

    /// <summary>The leased cart at today's prices, checked to be complete.</summary>
    public async Task<Result<PricedCart>> Prepare(Claim claim, CancellationToken ct)
    {
        var owed = peers.Payments.GetCollections(new GetPaymentCollections([claim.CartId]), ct);
        var asked = await pricing.Price(claim.Cart, ct);
        if (!(await owed).Try(out var collections, out var error) || !asked.Try(out var priced, out error)) return error;
        return CheckoutRules.WhatIsMissing(priced, collections.FirstOrDefault()) is { } missing ? missing : priced;
    }

    /// <summary>Holds stock of every line whose stock is counted, and no more than that.</summary>
    public async Task<Result<StockReservation>> ReserveStock(PricedCart cart, Claim claim, CancellationToken ct)
    {
        var expires = Now + options.Reservation;
        var lines = cart.Cart.Lines
            .Select(line => (line, variant: cart.Variants[line.VariantId]))
            .Where(l => l.variant.ManageInventory)
            .Select(l => new ReserveLine(l.line.VariantId, l.line.Quantity, l.variant.AllowBackorder, cart.SnapshotOf(l.line).Label))
            .ToList();
        // A hold of an earlier attempt would be sold whole: it must shrink to what the cart holds now, even to nothing.
        if (lines.Count == 0 && !claim.Resumed) return new StockReservation(cart.Cart.Id, expires);
        return await peers.Inventory.Reserve(new ReserveStock(cart.Cart.Id, cart.Cart.SalesChannelId, lines, expires), ct);
    }

    /// <summary>Holds again what is about to expire.</summary>
    public async Task<Result<StockReservation>> KeepStock(PricedCart cart, Claim claim, StockReservation reservation, CancellationToken ct) =>
        reservation.ExpiresAt - Now > options.Reservation / 2 ? reservation : await ReserveStock(cart, claim, ct);

    /// <summary>Uses up the promotions that gave a discount, and gives back those that no longer do.</summary>
    public async Task<Result<Done>> ClaimPromotions(PricedCart cart, Claim claim, CancellationToken ct)
    {
        var uses = cart.Quote.Promotions.Where(p => p.Amount > 0).Select(p => new PromotionUse(p.Id, p.Amount)).ToList();
        if (uses.Count == 0 && !claim.Resumed) return default(Done);
        var customer = cart.Cart.CustomerId?.ToString() ?? cart.Cart.Email!.ToLowerInvariant();
        return await peers.Pricing.ClaimPromotions(new ClaimPromotions(cart.Cart.Id, customer, uses, cart.Cart.CurrencyCode), ct);
    }

    /// <summary>Authorizes exactly the total; nothing is asked of a provider when nothing is owed.</summary>
    public async Task<Result<CheckoutPayment>> Pay(PricedCart cart, Claim claim, CancellationToken ct)
    {
        if (cart.Total == 0)
        {
            var begun = await peers.Payments.GetCollections(new GetPaymentCollections([cart.Cart.Id]), ct);
            if (!begun.Try(out var collections, out var unknown)) return unknown;
            if (collections.Count == 0) return new CheckoutPayment(null);
            // What the shopper may have paid before it cost nothing goes back, and nothing can be paid any more.
            if ((await peers.Payments.Void(new VoidPayment(cart.Cart.Id), ct)).Error is { } notVoided) return notVoided;
            var owed = await peers.Payments.OpenCollection(new OpenPaymentCollection(cart.Cart.Id, 0, cart.Cart.CurrencyCode), ct);
            return owed.Try(out var nothing, out unknown) ? new CheckoutPayment(nothing) : unknown;
        }

        var state = cart.Cart;
        var shopper = Shopper(state.Email, state.BillingAddress?.CountryCode, state.ShippingAddress?.CountryCode, state.CustomerId);
        var answer = await peers.Payments.Authorize(new AuthorizePayment(state.Id, cart.Total, state.CurrencyCode, shopper), ct);
        if (!answer.Try(out var payment, out var error)) return error;
        return payment.Status == PaymentSessionStatus.Authorized ? new CheckoutPayment(payment.Collection) : CheckoutRules.MoreNeeded;
    }

    /// <summary>What gives back all that a cart that became no order holds, one module after the other.</summary>
    public IEnumerable<Func<Task<Result<Done>>>> Undo(Guid cartId, CancellationToken ct) =>
    [
        () => peers.Payments.Void(new VoidPayment(cartId), ct),
        () => peers.Pricing.ReleasePromotions(new ReleasePromotions(cartId), ct),
        () => peers.Inventory.Release(new ReleaseStock(cartId), ct),
    ];

    /// <summary>An order that stands, with its payment; what it still owes is asked for like the first promise. Not paid yet, it is an order all the same.</summary>
    public async Task<Result<PlacedOrder>> WithPayment(Order order, CancellationToken ct)
    {
        var found = await peers.Payments.GetCollections(new GetPaymentCollections([order.Row.CartId]), ct);
        if (!found.Try(out var collections, out var error)) return error;
        if (order.Row.Status != OrderFlow.Pending || collections is not [var owed] || !MayBePaidFurther(owed)) return new PlacedOrder(order, collections.FirstOrDefault());
        var answer = await peers.Payments.AuthorizeFurther(new AuthorizeFurtherPayment(order.Row.CartId, ShopperOf(order.Row)), ct);
        if (answer.Try(out var collection, out error)) return new PlacedOrder(order, collection);
        return error.Code == "payment_refused" ? error : new PlacedOrder(order, owed);
    }

    private static PayingShopper ShopperOf(OrderRow order) =>
        Shopper(order.Email, order.BillingAddress?.CountryCode, order.ShippingAddress?.CountryCode, order.CustomerId);

    private static PayingShopper Shopper(string? email, string? billing, string? shipping, Guid? customer) => new(email, billing ?? shipping, shipping, customer);

    private static bool MayBePaidFurther(PaymentCollection owed) =>
        owed.Payments.Any(p => p.AwaitsOrder) || owed.Sessions.Any(s => s.Status is PaymentSessionStatus.Pending or PaymentSessionStatus.RequiresMore);
}

/// <summary>The modules a checkout calls.</summary>
internal sealed record CheckoutPeers(IInventory Inventory, IPricing Pricing, IPayments Payments);

/// <summary>What PAY ends in; no collection when nothing was ever owed.</summary>
internal sealed record CheckoutPayment(PaymentCollection? Collection);
