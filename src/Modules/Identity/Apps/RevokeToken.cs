using Dapper;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Platform.Data;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Apps;

/// <summary><c>POST /oauth/revoke</c> (RFC 7009): an app gives back a token. With it goes all of its session: whoever signs out of an app is out.</summary>
internal static class RevokeToken
{
    /// <summary>200 whatever the token: an app learns nothing of those of others.</summary>
    public static async Task<IResult> Handle(ClientAuthentication clients, AppTokens tokens, RefreshTokens refresh, Db db, HttpContext http)
    {
        var ct = http.RequestAborted;
        var form = await OAuthForm.Read(http);
        var app = await clients.Of(http, form);
        var token = form.Required("token");
        // A refresh token that was used already is of the same session.
        if ((await tokens.Read(token, ct))?.SessionId is not { } session)
        {
            if (await refresh.Find(token, isUsedToo: true, ct) is not { } kept) return Results.Ok();
            session = kept;
        }

        await using var tx = await db.Begin(ct);
        // One of another app is left alone.
        if (await tx.Connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
                "select identity_id from identity.sessions where id = @session and app_id = @Id", new { session, app.Id }, tx.Inner, cancellationToken: ct)) is { } identity)
            await SessionStore.RevokeIn(tx, identity, session, null, ct, app: app.Id);
        await tx.Commit(ct);
        return Results.Ok();
    }
}
