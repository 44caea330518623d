using System.Security.Cryptography;
using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Contracts.Notifications;
using HeadlessPro.Identity.Keys;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Npgsql;

namespace HeadlessPro.Identity.Staff;

/// <summary>Invites somebody to the staff, with the roles they are to have (by name).</summary>
internal sealed record CreateInviteRequest(string Email, IReadOnlyList<string>? Roles = null, JsonElement? Metadata = null);

/// <summary>Who accepts an invitation. The address is the invitation's; sent, it must be the same.</summary>
internal sealed record AcceptInviteRequest(string? Email = null, string? FirstName = null, string? LastName = null);

/// <summary>Invitations: a token that is shown once, kept as a hash, good for one use and some days.</summary>
internal static class Invites
{
    public static async Task<IResult> Create(Body<CreateInviteRequest> body, Caller caller, Db db, InviteMail mail, CancellationToken ct)
    {
        var request = body.Value;
        var email = EmailAddress.Plain(request.Email);
        if (!EmailAddress.IsOne(email)) return Reply.Error(Error.Invalid("Invalid request: Field 'email' must be an e-mail address"));
        Check.Json("metadata", request.Metadata);
        await using var tx = await db.Begin(ct);
        var roles = await RolesByName.ToGive(tx, request.Roles ?? [], caller, ct);
        if (await tx.Connection.QuerySingleAsync<bool>(new CommandDefinition(
            "select exists (select from identity.users where email = @email and deleted_at is null)", new { email }, tx.Inner, cancellationToken: ct)))
            return Reply.Error(Error.Invalid($"User account for following email(s) already exist: {email}"));
        var token = NewToken();
        try
        {
            var row = await tx.Connection.QuerySingleAsync<InviteRow>(new CommandDefinition($"""
                insert into identity.invites as i (id, email, token_hash, role_ids, metadata, expires_at)
                values (@id, @email, @hash, @roles, @metadata::jsonb, now() + @lifetime) returning {InviteRow.Columns}
                """,
                new { id = WireId.New(), email, hash = ApiKeys.Hash(token), roles, metadata = Check.JsonText(request.Metadata), lifetime = mail.GoodFor }, tx.Inner, cancellationToken: ct));
            await tx.Commit(ct);
            await mail.Send(row, token, ct);
            return Reply.Json(new InviteEnvelope(row.ToWire(token)), StaffJson.Default.InviteEnvelope);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return Reply.Error(Error.Duplicate($"Invite with email: {email}, already exists."));
        }
    }

    /// <summary>A new token for the same invitation; the old one is worth nothing.</summary>
    public static async Task<IResult> Resend(string id, Caller caller, Db db, InviteMail mail, CancellationToken ct)
    {
        if (!WireId.TryDecode(StaffWire.Invite, id, out var invite)) return Reply.Error(StaffErrors.NoInvite(id));
        var token = NewToken();
        await using var tx = await db.Begin(ct);
        var row = await tx.Connection.QuerySingleOrDefaultAsync<InviteRow>(new CommandDefinition($"""
            update identity.invites i set token_hash = @hash, expires_at = now() + @lifetime, updated_at = now()
            where i.id = @invite and i.accepted_at is null and i.deleted_at is null returning {InviteRow.Columns}
            """, new { invite, hash = ApiKeys.Hash(token), lifetime = mail.GoodFor }, tx.Inner, cancellationToken: ct));
        if (row is null) return Reply.Error(StaffErrors.NoInvite(id));
        // Its token is in this answer: who reads it may become what the invitation makes of them.
        await RolesByName.ToGive(tx, row.Roles, caller, ct);
        await tx.Commit(ct);
        await mail.Send(row, token, ct);
        return Reply.Json(new InviteEnvelope(row.ToWire(token)), StaffJson.Default.InviteEnvelope);
    }

