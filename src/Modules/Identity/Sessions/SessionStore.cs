using System.Security.Cryptography;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Keys;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace HeadlessPro.Identity.Sessions;

/// <summary>A session, with who stands behind its identity now; of nobody yet, what a provider told of them, as JSON.</summary>
internal sealed record SessionRow(Guid Id, Guid IdentityId, string ActorType, Guid? ActorId, string Provider, DateTimeOffset ExpiresAt, string? Profile);

/// <summary>The rows of sessions: opened at sign-in, gone on with at refresh, revoked for good.</summary>
internal sealed class SessionStore(Db db, Tokens tokens, SessionSql sql, IConfiguration configuration)
{
    private readonly TimeSpan _lifetime = configuration.GetValue("Identity:SessionLifetime", TimeSpan.FromDays(30));

    /// <summary>Whether customers must have proven their address before they are customers to us (<c>Identity:RequireVerifiedEmail</c>).</summary>
    public bool RequiresVerifiedEmail { get; } = SessionSql.AsksForProof(configuration);

    /// <summary>A new session's token; null as for <see cref="Begin"/>.</summary>
    public async Task<string?> Open(SignInOutcome who, string actorType, string provider, HttpContext http, CancellationToken ct) =>
        await Begin(who, actorType, provider, http, ct) is { } session ? await tokens.Sign(session, ct) : null;

    /// <summary>A new session; null when all of theirs were ended since the sign-in began (<see cref="RevokeIn"/>), for a new password perhaps.</summary>
    public async Task<SessionRow?> Begin(SignInOutcome who, string actorType, string provider, HttpContext http, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        var row = await tx.Connection.QuerySingleOrDefaultAsync<SessionRow>(new CommandDefinition($"""
            with s as (
                insert into identity.sessions (id, identity_id, actor_type, provider, ip, user_agent, expires_at, second_factor_at)
                select @id, i.id, @actorType, @provider, @ip::inet, @agent, now() + @lifetime, case when @HasSecondFactor then now() end
                from identity.identities i where i.id = @Identity and i.revocations = coalesce(@Revocations, i.revocations) for share
                returning id, identity_id, actor_type, provider, expires_at)
            select s.id, s.identity_id, s.actor_type, {sql.ActorOf} as actor_id, s.provider, s.expires_at, {SessionSql.ProfileOf} as profile from s
            """,
            new
            {
                id = WireId.New(),
                who.Identity,
                actorType,
                provider,
                who.HasSecondFactor,
                who.Revocations,
                ip = ClientAddress.Of(http)?.ToString(),
                agent = ClientAgent.Of(http),
                lifetime = _lifetime,
            }, tx.Inner, cancellationToken: ct));
        if (row is null) return null;
        tx.Record(new AuditEvent("signed_in", "session", WireId.Encode(PeopleWire.Session, row.Id))
        {
            Actor = row.ActorId is { } person ? (actorType, WireId.Encode(PeopleWire.PrefixOf(actorType), person)) : ("identity", WireId.Encode(PeopleWire.Identity, row.IdentityId)),
            Details = [("actor_type", actorType), ("provider", provider)],
        });
        await tx.Commit(ct);
        return row;
    }

    /// <summary>The session's next token; null when it has ended. Who has become a customer since is one in it.</summary>
    public async Task<string?> Refresh(Guid session, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<SessionRow>(new CommandDefinition($"""
            update identity.sessions s set last_used_at = now()
            where s.id = @session and {sql.GoesOn}
            returning s.id, s.identity_id, s.actor_type, {sql.ActorOf} as actor_id, s.provider, s.expires_at, {SessionSql.ProfileOf} as profile
            """, new { session }, cancellationToken: ct));
        return row is null ? null : await tokens.Sign(row, ct);
    }

