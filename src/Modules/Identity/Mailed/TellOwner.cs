using Dapper;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Identity.Mailed;

/// <summary>Tells somebody by mail what was changed about how they get in, at the address they are reached by: if it was not them, they know.</summary>
internal static class TellOwner
{
    /// <summary>With what the caller writes.</summary>
    /// <param name="tx">The caller's.</param>
    /// <param name="mails">Sends it.</param>
    /// <param name="kind">What happened: one of the kinds that <see cref="MailedSecrets"/> only tells.</param>
    /// <param name="identity">Whose.</param>
    /// <param name="actorType">As what they have it.</param>
    /// <param name="ct">Cancellation.</param>
    public static async Task Of(Transaction tx, MailedSecrets mails, string kind, Guid identity, string actorType, CancellationToken ct)
    {
        if (await AddressOf(tx.Connection, tx.Inner, identity, actorType, ct) is { } address) await mails.AskIn(tx, kind, actorType, address, null, ct);
    }

    /// <summary>As above, of who is signed in.</summary>
    public static Task Of(Transaction tx, MailedSecrets mails, string kind, SignedIn session, CancellationToken ct) => Of(tx, mails, kind, session.IdentityId, session.ActorType, ct);

    /// <summary>The address they sign in with, or, where somebody else vouches for them, that of the customer or member of staff.</summary>
    public static Task<string?> AddressOf(NpgsqlConnection connection, NpgsqlTransaction? tx, Guid identity, string actorType, CancellationToken ct) =>
        connection.QuerySingleAsync<string?>(new CommandDefinition($"""
            select coalesce(
                (select subject from identity.sign_ins where identity_id = @identity and provider = '{EmailPassword.Provider}' order by id limit 1),
                case @actorType when '{ActorTypes.User}' then (select email from identity.users where identity_id = @identity and deleted_at is null)
                    else (select email from identity.customers where identity_id = @identity and deleted_at is null) end)
            """, new { identity, actorType }, tx, cancellationToken: ct));
}
