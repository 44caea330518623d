using System.Globalization;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Ordering.Carts;

namespace HeadlessPro.Ordering.Checkout;

/// <summary>What a cart must have before it can become an order. The order of the checks is the peer's (recording 053: payment first).</summary>
internal static class CheckoutRules
{
    public static Error MoreNeeded =>
        new(ErrorType.PaymentAuthorization, "requires_more", "The payment needs the shopper's confirmation before the order can be placed");

    /// <summary>Nobody pays more than they saw; less is welcome.</summary>
    private static Error TotalChanged(PricedCart priced, long seen)
    {
        var currency = priced.Cart.CurrencyCode;
        string Of(long minor) =>
            Money.ToMajor(minor, currency).ToString($"F{Money.Exponent(currency)}", CultureInfo.InvariantCulture) + " " + currency.ToUpperInvariant();
        return Error.Conflict($"The total is now {Of(priced.Total)} instead of {Of(seen)}: look at the cart again before you pay", "total_changed");
    }

    public static Error? WhatIsMissing(PricedCart priced, PaymentCollection? owed)
    {
        var cart = priced.Cart;
        var id = WireId.Encode("cart", cart.Id);
        if (cart.Lines.Count == 0) return Error.Invalid($"Cart {id} has no items");
        if (priced.UnavailableLines.ToList() is { Count: > 0 } gone)
            return Error.Invalid($"No longer for sale: {string.Join("; ", gone.Select(l => l.Snapshot.Label))}. Remove it from the cart", "item_unavailable");
        if (priced.Total > 0 && owed is null) return Error.Invalid("Payment collection has not been initiated for cart");
        if (priced.Total > 0 && owed is { AuthorizedAmount: null }
            && !owed.Sessions.Any(s => s.Status is PaymentSessionStatus.Pending or PaymentSessionStatus.RequiresMore))
            return Error.Invalid("Payment sessions are required to complete cart");
        if (owed is { AuthorizedAmount: null } && priced.Total > owed.Amount) return TotalChanged(priced, owed.Amount);
        if (string.IsNullOrEmpty(cart.Email)) return Error.Invalid("Field 'email' is required to complete the cart");

        if (!cart.Lines.Any(l => priced.SnapshotOf(l).RequiresShipping)) return null;
        if (cart.ShippingMethods.Count == 0)
            return Error.Invalid("No shipping method selected but the cart contains items that require shipping.");
        if (priced.UnfitShippingMethods.ToList() is { Count: > 0 } unfit)
            return Error.Invalid($"Shipping method '{unfit[0].Name}' is no longer available for this cart: choose another", "shipping_unavailable");
        return cart.ShippingAddress?.CountryCode is null ? Error.Invalid("Field 'shipping_address' is required to complete the cart") : null;
    }
}
