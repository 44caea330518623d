namespace HeadlessPro.Contracts.Payments;

/// <summary>What is owed, who takes it, and what has been taken. Amounts are minor units.</summary>
[Contract("payments")]
public interface IPayments
{
    /// <summary>The payment collections of carts, with their sessions, as kept. A cart without one is missing.</summary>
    Task<Result<IReadOnlyList<PaymentCollection>>> GetCollections(GetPaymentCollections request, CancellationToken ct);

    /// <summary>A page of the collections that an order is said to stand for and that money is promised or kept for, by id: for comparing with orders.</summary>
    Task<Result<IReadOnlyList<PaymentCollection>>> ListPaidCollections(ListPaidCollections request, CancellationToken ct);

    /// <summary>The collection of one cart; created when missing. Repeated, it answers the same collection with its amount brought up to date.</summary>
    Task<Result<PaymentCollection>> OpenCollection(OpenPaymentCollection request, CancellationToken ct);

    /// <summary>Opens a session with a provider and closes any other open one of the collection. The same provider again: the same session with the new amount.</summary>
    Task<Result<PaymentCollection>> OpenSession(OpenPaymentSession request, CancellationToken ct);

    /// <summary>
    /// Authorizes the amount with the provider of the open session. Keyed by the cart: repeated after success it answers the same
    /// payment; an amount that differs from the session's is brought up to date first. Fails with <c>payment_authorization_error</c>, also
    /// when the fraud rules deny the payment; one that they hold for review is authorized.
    /// </summary>
    Task<Result<PaymentAuthorization>> Authorize(AuthorizePayment request, CancellationToken ct);

    /// <summary>
    /// What an order that stands already still owes, with its open session's provider: asked for and assessed like the first promise, and taken on
    /// for the order. Repeated, or with nothing to ask for, it answers the collection as it is. Fails with <c>payment_authorization_error</c> as
    /// <see cref="Authorize"/> does; the order is what it was then.
    /// </summary>
    Task<Result<PaymentCollection>> AuthorizeFurther(AuthorizeFurtherPayment request, CancellationToken ct);

    /// <summary>
    /// Lets go of what was promised for a cart that becomes no order, and gives back what was taken for it, also when only the provider knows of it yet.
    /// Repeating it, or having nothing to let go, changes nothing.
    /// </summary>
    Task<Result<Done>> Void(VoidPayment request, CancellationToken ct);
}

/// <summary>Collections by one key, the first that names any.</summary>
/// <param name="CartIds">Carts.</param>
/// <param name="CollectionIds">Their own ids, what a client names in a route.</param>
/// <param name="References">A provider's name of a session or payment of theirs: <c>pi_…</c>, <c>cs_…</c>, PayPal's ids.</param>
public sealed record GetPaymentCollections(
    IReadOnlyList<Guid> CartIds, IReadOnlyList<Guid>? CollectionIds = null, IReadOnlyList<string>? References = null);

/// <summary>A page of collections with money.</summary>
/// <param name="Since">Those whose payments changed from then on, or are not finished.</param>
/// <param name="Until">And not after this.</param>
/// <param name="After">The last id of the page before; all zeros for the first.</param>
/// <param name="Limit">At most so many.</param>
public sealed record ListPaidCollections(DateTimeOffset Since, DateTimeOffset Until, Guid After, int Limit);

/// <summary>Owed for a cart.</summary>
public sealed record OpenPaymentCollection(Guid CartId, long Amount, string CurrencyCode);

/// <summary>A provider's session for a collection.</summary>
/// <param name="CollectionId">The collection.</param>
/// <param name="ProviderId">e.g. <c>pp_system_default</c>; unknown = <c>invalid_data</c>.</param>
/// <param name="Amount">The cart's total now, minor units.</param>
/// <param name="Data">Provider's own JSON object, or null.</param>
/// <param name="Address">The shopper's address on the network; null when nobody knows it.</param>
/// <param name="CustomerId">The shopper's account; null for a guest.</param>
public sealed record OpenPaymentSession(
    Guid CollectionId, string ProviderId, long Amount, string? Data, string? Address = null, Guid? CustomerId = null);

/// <summary>Take a promise of money.</summary>
/// <param name="CartId">The cart.</param>
/// <param name="Amount">Owed, minor units.</param>
/// <param name="CurrencyCode">ISO 4217, lower case.</param>
/// <param name="Shopper">What fraud rules are to know of who pays.</param>
public sealed record AuthorizePayment(Guid CartId, long Amount, string CurrencyCode, PayingShopper? Shopper = null);

/// <summary>Take a further promise of money for an order.</summary>
/// <param name="CartId">The cart that the order was.</param>
/// <param name="Shopper">What fraud rules are to know of who pays.</param>
public sealed record AuthorizeFurtherPayment(Guid CartId, PayingShopper Shopper);

/// <summary>Who pays.</summary>
/// <param name="Email">E-mail of the cart.</param>
/// <param name="BillingCountry">ISO 3166-1 alpha-2.</param>
/// <param name="ShippingCountry">ISO 3166-1 alpha-2; null when nothing is shipped.</param>
/// <param name="CustomerId">The account; null for a guest.</param>
public sealed record PayingShopper(string? Email, string? BillingCountry, string? ShippingCountry, Guid? CustomerId);

/// <summary>Let the promise go.</summary>
public sealed record VoidPayment(Guid CartId);

/// <summary>The answer to <see cref="AuthorizePayment"/>.</summary>
/// <param name="Status">Authorized; or the shopper must act first.</param>
/// <param name="Collection">The collection after it.</param>
public sealed record PaymentAuthorization(PaymentSessionStatus Status, PaymentCollection Collection);

