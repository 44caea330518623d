using System.Collections.Concurrent;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Reconciling;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Payments;

/// <summary>
/// Compares the books with themselves, with the providers and with time.
/// <code>
/// PROVIDERS  each session that a provider knows, new or unfinished, is settled once more: what the books lacked is written, which is safe;
///            what they hold and the provider does not is reported
/// BOOKS      the sums of each payment are those of its ledger
/// TIME       promises without an order, movements, strays and webhooks that should have been finished long ago
/// </code>
/// </summary>
internal sealed class ReconcilePayments(Db db, Settle settle)
{
    public const string Name = "payments.reconcile";

    private const int AtOnce = 8;

    // Seconds: it reads much, and nobody waits.
    private const int Patience = 600;

    public static Task<ReconciliationReport> Run(IServiceProvider services, ReconciliationPeriod period, CancellationToken ct) =>
        services.GetRequiredService<ReconcilePayments>().Run(period, ct);

    private async Task<ReconciliationReport> Run(ReconciliationPeriod period, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var last = await connection.ExecuteScalarAsync<long>(new CommandDefinition("select coalesce(max(id), 0) from payments.ledger", cancellationToken: ct));
        var sessions = (await connection.QueryAsync<Guid>(new CommandDefinition("""
            select s.id from payments.sessions s
            where s.reference is not null and s.updated_at <= @Until and (s.updated_at >= @Since or exists (
                select from payments.payments p
                where p.collection_id = s.collection_id and p.session_id = s.id and (p.updated_at >= @Since or (p.canceled_at is null and p.captured + p.released < p.amount))))
            order by s.id
            """, period, cancellationToken: ct))).AsList();

        var (uneven, unknown) = (new ConcurrentBag<string>(), new ConcurrentBag<string>());
        await Parallel.ForEachAsync(sessions, new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (session, token) =>
        {
            try
            {
                if ((await settle.Compare(session, token)).Try(out var differences, out var error))
                    foreach (var difference in differences) uneven.Add(difference);
                else
                    (error.Type == ErrorType.Unavailable ? unknown : uneven).Add($"session {WireId.Encode(PaymentWire.Session, session)}: {error.Message}");
            }
            catch (Exception e) when (!token.IsCancellationRequested)
            {
                // One that cannot be entered keeps nobody from comparing the others.
                unknown.Add($"session {WireId.Encode(PaymentWire.Session, session)}: {e.Message}");
            }
        });

        var repaired = await connection.QueryAsync<string>(new CommandDefinition(Entered, new { last, sessions = sessions.ToArray() }, commandTimeout: Patience, cancellationToken: ct));
        foreach (var finding in await connection.QueryAsync<string>(new CommandDefinition(NotEven, period, commandTimeout: Patience, cancellationToken: ct))) uneven.Add(finding);
        return new ReconciliationReport(sessions.Count, [.. repaired], [.. uneven.Order(StringComparer.Ordinal)], [.. unknown.Order(StringComparer.Ordinal)]);
    }

    // What nobody here had asked for and the audit has found.
    private const string Entered = """
        select format('payment %s (%s): %s of %s %s minor units entered', p.id, p.reference, l.kind, l.amount, l.currency_code)
        from payments.ledger l join payments.payments p on p.id = l.payment_id
        where l.id > @last and l.operation_id is null and p.session_id = any (@sessions)
        order by l.id
        """;

    private const string NotEven = """
        select format('payment %s (%s): sums %s, but its ledger says %s', p.id, p.reference,
            array[p.amount, p.captured, p.released, p.refunded, p.disputed], array[l.promised, l.captured, l.released, l.refunded, l.disputed])
        from payments.payments p
        left join lateral (
            select coalesce(sum(amount) filter (where kind = 'authorization'), 0) as promised,
                coalesce(sum(amount) filter (where kind = 'capture'), 0) as captured,
                coalesce(sum(amount) filter (where kind = 'void'), 0) as released,
                coalesce(sum(case kind when 'refund' then amount when 'refund_reversal' then -amount end), 0) as refunded,
                coalesce(sum(case kind when 'dispute' then amount when 'dispute_reversal' then -amount end), 0) as disputed
            from payments.ledger where payment_id = p.id) l on true
        where p.updated_at >= @Since and (p.amount, p.captured, p.released, p.refunded, p.disputed) <> (l.promised, l.captured, l.released, l.refunded, l.disputed)
        union all
        select format('payment %s (%s): promised since %s, and no order', p.id, p.reference, p.created_at)
        from payments.payments p
        where p.order_id is null and not p.is_stray and p.canceled_at is null and p.captured = p.refunded and p.created_at < now() - interval '10 minutes'
        union all
        select format('payment %s (%s): %s %s minor units taken, and no order', p.id, p.reference, p.captured - p.refunded, c.currency_code)
        from payments.payments p join payments.collections c on c.id = p.collection_id
        where p.order_id is null and p.captured > p.refunded + p.disputed and p.created_at < now() - interval '10 minutes'
        union all
        select format('payment %s (%s): nothing is owed for it, and it is not let go', p.id, p.reference)
        from payments.payments p
        where p.is_stray and p.canceled_at is null and p.captured = 0 and p.created_at < now() - interval '10 minutes'
        union all
        select format('payment %s: %s of %s minor units begun %s and not finished', o.payment_id, o.kind, o.amount, o.created_at)
        from payments.operations o where o.status = 'open' and o.created_at < now() - interval '10 minutes'
        union all
        select format('event %s %s of %s: received %s and not settled', e.type, e.event_id, e.provider, e.received_at)
        from payments.webhook_events e where e.due_at is not null and e.received_at < now() - interval '1 hour'
        """;
}
