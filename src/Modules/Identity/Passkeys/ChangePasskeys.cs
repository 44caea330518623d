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

namespace HeadlessPro.Identity.Passkeys;

internal sealed record RenamePasskeyRequest(string Name);

/// <summary><c>/auth/passkeys</c>: those of whoever is signed in, as what they are signed in.</summary>
internal static class ChangePasskeys
{
    public static async Task<IResult> List(Actor actor, Db db, CancellationToken ct) => Reply.Json(
        new PasskeysResponse([.. (await PasskeyRow.All(db, actor.Session.IdentityId, actor.Session.ActorType, ct)).Select(p => p.ToWire())]), PasskeyJson.Default.PasskeysResponse);

    public static async Task<IResult> Rename(string id, Body<RenamePasskeyRequest> body, Actor actor, Db db, CancellationToken ct)
    {
        Check.Text("name", body.Value.Name, max: 100, min: 1);
        if (!WireId.TryDecode(PasskeyRow.Prefix, id, out var passkey)) return Reply.Error(Unknown(id));
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<PasskeyRow>(new CommandDefinition($"""
            update identity.passkeys p set name = @name where p.id = @passkey and p.identity_id = @IdentityId and p.actor_type = @ActorType returning {PasskeyRow.Columns}
            """, new { name = body.Value.Name.Trim(), passkey, actor.Session.IdentityId, actor.Session.ActorType }, cancellationToken: ct));
        return row is null ? Reply.Error(Unknown(id)) : Reply.Json(new PasskeyEnvelope(row.ToWire()), PasskeyJson.Default.PasskeyEnvelope);
    }

    /// <summary>A passkey goes, often with the device it was on: other sessions, which it may have opened, go with it. The last way in stays.</summary>
    public static async Task<IResult> Remove(string id, Actor actor, Db db, MailedSecrets mails, HttpContext http)
    {
        var (ct, session) = (http.RequestAborted, actor.Session);
        if (!WireId.TryDecode(PasskeyRow.Prefix, id, out var passkey)) return Reply.Error(Unknown(id));
        if (await FreshSignIn.Refuse(db, session.SessionId, ct) is { } no) return Reply.Error(no);
        await using var tx = await db.Begin(ct);
        await WaysIn.Hold(tx, session.IdentityId, ct);
        if (await tx.Connection.ExecuteAsync(new CommandDefinition(
            "delete from identity.passkeys where id = @passkey and identity_id = @IdentityId and actor_type = @ActorType",
            new { passkey, session.IdentityId, session.ActorType }, tx.Inner, cancellationToken: ct)) == 0) return Reply.Error(Unknown(id));
        if (await WaysIn.RefuseLast(tx, session, ct) is { } last) return Reply.Error(last);
        await SessionStore.RevokeIn(tx, session.IdentityId, null, session.SessionId, ct);
        tx.Record(new AuditEvent("passkey_removed", "identity", WireId.Encode(PeopleWire.Identity, session.IdentityId)) { Details = [("passkey", id)] });
        await TellOwner.Of(tx, mails, NotificationKinds.PasskeyRemoved, session, ct);
        await tx.Commit(ct);
        return Reply.Deleted(id, "passkey");
    }

    private static Error Unknown(string id) => Error.NotFound($"Passkey with id: {id} was not found");
}
