using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Keys;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Apps;

/// <summary>
/// Codes: made for somebody who let an app do something, good for a minute, for that app, the address they were sent to and whoever began
/// (PKCE), and once: who shows one again was not the one it was for, and what it gave is ended.
/// </summary>
internal sealed class ExchangeCode(Db db, SessionStore sessions, AppTokens tokens, RefreshTokens refresh)
{
    /// <summary>A code for what was asked.</summary>
    public static async Task<string> Make(Db db, AppRow app, AuthorizationRequest request, SignedIn session, CancellationToken ct)
    {
        var code = "ac_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        await using var connection = await db.Open(ct);
        await connection.ExecuteAsync(new CommandDefinition("""
            insert into identity.app_codes (code_hash, app_id, given_in, redirect_uri, challenge, scopes, nonce, expires_at)
            values (@hash, @Id, @SessionId, @RedirectUri, @CodeChallenge, @Scopes, @Nonce, now() + interval '60 seconds')
            """,
            new { hash = ApiKeys.Hash(code), app.Id, session.SessionId, request.RedirectUri, request.CodeChallenge, request.Scopes, request.Nonce }, cancellationToken: ct));
        return code;
    }

    public async Task<AppTokenResponse> Give(AppRow app, OAuthForm form, HttpContext http)
    {
        var ct = http.RequestAborted;
        var (code, verifier) = (form.Required("code"), form.Required("code_verifier"));
        var hash = ApiKeys.Hash(code);
        var id = WireId.New();
        Used? used;
        string? refreshToken = null;
        await using (var tx = await db.Begin(ct))
        {
            // Who has signed out meanwhile gives nothing any more.
            used = await tx.Connection.QuerySingleOrDefaultAsync<Used>(new CommandDefinition("""
                update identity.app_codes c set used_at = now(), session_id = @id
                from identity.sessions s
                where c.code_hash = @hash and c.app_id = @app and c.redirect_uri = @redirectUri and c.challenge = @challenge and c.used_at is null and c.expires_at > now()
                    and s.id = c.given_in and s.revoked_at is null and s.expires_at > now()
                returning s.identity_id, s.actor_type, c.scopes, c.nonce, s.created_at as signed_in_at, s.second_factor_at
                """,
                new { id, hash, app = app.Id, redirectUri = form.Required("redirect_uri"), challenge = Challenge(verifier) }, tx.Inner, cancellationToken: ct));
            if (used is not null)
            {
                await GiveToken.OpenSession(tx, id, app, used.IdentityId, used.ActorType, used.Scopes, RefreshTokens.AreFor(app, used.Scopes) ? refresh.Idle : tokens.Lifetime + TimeSpan.FromMinutes(1), used.SecondFactorAt, http);
                if (RefreshTokens.AreFor(app, used.Scopes)) refreshToken = await RefreshTokens.First(tx, id, ct);
                await tx.Commit(ct);
            }
        }

        if (used is null) await EndWhatItGave(hash, ct);
        if (used is null || await sessions.Of(id, ct) is not { ActorId: not null } session) throw new OAuthRefusal("invalid_grant", "The code is not known, was used, is too old, or was not given to who sends it");
        var answer = await tokens.Sign(session, session.Scopes, ct);
        return answer with
        {
            RefreshToken = refreshToken,
            IdToken = used.Scopes.Contains(Scopes.OpenId) ? await Identify(app, session, used, ct) : null,
        };
    }

    private static string Challenge(string verifier) => verifier.Length is < 43 or > 128 || verifier.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '.' or '_' or '~'))
        ? throw new OAuthRefusal("invalid_grant", "The code_verifier must have 43 to 128 letters, digits, '-', '.', '_' and '~'")
        : Base64Url.EncodeToString(SHA256.HashData(Encoding.ASCII.GetBytes(verifier)));

    private async Task<string> Identify(AppRow app, SignedIn session, Used used, CancellationToken ct)
    {
        var claims = (await PersonRow.Read(db, session.SessionId, ct)).Claims(session.Scopes);
        claims["auth_time"] = used.SignedInAt.ToUnixTimeSeconds();
        if (used.Nonce is not null) claims["nonce"] = used.Nonce;
        return await tokens.Identify(app, claims, ct);
    }

    private async Task EndWhatItGave(byte[] hash, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        if (await tx.Connection.QuerySingleOrDefaultAsync<(Guid Identity, Guid Session)?>(new CommandDefinition("""
                select s.identity_id, s.id from identity.app_codes c join identity.sessions s on s.id = c.session_id where c.code_hash = @hash and c.used_at is not null
                """, new { hash }, tx.Inner, cancellationToken: ct)) is var (identity, session)
            && await SessionStore.RevokeIn(tx, identity, session, null, ct))
        {
            tx.Record(new AuditEvent("app_code_reused", "identity", WireId.Encode(PeopleWire.Identity, identity)));
        }

        await tx.Commit(ct);
    }

    private sealed record Used(Guid IdentityId, string ActorType, string[] Scopes, string? Nonce, DateTimeOffset SignedInAt, DateTimeOffset? SecondFactorAt);
}
