using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Mfa;

internal sealed record RecoveryCodesRequest(int? Count = null);

internal sealed record RecoveryCodesResponse(IReadOnlyList<string> RecoveryCodes);

/// <summary>Codes for who has lost their app: each works once, new ones end the old, and they are shown this once.</summary>
internal static class MfaRecovery
{
    /// <summary>A session that lies open somewhere must not be enough for a way around the second factor.</summary>
    public static Error SignInAgain => new(ErrorType.Forbidden, "sign_in_again", "Sign in again: this needs a sign-in of the last 15 minutes");

    public static Task<bool> IsFresh(Db db, Actor actor, CancellationToken ct) => IsFresh(db, actor.Session.SessionId, ct);

    public static async Task<bool> IsFresh(Db db, Guid session, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return await connection.QuerySingleAsync<bool>(new CommandDefinition(
            "select exists (select from identity.sessions where id = @session and created_at > now() - interval '15 minutes')", new { session }, cancellationToken: ct));
    }

    public static async Task<IResult> Generate(Body<RecoveryCodesRequest> body, Actor actor, Db db, CancellationToken ct)
    {
        Check.Range("count", body.Value.Count, 1, 20);
        var identity = actor.Session.IdentityId;
        if (!await MfaCodes.IsAsked(db, identity, ct)) return Reply.Error(Error.NotAllowed("There is no second factor to recover from; set one up first", "no_mfa_factor"));
        if (!await IsFresh(db, actor, ct)) return Reply.Error(SignInAgain);
        var codes = Enumerable.Range(0, body.Value.Count ?? 10).Select(_ => MfaCodes.NewRecoveryCode()).ToList();
        await using var tx = await db.Begin(ct);
        // One at a time: of two lists made at once, one is good.
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            "select id from identity.identities where id = @identity for update", new { identity }, tx.Inner, cancellationToken: ct));
        await tx.Connection.ExecuteAsync(new CommandDefinition("delete from identity.recovery_codes where identity_id = @identity", new { identity }, tx.Inner, cancellationToken: ct));
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            "insert into identity.recovery_codes (identity_id, code_hash) select @identity, h from unnest(@hashes) as h",
            new { identity, hashes = codes.Select(MfaCodes.HashOf).ToArray() }, tx.Inner, cancellationToken: ct));
        tx.Record(new AuditEvent("recovery_codes_made", "identity", WireId.Encode(PeopleWire.Identity, identity)));
        await tx.Commit(ct);
        return Reply.Json(new RecoveryCodesResponse(codes), MfaJson.Default.RecoveryCodesResponse);
    }
}
