using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Mailed;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Identity.Staff;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.Logging;

namespace HeadlessPro.Identity.SignIn.OpenId;

/// <summary>
/// Staff who sign in at a provider (decision 33):
/// <code>
/// WHO     issuer and subject; the first time the address, of a domain that is ours, finds who is staff already, or makes them so. Whoever has the
///         address later, at the same issuer, is somebody else
/// ROLES   what their groups give is all they have: what is gone is taken away at this sign-in, and what they had no role for, their sessions too
/// STAY    the last admin stays one, whatever the provider says
/// </code>
/// Sign-ins of staff are apart from those of customers: nobody becomes staff by what they did as a customer.
/// </summary>
internal sealed partial class OpenIdStaff(Db db, MailedSecrets mails, ILogger<OpenIdStaff> logger)
{
    /// <summary>The provider of staff's sign-ins.</summary>
    public const string Provider = "openid-staff";

    public async Task<Result<Guid>> Find(StaffRules rules, OpenIdPerson person, Guid? linkTo, CancellationToken ct)
    {
        if (person is not { Email: { } email, IsAuthoritative: true } || !rules.AllowedDomains.Contains(email.Split('@')[1])) return OpenIdErrors.NotStaff;
        if (person.Groups is null)
        {
            LogTooMany(logger, rules.GroupsClaim);
            return OpenIdErrors.NotStaff;
        }

        // Who becomes staff here, and what they may do from now on, is an auditor's business.
        await using var tx = await db.Begin(ct, isWatched: true);
        // One change at a time, as where staff are changed: of two admins, one stays.
        await tx.Connection.ExecuteAsync(new CommandDefinition("select from identity.roles where id = @Admin for no key update", new { RolesByName.Admin }, tx.Inner, cancellationToken: ct));
        var given = (await tx.Connection.QueryAsync<Guid>(new CommandDefinition(
            "select id from identity.roles where name = any (@names) order by id", new { names = rules.RolesOf(person.Groups) }, tx.Inner, cancellationToken: ct))).ToArray();
        var user = await Known(tx, person, linkTo, ct) ?? (rules.AutoCreate && given.Length > 0 && linkTo is null ? await New(tx, person, ct) : null);
        if (user is null or { IsDeactivated: true }) return OpenIdErrors.NotStaff;
        if (linkTo is not null && linkTo != user.IdentityId) return OpenIdErrors.Taken;
        var isWithout = rules.Roles.Count > 0 && given.Length == 0;
        // Whose roles no group ever gave, from them none takes any.
        if (isWithout && !user.IsLinked) return OpenIdErrors.NotStaff;
        if (rules.Roles.Count > 0 && await Give(tx, user, given, ct) is { } refused) return refused;
        if (isWithout) await SessionStore.RevokeIn(tx, user.IdentityId, null, null, ct);
        else await Link(tx, user, person, ct);
        if (!isWithout && !user.IsLinked) await OpenIdCustomers.Tell(tx, mails, user.IdentityId, ActorTypes.User, person, ct);
        await tx.Commit(ct);
        return isWithout ? OpenIdErrors.NotStaff : user.IdentityId;
    }

    /// <summary>Whose sign-in it is; else who adds it; else who has that address and was nobody there until now: addresses are given to others, numbers are not.</summary>
    private static Task<Member?> Known(Transaction tx, OpenIdPerson person, Guid? linkTo, CancellationToken ct) => tx.Connection.QuerySingleOrDefaultAsync<Member>(new CommandDefinition("""
        select u.id, u.identity_id, u.deactivated_at is not null as is_deactivated,
            exists (select from identity.sign_ins s where s.provider = @Provider and s.subject = @Subject and s.identity_id = u.identity_id) as is_linked
        from identity.users u
        where u.deleted_at is null and u.identity_id = coalesce(
            (select s.identity_id from identity.sign_ins s join identity.users b on b.identity_id = s.identity_id
                where s.provider = @Provider and s.subject = @Subject and b.deleted_at is null),
            @linkTo::uuid,
            (select b.identity_id from identity.users b where b.email = @Email and b.deleted_at is null and not exists (
                select from identity.sign_ins s where s.identity_id = b.identity_id and s.provider = @Provider and starts_with(s.subject, @Issuer || ' '))))
        for no key update of u
        """, new { Provider, person.Subject, person.Issuer, person.Email, linkTo }, tx.Inner, cancellationToken: ct));

