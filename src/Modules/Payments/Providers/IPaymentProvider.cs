namespace HeadlessPro.Payments.Providers;

/// <summary>Someone who takes money. Each call carries a key and is safe to repeat: the provider answers the same again.</summary>
internal interface IPaymentProvider
{
    /// <summary><c>pp_{identifier}_{id}</c>, as clients interpret it.</summary>
    string Id { get; }

    /// <summary>Prepares a payment; answers the JSON object the client needs (a client secret, say).</summary>
    Task<string> OpenSession(ProviderSession session, CancellationToken ct);

    /// <summary>Asks for a promise of the session's amount.</summary>
    Task<ProviderAuthorization> Authorize(ProviderSession session, CancellationToken ct);

    /// <summary>Lets a promise go.</summary>
    Task Void(ProviderSession session, CancellationToken ct);
}

/// <summary>What a provider is told of a session.</summary>
/// <param name="Id">The session, also the key of repeated calls.</param>
/// <param name="Amount">Minor units.</param>
/// <param name="CurrencyCode">ISO 4217, lower case.</param>
/// <param name="Data">The provider's own JSON object.</param>
internal sealed record ProviderSession(Guid Id, long Amount, string CurrencyCode, string Data);

/// <summary>A provider's answer to an authorization.</summary>
internal sealed record ProviderAuthorization(ProviderVerdict Verdict, string Data, string Reference, string? Reason = null);

/// <summary>How an authorization ended.</summary>
internal enum ProviderVerdict
{
    Authorized,
    RequiresMore,
    Refused,
}
