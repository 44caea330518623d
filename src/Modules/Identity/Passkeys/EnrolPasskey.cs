using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Contracts.Notifications;
using HeadlessPro.Identity.Mailed;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Identity;
using Npgsql;

namespace HeadlessPro.Identity.Passkeys;

/// <summary>What the browser answered to the options, and what its owner calls the passkey.</summary>
internal sealed record EnrolPasskeyRequest(string Name, string State, JsonElement Credential);

/// <summary>
/// A new passkey for whoever is signed in, and has signed in just now: a session that lies open somewhere must not be enough for a way in that
/// outlives it. Its owner is told by mail.
/// </summary>
internal static class EnrolPasskey
{
    private const int Most = 20;

    // WebAuthn's; what else a browser says is not kept.
    private static readonly string[] Transports = ["usb", "nfc", "ble", "smart-card", "hybrid", "internal"];

    public static async Task<IResult> Options(Actor actor, Db db, PasskeySettings settings, PasskeyChallenges challenges, HttpContext http)
    {
        var (ct, session) = (http.RequestAborted, actor.Session);
        if (!settings.For(session.ActorType).Try(out var options, out var error)) return Reply.Error(error);
        if (await Refuse(db, actor, ct) is { } refused) return Reply.Error(refused);
        var passkeys = await PasskeyRow.All(db, session.IdentityId, session.ActorType, ct);
        if (passkeys.Count >= Most) return Reply.Error(TooMany);
        using var ceremony = new PasskeyCeremony(options, new PasskeyHolder(session.ActorType, session.IdentityId, [.. passkeys.Select(p => p.ToInfo())]));
        await using var connection = await db.Open(ct);
        var address = await TellOwner.AddressOf(connection, null, session.IdentityId, session.ActorType, ct);
        await connection.CloseAsync();
        var asked = await ceremony.Create(address ?? session.ActorType, http);
        return Reply.Json(
            new PasskeyOptionsResponse(JsonElement.Parse(asked.CreationOptionsJson), challenges.Seal(PasskeyChallenge.Enrol, session.ActorType, Asker(session), null, asked.AttestationState!)),
            PasskeyJson.Default.PasskeyOptionsResponse);
    }

    public static async Task<IResult> Finish(Body<EnrolPasskeyRequest> body, Actor actor, Db db, PasskeySettings settings, PasskeyChallenges challenges, MailedSecrets mails, HttpContext http)
    {
        var (request, ct, session) = (body.Value, http.RequestAborted, actor.Session);
        Check.Text("name", request.Name, max: 100, min: 1);
        Check.Json("credential", request.Credential);
        if (!settings.For(session.ActorType).Try(out var options, out var error)) return Reply.Error(error);
        if (await Refuse(db, actor, ct) is { } refused) return Reply.Error(refused);
        if (challenges.Open(request.State, PasskeyChallenge.Enrol, session.ActorType, Asker(session)) is not { } challenge) return Reply.Error(NotGood);
        using var ceremony = new PasskeyCeremony(options, new PasskeyHolder(session.ActorType, session.IdentityId, []));
        if (await ceremony.CheckNew(request.Credential.GetRawText(), challenge.State, http) is not { } passkey) return Reply.Error(NotGood);

        await using var tx = await db.Begin(ct);
        if (!await PasskeyChallenges.Spend(tx, challenge, ct)) return Reply.Error(NotGood);
        try
        {
            if (await Insert(tx, session, request.Name.Trim(), passkey, ct) is not { } row) return Reply.Error(TooMany);
            // Its owner has shown what they have and who they are: enough for a role that asks for a second factor.
            if (passkey.IsUserVerified) await SessionStore.ShowFactor(tx, session, ct);
            await TellOwner.Of(tx, mails, NotificationKinds.PasskeyAdded, session, ct);
            tx.Record(new AuditEvent("passkey_added", "identity", WireId.Encode(PeopleWire.Identity, session.IdentityId)) { Details = [("passkey", row.ToWire().Id)] });
            await tx.Commit(ct);
            return Reply.Json(new PasskeyEnvelope(row.ToWire()), PasskeyJson.Default.PasskeyEnvelope);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return Reply.Error(NotGood);
        }
    }

    private static async Task<Error?> Refuse(Db db, Actor actor, CancellationToken ct) =>
        await VerifyEmail.RefuseUnproven(db, actor.Session, ct) ?? await FreshSignIn.Refuse(db, actor.Session.SessionId, ct);

    private static async Task<PasskeyRow?> Insert(Transaction tx, SignedIn session, string name, UserPasskeyInfo passkey, CancellationToken ct)
    {
        await WaysIn.Hold(tx, session.IdentityId, ct);
        return await tx.Connection.QuerySingleOrDefaultAsync<PasskeyRow>(new CommandDefinition($"""
            insert into identity.passkeys as p (id, identity_id, actor_type, credential_id, public_key, name, sign_count, transports, is_user_verified, is_backup_eligible, is_backed_up)
            select @id, @IdentityId, @ActorType, @CredentialId, @PublicKey, @name, @count, @transports, @IsUserVerified, @IsBackupEligible, @IsBackedUp
            where (select count(*) from identity.passkeys where identity_id = @IdentityId and actor_type = @ActorType) < {Most}
            returning {PasskeyRow.Columns}
            """,
            new
            {
                id = WireId.New(),
                session.IdentityId,
                session.ActorType,
                passkey.CredentialId,
                passkey.PublicKey,
                name,
                count = (long)passkey.SignCount,
                transports = Transports.Intersect(passkey.Transports ?? [], StringComparer.Ordinal).ToArray(),
                passkey.IsUserVerified,
                passkey.IsBackupEligible,
                passkey.IsBackedUp,
            }, tx.Inner, cancellationToken: ct));
    }

    private static string Asker(SignedIn session) => session.SessionId.ToString("N");

    private static Error TooMany => Error.NotAllowed($"There are {Most} passkeys already; remove one first", "too_many_passkeys");

    private static Error NotGood => Error.Invalid("The browser's answer is not good for this session (any more); ask for new options", "invalid_passkey");
}
