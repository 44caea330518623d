using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Identity.Mailed;

/// <summary>
/// Whoever has proven, by a link or a code, that an e-mail address or a phone number is theirs. Who signs in so with an address that is not known yet becomes somebody at that moment.
/// A password or another way in from before anybody had proven the address may be a stranger's, who waited for its owner to come: it is gone then, and its sessions.
/// </summary>
internal static class ProvenAddress
{
    /// <summary>Uses the secret (null: it was not good) and answers whose the address is; both or neither.</summary>
    public static async Task<SignInOutcome?> SignIn(Db db, Func<Transaction, Task<MailProof?>> use, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            await using var tx = await db.Begin(ct);
            if (await use(tx) is not { } proof) return null;
            try
            {
                if (await Of(tx, proof, ct) is not { } identity) return null;
                await tx.Commit(ct);
                return new SignInOutcome(identity, Account: proof.Recipient);
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation && attempt == 0)
            {
                // They registered at this very moment: now they are known.
            }
        }
    }

    /// <summary>
    /// It is proven now whose address that is: theirs, or nobody's (null). What was there before the first proof goes, the sessions with it.
    /// </summary>
    public static async Task<Guid?> Mark(Transaction tx, string provider, string address, CancellationToken ct)
    {
        var known = await tx.Connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition("""
            with known as (
                select id, identity_id, verified_at is null as is_new, secret is not null as has_password from identity.sign_ins where provider = @provider and subject = @address for update),
            others as (
                delete from identity.sign_ins s using known k where k.is_new and s.identity_id = k.identity_id and s.id <> k.id and s.provider = any (@OfCustomersAlone) returning s.id),
            proven as (
                update identity.sign_ins s set verified_at = now(), secret = null, updated_at = now() from known k where k.is_new and s.id = k.id)
            select identity_id, is_new and (has_password or exists (select from others)) as was_open from known
            """, new { provider, address, WaysIn.OfCustomersAlone }, tx.Inner, cancellationToken: ct));
        if (known is { WasOpen: true }) await SessionStore.RevokeIn(tx, known.IdentityId, null, null, ct);
        return known?.IdentityId;
    }

    private static async Task<Guid?> Of(Transaction tx, MailProof proof, CancellationToken ct)
    {
        var (address, provider) = (proof.Recipient, Phones.ProviderOf(proof.Recipient, proof.ActorType));
        if (await Mark(tx, provider, address, ct) is { } known) return known;
        // A number was somebody's when its code was sent.
        if (Phones.IsOne(address)) return null;
        var identity = WireId.New();
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            with person as (insert into identity.identities (id) values (@identity) returning id)
            insert into identity.sign_ins (id, identity_id, provider, subject, verified_at) select @id, id, @provider, @address, now() from person
            """, new { identity, id = WireId.New(), provider, address }, tx.Inner, cancellationToken: ct));
        return identity;
    }

    private sealed record Row(Guid IdentityId, bool WasOpen);
}
