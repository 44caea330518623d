using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Apps;

/// <summary>Changes what is sent; kind and audience stay. Fewer scopes count at once, for what was given before, too.</summary>
internal sealed record UpdateAppRequest(
    string? Name = null, IReadOnlyList<string>? Scopes = null, IReadOnlyList<string>? RedirectUris = null, IReadOnlyList<string>? GrantTypes = null, bool? IsFirstParty = null);

internal static class ChangeApp
{
    public static Task<IResult> Update(string id, Body<UpdateAppRequest> body, Caller caller, Db db, CancellationToken ct)
    {
        var request = body.Value;
        AppRules.CheckName(request.Name);
        return Change(id, caller, db, ct, async (tx, app) =>
        {
            var redirectUris = request.RedirectUris is null ? app.RedirectUris : AppRules.RedirectUris(request.RedirectUris, app.Kind);
            var grantTypes = AppRules.GrantTypesOf(app.Kind, app.Audience, request.GrantTypes ?? app.GrantTypes, redirectUris);
            var scopes = request.Scopes is null ? app.Scopes : AppRules.ScopesOf(app.Audience, request.Scopes, caller);
            AppRules.RequireAll([], caller, request.IsFirstParty == true);
            await tx.Connection.ExecuteAsync(new CommandDefinition("""
                update identity.apps set name = coalesce(@Name, name), redirect_uris = @redirectUris, scopes = @scopes, grant_types = @grantTypes,
                    is_first_party = coalesce(@IsFirstParty, is_first_party), updated_at = now()
                where id = @Id
                """, new { app.Id, request.Name, redirectUris, scopes, grantTypes, request.IsFirstParty }, tx.Inner, cancellationToken: ct));
            return Reply.Json(new AppEnvelope((await ReadApps.Find(tx.Connection, app.Id, ct))!.ToWire()), AppJson.Default.AppEnvelope);
        });
    }

    /// <summary>Ends all that the app was let do, its own tokens included.</summary>
    public static Task<IResult> RevokeTokens(string id, Caller caller, Db db, CancellationToken ct) => Change(id, caller, db, ct, async (tx, app) =>
    {
        await End(tx, app.Id, ct);
        return Reply.Json(new AppEnvelope(app.ToWire()), AppJson.Default.AppEnvelope);
    });

    public static Task<IResult> Delete(string id, Caller caller, Db db, CancellationToken ct) => Change(id, caller, db, ct, async (tx, app) =>
    {
        await End(tx, app.Id, ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            delete from identity.app_secrets where app_id = @Id;
            update identity.apps set deleted_at = now(), updated_at = now() where id = @Id
            """, new { app.Id }, tx.Inner, cancellationToken: ct));
        return Reply.Deleted(id, "app");
    });

    public static async Task<IResult> Change(string id, Caller caller, Db db, CancellationToken ct, Func<Transaction, AppRow, Task<IResult>> change)
    {
        await using var tx = await db.Begin(ct);
        if (!WireId.TryDecode(PeopleWire.App, id, out var app)
            || await tx.Connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
                "select id from identity.apps where id = @app and deleted_at is null for update", new { app }, tx.Inner, cancellationToken: ct)) is null)
            return Reply.Error(AppErrors.NoApp(id));
        var before = (await ReadApps.Find(tx.Connection, app, ct))!;
        AppRules.RequireAll(before.Scopes, caller, before.IsFirstParty);
        var answer = await change(tx, before);
        tx.Publish(new AppChanged(app));
        await tx.Commit(ct);
        return answer;
    }

    // Codes that are on their way, too.
    private static Task End(Transaction tx, Guid app, CancellationToken ct) => tx.Connection.ExecuteAsync(new CommandDefinition("""
        delete from identity.app_codes where app_id = @app and used_at is null;
        update identity.sessions set revoked_at = now() where app_id = @app and revoked_at is null
        """, new { app }, tx.Inner, cancellationToken: ct));
}
