using System.Text.Json.Serialization;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Apps;

internal sealed record AppTokenResponse(string AccessToken, string TokenType, int ExpiresIn, string Scope)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? RefreshToken { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? IdToken { get; init; }
}

/// <summary><c>POST /oauth/token</c>: what an app gets tokens for.</summary>
internal sealed class GiveToken(ClientAuthentication clients, ExchangeCode codes, RefreshTokens refresh, ActAsItself own)
{
    public static Task<IResult> Handle(GiveToken give, HttpContext http) => give.Answer(http);

    private async Task<IResult> Answer(HttpContext http)
    {
        var form = await OAuthForm.Read(http);
        var app = await clients.Of(http, form);
        var grant = form.Required("grant_type");
        if (grant is not (AppRules.AuthorizationCode or AppRules.RefreshToken or AppRules.ClientCredentials)) throw new OAuthRefusal("unsupported_grant_type", "The grant_type is not known");
        if (!app.GrantTypes.Contains(grant)) throw new OAuthRefusal("unauthorized_client", $"The app may not use '{grant}'");
        var answer = grant switch
        {
            AppRules.AuthorizationCode => await codes.Give(app, form, http),
            AppRules.RefreshToken => await refresh.Give(app, form, http),
            _ => await own.Give(app, form, http),
        };
        return Reply.Json(answer, AppJson.Default.AppTokenResponse);
    }

    /// <summary>A session of what an app was given.</summary>
    public static Task OpenSession(
        Transaction tx, Guid id, AppRow app, Guid identity, string actorType, string[] scopes, TimeSpan lifetime, DateTimeOffset? secondFactorAt, HttpContext http) =>
        tx.Connection.ExecuteAsync(new CommandDefinition("""
            insert into identity.sessions (id, identity_id, actor_type, provider, ip, user_agent, expires_at, second_factor_at, app_id, scopes)
            values (@id, @identity, @actorType, 'app', @ip::inet, @agent, now() + @lifetime, @secondFactorAt, @app, @scopes)
            """,
            new { id, identity, actorType, ip = ClientAddress.Of(http)?.ToString(), agent = ClientAgent.Of(http), lifetime, secondFactorAt, app = app.Id, scopes },
            tx.Inner, cancellationToken: http.RequestAborted));
}

/// <summary>The app acts as itself, with what it was let do, or less.</summary>
internal sealed class ActAsItself(SessionStore sessions, AppTokens tokens, Db db)
{
    public async Task<AppTokenResponse> Give(AppRow app, OAuthForm form, HttpContext http)
    {
        var may = app.Scopes.Where(s => Permissions.All.Any(p => p.Name == s)).ToArray();
        var scopes = form["scope"]?.Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).ToArray() ?? may;
        if (scopes.FirstOrDefault(s => !may.Contains(s)) is not null) throw new OAuthRefusal("invalid_scope", "The app may not do as itself all that the scope says");
        var session = WireId.New();
        await using (var tx = await db.Begin(http.RequestAborted))
        {
            await GiveToken.OpenSession(tx, session, app, app.IdentityId, ActorTypes.App, scopes, tokens.Lifetime + TimeSpan.FromMinutes(1), null, http);
            tx.Record(new AuditEvent("app_token_given", "app", WireId.Encode("app", app.Id)) { Details = [("scope", string.Join(' ', scopes))] });
            await tx.Commit(http.RequestAborted);
        }

        // Deleted at this moment.
        var own = await sessions.Of(session, http.RequestAborted) ?? throw new OAuthRefusal("invalid_client", "The app is not known any more");
        return await tokens.Sign(own, scopes, http.RequestAborted);
    }
}