/// <summary>The amount owed for one cart.</summary>
/// <param name="Id">Its id.</param>
/// <param name="CartId">The cart.</param>
/// <param name="CurrencyCode">ISO 4217, lower case.</param>
/// <param name="Amount">Owed, minor units.</param>
/// <param name="AuthorizedAmount">Authorized so far; null before the first.</param>
/// <param name="CapturedAmount">Captured so far; null before the first authorization.</param>
/// <param name="RefundedAmount">Refunded so far; null before the first authorization.</param>
/// <param name="Status"><c>not_paid</c>, <c>awaiting</c>, <c>authorized</c>, <c>partially_authorized</c>, <c>canceled</c>, <c>completed</c>.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="UpdatedAt">Last change.</param>
/// <param name="Sessions">Its sessions, oldest first; at most one pending.</param>
/// <param name="Payments">Its payments, oldest first.</param>
public sealed record PaymentCollection(
    Guid Id, Guid CartId, string CurrencyCode, long Amount, long? AuthorizedAmount, long? CapturedAmount, long? RefundedAmount,
    string Status, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    IReadOnlyList<PaymentSession> Sessions, IReadOnlyList<Payment> Payments)
{
    /// <summary>What the fraud rules said of the payment that stands, or of the last one; for staff only.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public PaymentAssessment? Fraud =>
        (Payments.LastOrDefault(p => p is { CanceledAt: null, Fraud: not null }) ?? Payments.LastOrDefault(p => p.Fraud is not null))?.Fraud;
}

/// <summary>One try at paying with one provider.</summary>
/// <param name="Id">Its id.</param>
/// <param name="ProviderId">The provider.</param>
/// <param name="Reference">The provider's name of it; null where it has none.</param>
/// <param name="Amount">Owed, minor units.</param>
/// <param name="ProviderAmount">What the provider asks of the shopper; null where it has prepared nothing.</param>
/// <param name="CurrencyCode">ISO 4217, lower case.</param>
/// <param name="Status">Where it stands.</param>
/// <param name="Data">What clients see of it, a JSON object.</param>
/// <param name="AuthorizedAt">When.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="UpdatedAt">Last change.</param>
/// <param name="CustomerId">The account that opened it; null for a guest's.</param>
public sealed record PaymentSession(
    Guid Id, string ProviderId, string? Reference, long Amount, long? ProviderAmount, string CurrencyCode, PaymentSessionStatus Status, string Data,
    DateTimeOffset? AuthorizedAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, Guid? CustomerId = null);

/// <summary>Money promised or taken.</summary>
/// <param name="Id">Its id.</param>
/// <param name="SessionId">The session it came from.</param>
/// <param name="ProviderId">The provider.</param>
/// <param name="Amount">Promised, minor units.</param>
/// <param name="CurrencyCode">ISO 4217, lower case.</param>
/// <param name="Data">What clients see of it, a JSON object.</param>
/// <param name="CapturedAt">When nothing more was left to take.</param>
/// <param name="CanceledAt">When all of it was let go.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="UpdatedAt">Last change.</param>
/// <param name="Fraud">What the fraud rules said of it.</param>
/// <param name="IsBeingCanceled">It is about to be let go: nothing can stand on it any more.</param>
/// <param name="AwaitsOrder">A further promise that the order has not taken on: not assessed yet, or denied.</param>
public sealed record Payment(
    Guid Id, Guid SessionId, string ProviderId, long Amount, string CurrencyCode, string Data,
    DateTimeOffset? CapturedAt, DateTimeOffset? CanceledAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    PaymentAssessment? Fraud = null, bool IsBeingCanceled = false, bool AwaitsOrder = false);

/// <summary>What the fraud rules said of a payment, and what staff decided; never shown to shoppers.</summary>
/// <param name="Score">0 to 100.</param>
/// <param name="Verdict"><c>allow</c>, <c>review</c>, <c>deny</c>.</param>
/// <param name="Reasons">Sentences, each with its points.</param>
/// <param name="Review"><c>pending</c> while the payment is held, <c>released</c>, <c>denied</c>; null when it never was.</param>
public sealed record PaymentAssessment(int Score, string Verdict, IReadOnlyList<string> Reasons, string? Review);

/// <summary>Where a session stands; the wire shows it in snake_case.</summary>
public enum PaymentSessionStatus
{
    /// <summary>Open.</summary>
    Pending,
    /// <summary>The shopper must act (3-D Secure).</summary>
    RequiresMore,
    /// <summary>Authorized.</summary>
    Authorized,
    /// <summary>Captured.</summary>
    Captured,
    /// <summary>Refused or failed.</summary>
    Error,
    /// <summary>Closed.</summary>
    Canceled,
}

/// <summary>The names of session states, on the wire and in the database.</summary>
public static class PaymentSessionStatusNames
{
    private static readonly Dictionary<PaymentSessionStatus, string> Names =
        Enum.GetValues<PaymentSessionStatus>().ToDictionary(s => s, s => System.Text.Json.JsonNamingPolicy.SnakeCaseLower.ConvertName(s.ToString()));

    private static readonly Dictionary<string, PaymentSessionStatus> Statuses = Names.ToDictionary(n => n.Value, n => n.Key, StringComparer.Ordinal);

    /// <summary><c>requires_more</c>, say.</summary>
    public static string Of(PaymentSessionStatus status) => Names[status];

    /// <summary>The state of that name; unknown names are a bug.</summary>
    public static PaymentSessionStatus Parse(string name) => Statuses[name];
}
