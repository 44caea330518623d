namespace HeadlessPro.Contracts.Identity;

/// <summary>An API key was created, revoked, deleted, or its channels changed.</summary>
public sealed record ApiKeyChanged(Guid KeyId) : IEvent
{
    /// <inheritdoc/>
    public static string Name => "identity.api_key_changed";
}

/// <summary>What staff may do has changed: somebody's roles, or what a role lets its holders do.</summary>
public sealed record StaffChanged(IReadOnlyList<Guid> UserIds) : IEvent
{
    /// <inheritdoc/>
    public static string Name => "identity.staff_changed";
}

/// <summary>An app was changed or deleted, or what it was let do ended.</summary>
public sealed record AppChanged(Guid AppId) : IEvent
{
    /// <inheritdoc/>
    public static string Name => "identity.app_changed";
}

/// <summary>Sessions of somebody were revoked: their tokens are worth nothing from now on.</summary>
public sealed record SessionsRevoked(Guid IdentityId) : IEvent
{
    /// <inheritdoc/>
    public static string Name => "identity.sessions_revoked";
}
