namespace HeadlessPro.Contracts.Identity;

/// <summary>API keys: who is calling, and what a publishable key may see.</summary>
[Contract("identity")]
public interface IApiKeys
{
    /// <summary>The key of a token; <c>not_found</c> when unknown or revoked.</summary>
    Task<Result<ApiKeyInfo>> Resolve(ResolveApiKey request, CancellationToken ct);

    /// <summary>Makes sure a key with exactly this token exists (demo shops and first starts only). Repeating it changes nothing; a revoked one stays so and is <c>key_revoked</c>.</summary>
    Task<Result<ApiKeyInfo>> Ensure(EnsureApiKey request, CancellationToken ct);

    /// <summary>Adds and removes sales channels of a publishable key. The caller has checked that the channels exist. Repeating it changes nothing.</summary>
    Task<Result<ApiKeyInfo>> LinkChannels(LinkKeyChannels request, CancellationToken ct);
}

/// <summary>A token as the client sent it.</summary>
public sealed record ResolveApiKey(string Token);

/// <summary>A key to have.</summary>
public sealed record EnsureApiKey(string Token, ApiKeyType Type, string Title);

/// <summary>Channel links of a key.</summary>
public sealed record LinkKeyChannels(Guid KeyId, IReadOnlyList<Guid> Add, IReadOnlyList<Guid> Remove);

/// <summary>An API key without its secret.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">Publishable (shown to browsers) or secret.</param>
/// <param name="Title">Its name.</param>
/// <param name="SalesChannelIds">What a publishable key may see.</param>
/// <param name="Grants">What a secret key may do; see <see cref="Permissions"/>.</param>
/// <param name="ExpiresAt">When the token that was asked for stops being good; null for never.</param>
public sealed record ApiKeyInfo(Guid Id, ApiKeyType Type, string Title, IReadOnlyList<Guid> SalesChannelIds, IReadOnlyList<string> Grants, DateTimeOffset? ExpiresAt);

/// <summary>The two kinds of key.</summary>
public enum ApiKeyType
{
    /// <summary><c>pk_…</c>, names sales channels, is no secret.</summary>
    Publishable,
    /// <summary><c>sk_…</c>, does what its permissions say.</summary>
    Secret,
}
