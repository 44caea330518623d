using System.Text.Json;
using HeadlessPro.Contracts;

namespace HeadlessPro.Payments.Providers;

/// <summary>
/// Someone who takes money. Whatever is asked, the answer is what the provider holds now (<see cref="ProviderSnapshot"/>), which
/// <see cref="Books"/> compares with ours: so it does not matter who asks, how often, or in which order answers and webhooks arrive.
/// </summary>
/// <remarks>
/// Expected failures are errors, never exceptions. One of type <see cref="ErrorType.Unavailable"/> (<see cref="PaymentErrors.ProviderUnavailable"/>)
/// says that nobody knows what came of the call, which is made again with the same key; <see cref="PaymentErrors.InReview"/>, that the provider
/// has it and decides later; any other is a refusal, after which nothing has moved.
/// A refused card is no error: it is a snapshot that is still open, with a reason.
/// </remarks>
internal interface IPaymentProvider
{
    /// <summary><c>pp_{identifier}_{id}</c>, as clients interpret it.</summary>
    string Id { get; }

    /// <summary>Whether staff take its money by hand; else it is captured after the grace period.</summary>
    bool IsByHand => false;

    /// <summary>
    /// Prepares a payment of exactly the session's amount, or brings the one it prepared before (<see cref="ProviderSession.Reference"/>) to it.
    /// What cannot be changed any more (paid, canceled, lapsed) is answered as it stands, or replaced by a new one.
    /// </summary>
    Task<Result<ProviderSnapshot>> Open(ProviderSession session, CancellationToken ct);

    /// <summary>What became of the shopper's part, and the promise itself where the shop must ask for it; never of another amount than the session's.</summary>
    Task<Result<ProviderSnapshot>> Authorize(ProviderSession session, CancellationToken ct);

    /// <summary>What the provider holds; changes nothing.</summary>
    Task<Result<ProviderSnapshot>> Find(ProviderSession session, CancellationToken ct);

    /// <summary>Sees to it that nobody can pay the session any more; a promise already given is let go.</summary>
    Task<Result<ProviderSnapshot>> Close(ProviderSession session, CancellationToken ct);

    /// <summary>Takes promised money.</summary>
    Task<Result<ProviderSnapshot>> Capture(ProviderPayment payment, long amount, Guid key, CancellationToken ct);

    /// <summary>Gives taken money back.</summary>
    Task<Result<ProviderSnapshot>> Refund(ProviderPayment payment, long amount, Guid key, string? reason, CancellationToken ct);

    /// <summary>Lets what is left of a promise go.</summary>
    Task<Result<ProviderSnapshot>> Void(ProviderPayment payment, Guid key, CancellationToken ct);
}

/// <summary>What a provider is told of a session.</summary>
/// <param name="Id">The session; sent along (metadata, custom id), so that a webhook finds it.</param>
/// <param name="CartId">The cart.</param>
/// <param name="Reference">The provider's name of what it prepared; null before it did.</param>
/// <param name="Amount">Owed, minor units.</param>
/// <param name="CurrencyCode">ISO 4217, lower case.</param>
/// <param name="Data">What the provider answered last, the JSON object that clients see; <c>{}</c> before the first.</param>
internal sealed record ProviderSession(Guid Id, Guid CartId, string? Reference, long Amount, string CurrencyCode, string Data)
{
    /// <summary>The JSON object that came with the storefront's request to open the session; null when it sent none.</summary>
    public string? Input { get; init; }

    /// <summary>The shopper's account; null for a guest.</summary>
    public Guid? CustomerId { get; init; }

    /// <summary>The books or an event say that the shopper disputes it, for providers who must be asked for that apart.</summary>
    public bool IsDisputed { get; init; }
}

/// <summary>What a provider is told of a payment.</summary>
/// <param name="Session">The session it came from.</param>
/// <param name="Reference">The provider's name of the promise (<see cref="ProviderSnapshot.PaymentReference"/>).</param>
/// <param name="Amount">Promised, minor units.</param>
/// <param name="Captured">Taken so far, by our books.</param>
internal sealed record ProviderPayment(ProviderSession Session, string Reference, long Amount, long Captured)
{
    /// <summary>After this capture the rest of the promise is let go.</summary>
    public bool IsFinalCapture { get; init; }
}

