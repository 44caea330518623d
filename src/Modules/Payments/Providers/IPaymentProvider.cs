using HeadlessPro.Contracts;

namespace HeadlessPro.Payments.Providers;

/// <summary>Someone who takes money. Each call carries a key and is safe to repeat: the provider answers the same again.</summary>
/// <remarks>
/// What moves a payment answers a snapshot. An error of type <see cref="ErrorType.Unavailable"/> says that nobody knows what came of the
/// call, which is made again; any other is a refusal, after which nothing has moved.
/// </remarks>
internal interface IPaymentProvider
{
    /// <summary><c>pp_{identifier}_{id}</c>, as clients interpret it.</summary>
    string Id { get; }

    /// <summary>Prepares a payment; answers the JSON object the client needs (a client secret, say).</summary>
    Task<string> OpenSession(ProviderSession session, CancellationToken ct);

    /// <summary>Asks for a promise of the session's amount.</summary>
    Task<ProviderAuthorization> Authorize(ProviderSession session, CancellationToken ct);

    /// <summary>Takes promised money.</summary>
    Task<Result<ProviderSnapshot>> Capture(ProviderPayment payment, long amount, Guid key, CancellationToken ct);

    /// <summary>Gives taken money back.</summary>
    Task<Result<ProviderSnapshot>> Refund(ProviderPayment payment, long amount, Guid key, string? reason, CancellationToken ct);

    /// <summary>Lets a promise go.</summary>
    Task<Result<ProviderSnapshot>> Void(ProviderPayment payment, Guid key, CancellationToken ct);
}

/// <summary>What a provider is told of a session.</summary>
/// <param name="Id">The session, also the key of repeated calls.</param>
/// <param name="Amount">Minor units.</param>
/// <param name="CurrencyCode">ISO 4217, lower case.</param>
/// <param name="Data">The provider's own JSON object.</param>
internal sealed record ProviderSession(Guid Id, long Amount, string CurrencyCode, string Data);

/// <summary>A provider's answer to an authorization; <paramref name="Reference"/> is its name of the payment.</summary>
internal sealed record ProviderAuthorization(ProviderVerdict Verdict, string Data, string Reference, string? Reason = null);

/// <summary>How an authorization ended.</summary>
internal enum ProviderVerdict
{
    Authorized,
    RequiresMore,
    Refused,
}

/// <summary>What a provider is told of a payment.</summary>
/// <param name="Reference">The provider's name of it.</param>
/// <param name="Amount">Authorized, minor units.</param>
/// <param name="CurrencyCode">ISO 4217, lower case.</param>
/// <param name="Data">The provider's own JSON object.</param>
internal sealed record ProviderPayment(string Reference, long Amount, string CurrencyCode, string Data);

/// <summary>What a provider holds for one payment: whatever of it is not in the books yet is written there.</summary>
internal sealed record ProviderSnapshot(IReadOnlyList<ProviderMovement> Movements);

/// <summary>Money that moved at a provider.</summary>
/// <param name="Kind">Where to.</param>
/// <param name="Reference">The provider's name of the movement, of its kind unique within the payment.</param>
/// <param name="Amount">Minor units.</param>
/// <param name="Key">The key of the call that asked for it; null when it came about otherwise.</param>
internal sealed record ProviderMovement(MovementKind Kind, string Reference, long Amount, Guid? Key);

/// <summary>What can be asked of an authorized payment.</summary>
internal enum MovementKind
{
    Capture,
    Refund,
    Void,
}

internal static class MovementKindNames
{
    /// <summary>The name in the database and in messages.</summary>
    public static string Name(this MovementKind kind) => kind switch
    {
        MovementKind.Capture => "capture",
        MovementKind.Refund => "refund",
        _ => "void",
    };

    /// <summary>The kind of that name; unknown names are a bug.</summary>
    public static MovementKind Parse(string name) => Enum.Parse<MovementKind>(name, ignoreCase: true);
}
