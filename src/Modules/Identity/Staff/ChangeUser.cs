using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Contracts.Notifications;
using HeadlessPro.Identity.Mailed;
using HeadlessPro.Identity.Mfa;
using HeadlessPro.Identity.Passkeys;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Staff;

/// <summary>Changes what is sent of a member of staff; <paramref name="Roles"/> are all they are to have, by name.</summary>
internal sealed record UpdateUserRequest(
    Optional<string?> FirstName = default, Optional<string?> LastName = default, Optional<string?> AvatarUrl = default, Optional<JsonElement?> Metadata = default,
    IReadOnlyList<string>? Roles = null);

/// <summary>What staff change of themselves.</summary>
internal sealed record UpdateOwnUserRequest(
    Optional<string?> FirstName = default, Optional<string?> LastName = default, Optional<string?> AvatarUrl = default, Optional<JsonElement?> Metadata = default);

/// <summary>Changes, deactivates and removes staff. Nobody touches who may do more than they, and one admin always stays.</summary>
internal static class ChangeUser
{
    public static Task<IResult> Update(string id, Body<UpdateUserRequest> body, Caller caller, Db db, CancellationToken ct)
    {
        var request = body.Value;
        return Change(id, caller, db, ct, async (tx, user) =>
        {
            await Describe(tx, user, new(request.FirstName, request.LastName, request.AvatarUrl, request.Metadata), ct);
            if (request.Roles is null) return;
            var roles = await RolesByName.ToGive(tx, request.Roles, caller, ct);
            await tx.Connection.ExecuteAsync(new CommandDefinition("""
                delete from identity.user_roles where user_id = @user and role_id <> all (@roles);
                insert into identity.user_roles (user_id, role_id) select @user, unnest(@roles) on conflict do nothing
                """, new { user, roles }, tx.Inner, cancellationToken: ct));
        });
    }

    public static async Task<IResult> UpdateMe(Body<UpdateOwnUserRequest> body, Actor actor, Db db, CancellationToken ct)
    {
        await using (var tx = await db.Begin(ct))
        {
            await Describe(tx, actor.Id, body.Value, ct);
            await tx.Commit(ct);
        }

        return await ReadStaff.Me(actor, db, ct);
    }

    public static Task<IResult> Deactivate(string id, Caller caller, Db db, CancellationToken ct) => Change(id, caller, db, ct, (tx, user) =>
        End(tx, user, "update identity.users set deactivated_at = coalesce(deactivated_at, now()), updated_at = now() where id = @user", ct));

    public static Task<IResult> EndSessions(string id, Caller caller, Db db, CancellationToken ct) => Change(id, caller, db, ct, (tx, user) =>
        End(tx, user, "update identity.users set updated_at = now() where id = @user", ct));

    public static Task<IResult> Activate(string id, Caller caller, Db db, CancellationToken ct) => Change(id, caller, db, ct, (tx, user) =>
        tx.Connection.ExecuteAsync(new CommandDefinition(
            "update identity.users set deactivated_at = null, updated_at = now() where id = @user", new { user }, tx.Inner, cancellationToken: ct)));

    /// <summary>
    /// For who has lost their app, their codes or the device with their passkeys, which count as two factors: without any of them and signed out,
    /// they sign in with the first alone.
    /// </summary>
    public static Task<IResult> ResetMfa(string id, Caller caller, MailedSecrets mails, Db db, CancellationToken ct) => Change(id, caller, db, ct, async (tx, user) =>
    {
        var identity = await End(tx, user, "update identity.users set updated_at = now() where id = @user", ct);
        var gone = (await tx.Connection.QueryAsync<(string Action, string Kind, Guid Id, Guid Identity)>(new CommandDefinition("""
            with codes as (delete from identity.recovery_codes c using identity.users u where u.id = @user and c.identity_id = u.identity_id),
            factors as (delete from identity.mfa_factors f using identity.users u where u.id = @user and f.identity_id = u.identity_id returning f.id, f.identity_id, f.enabled_at),
            passkeys as (
                delete from identity.passkeys p using identity.users u where u.id = @user and p.identity_id = u.identity_id and p.actor_type = 'user' returning p.id, p.identity_id)
            select 'mfa_disabled', 'factor', id, identity_id from factors where enabled_at is not null
            union all select 'passkey_removed', 'passkey', id, identity_id from passkeys
            """, new { user }, tx.Inner, cancellationToken: ct))).AsList();
        foreach (var (action, kind, what, owner) in gone)
            tx.Record(new AuditEvent(action, "identity", WireId.Encode(PeopleWire.Identity, owner)) { Details = [(kind, WireId.Encode(kind == "factor" ? MfaFactors.Prefix : PasskeyRow.Prefix, what))] });
        tx.Record(new AuditEvent("mfa_reset", "user", id) { Details = [("identity", WireId.EncodeOrNull(PeopleWire.Identity, identity))] });
        if (identity is { } theirs) await TellOwner.Of(tx, mails, NotificationKinds.MfaDisabled, theirs, ActorTypes.User, ct);
    });

