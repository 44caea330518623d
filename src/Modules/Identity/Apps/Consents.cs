using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Apps;

internal sealed record ConsentResponse(string AppId, string Name, IReadOnlyList<string> Scopes, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

internal sealed record ConsentsResponse(IReadOnlyList<ConsentResponse> Consents, int Count);

/// <summary>What people let apps do: remembered, so that they are asked once; listed; and withdrawn, with all that the app got by it.</summary>
internal static class Consents
{
    /// <summary>Whether somebody must be asked.</summary>
    public static async Task<bool> IsNeeded(Db db, AppRow app, AuthorizationRequest request, Guid identity, CancellationToken ct)
    {
        if (request.Prompts("consent")) return true;
        // Any program on that device can say it is this one: only the person can tell (RFC 8252, 8.6).
        if (!app.IsConfidential && AppRules.IsOnDevice(request.RedirectUri)) return true;
        if (app.IsFirstParty) return false;
        await using var connection = await db.Open(ct);
        return await connection.QuerySingleAsync<bool>(new CommandDefinition(
            "select not exists (select from identity.app_consents where app_id = @Id and identity_id = @identity and scopes @> @Scopes)",
            new { app.Id, identity, request.Scopes }, cancellationToken: ct));
    }

    public static async Task Remember(Db db, AppRow app, AuthorizationRequest request, SignedIn session, CancellationToken ct)
    {
        var identity = session.IdentityId;
        await using var tx = await db.Begin(ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            insert into identity.app_consents as c (app_id, identity_id, scopes) values (@Id, @identity, @Scopes)
            on conflict (app_id, identity_id) do update set scopes = array(select unnest(c.scopes) union select unnest(excluded.scopes) order by 1), updated_at = now()
            """, new { app.Id, identity, request.Scopes }, tx.Inner, cancellationToken: ct));
        tx.Record(new AuditEvent("app_allowed", "app", app.ClientId)
        {
            Actor = (session.ActorType, WireId.Encode(PeopleWire.PrefixOf(session.ActorType), session.ActorId!.Value)),
            Details = [("scopes", string.Join(' ', request.Scopes))],
        });
        await tx.Commit(ct);
    }

    public static async Task<IResult> List(Actor actor, Db db, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var rows = await connection.QueryAsync<Row>(new CommandDefinition("""
            select a.id, a.name, c.scopes, c.created_at, c.updated_at from identity.app_consents c join identity.apps a on a.id = c.app_id
            where c.identity_id = @IdentityId and a.deleted_at is null order by c.updated_at desc, a.id limit 200
            """, new { actor.Session.IdentityId }, cancellationToken: ct));
        var consents = rows.Select(r => new ConsentResponse(WireId.Encode(PeopleWire.App, r.Id), r.Name, r.Scopes, r.CreatedAt, r.UpdatedAt)).ToList();
        return Reply.Json(new ConsentsResponse(consents, consents.Count), AppJson.Default.ConsentsResponse);
    }

    /// <summary>Also where nothing was consented to, as with apps that ask nobody: whatever it has of this person ends.</summary>
    public static async Task<IResult> Withdraw(string id, Actor actor, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(PeopleWire.App, id, out var app)) return Reply.Error(AppErrors.NoApp(id));
        var identity = actor.Session.IdentityId;
        await using var tx = await db.Begin(ct);
        // A code that is on its way is worth nothing then, either.
        var codes = await tx.Connection.ExecuteAsync(new CommandDefinition("""
            delete from identity.app_codes c using identity.sessions s where s.id = c.given_in and s.identity_id = @identity and c.app_id = @app and c.used_at is null
            """, new { app, identity }, tx.Inner, cancellationToken: ct));
        var withdrawn = await tx.Connection.ExecuteAsync(new CommandDefinition(
            "delete from identity.app_consents where app_id = @app and identity_id = @identity", new { app, identity }, tx.Inner, cancellationToken: ct));
        var hadSessions = await SessionStore.RevokeIn(tx, identity, null, null, ct, app: app);
        if (codes + withdrawn == 0 && !hadSessions) return Reply.Error(AppErrors.NoApp(id));
        tx.Record(new AuditEvent("app_withdrawn", "app", id));
        await tx.Commit(ct);
        return Reply.Deleted(id, "consent");
    }

    private sealed record Row(Guid Id, string Name, string[] Scopes, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);
}
