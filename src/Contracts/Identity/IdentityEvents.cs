namespace HeadlessPro.Contracts.Identity;

/// <summary>An API key was created, revoked, deleted, or its channels changed.</summary>
public sealed record ApiKeyChanged(Guid KeyId) : IEvent
{
    /// <inheritdoc/>
    public static string Name => "identity.api_key_changed";
}

/// <summary>Sessions of somebody were revoked: their tokens are worth nothing from now on.</summary>
public sealed record SessionsRevoked(Guid IdentityId) : IEvent
{
    /// <inheritdoc/>
    public static string Name => "identity.sessions_revoked";
}