    /// <summary>A cookie's value that stands for the session.</summary>
    public async Task<string> GiveCookie(Guid session, CancellationToken ct)
    {
        var value = CookiePrefix + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));
        await using var command = db.Command("update identity.sessions set cookie_hash = $2 where id = $1");
        command.Parameters.Add(new() { Value = session });
        command.Parameters.Add(new() { Value = ApiKeys.Hash(value) });
        await command.ExecuteNonQueryAsync(ct);
        return value;
    }

    /// <summary>Ends sessions of an identity: one, or all but one; false when there was none.</summary>
    public async Task<bool> Revoke(Guid identity, Guid? only, Guid? except, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        var isAny = await RevokeIn(tx, identity, only, except, ct);
        await tx.Commit(ct);
        return isAny;
    }

    /// <summary>
    /// As <see cref="Revoke"/>, with what else the caller writes, those of one kind of actor when it is given. Where not one session is meant but all,
    /// sign-ins that are under way end, too; not those of staff with what only their customer is meant by. Of an app only its own end.
    /// </summary>
    public static async Task<bool> RevokeIn(Transaction tx, Guid identity, Guid? only, Guid? except, CancellationToken ct, string? actorType = null, Guid? app = null)
    {
        // In this order: a session that is being opened now is seen by the second, or sees the first.
        var revoked = await tx.Connection.QuerySingleAsync<long>(new CommandDefinition("""
            update identity.identities i set revocations = revocations + 1 where id = @identity and @only::uuid is null and @app::uuid is null
                and (@actorType::text is distinct from 'customer' or not exists (select from identity.users u where u.identity_id = i.id and u.deleted_at is null));
            with ended as (
                update identity.sessions set revoked_at = now()
                where identity_id = @identity and revoked_at is null and (@only::uuid is null or id = @only) and (@except::uuid is null or id <> @except)
                    and (@actorType::text is null or actor_type = @actorType) and (@app::uuid is null or app_id = @app)
                returning id)
            select count(*) from ended
            """, new { identity, only, except, actorType, app }, tx.Inner, cancellationToken: ct));
        if (revoked == 0) return false;
        tx.Publish(new SessionsRevoked(identity));
        tx.Record(new AuditEvent("sessions_revoked", "identity", WireId.Encode(PeopleWire.Identity, identity)));
        return true;
    }

    /// <summary>The session has shown a second factor: a role that asks for one is satisfied, on every host.</summary>
    public static async Task ShowFactor(Transaction tx, SignedIn session, CancellationToken ct)
    {
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            "update identity.sessions set second_factor_at = now() where id = @SessionId", new { session.SessionId }, tx.Inner, cancellationToken: ct));
        if (session is { ActorType: ActorTypes.User, ActorId: { } user }) tx.Publish(new StaffChanged([user]));
    }

    /// <summary>Whether what a token says of its session is still so.</summary>
    public Task<SignedIn?> Check(SignedIn said, CancellationToken ct) => Find("s.id = @value", said.SessionId, said, ct);

    /// <summary>Who is behind a session that lasts.</summary>
    public Task<SignedIn?> Of(Guid session, CancellationToken ct) => Find("s.id = @value", session, null, ct);

    /// <summary>Whose the cookie is.</summary>
    public Task<SignedIn?> OfCookie(string value, CancellationToken ct) => Find("s.cookie_hash = @value", ApiKeys.Hash(value), null, ct);

    public const string CookiePrefix = "sid_";

    private async Task<SignedIn?> Find(string condition, object value, SignedIn? said, CancellationToken ct)
    {
        await using var command = db.Command($"""
            with used as (
                update identity.sessions s set last_used_at = now()
                where {condition} and {sql.GoesOn} and s.last_used_at < now() - interval '5 minutes')
            select s.id, s.identity_id, s.actor_type, {sql.ActorOf}, s.expires_at, {SessionSql.GrantsOf}, {SessionSql.MissesFactor}, s.app_id, array(select unnest(s.scopes) intersect select unnest(a.scopes))
            from identity.sessions s left join identity.apps a on a.id = s.app_id
            where {condition} and {sql.GoesOn} and a.deleted_at is null
            """);
        command.Parameters.AddWithValue("value", value);
        await using var reader = await command.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct)) return null;
        var found = new SignedIn(
            reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.IsDBNull(3) ? null : reader.GetGuid(3), reader.GetFieldValue<DateTimeOffset>(4))
        {
            Grants = reader.GetFieldValue<string[]>(5),
            IsSecondFactorMissing = reader.GetBoolean(6),
        };
        if (!await reader.IsDBNullAsync(7, ct))
        {
            var scopes = reader.GetFieldValue<string[]>(8);
            var permissions = scopes.Where(scope => Permissions.All.Any(p => p.Name == scope));
            // In somebody's name an app does what they may, and no more than they let it.
            found = found with { AppId = reader.GetGuid(7), Scopes = scopes, Grants = [.. found.ActorType == ActorTypes.App ? permissions : permissions.Where(p => Permissions.Cover(found.Grants, p))] };
        }

        if (said is null) return found;
        // An app may have asked for less in this one token than the session was given.
        if (found.AppId is not null) found = found with { Scopes = [.. found.Scopes.Intersect(said.Scopes)], Grants = [.. found.Grants.Intersect(said.Scopes)] };
        // Who was nobody when the token was signed stays so for it; who was somebody must be the same.
        return said.IdentityId == found.IdentityId && said.ActorType == found.ActorType && said.AppId == found.AppId && (said.ActorId is null || said.ActorId == found.ActorId)
            ? said with { Grants = found.Grants, Scopes = found.Scopes, IsSecondFactorMissing = found.IsSecondFactorMissing } : null;
    }
}
