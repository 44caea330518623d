using Dapper;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Contracts.Privacy;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Identity.Customers;

/// <summary>
/// Takes a customer out, all at once: nobody is signed in as them from then on, nor can be. Who is staff as well keeps their ways in, as staff. Somebody who registers with
/// the address later is somebody else.
/// </summary>
internal static class ForgetCustomer
{
    private static readonly string Find = $"""
        select i.id as identity, i.id is not null and (exists (select from identity.users u where u.identity_id = i.id) or exists (select from identity.apps a where a.identity_id = i.id)) as is_kept
        from identity.customers c left join identity.identities i on i.id = {CustomerData.Mine} where c.id = @CustomerId
        """;

    private const string Forget = """
        delete from identity.mailed_secrets
        where actor_type = 'customer' and created_at <= @Before and (lower(recipient) = any (@proven) or (purpose = 'email_verification' and lower(recipient) = lower(@Email)));
        delete from identity.customer_addresses a using identity.customers c
        where c.id = a.customer_id and (c.id = @CustomerId or (c.identity_id is null and c.email = any (@proven)));
        delete from identity.customers c where c.id = @CustomerId or (c.identity_id is null and c.email = any (@proven));
        """;

    private const string OfStaff = """
        delete from identity.sessions where identity_id = @identity and actor_type = 'customer';
        delete from identity.passkeys where identity_id = @identity and actor_type = 'customer';
        delete from identity.mfa_challenges where identity_id = @identity and actor_type = 'customer';
        delete from identity.sign_ins where identity_id = @identity and provider = any (@OfCustomersAlone);
        delete from identity.app_consents c using identity.apps a where a.id = c.app_id and a.audience = 'customer' and c.identity_id = @identity;
        """;

    public static async Task<Forgotten> Run(Db db, ForgetPerson request, CancellationToken ct)
    {
        var person = request.Person;
        await using var tx = await db.Begin(ct);
        var found = await tx.Connection.QuerySingleOrDefaultAsync<(Guid? Identity, bool IsKept)?>(new CommandDefinition(Find, new { person.CustomerId }, tx.Inner, cancellationToken: ct));
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            Forget,
            new { person.CustomerId, person.Email, request.Before, proven = person.Proven.ToArray() }, tx.Inner, cancellationToken: ct));
        if (found is (Guid identity, var isKept))
        {
            await tx.Connection.ExecuteAsync(new CommandDefinition(
                isKept ? OfStaff : "delete from identity.identities where id = @identity", new { identity, WaysIn.OfCustomersAlone }, tx.Inner, cancellationToken: ct));
            tx.Publish(new SessionsRevoked(identity));
        }

        await tx.Commit(ct);
        return new Forgotten(found is { IsKept: true } ? [new("ways_to_sign_in", 1, "the person is a member of staff, who signs in with them")] : []);
    }
}
