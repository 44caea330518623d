using System.Buffers.Text;
using System.Security.Cryptography;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Identity.Mailed;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Mfa;

internal sealed record VerifyMfaChallengeRequest(string Method, string Code);

internal sealed record MfaChallengeResponse(
    string Id, string AuthIdentityId, string AuthProvider, IReadOnlyList<string> Methods, DateTimeOffset ExpiresAt, int Attempts, int MaxAttempts);

/// <summary>What who has a second factor gets for a right password: a token that opens the challenge, and nothing else.</summary>
internal sealed record MfaRequiredResponse(MfaChallengeResponse MfaChallenge, string Token);

/// <summary>Who has shown their second factor, and how they began.</summary>
internal sealed record MfaPassed(Guid IdentityId, string ActorType, string Provider, string? Account, int Revocations)
{
    public SignInOutcome Outcome => new(IdentityId, Account: Account, HasSecondFactor: true, Revocations: Revocations);
}

/// <summary>The second step of a sign-in. Its token is no session's: no route but this one knows it.</summary>
internal static class MfaChallenges
{
    private const string Prefix = "authmfachal";
    private const int MostAttempts = 5;

    /// <summary>Begins one for whoever has a second factor; null for others.</summary>
    public static async Task<MfaRequiredResponse?> Begin(Db db, SignInOutcome who, string actorType, string provider, CancellationToken ct)
    {
        var (id, token) = (WireId.New(), "mfa_" + Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32)));
        await using var connection = await db.Open(ct);
        var begun = await connection.QuerySingleOrDefaultAsync<Begun>(new CommandDefinition("""
            insert into identity.mfa_challenges (id, identity_id, actor_type, provider, account, revocations, token_hash, expires_at)
            select @id, i.id, @actorType, @provider, @Account, coalesce(@Revocations, i.revocations), @hash, now() + interval '10 minutes'
            from identity.identities i
            where i.id = @Identity and exists (select from identity.mfa_factors where identity_id = @Identity and enabled_at is not null)
            returning expires_at, exists (select from identity.recovery_codes where identity_id = @Identity and used_at is null) as has_codes
            """, new { id, who.Identity, actorType, provider, who.Account, who.Revocations, hash = MailedSecrets.Hash(token) }, cancellationToken: ct));
        return begun is null ? null : new(
            new MfaChallengeResponse(
                WireId.Encode(Prefix, id), WireId.Encode(PeopleWire.Identity, who.Identity!.Value), provider,
                begun.HasCodes ? [MfaCodes.Totp, MfaCodes.RecoveryCode] : [MfaCodes.Totp], begun.ExpiresAt, 0, MostAttempts), token);
    }

    public static async Task<IResult> Verify(string id, Body<VerifyMfaChallengeRequest> body, Db db, MfaGate gate, FinishSignIn finish, HttpContext http)
    {
        Check.OneOf("method", body.Value.Method, MfaCodes.Totp, MfaCodes.RecoveryCode);
        var (passed, refusal) = SessionToken.OfHeader(http) is { } token ? await Pass(id, token, body.Value.Method, body.Value.Code, db, gate, http) : (null, null);
        return passed is null ? Reply.Error(refusal ?? Error.Unauthorized()) : await finish.Open(passed.Outcome, passed.ActorType, passed.Provider, http);
    }

    /// <summary>Who showed the right code; neither they nor a refusal when there is no such challenge (any more).</summary>
    public static async Task<(MfaPassed? Passed, Error? Refusal)> Pass(string id, string token, string method, string code, Db db, MfaGate gate, HttpContext http)
    {
        var ct = http.RequestAborted;
        if (!WireId.TryDecode(Prefix, id, out var challenge)) return (null, null);
        // An attempt is counted on its own, before the code is looked at.
        await using var connection = await db.Open(ct);
        var tried = await connection.QuerySingleOrDefaultAsync<MfaPassed>(new CommandDefinition($"""
            update identity.mfa_challenges set attempts = attempts + 1
            where id = @challenge and token_hash = @hash and completed_at is null and expires_at > now() and attempts < {MostAttempts}
            returning identity_id, actor_type, provider, account, revocations
            """, new { challenge, hash = MailedSecrets.Hash(token) }, cancellationToken: ct));
        await connection.CloseAsync();
        if (tried is null) return (null, null);
        var refusal = await gate.Refuse(tried.IdentityId, http, async tx =>
            await gate.Codes.Use(tx, tried.IdentityId, method, code, ct)
            && await tx.Connection.ExecuteAsync(new CommandDefinition(
                "update identity.mfa_challenges set completed_at = now() where id = @challenge and completed_at is null", new { challenge }, tx.Inner, cancellationToken: ct)) == 1);
        return refusal is null ? (tried, null) : (null, refusal);
    }

    private sealed record Begun(DateTimeOffset ExpiresAt, bool HasCodes);
}
