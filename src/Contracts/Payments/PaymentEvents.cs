namespace HeadlessPro.Contracts.Payments;

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