/// <summary>What a provider holds for one session.</summary>
/// <param name="State">How far it is.</param>
/// <param name="Reference">The provider's name of what it prepared; null for one that keeps nothing.</param>
/// <param name="Amount">Minor units that are asked or promised there.</param>
/// <param name="CurrencyCode">ISO 4217, lower case.</param>
/// <param name="Data">The JSON object that clients are to see.</param>
internal sealed record ProviderSnapshot(ProviderState State, string? Reference, long Amount, string CurrencyCode, string Data)
{
    /// <summary>The provider's name of the promise; set as soon as there was one, also when it was let go since.</summary>
    public string? PaymentReference { get; init; }

    /// <summary>Every movement since the promise, oldest first.</summary>
    public IReadOnlyList<ProviderMovement> Movements { get; init; } = [];

    /// <summary>Why the shopper's last try was refused, a sentence for the shopper.</summary>
    public string? Reason { get; init; }

    /// <summary>The provider's name of the try that <see cref="Reason"/> is about; null when it has none but <see cref="Reference"/>.</summary>
    public string? RefusedTry { get; init; }

    /// <summary>When the provider lets the promise go by itself.</summary>
    public DateTimeOffset? LapsesAt { get; init; }

    /// <summary>What is known of the means of payment, of a refused one too, for fraud rules and staff.</summary>
    public ProviderMeans? Means { get; init; }
}

/// <summary>How far a provider's payment is.</summary>
internal enum ProviderState
{
    /// <summary>The shopper can pay, for the first time or again after a refusal.</summary>
    Pending,

    /// <summary>The shopper must act (3-D Secure, approval).</summary>
    RequiresMore,

    /// <summary>Promised; what was taken and given back since are movements.</summary>
    Authorized,

    /// <summary>Nobody can pay it any more.</summary>
    Canceled,
}

/// <summary>A means of payment without anything that could be used to pay: never a number.</summary>
/// <param name="Kind"><c>card</c>, <c>paypal</c>.</param>
/// <param name="Brand">Of a card, <c>visa</c>.</param>
/// <param name="Last4">Of a card.</param>
/// <param name="Country">ISO 3166-1 alpha-2, lower case, of the card's bank or the payer's account.</param>
/// <param name="Fingerprint">The same for the same card or payer at this provider.</param>
/// <param name="Risk">The provider's own opinion: <c>normal</c>, <c>elevated</c>, <c>highest</c>.</param>
internal sealed record ProviderMeans(string Kind, string? Brand, string? Last4, string? Country, string? Fingerprint, string? Risk)
{
    /// <summary>As stored.</summary>
    public static string? ToJson(ProviderMeans? means) => means is null ? null : JsonSerializer.Serialize(means, PaymentsJson.Default.ProviderMeans);
}

/// <summary>Money that moved at a provider.</summary>
/// <param name="Kind">Where to.</param>
/// <param name="Reference">The provider's name of the movement, of its kind unique within the payment.</param>
/// <param name="Amount">Minor units.</param>
/// <param name="Key">The key of the call that asked for it; null when it came about otherwise.</param>
internal sealed record ProviderMovement(MovementKind Kind, string Reference, long Amount, Guid? Key);

/// <summary>Movements of money after a promise. Shops ask for the first three.</summary>
internal enum MovementKind
{
    /// <summary>Promised money was taken.</summary>
    Capture,

    /// <summary>Taken money was given back.</summary>
    Refund,

    /// <summary>Promised money was let go, all of it or what a capture left.</summary>
    Void,

    /// <summary>A refund did not arrive: the shop has the money again.</summary>
    RefundReversal,

    /// <summary>The shopper's bank took the money back.</summary>
    Dispute,

    /// <summary>The shop won the dispute and has the money again.</summary>
    DisputeReversal,
}

internal static class MovementKindNames
{
    private static readonly JsonNamingPolicy Snake = JsonNamingPolicy.SnakeCaseLower;

    private static readonly Dictionary<MovementKind, string> Names = Enum.GetValues<MovementKind>().ToDictionary(k => k, k => Snake.ConvertName(k.ToString()));

    /// <summary>The name in the database and in messages.</summary>
    public static string Name(this MovementKind kind) => Names[kind];

    /// <summary>The kind of that name; unknown names are a bug.</summary>
    public static MovementKind Parse(string name) => Names.Single(n => n.Value == name).Key;
}
