using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Notifications;
using HeadlessPro.Identity.Mailed;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Identity.SignIn;
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
    public static async Task<IResult> Generate(Body<RecoveryCodesRequest> body, Actor actor, MailedSecrets mails, Db db, CancellationToken ct)
    {
        Check.Range("count", body.Value.Count, 1, 20);
        var identity = actor.Session.IdentityId;
        if (!await MfaCodes.IsAsked(db, identity, ct)) return Reply.Error(Error.NotAllowed("There is no second factor to recover from; set one up first", "no_mfa_factor"));
        if (await FreshSignIn.Refuse(db, actor.Session.SessionId, ct) is { } no) return Reply.Error(no);
        var codes = Enumerable.Range(0, body.Value.Count ?? 10).Select(_ => MfaCodes.NewRecoveryCode()).ToList();
        await using var tx = await db.Begin(ct);
        // Of two lists made at once, one is good.
        await WaysIn.Hold(tx, identity, ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition("delete from identity.recovery_codes where identity_id = @identity", new { identity }, tx.Inner, cancellationToken: ct));
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            "insert into identity.recovery_codes (identity_id, code_hash) select @identity, h from unnest(@hashes) as h",
            new { identity, hashes = codes.Select(MfaCodes.HashOf).ToArray() }, tx.Inner, cancellationToken: ct));
        tx.Record(new AuditEvent("recovery_codes_made", "identity", WireId.Encode(PeopleWire.Identity, identity)));
        await TellOwner.Of(tx, mails, NotificationKinds.RecoveryCodesMade, actor.Session, ct);
        await tx.Commit(ct);
        return Reply.Json(new RecoveryCodesResponse(codes), MfaJson.Default.RecoveryCodesResponse);
    }
}
