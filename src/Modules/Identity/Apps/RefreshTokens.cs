using System.Buffers.Text;
using System.Security.Cryptography;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Keys;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Identity.Apps;

/// <summary>
/// Refresh tokens: each is used once and gives the next. One that was used before ends all that followed from it, for two hold it, and one of
/// them is a thief. Only the very same request again, within seconds, as after an answer that got lost, gets the same answer: the one next
/// token, not another, so that a thief's use still shows at the use after it.
/// </summary>
internal sealed class RefreshTokens(Db db, SessionStore sessions, AppTokens tokens, IDataProtectionProvider ring, IConfiguration configuration)
{
    public const string Prefix = "rt_";

    private static readonly TimeSpan Grace = TimeSpan.FromSeconds(10);
    private readonly IDataProtector _protector = ring.CreateProtector("identity.refresh_tokens");
    private readonly TimeSpan _longest = configuration.GetValue("Identity:Apps:RefreshLifetime", TimeSpan.FromDays(90));

    /// <summary>How long an app may not come back.</summary>
    public TimeSpan Idle { get; } = configuration.GetValue("Identity:Apps:RefreshIdle", TimeSpan.FromDays(14));

    public static bool AreFor(AppRow app, IReadOnlyList<string> scopes) => scopes.Contains(Scopes.OfflineAccess) && app.GrantTypes.Contains(AppRules.RefreshToken);

    /// <summary>The first of a session.</summary>
    public static async Task<string> First(Transaction tx, Guid session, CancellationToken ct)
    {
        var token = New();
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            "insert into identity.refresh_tokens (token_hash, session_id) values (@hash, @session)", new { hash = ApiKeys.Hash(token), session }, tx.Inner, cancellationToken: ct));
        return token;
    }

    public async Task<AppTokenResponse> Give(AppRow app, OAuthForm form, HttpContext http)
    {
        var ct = http.RequestAborted;
        var token = form.Required("refresh_token");
        // Less for this one access token; never more than the session was given. Asked wrongly, the token is as good as before.
        var scopes = form["scope"]?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).ToArray();
        if (scopes is not null && await ScopesOf(app, token, ct) is { } given && scopes.Except(given).Any()) throw new OAuthRefusal("invalid_scope", "The scope says more than the app was let do");
        var (id, next) = await Use(app, token, ct) ?? await Again(app, token, ct) ?? throw Bad();
        // Apps that may not come back any more, do not.
        if (await sessions.Of(id, ct) is not { ActorId: not null } session || !AreFor(app, session.Scopes)) throw Bad();
        return await tokens.Sign(session, scopes is null ? session.Scopes : [.. scopes.Intersect(session.Scopes)], ct) with { RefreshToken = next };
    }

    /// <summary>The session of a token that is good, or was, whoever asks.</summary>
    public async Task<Guid?> Find(string token, bool isUsedToo, CancellationToken ct)
    {
        if (!token.StartsWith(Prefix, StringComparison.Ordinal)) return null;
        await using var connection = await db.Open(ct);
        return await connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
            "select t.session_id from identity.refresh_tokens t where t.token_hash = @hash and (@isUsedToo or t.used_at is null)",
            new { hash = ApiKeys.Hash(token), isUsedToo }, cancellationToken: ct));
    }

    private async Task<string[]?> ScopesOf(AppRow app, string token, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return await connection.QuerySingleOrDefaultAsync<string[]?>(new CommandDefinition("""
            select s.scopes from identity.refresh_tokens t join identity.sessions s on s.id = t.session_id where t.token_hash = @hash and s.app_id = @Id
            """, new { hash = ApiKeys.Hash(token), app.Id }, cancellationToken: ct));
    }

    private async Task<(Guid Session, string Next)?> Use(AppRow app, string token, CancellationToken ct)
    {
        var next = New();
        await using var tx = await db.Begin(ct);
        var session = await tx.Connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition("""
            update identity.refresh_tokens t set used_at = now(), next_token = @kept from identity.sessions s
            where t.token_hash = @hash and t.used_at is null and s.id = t.session_id and s.app_id = @app and s.revoked_at is null and s.expires_at > now()
            returning s.id
            """, new { hash = ApiKeys.Hash(token), app = app.Id, kept = _protector.Protect(next) }, tx.Inner, cancellationToken: ct));
        if (session is not { } id) return null;
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            insert into identity.refresh_tokens (token_hash, session_id) values (@hash, @id);
            update identity.sessions set last_used_at = now(), expires_at = least(now() + @Idle, created_at + @_longest) where id = @id
            """, new { id, hash = ApiKeys.Hash(next), Idle, _longest }, tx.Inner, cancellationToken: ct));
        await tx.Commit(ct);
        return (id, next);
    }

    /// <summary>One that was used: the same answer when that was a moment ago and its answer has not been used; else the end of its session.</summary>
    private async Task<(Guid Session, string Next)?> Again(AppRow app, string token, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        var used = await tx.Connection.QuerySingleOrDefaultAsync<Used>(new CommandDefinition("""
            select s.id as session_id, s.identity_id, t.next_token, t.used_at > now() - @Grace as is_recent
            from identity.refresh_tokens t join identity.sessions s on s.id = t.session_id
            where t.token_hash = @hash and t.used_at is not null and s.app_id = @app and s.revoked_at is null
            for update of s
            """, new { hash = ApiKeys.Hash(token), app = app.Id, Grace }, tx.Inner, cancellationToken: ct));
        if (used is null) return null;
        if (used.IsRecent)
        {
            var next = _protector.Unprotect(used.NextToken);
            if (await tx.Connection.QuerySingleOrDefaultAsync<bool>(new CommandDefinition(
                    "select exists (select from identity.refresh_tokens where token_hash = @hash and used_at is null)", new { hash = ApiKeys.Hash(next) }, tx.Inner, cancellationToken: ct)))
                return (used.SessionId, next);
        }

        await SessionStore.RevokeIn(tx, used.IdentityId, used.SessionId, null, ct);
        tx.Record(new AuditEvent("refresh_token_reused", "app", app.ClientId) { Details = [("session", WireId.Encode(PeopleWire.Session, used.SessionId))] });
        await tx.Commit(ct);
        return null;
    }

    private static string New() => Prefix + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));

    private static OAuthRefusal Bad() => new("invalid_grant", "The refresh token is not known, was used, has ended, or was not given to who sends it");

    private sealed record Used(Guid SessionId, Guid IdentityId, string NextToken, bool IsRecent);
}
