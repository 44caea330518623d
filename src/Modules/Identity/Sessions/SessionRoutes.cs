using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace HeadlessPro.Identity.Sessions;

/// <summary>Who is signed in, as Medusa's clients read it.</summary>
internal sealed record SignedInResponse(string ActorId, string ActorType, string AuthIdentityId, string SessionId);

internal sealed record SignedInEnvelope(SignedInResponse User);

internal sealed record SignOutResponse(bool Success);

internal sealed record SessionResponse(
    string Id, string ActorType, string Provider, string? Ip, string UserAgent, bool IsCurrent, SessionAppResponse? App, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt);

/// <summary>The app that somebody let in, and what it may.</summary>
internal sealed record SessionAppResponse(string Id, string Name, IReadOnlyList<string> Scopes);

internal sealed record SessionsResponse(IReadOnlyList<SessionResponse> Sessions, int Count);

/// <summary>A cookie instead of a token (<c>POST</c>, <c>DELETE /auth/session</c>), and the list of where somebody is signed in.</summary>
internal static class SessionRoutes
{
    /// <summary>The session that the browser had a cookie of before ends: nobody would go on with it.</summary>
    public static async Task<IResult> GiveCookie(Actor actor, SessionStore sessions, HttpContext http, CancellationToken ct)
    {
        var session = actor.Session;
        if (HostCookie.Of(http, SessionToken.Cookie) is { } former && await sessions.OfCookie(former, ct) is { } before && before.SessionId != session.SessionId)
            await sessions.Revoke(before.IdentityId, before.SessionId, null, ct);
        HostCookie.Give(http, SessionToken.Cookie, await sessions.GiveCookie(session.SessionId, ct));
        var id = session.ActorId is { } found ? WireId.Encode(PeopleWire.PrefixOf(session.ActorType), found) : "";
        return Reply.Json(
            new SignedInEnvelope(new SignedInResponse(id, session.ActorType, WireId.Encode(PeopleWire.Identity, session.IdentityId), WireId.Encode(PeopleWire.Session, session.SessionId))),
            PeopleJson.Default.SignedInEnvelope);
    }

    /// <summary>Whoever is out already is out.</summary>
    public static async Task<IResult> SignOut(SessionStore sessions, ISessions known, HttpContext http, CancellationToken ct)
    {
        if (SessionToken.Of(http) is { } token && (await known.ResolveSession(new ResolveSession(token), ct)).Try(out var session, out _) && session.AppId is null)
        {
            // The route lets in anybody; the audit log says who it was.
            http.Features.Set(new Actor(session));
            await sessions.Revoke(session.IdentityId, session.SessionId, null, ct);
        }

        HostCookie.Take(http, SessionToken.Cookie);
        return Reply.Json(new SignOutResponse(true), PeopleJson.Default.SignOutResponse);
    }

    public static async Task<IResult> List(Actor actor, Db db, SessionSql sql, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition($"""
            select s.id, s.actor_type, s.provider, host(s.ip) as ip, s.user_agent, a.id as app_id, a.name as app_name, s.scopes, s.created_at, s.last_used_at, s.expires_at
            from identity.sessions s left join identity.apps a on a.id = s.app_id
            where s.identity_id = @IdentityId and {sql.GoesOn} order by s.last_used_at desc, s.id desc limit 200
            """, new { actor.Session.IdentityId }, cancellationToken: ct));
        var sessions = rows.Select(r => new SessionResponse(
            WireId.Encode(PeopleWire.Session, r.Id), r.ActorType, r.Provider, r.Ip, r.UserAgent, r.Id == actor.Session.SessionId,
            r.AppId is { } app ? new SessionAppResponse(WireId.Encode(PeopleWire.App, app), r.AppName!, r.Scopes!) : null, r.CreatedAt, r.LastUsedAt, r.ExpiresAt)).ToList();
        return Reply.Json(new SessionsResponse(sessions, sessions.Count), PeopleJson.Default.SessionsResponse);
    }

    public static async Task<IResult> Revoke(string id, Actor actor, SessionStore sessions, CancellationToken ct) =>
        WireId.TryDecode(PeopleWire.Session, id, out var session) && await sessions.Revoke(actor.Session.IdentityId, session, null, ct)
            ? Reply.Deleted(id, "session")
            : Reply.Error(Error.NotFound($"Session with id: {id} was not found"));

    public static async Task<IResult> RevokeOthers(Actor actor, SessionStore sessions, CancellationToken ct)
    {
        await sessions.Revoke(actor.Session.IdentityId, null, actor.Session.SessionId, ct);
        return Reply.Json(new SignOutResponse(true), PeopleJson.Default.SignOutResponse);
    }

    /// <summary>For the recurring job: what ended three months ago is of no use to anybody, nor is who registered then, was not signed in since and never became anybody.</summary>
    public static async Task Forget(IServiceProvider services, CancellationToken ct)
    {
        var db = services.GetRequiredService<Db>();
        await using var batch = db.Batch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("delete from identity.sessions where expires_at < now() - interval '90 days'"));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("""
            delete from identity.identities where id in (
                select i.id from identity.identities i
                where i.created_at < now() - interval '90 days'
                    and not exists (select from identity.customers c where c.identity_id = i.id) and not exists (select from identity.users u where u.identity_id = i.id)
                    and not exists (select from identity.apps a where a.identity_id = i.id)
                    and not exists (select from identity.sessions s where s.identity_id = i.id and (s.revoked_at is null or s.revoked_at > now() - interval '90 days'))
                limit 10000)
            """));
        await batch.ExecuteNonQueryAsync(ct);
    }

    private sealed record Row(
        Guid Id, string ActorType, string Provider, string? Ip, string UserAgent, Guid? AppId, string? AppName, string[]? Scopes, DateTimeOffset CreatedAt, DateTimeOffset LastUsedAt, DateTimeOffset ExpiresAt);
}
