namespace HeadlessPro.Contracts.Payments;

/// <summary>Money was promised for a cart whose shopper may never come back to complete it: told by the provider, not by a checkout.</summary>
/// <param name="PaymentId">The payment.</param>
/// <param name="CartId">The cart, which is to become an order; if it cannot, the promise is let go.</param>
/// <param name="Amount">Promised, minor units.</param>
/// <param name="CurrencyCode">ISO 4217, lower case.</param>
public sealed record PaymentAuthorized(Guid PaymentId, Guid CartId, long Amount, string CurrencyCode) : IEvent
{
    /// <inheritdoc/>
    public static string Name => "payments.authorized";
}

/// <summary>Money of a payment was taken.</summary>
/// <param name="PaymentId">The payment.</param>
/// <param name="CartId">The cart it was promised for, and the key of its order.</param>
/// <param name="Amount">Taken now, minor units.</param>
/// <param name="Captured">Taken so far.</param>
/// <param name="CurrencyCode">ISO 4217, lower case.</param>
public sealed record PaymentCaptured(Guid PaymentId, Guid CartId, long Amount, long Captured, string CurrencyCode) : IEvent
{
    /// <inheritdoc/>
    public static string Name => "payments.captured";
}

/// <summary>Money of a payment was given back.</summary>
/// <param name="PaymentId">The payment.</param>
/// <param name="CartId">The cart it was promised for, and the key of its order.</param>
/// <param name="Amount">Given back now, minor units.</param>
/// <param name="Refunded">Given back so far.</param>
/// <param name="CurrencyCode">ISO 4217, lower case.</param>
public sealed record PaymentRefunded(Guid PaymentId, Guid CartId, long Amount, long Refunded, string CurrencyCode) : IEvent
{
    /// <inheritdoc/>
    public static string Name => "payments.refunded";
}

/// <summary>Staff denied a payment that was held for review: its money goes back, nothing of the order is to be sent.</summary>
/// <param name="PaymentId">The payment.</param>
/// <param name="CartId">The cart it was promised for.</param>
/// <param name="OrderId">The order.</param>
public sealed record PaymentDenied(Guid PaymentId, Guid CartId, Guid OrderId) : IEvent
{
    /// <inheritdoc/>
    public static string Name => "payments.denied";
}
