using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Keys;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Apps;

/// <summary>
/// Registers an app. A confidential one gets a secret, shown in this answer and never again. It may be let do no more than who registers it;
/// one whose users are not asked for consent (first party) only by who may do everything.
/// </summary>
internal sealed record CreateAppRequest(
    string Name, string Kind, string Audience, IReadOnlyList<string> Scopes, IReadOnlyList<string>? RedirectUris = null, IReadOnlyList<string>? GrantTypes = null, bool IsFirstParty = false);

internal static class CreateApp
{
    public static async Task<IResult> Handle(Body<CreateAppRequest> body, Caller caller, Db db, CancellationToken ct)
    {
        var request = body.Value;
        AppRules.CheckName(request.Name);
        Check.OneOf("kind", request.Kind, AppRules.Confidential, AppRules.Public);
        Check.OneOf("audience", request.Audience, ActorTypes.Customer, ActorTypes.User);
        var redirectUris = AppRules.RedirectUris(request.RedirectUris ?? [], request.Kind);
        var grantTypes = AppRules.GrantTypesOf(request.Kind, request.Audience, request.GrantTypes ?? [AppRules.AuthorizationCode, AppRules.RefreshToken], redirectUris);
        var scopes = AppRules.ScopesOf(request.Audience, request.Scopes, caller);
        AppRules.RequireAll([], caller, request.IsFirstParty);

        var (id, identity) = (WireId.New(), WireId.New());
        var secret = request.Kind == AppRules.Confidential ? AppRules.NewSecret() : null;
        await using var tx = await db.Begin(ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            insert into identity.identities (id) values (@identity);
            insert into identity.apps (id, identity_id, name, kind, audience, redirect_uris, scopes, grant_types, is_first_party)
            values (@id, @identity, @Name, @Kind, @Audience, @redirectUris, @scopes, @grantTypes, @IsFirstParty)
            """, new { id, identity, request.Name, request.Kind, request.Audience, redirectUris, scopes, grantTypes, request.IsFirstParty }, tx.Inner, cancellationToken: ct));
        if (secret is not null) await KeepSecret(tx, id, secret, ct);
        var row = await ReadApps.Find(tx.Connection, id, ct);
        await tx.Commit(ct);
        return Reply.Json(new AppEnvelope(row!.ToWire(secret)), AppJson.Default.AppEnvelope);
    }

    public static Task KeepSecret(Transaction tx, Guid app, string secret, CancellationToken ct) => tx.Connection.ExecuteAsync(new CommandDefinition(
        "insert into identity.app_secrets (secret_hash, app_id, redacted) values (@hash, @app, @redacted)",
        new { app, hash = ApiKeys.Hash(secret), redacted = KeyWire.Redact(secret) }, tx.Inner, cancellationToken: ct));
}
