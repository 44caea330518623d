namespace HeadlessPro.Contracts.Identity;

/// <summary>An API key was created, revoked, deleted, or its channels changed.</summary>
public sealed record ApiKeyChanged(Guid KeyId) : IEvent
{
    /// <inheritdoc/>
    public static string Name => "identity.api_key_changed";
}