    /// <summary>With an identity of their own: whoever registered that address here before is somebody else until proven. Null where a colleague has the address.</summary>
    private async Task<Member?> New(Transaction tx, OpenIdPerson person, CancellationToken ct)
    {
        var user = new Member(WireId.New(), WireId.New(), false, true);
        var isNew = await tx.Connection.ExecuteAsync(new CommandDefinition("""
            with person as (
                insert into identity.identities (id)
                select @IdentityId where not exists (select from identity.users where email = @Email and deleted_at is null) returning id)
            insert into identity.users (id, identity_id, email, first_name, last_name) select @Id, id, @Email, @GivenName, @FamilyName from person
            """, new { user.Id, user.IdentityId, person.Email, person.GivenName, person.FamilyName }, tx.Inner, cancellationToken: ct)) > 0;
        if (!isNew) LogSuccessor(logger, person.Issuer);
        return isNew ? user : null;
    }

    /// <summary>Exactly these roles, from now on; the refusal where that would leave the shop without an admin.</summary>
    private static async Task<Error?> Give(Transaction tx, Member user, Guid[] roles, CancellationToken ct)
    {
        var before = (await tx.Connection.QueryAsync<Guid>(new CommandDefinition(
            "select role_id from identity.user_roles where user_id = @Id", new { user.Id }, tx.Inner, cancellationToken: ct))).ToHashSet();
        if (before.SetEquals(roles)) return null;
        var isAnyAdmin = await tx.Connection.QuerySingleAsync<bool>(new CommandDefinition("""
            delete from identity.user_roles where user_id = @Id and role_id <> all (@roles);
            insert into identity.user_roles (user_id, role_id) select @Id, unnest(@roles) on conflict do nothing;
            select exists (select from identity.user_roles ur join identity.users u on u.id = ur.user_id
                where ur.role_id = @Admin and u.deleted_at is null and u.deactivated_at is null)
            """, new { user.Id, roles, RolesByName.Admin }, tx.Inner, cancellationToken: ct));
        if (before.Contains(RolesByName.Admin) && !isAnyAdmin) return StaffErrors.LastAdmin;
        tx.Publish(new StaffChanged([user.Id]));
        return null;
    }

    /// <summary>From now on that subject is theirs; somebody's who is gone, it was before.</summary>
    private static Task Link(Transaction tx, Member user, OpenIdPerson person, CancellationToken ct) => tx.Connection.ExecuteAsync(new CommandDefinition("""
        insert into identity.sign_ins (id, identity_id, provider, subject, verified_at, profile) values (@id, @IdentityId, @Provider, @Subject, now(), @profile::jsonb)
        on conflict (provider, subject) do update set identity_id = excluded.identity_id, profile = excluded.profile, updated_at = now()
        """, new { id = WireId.New(), user.IdentityId, Provider, person.Subject, profile = OpenIdCustomers.ProfileOf(person) }, tx.Inner, cancellationToken: ct));

    [LoggerMessage(LogLevel.Warning, "A member of staff is in more groups than the provider tells (claim {Claim}): have it send the groups of this application only")]
    private static partial void LogTooMany(ILogger logger, string claim);

    [LoggerMessage(LogLevel.Warning, "Somebody at {Issuer} has the address of a colleague who signs in there under another number: if it is their successor, remove the colleague")]
    private static partial void LogSuccessor(ILogger logger, string issuer);

    private sealed record Member(Guid Id, Guid IdentityId, bool IsDeactivated, bool IsLinked);
}
