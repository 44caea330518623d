using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Contracts.Notifications;
using HeadlessPro.Identity.Protection;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Mailed;

/// <summary>Asks for a link to choose a new password.</summary>
internal sealed record ResetPasswordRequest(string Identifier, JsonElement? Metadata = null);

/// <summary>The new password, with the link's token as <c>Authorization: Bearer</c>.</summary>
internal sealed record UpdateSignInRequest(string Password, string? Email = null);

internal sealed record UpdateSignInResponse(bool Success);

/// <summary>A forgotten password: a link by mail, a new password, and everybody who was signed in is out.</summary>
internal static class ResetPassword
{
    public static async Task<IResult> Ask(
        string actor, string provider, Body<ResetPasswordRequest> body, MailedSecrets mails, Throttle throttle, HttpContext http, CancellationToken ct)
    {
        if (SignInRoutes.Refuse(actor, provider) is { } unknown) return Reply.Error(unknown);
        Check.Json("metadata", body.Value.Metadata);
        var email = EmailAddress.Plain(body.Value.Identifier);
        if (!EmailAddress.IsOne(email)) return Reply.Error(Error.Invalid("Invalid request: Field 'identifier' must be an e-mail address"));
        if (await throttle.Take(Throttle.Mail, http, email, ct) is { } refused) return Reply.Error(refused);
        await mails.Ask(MailPurpose.PasswordReset, actor, email, null, ct, new AuditEvent("password_reset_asked") { Details = [("actor_type", actor), ("email", email)] });
        return Results.Text("Created", "text/plain", System.Text.Encoding.UTF8, StatusCodes.Status201Created);
    }

    public static async Task<IResult> Update(
        string actor, string provider, Body<UpdateSignInRequest> body, Db db, Passwords passwords, MailedSecrets mails, Throttle throttle, HttpContext http)
    {
        var ct = http.RequestAborted;
        if (SignInRoutes.Refuse(actor, provider) is { } unknown) return Reply.Error(unknown);
        if (SessionToken.OfHeader(http) is not { } token || await Find(db, actor, token, ct) is not { } email) return Reply.Error(Error.Unauthorized());
        if (body.Value.Email is { } given && EmailAddress.Plain(given) != email) return Reply.Error(Error.Unauthorized());
        // A password that is refused does not cost the link.
        if (Passwords.Refuse(body.Value.Password, email) is { } weak) return Reply.Error(Error.Invalid($"Invalid request: Field 'password': {weak}", "weak_password"));
        var hash = await passwords.Hash(body.Value.Password, ct);

        await using var tx = await db.Begin(ct);
        if (await MailedSecrets.Use(tx, MailPurpose.PasswordReset, actor, token, null, ct) is null) return Reply.Error(Error.Unauthorized());
        if (await ProvenAddress.Mark(tx, EmailPassword.Provider, email, ct) is not { } found) return Reply.Error(Error.Unauthorized());
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            with others as (
                update identity.mailed_secrets set used_at = now() where recipient = @email and used_at is null)
            update identity.sign_ins set secret = @hash, updated_at = now() where provider = @Provider and subject = @email
            """, new { email, hash, EmailPassword.Provider }, tx.Inner, cancellationToken: ct));
        await SessionStore.RevokeIn(tx, found, null, null, ct);
        tx.Record(new AuditEvent("password_reset", "identity", WireId.Encode(PeopleWire.Identity, found)));
        await TellOwner.Of(tx, mails, NotificationKinds.PasswordChanged, found, actor, ct);
        await tx.Commit(ct);
        await throttle.Begin(http, email, ct);
        return Reply.Json(new UpdateSignInResponse(true), MailedJson.Default.UpdateSignInResponse);
    }

    private static async Task<string?> Find(Db db, string actor, string token, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return await connection.QuerySingleOrDefaultAsync<string>(new CommandDefinition("""
            select recipient from identity.mailed_secrets
            where secret_hash = @hash and purpose = @PasswordReset and actor_type = @actor and used_at is null and expires_at > now()
            """, new { hash = MailedSecrets.Hash(token), MailPurpose.PasswordReset, actor }, cancellationToken: ct));
    }
}