    public static async Task<IResult> Delete(string id, Caller caller, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(StaffWire.Invite, id, out var invite)) return Reply.Error(StaffErrors.NoInvite(id));
        await using var tx = await db.Begin(ct);
        var row = await tx.Connection.QuerySingleOrDefaultAsync<InviteRow>(new CommandDefinition(
            $"update identity.invites i set deleted_at = now(), updated_at = now() where i.id = @invite and i.deleted_at is null returning {InviteRow.Columns}", new { invite }, tx.Inner, cancellationToken: ct));
        if (row is null) return Reply.Error(StaffErrors.NoInvite(id));
        await RolesByName.ToGive(tx, row.Roles, caller, ct);
        await tx.Commit(ct);
        return Reply.Deleted(id, "invite");
    }

    /// <summary>Makes whoever has just registered, or signed in, a member of staff: with the invitation's token, once.</summary>
    public static async Task<IResult> Accept(ApiQuery query, Body<AcceptInviteRequest> body, Actor actor, Db db, CancellationToken ct)
    {
        var token = query.Text("token") ?? "";
        query.RejectUnknown();
        var request = body.Value;
        Check.Text("first_name", request.FirstName);
        Check.Text("last_name", request.LastName);
        if (actor.Session.ActorId is not null) return Reply.Error(Error.Invalid("Request already authenticated as a user."));
        var email = request.Email is null ? null : EmailAddress.Plain(request.Email);

        await using var tx = await db.Begin(ct);
        var invite = await tx.Connection.QuerySingleOrDefaultAsync<(string Email, Guid[] Roles, bool IsTheirs)?>(new CommandDefinition("""
            update identity.invites set accepted_at = now(), updated_at = now()
            where token_hash = @hash and accepted_at is null and deleted_at is null and expires_at > now() and (@email::text is null or email = @email)
            returning email, role_ids, exists (
                select from identity.sign_ins s where s.identity_id = @IdentityId and (s.subject = invites.email or lower(s.profile ->> 'email') = invites.email))
            """, new { hash = ApiKeys.Hash(token), email, actor.Session.IdentityId }, tx.Inner, cancellationToken: ct));
        if (invite is not { } invited) return Reply.Error(Error.Unauthorized("The invitation is not known, was used, or has expired"));
        // Staff are listed by the address they were invited at, and links and new passwords go there.
        if (!invited.IsTheirs) return Reply.Error(Error.NotAllowed("The invitation is for another e-mail address: register or sign in with the one it was sent to", "invite_of_another_address"));
        try
        {
            var id = WireId.New();
            var row = await tx.Connection.QuerySingleAsync<UserRow>(new CommandDefinition($"""
                insert into identity.users (id, identity_id, email, first_name, last_name) values (@id, @IdentityId, @Email, @FirstName, @LastName);
                insert into identity.user_roles (user_id, role_id) select @id, r.id from identity.roles r where r.id = any (@Roles);
                update identity.sign_ins set verified_at = now() where identity_id = @IdentityId and provider = @Provider and subject = @Email and verified_at is null;
                select {UserRow.Columns} from identity.users u where u.id = @id
                """, new { id, actor.Session.IdentityId, EmailPassword.Provider, invited.Email, request.FirstName, request.LastName, invited.Roles }, tx.Inner, cancellationToken: ct));
            tx.Publish(new StaffChanged([id]));
            await tx.Commit(ct);
            return Reply.Json(new UserEnvelope(row.ToWire()), StaffJson.Default.UserEnvelope);
        }
        catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation)
        {
            return Reply.Error(Error.Duplicate("User with this email already has an account"));
        }
    }

    private static string NewToken() => "inv_" + RandomNumberGenerator.GetHexString(64, lowercase: true);
}

/// <summary>Tells who is invited; the page at <c>ADMIN_URL</c> makes of the link what accepts it. Where mail cannot be sent now, the answer has the token all the same.</summary>
internal sealed class InviteMail(INotifications notifications, IConfiguration configuration)
{
    public TimeSpan GoodFor { get; } = configuration.GetValue("Identity:InviteLifetime", TimeSpan.FromDays(7));

    public Task Send(InviteRow invite, string token, CancellationToken ct)
    {
        var page = (configuration["ADMIN_URL"] ?? "http://localhost:7001").TrimEnd('/');
        var words = new Dictionary<string, string>(StringComparer.Ordinal) { ["url"] = $"{page}/invite?token={token}" };
        // The key says nothing of the token.
        var key = $"staff_invitation:{invite.Id:N}:{invite.UpdatedAt.UtcTicks}";
        return notifications.Send(new SendNotification(NotificationKinds.StaffInvitation, invite.Email, null, words, key, invite.ExpiresAt), ct);
    }
}
