using Dapper;
using HeadlessPro.Contracts.Identity;
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
        if (await tokens.Read(token, ct) is not { } said)
        {
            if (await refresh.Find(token, ct) is { } kept) await End(db, kept.Session, app.Id, ct);
        }
        else
        {
            await End(db, said.SessionId, app.Id, ct);
        }

        return Results.Ok();
    }

    // One of another app is left alone.
    private static async Task End(Db db, Guid session, Guid app, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        if (await tx.Connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
                "update identity.sessions set revoked_at = now() where id = @session and app_id = @app and revoked_at is null returning identity_id",
                new { session, app }, tx.Inner, cancellationToken: ct)) is { } identity)
            tx.Publish(new SessionsRevoked(identity));
        await tx.Commit(ct);
    }
}
