using HeadlessPro.Contracts.Payments;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Data;
using Npgsql;
using NpgsqlTypes;

namespace HeadlessPro.Payments.Fraud;

/// <summary>
/// Who tried to pay, for counting. Attempts that have e-mail, network or card in common are written one after the other, so that each
/// counts those before it, however many come at once; counted again after a crash, they are the same.
/// </summary>
internal sealed class Attempts(Db db, FraudOptions options)
{
    private const string Known = """
        known as (
            select s.id as session_id, case when s.ip <<= any (@own::text[]::inet[]) then null
                when family(s.ip) = 6 then network(set_masklen(s.ip, 64))::inet else s.ip end as network
            from payments.sessions s)
        """;

    /// <summary>Notes who gave a promise, once, and answers all that is known of it.</summary>
    public async Task<FraudFacts> Note(Guid payment, PayingShopper? shopper, CancellationToken ct)
    {
        await using var batch = db.Batch();
        batch.BatchCommands.Add(Lock(payment, shopper));
        batch.BatchCommands.Add(Insert(payment, shopper));
        batch.BatchCommands.Add(Count(payment, shopper));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        await reader.ReadAsync(ct);
        return new FraudFacts(reader.GetInt64(0), reader.GetString(1))
        {
            Email = shopper?.Email,
            BillingCountry = shopper?.BillingCountry,
            ShippingCountry = shopper?.ShippingCountry,
            CardCountry = reader.IsDBNull(2) ? null : reader.GetString(2),
            Risk = reader.IsDBNull(3) ? null : reader.GetString(3),
            ByEmail = new Velocity(reader.GetInt32(4), reader.GetInt32(5)),
            ByIp = new Velocity(reader.GetInt32(6), reader.GetInt32(7)),
            ByCard = new Velocity(reader.GetInt32(8), reader.GetInt32(9)),
            Shop = new AmountHistory(reader.GetInt32(10), reader.GetInt64(11)),
            Customer = new AmountHistory(reader.GetInt32(12), reader.GetInt64(13)),
        };
    }

    /// <summary>Notes that a provider refused somebody, each try once, whoever tells of it: whoever tries cards tries many.</summary>
    public async Task NoteRefused(Guid session, string? email, ProviderSnapshot held, CancellationToken ct)
    {
        if (!options.Enabled) return;
        await using var command = db.Command($"""
            with {Known}
            insert into payments.attempts as a (refused_try, email, network, fingerprint)
            select @try, @email, network, @fingerprint from known where session_id = @session and num_nonnulls(@email, network, @fingerprint) > 0
            on conflict (refused_try) do update set email = coalesce(a.email, excluded.email)
            """);
        command.Parameters.Add(Text("try", held.RefusedTry ?? held.Reference));
        command.Parameters.AddWithValue("session", session);
        command.Parameters.Add(Text("email", FraudFacts.Counted(email)));
        command.Parameters.Add(Text("fingerprint", held.Means?.Fingerprint));
        command.Parameters.AddWithValue("own", options.Own);
        await command.ExecuteNonQueryAsync(ct);
    }

    private NpgsqlBatchCommand Lock(Guid payment, PayingShopper? shopper) => With(payment, shopper, $"""
        with {Known},
        keys as (
            select distinct hashtextextended(k.kind || k.value, 0) as key
            from payments.payments p
            join known on known.session_id = p.session_id
            cross join lateral (values ('email ', @email), ('network ', host(known.network)), ('card ', p.means ->> 'fingerprint')) as k (kind, value)
            where p.id = @payment and k.value is not null)
        select pg_advisory_xact_lock(key) from (select key from keys order by key) as in_one_order
        """);

    private NpgsqlBatchCommand Insert(Guid payment, PayingShopper? shopper) => With(payment, shopper, $"""
        with {Known}
        insert into payments.attempts (payment_id, email, network, fingerprint)
        select p.id, @email, known.network, p.means ->> 'fingerprint'
        from payments.payments p join known on known.session_id = p.session_id where p.id = @payment
        on conflict (payment_id) do nothing
        """);

    private NpgsqlBatchCommand Count(Guid payment, PayingShopper? shopper) => With(payment, shopper, $"""
        with mine as (select id, email, network, fingerprint, created_at from payments.attempts where payment_id = @payment)
        select p.amount, c.currency_code, p.means ->> 'country', p.means ->> 'risk',
            coalesce(email.hour, 0), coalesce(email.day, 0), coalesce(network.hour, 0), coalesce(network.day, 0), coalesce(card.hour, 0), coalesce(card.day, 0),
            shop.orders, coalesce(shop.median, 0), customer.orders, coalesce(customer.median, 0)
        from payments.payments p
        join payments.collections c on c.id = p.collection_id
        left join mine on true
        cross join lateral ({Seen("email")}) as email
        cross join lateral ({Seen("network")}) as network
        cross join lateral ({Seen("fingerprint")}) as card
        cross join lateral ({Usual("a.currency_code = c.currency_code")}) as shop
        cross join lateral ({Usual("a.currency_code = c.currency_code and a.customer_id = @customer")}) as customer
        where p.id = @payment
        """);

    private static string Seen(string column) => $"""
        select (count(*) filter (where a.created_at > mine.created_at - interval '1 hour'))::int as hour, count(*)::int as day
        from (
            select created_at from payments.attempts
            where {column} = mine.{column} and id <= mine.id and created_at > mine.created_at - interval '1 day'
            order by created_at desc limit {VelocityRule.Counted}) as a
        """;

    private static string Usual(string which) => $"""
        select count(*)::int as orders, percentile_disc(0.5) within group (order by last.amount) as median
        from (
            select a.amount from payments.assessments a where a.verdict = 'allow' and {which}
            order by a.created_at desc limit {AmountRule.LastOrders}) as last
        """;

    private NpgsqlBatchCommand With(Guid payment, PayingShopper? shopper, string sql)
    {
        var command = new NpgsqlBatchCommand(sql);
        command.Parameters.AddWithValue("payment", payment);
        if (sql.Contains("@email", StringComparison.Ordinal)) command.Parameters.Add(Text("email", FraudFacts.Counted(shopper?.Email)));
        if (sql.Contains("@own", StringComparison.Ordinal)) command.Parameters.AddWithValue("own", options.Own);
        if (sql.Contains("@customer", StringComparison.Ordinal))
            command.Parameters.Add(new NpgsqlParameter("customer", NpgsqlDbType.Uuid) { Value = (object?)shopper?.CustomerId ?? DBNull.Value });
        return command;
    }

    private static NpgsqlParameter Text(string name, string? value) => new(name, NpgsqlDbType.Text) { Value = (object?)value ?? DBNull.Value };
}
