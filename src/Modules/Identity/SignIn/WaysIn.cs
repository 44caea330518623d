using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Mailed;
using HeadlessPro.Identity.SignIn.OpenId;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Identity.SignIn;

/// <summary>All the ways in that somebody has, of whatever kind, where one of them is added or goes.</summary>
internal static class WaysIn
{
    /// <summary>Providers of sign-ins that are no way in for staff.</summary>
    public static readonly string[] OfCustomersAlone = [OpenIdCustomers.Provider, Phones.Provider];

    private static readonly string[] OfStaffAlone = [OpenIdStaff.Provider, Phones.StaffProvider];

    /// <summary>One change at a time: of two that go at once one may be the last, and two that come are both counted.</summary>
    public static Task Hold(Transaction tx, Guid identity, CancellationToken ct) =>
        tx.Connection.ExecuteAsync(new CommandDefinition("select from identity.identities where id = @identity for update", new { identity }, tx.Inner, cancellationToken: ct));

    /// <summary>After one was taken away, of who is held: why it must stay; null where there is another. What is staff's is no way in for a customer, nor the other way round.</summary>
    public static async Task<Error?> RefuseLast(Transaction tx, SignedIn session, CancellationToken ct) =>
        await tx.Connection.QuerySingleAsync<bool>(new CommandDefinition("""
            select exists (select from identity.sign_ins where identity_id = @IdentityId and provider <> all (@others))
                or exists (select from identity.passkeys where identity_id = @IdentityId and actor_type = @ActorType)
            """,
            new
            {
                session.IdentityId,
                session.ActorType,
                others = session.ActorType == ActorTypes.User ? OfCustomersAlone : OfStaffAlone,
            }, tx.Inner, cancellationToken: ct))
            ? null
            : Error.NotAllowed("It is your last way in; set up another one first", "last_way_in");
}
