namespace HeadlessPro.Contracts.Identity;

/// <summary>Sign-in sessions: who holds a token.</summary>
[Contract("identity")]
public interface ISessions
{
    /// <summary>Who holds the token; <c>unauthorized</c> when it is forged, expired or revoked, or its person is gone.</summary>
    Task<Result<SignedIn>> ResolveSession(ResolveSession request, CancellationToken ct);
}

/// <summary>A token as the client sent it: a JWT, or the value of the session's cookie.</summary>
public sealed record ResolveSession(string Token);

/// <summary>Somebody who is signed in.</summary>
/// <param name="SessionId">The session, which can be revoked.</param>
/// <param name="IdentityId">Who signed in.</param>
/// <param name="ActorType"><c>customer</c>, <c>user</c> (staff) or <c>app</c>.</param>
/// <param name="ActorId">The customer or member of staff; null for one who has registered and is neither yet.</param>
/// <param name="ExpiresAt">When the token ends.</param>
public sealed record SignedIn(Guid SessionId, Guid IdentityId, string ActorType, Guid? ActorId, DateTimeOffset ExpiresAt)
{
    /// <summary>What a member of staff, or an app in their name or its own, may do, now; see <see cref="Permissions"/>.</summary>
    public IReadOnlyList<string> Grants { get; init; } = [];

    /// <summary>Whether one of their roles asks for a second factor that this session has not shown: they may do nothing until then.</summary>
    public bool IsSecondFactorMissing { get; init; }

    /// <summary>The app that was given the token, which may do no more than <see cref="Scopes"/>; null for people themselves.</summary>
    public Guid? AppId { get; init; }

    /// <summary>What the app was let do, and still may; see <see cref="Identity.Scopes"/>.</summary>
    public IReadOnlyList<string> Scopes { get; init; } = [];
}
