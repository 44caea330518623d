using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Identity.SignIn.OpenId;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Identity.Mailed;

/// <summary>
/// Signs in whoever has proven, by a link or a code, that an e-mail address or a phone number is theirs. Who is not known yet becomes somebody at that moment.
/// A password or another way in from before anybody had proven the address may be a stranger's, who waited for its owner to come: it is gone then, and its sessions.
/// </summary>
internal static class ProvenAddress
{
    /// <summary>Uses the secret (null: it was not good) and answers whose the address is; both or neither.</summary>
    public static async Task<Guid?> SignIn(Db db, Func<Transaction, Task<string?>> use, CancellationToken ct)
    {
        for (var attempt = 0; ; attempt++)
        {
            await using var tx = await db.Begin(ct);
            if (await use(tx) is not { } address) return null;
            try
            {
                var identity = await Of(tx, address, ct);
                await tx.Commit(ct);
                return identity;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation && attempt == 0)
            {
                // They registered at this very moment: now they are known.
            }
        }
    }

    private static async Task<Guid> Of(Transaction tx, string address, CancellationToken ct)
    {
        var provider = Phones.ProviderOf(address);
        var known = await tx.Connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition(
            "select identity_id, secret is not null as has_password, verified_at is not null as is_verified from identity.sign_ins where provider = @provider and subject = @address for update",
            new { provider, address }, tx.Inner, cancellationToken: ct));
        if (known is null)
        {
            var identity = WireId.New();
            await tx.Connection.ExecuteAsync(new CommandDefinition("""
                with person as (insert into identity.identities (id) values (@identity) returning id)
                insert into identity.sign_ins (id, identity_id, provider, subject, verified_at) select @id, id, @provider, @address, now() from person
                """, new { identity, id = WireId.New(), provider, address }, tx.Inner, cancellationToken: ct));
            return identity;
        }

        if (known.IsVerified) return known.IdentityId;
        var others = await tx.Connection.ExecuteAsync(new CommandDefinition(
            "delete from identity.sign_ins where identity_id = @IdentityId and provider = @Provider", new { known.IdentityId, OpenIdCustomers.Provider }, tx.Inner, cancellationToken: ct));
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            "update identity.sign_ins set verified_at = now(), secret = null, updated_at = now() where provider = @provider and subject = @address",
            new { provider, address }, tx.Inner, cancellationToken: ct));
        if (known.HasPassword || others > 0) await SessionStore.RevokeIn(tx, known.IdentityId, null, null, ct);
        return known.IdentityId;
    }

    private sealed record Row(Guid IdentityId, bool HasPassword, bool IsVerified);
}
