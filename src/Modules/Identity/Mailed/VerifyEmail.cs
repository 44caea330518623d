using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Protection;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Mailed;

/// <summary>Asks for a link that confirms an address: the one somebody signs in with.</summary>
internal sealed record RequestVerificationRequest(string EntityId, string EntityType, string? CodeProvider = null, JsonElement? Metadata = null);

internal sealed record ConfirmVerificationRequest(string Code, string? CodeProvider = null);

internal sealed record VerificationResponse(
    string EntityId, string EntityType, string AuthIdentityId, string CodeProvider, DateTimeOffset? VerifiedAt, DateTimeOffset? RequestedAt);

internal sealed record VerificationEnvelope(VerificationResponse Verification);

internal sealed record ConfirmVerificationResponse(string EntityId, string EntityType, string CodeProvider, DateTimeOffset VerifiedAt);

/// <summary><c>/auth/verification</c>.</summary>
internal static class VerifyEmail
{
    private const string CodeProvider = "token";
    private const string EntityType = "email";

    public static async Task<IResult> Ask(Body<RequestVerificationRequest> body, Actor actor, MailedSecrets mails, Throttle throttle, Db db, HttpContext http, CancellationToken ct)
    {
        Check.OneOf("entity_type", body.Value.EntityType, EntityType);
        Check.OneOf("code_provider", body.Value.CodeProvider, CodeProvider);
        Check.Json("metadata", body.Value.Metadata);
        if (await Find(db, actor.Session.IdentityId, ct) is not { } known || known.EntityId != EmailAddress.Plain(body.Value.EntityId))
            return Reply.Error(Error.Invalid("Invalid request: Field 'entity_id' must be the e-mail address that you sign in with"));
        if (known.VerifiedAt is null)
        {
            if (await throttle.Take(Throttle.Mail, http, known.EntityId, ct) is { } refused) return Reply.Error(refused);
            await mails.Ask(MailPurpose.EmailVerification, actor.Session.ActorType, known.EntityId, null, ct);
        }

        return Reply.Json(new VerificationEnvelope(known), MailedJson.Default.VerificationEnvelope);
    }

    public static async Task<IResult> Confirm(Body<ConfirmVerificationRequest> body, Db db, CancellationToken ct)
    {
        Check.OneOf("code_provider", body.Value.CodeProvider, CodeProvider);
        await using var tx = await db.Begin(ct);
        var confirmed = await tx.Connection.QuerySingleOrDefaultAsync<Confirmed>(new CommandDefinition("""
            with used as (
                update identity.mailed_secrets set used_at = now()
                where secret_hash = @hash and purpose = @EmailVerification and used_at is null and expires_at > now() returning recipient)
            update identity.sign_ins s set verified_at = coalesce(s.verified_at, now()) from used
            where s.provider = @Provider and s.subject = used.recipient
            returning s.subject, s.verified_at
            """, new { hash = MailedSecrets.Hash(body.Value.Code), MailPurpose.EmailVerification, EmailPassword.Provider }, tx.Inner, cancellationToken: ct));
        if (confirmed is null) return Reply.Error(Error.Invalid("The code is wrong, or no longer valid", "invalid_code"));
        tx.Record(new AuditEvent("email_verified") { Details = [("email", confirmed.Subject)] });
        await tx.Commit(ct);
        return Reply.Json(new ConfirmVerificationResponse(confirmed.Subject, EntityType, CodeProvider, confirmed.VerifiedAt), MailedJson.Default.ConfirmVerificationResponse);
    }

    /// <summary>
    /// Why somebody may not yet have what would stay theirs: it would keep the owner of an address that a stranger registered out, or let the
    /// stranger in. Staff were invited: their address is no stranger's. Null where they may.
    /// </summary>
    public static async Task<Error?> RefuseUnproven(Db db, SignedIn session, CancellationToken ct) =>
        session is not { ActorType: ActorTypes.User, ActorId: not null } && await Find(db, session.IdentityId, ct) is { VerifiedAt: null }
            ? Error.NotAllowed("Confirm your e-mail address first (POST /auth/verification/request)", "verification_required")
            : null;

    /// <summary>The address of an identity and whether it is proven; null for one that has none.</summary>
    public static async Task<VerificationResponse?> Find(Db db, Guid identity, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<Address>(new CommandDefinition("""
            select s.subject, s.verified_at, now() as now from identity.sign_ins s where s.identity_id = @identity and s.provider = @Provider order by s.id limit 1
            """, new { identity, EmailPassword.Provider }, cancellationToken: ct));
        return row is null ? null : new(row.Subject, EntityType, WireId.Encode(PeopleWire.Identity, identity), CodeProvider, row.VerifiedAt, row.Now);
    }

    private sealed record Confirmed(string Subject, DateTimeOffset VerifiedAt);

    private sealed record Address(string Subject, DateTimeOffset? VerifiedAt, DateTimeOffset Now);
}
