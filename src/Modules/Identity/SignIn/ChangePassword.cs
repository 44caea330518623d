using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Notifications;
using HeadlessPro.Identity.Mailed;
using HeadlessPro.Identity.Protection;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.SignIn;

/// <summary>A new password for who is signed in. Who has none yet leaves <paramref name="CurrentPassword"/> out.</summary>
internal sealed record ChangePasswordRequest(string Password, string? CurrentPassword = null);

/// <summary><c>/auth/password</c>: the present password is asked for, or, where there is none, a sign-in of the last minutes. All other sessions end.</summary>
internal static class ChangePassword
{
    public static async Task<IResult> Handle(Body<ChangePasswordRequest> body, Actor actor, Db db, Passwords passwords, Throttle throttle, MailedSecrets mails, AuditLog audit, HttpContext http)
    {
        var (request, ct, identity) = (body.Value, http.RequestAborted, actor.Session.IdentityId);
        await using var connection = await db.Open(ct);
        var known = await connection.QuerySingleOrDefaultAsync<(string Email, string? Secret)?>(new CommandDefinition(
            "select subject, secret from identity.sign_ins where identity_id = @identity and provider = @Provider", new { identity, EmailPassword.Provider }, cancellationToken: ct));
        await connection.CloseAsync();
        if (known is not var (email, secret)) return Reply.Error(Error.NotAllowed("You sign in without an e-mail address, so there is no password", "no_email"));
        if (Passwords.Refuse(request.Password, email) is { } weak) return Reply.Error(Error.Invalid($"Invalid request: Field 'password': {weak}", "weak_password"));
        if (secret is null)
        {
            if (await FreshSignIn.Refuse(db, actor.Session.SessionId, ct) is { } no) return Reply.Error(no);
        }
        else
        {
            // Apart from those who are not signed in: they do not keep anybody from changing it.
            var account = $"password {identity:N}";
            if (await throttle.Take(Throttle.SignIn, http, account, ct) is { } refused) return Reply.Error(refused);
            var (isRight, _) = await passwords.Check(secret, request.CurrentPassword ?? "", ct);
            if (!isRight) await audit.Record(new AuditEvent("password_refused", "identity", WireId.Encode(PeopleWire.Identity, identity)), ct);
            if (!isRight) return Reply.Error(Error.Unauthorized("The current password is wrong"));
            await throttle.GiveBack(Throttle.SignIn, http, account, ct);
        }

        var hash = await passwords.Hash(request.Password, ct);
        await using var tx = await db.Begin(ct);
        // Of two changes at once the second finds another password than it was asked about.
        if (await tx.Connection.ExecuteAsync(new CommandDefinition("""
            with links as (update identity.mailed_secrets set used_at = now() where recipient = @email and used_at is null)
            update identity.sign_ins set secret = @hash, updated_at = now()
            where identity_id = @identity and provider = @Provider and secret is not distinct from @secret
            """, new { email, hash, identity, secret, EmailPassword.Provider }, tx.Inner, cancellationToken: ct)) == 0)
            return Reply.Error(Error.Conflict("The password was changed meanwhile", "password_changed"));
        await SessionStore.RevokeIn(tx, identity, null, actor.Session.SessionId, ct);
        tx.Record(new AuditEvent("password_changed", "identity", WireId.Encode(PeopleWire.Identity, identity)));
        await TellOwner.Of(tx, mails, NotificationKinds.PasswordChanged, actor.Session, ct);
        await tx.Commit(ct);
        await throttle.Begin(http, email, ct);
        return Reply.Json(new UpdateSignInResponse(true), MailedJson.Default.UpdateSignInResponse);
    }
}
