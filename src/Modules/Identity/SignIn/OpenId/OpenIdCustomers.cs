using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Contracts.Notifications;
using HeadlessPro.Identity.Mailed;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Identity.SignIn.OpenId;

/// <summary>What a provider tells of a person, as it is kept and as a token of nobody yet says it.</summary>
internal sealed record OpenIdProfile(string? Email, string? GivenName, string? FamilyName);

/// <summary>
/// Whose sign-in it is (decision 33). Issuer and subject alone say who somebody is. An e-mail address makes an account theirs only the first time, and
/// only where the provider gives out such addresses and the account's own was proven: anybody may have registered in somebody else's name.
/// </summary>
internal sealed class OpenIdCustomers(Db db, MailedSecrets mails)
{
    /// <summary>The provider of customers' sign-ins.</summary>
    public const string Provider = "openid";

    /// <param name="person">Who came back.</param>
    /// <param name="linkTo">Whose way in it becomes; null for a sign-in.</param>
    /// <param name="ct">Cancellation.</param>
    public async Task<Result<Guid>> Find(OpenIdPerson person, Guid? linkTo, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            await using var tx = await db.Begin(ct);
            try
            {
                var found = await Find(tx, person, linkTo, ct);
                if (found.Error is null) await tx.Commit(ct);
                return found;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation && attempt == 0)
            {
                // Twice at once: now they are known.
            }
        }
    }

    private async Task<Result<Guid>> Find(Transaction tx, OpenIdPerson person, Guid? linkTo, CancellationToken ct)
    {
        if (await tx.Connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
            "update identity.sign_ins set profile = @profile::jsonb, updated_at = now() where provider = @Provider and subject = @Subject returning identity_id",
            new { Provider, person.Subject, profile = ProfileOf(person) }, tx.Inner, cancellationToken: ct)) is { } known)
            return linkTo is null || linkTo == known ? known : OpenIdErrors.Taken;
        if (linkTo is { } theirs) return await Link(tx, person, theirs, ct);
        if (person.Email is null) return Error.Unauthorized("The provider told no e-mail address: allow it, or sign in another way");
        if (!person.IsVerified) return Error.Unauthorized("The provider has not confirmed your e-mail address: confirm it there, or sign in another way");
        var account = await tx.Connection.QuerySingleOrDefaultAsync<Account>(new CommandDefinition("""
            select identity_id, verified_at is not null as is_verified, exists (select from identity.users u where u.identity_id = s.identity_id) as is_staff
            from identity.sign_ins s where provider = @Provider and subject = @Email for update
            """, new { EmailPassword.Provider, person.Email }, tx.Inner, cancellationToken: ct));
        if (account is not null && !(account is { IsVerified: true, IsStaff: false } && person.IsAuthoritative))
            return Error.Unauthorized("There is an account with your e-mail address: sign in to it as before, then add this provider to it");
        if (account is not null) return await Link(tx, person, account.IdentityId, ct);
        var identity = await New(tx, person, ct);
        await Add(tx, identity, person, ct);
        return identity;
    }

    private async Task<Guid> Link(Transaction tx, OpenIdPerson person, Guid identity, CancellationToken ct)
    {
        await Add(tx, identity, person, ct);
        await Tell(tx, mails, identity, ActorTypes.Customer, person, ct);
        return identity;
    }

    /// <summary>Who was here before has another way in now: the audit log and they are told, also where they did not ask for it.</summary>
    public static Task Tell(Transaction tx, MailedSecrets mails, Guid identity, string actorType, OpenIdPerson person, CancellationToken ct)
    {
        tx.Record(new AuditEvent("provider_added", "identity", WireId.Encode(PeopleWire.Identity, identity)) { Details = [("issuer", person.Issuer)] });
        return TellOwner.Of(tx, mails, NotificationKinds.ProviderAdded, identity, actorType, ct);
    }

    /// <summary>From now on that subject is theirs.</summary>
    private static Task Add(Transaction tx, Guid identity, OpenIdPerson person, CancellationToken ct) => tx.Connection.ExecuteAsync(new CommandDefinition(
        "insert into identity.sign_ins (id, identity_id, provider, subject, verified_at, profile) values (@id, @identity, @Provider, @Subject, now(), @profile::jsonb)",
        new { id = WireId.New(), identity, Provider, person.Subject, profile = ProfileOf(person) }, tx.Inner, cancellationToken: ct));

    public static string ProfileOf(OpenIdPerson person) =>
        JsonSerializer.Serialize(new OpenIdProfile(person.Email, person.GivenName, person.FamilyName), OpenIdJson.Default.OpenIdProfile);

    /// <summary>With the address, as who signs in by a link: nobody else can register it, and a password can be chosen by mail.</summary>
    private static async Task<Guid> New(Transaction tx, OpenIdPerson person, CancellationToken ct)
    {
        var identity = WireId.New();
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            insert into identity.identities (id) values (@identity);
            insert into identity.sign_ins (id, identity_id, provider, subject, verified_at)
            values (@id, @identity, @Provider, @Email, case when @IsAuthoritative then now() end)
            """, new { identity, id = WireId.New(), EmailPassword.Provider, person.Email, person.IsAuthoritative }, tx.Inner, cancellationToken: ct));
        return identity;
    }

    private sealed record Account(Guid IdentityId, bool IsVerified, bool IsStaff);
}
