using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Contracts.Privacy;
using HeadlessPro.Payments.Fraud;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Payments;

/// <summary>Keeps <see cref="IPaymentData"/>. What clients see of a session is left out: it may hold a provider's secret for the browser.</summary>
internal sealed class PaymentData(Db db) : IPaymentData
{
    private const string Documents = """
        select 'payments' as name, coalesce(json_agg(r), '[]')::text as json from (
            select audit.wire_id('pay', p.id) as id, audit.wire_id('order', c.order_id) as order_id, p.provider_id, p.reference, p.amount, c.currency_code,
                p.captured, p.released, p.refunded, p.disputed, p.means, (select a.verdict from payments.assessments a where a.payment_id = p.id) as fraud_verdict,
                p.created_at, p.captured_at, p.canceled_at,
                (select json_agg(json_build_object('kind', l.kind, 'amount', l.amount, 'created_at', l.created_at) order by l.id) from payments.ledger l where l.payment_id = p.id) as ledger,
                (select json_agg(json_build_object('kind', o.kind, 'amount', o.amount, 'reason', o.reason, 'note', o.note, 'created_at', o.created_at) order by o.id)
                    from payments.operations o where o.payment_id = p.id) as operations
            from payments.payments p join payments.collections c on c.id = p.collection_id where c.cart_id = any (@carts) order by p.id) r
        union all
        select 'payment_sessions', coalesce(json_agg(r), '[]')::text from (
            select audit.wire_id('payses', s.id) as id, s.provider_id, s.amount, s.status, host(s.ip) as ip, s.created_at, s.authorized_at
            from payments.sessions s join payments.collections c on c.id = s.collection_id where c.cart_id = any (@carts) order by s.id) r
        union all
        select 'payment_attempts', coalesce(json_agg(r), '[]')::text from (
            select a.email, host(a.network) as network, a.fingerprint, a.created_at from payments.attempts a
            where a.email = any (@proven) or a.payment_id in (
                select p.id from payments.payments p join payments.collections c on c.id = p.collection_id where c.cart_id = any (@carts)) order by a.id) r
        union all
        select 'provider_accounts', coalesce(json_agg(r), '[]')::text from (
            select v.provider_id, v.reference, v.created_at from payments.provider_customers v where v.customer_id = @CustomerId order by v.provider_id) r
        """;

    public async Task<Result<PaymentReferences>> FindReferences(Person request, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return new PaymentReferences((await connection.QueryAsync<string>(new CommandDefinition("""
            select audit.wire_id('pay_col', c.id) from payments.collections c where c.cart_id = any (@carts)
            union all select audit.wire_id('pay', p.id) from payments.payments p join payments.collections c on c.id = p.collection_id where c.cart_id = any (@carts)
            """, new { carts = request.CartIds.ToArray() }, cancellationToken: ct))).AsList());
    }

    public async Task<Result<PersonalData>> ReadPersonalData(Person request, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return new PersonalData((await connection.QueryAsync<PersonalDocument>(new CommandDefinition(
            Documents,
            new { request.CustomerId, carts = request.CartIds.ToArray(), proven = Counted(request.Proven) }, cancellationToken: ct))).AsList());
    }

    public async Task<Result<OpenMatters>> FindOpenMatters(FindOpenMatters request, CancellationToken ct) => await ForgetPayer.Open(db, request, ct);

    public async Task<Result<Forgotten>> ForgetPerson(ForgetPerson request, CancellationToken ct) => await ForgetPayer.Run(db, request, ct);

    /// <summary>As attempts keep them.</summary>
    private static string[] Counted(IEnumerable<string> emails) => [.. emails.Select(FraudFacts.Counted).OfType<string>().Distinct()];
}