    /// <summary>The row stays, for what they did; who they sign in as does not.</summary>
    public static async Task<IResult> Delete(string id, Caller caller, Db db, CancellationToken ct)
    {
        await Change(id, caller, db, ct, (tx, user) => End(tx, user, """
            update identity.users set deleted_at = now(), updated_at = now(), identity_id = null where id = @user;
            delete from identity.user_roles where user_id = @user
            """, ct));
        return Reply.Deleted(id, "user");
    }

    private static async Task<IResult> Change(string id, Caller caller, Db db, CancellationToken ct, Func<Transaction, Guid, Task> change)
    {
        if (!WireId.TryDecode(PeopleWire.User, id, out var user)) throw new ErrorException(StaffErrors.NoUser(id));
        await using var tx = await db.Begin(ct);
        // One change at a time: of two admins who remove each other, one stays.
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            "select from identity.roles where id = @Admin for no key update", new { RolesByName.Admin }, tx.Inner, cancellationToken: ct));
        var before = await tx.Connection.QuerySingleOrDefaultAsync<UserRow>(new CommandDefinition(
            $"select {UserRow.Columns} from identity.users u where u.id = @user and u.deleted_at is null for no key update of u", new { user }, tx.Inner, cancellationToken: ct));
        if (before is null) throw new ErrorException(StaffErrors.NoUser(id));
        Grants.RequireAll(before.Permissions, caller);
        await change(tx, user);
        var (after, isAnyAdmin) = await After(tx, user, ct);
        if (before.Roles.Contains("admin") && before.DeactivatedAt is null && !isAnyAdmin) throw new ErrorException(StaffErrors.LastAdmin);
        tx.Publish(new StaffChanged([user]));
        await tx.Commit(ct);
        return Reply.Json(new UserEnvelope(after.ToWire()), StaffJson.Default.UserEnvelope);
    }

    private static async Task<(UserRow User, bool IsAnyAdmin)> After(Transaction tx, Guid user, CancellationToken ct)
    {
        await using var both = await tx.Connection.QueryMultipleAsync(new CommandDefinition($"""
            select {UserRow.Columns} from identity.users u where u.id = @user;
            select exists (select from identity.user_roles ur join identity.users u on u.id = ur.user_id
                where ur.role_id = @Admin and u.deleted_at is null and u.deactivated_at is null)
            """, new { user, RolesByName.Admin }, tx.Inner, cancellationToken: ct));
        return (await both.ReadSingleAsync<UserRow>(), await both.ReadSingleAsync<bool>());
    }

    // Answers whose sessions were ended.
    private static async Task<Guid?> End(Transaction tx, Guid user, string sql, CancellationToken ct)
    {
        var identity = await tx.Connection.QuerySingleAsync<Guid?>(new CommandDefinition(
            "select identity_id from identity.users where id = @user", new { user }, tx.Inner, cancellationToken: ct));
        if (identity is { } theirs) await SessionStore.RevokeIn(tx, theirs, null, null, ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition(sql, new { user }, tx.Inner, cancellationToken: ct));
        return identity;
    }

    private static Task Describe(Transaction tx, Guid user, UpdateOwnUserRequest request, CancellationToken ct)
    {
        Check.Text("first_name", request.FirstName.Value);
        Check.Text("last_name", request.LastName.Value);
        Check.Text("avatar_url", request.AvatarUrl.Value, max: 2048);
        Check.Url("avatar_url", request.AvatarUrl.Value);
        Check.Json("metadata", request.Metadata.Value);
        var sent = new SentColumns().Add("first_name", request.FirstName).Add("last_name", request.LastName).Add("avatar_url", request.AvatarUrl).Add("metadata", request.Metadata);
        sent.Parameters.Add("user", user);
        return tx.Connection.ExecuteAsync(new CommandDefinition(
            $"update identity.users set updated_at = now(){sent.Sql} where id = @user and deleted_at is null", sent.Parameters, tx.Inner, cancellationToken: ct));
    }
}
