using Dapper;
using HeadlessPro.Contracts.Privacy;
using HeadlessPro.Payments.Fraud;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Payments;

/// <summary>
/// Takes a person out of their payments, all at once: also of what they paid for an order that is another's now. What they had begun to pay is closed.
/// Amounts, the ledger and the provider's names of the money stay: refunds go by them.
/// </summary>
internal static class ForgetPayer
{
    private const string Sql = $$"""
        select from payments.collections where cart_id = any (@carts) order by id for no key update;
        with closed as (
            update payments.sessions s set status = 'canceled', updated_at = now() from payments.collections c
            where c.id = s.collection_id and c.cart_id = any (@carts) and s.status in ('pending', 'requires_more')
            returning s.id, s.reference)
        {{BookEntries.TellClosed}};
        with mine as (select p.id from payments.payments p join payments.collections c on c.id = p.collection_id where c.cart_id = any (@carts))
        delete from payments.attempts a where a.created_at <= @Before and (a.payment_id in (select id from mine) or a.email = any (@emails));
        update payments.payments p set data = '{}', means = p.means || '{"last4": null, "fingerprint": null, "risk": null}'
        where p.id in (
            select m.id from payments.payments m join payments.collections c on c.id = m.collection_id where c.cart_id = any (@carts)
            union select m.id from payments.payments m join payments.sessions s on s.id = m.session_id and s.collection_id = m.collection_id where s.customer_id = @CustomerId);
        update payments.sessions s set data = '{}', ip = null, customer_id = null
        where s.id in (
            select t.id from payments.sessions t join payments.collections c on c.id = t.collection_id where c.cart_id = any (@carts)
            union select t.id from payments.sessions t where t.customer_id = @CustomerId);
        update payments.operations o set note = null
        from payments.payments p join payments.collections c on c.id = p.collection_id where p.id = o.payment_id and c.cart_id = any (@carts) and o.note is not null;
        update payments.assessments set customer_id = null where customer_id = @CustomerId;
        delete from payments.provider_customers where customer_id = @CustomerId;
        """;

    public static async Task<Forgotten> Run(Db db, ForgetPerson request, CancellationToken ct)
    {
        var (person, carts) = (request.Person, request.Person.CartIds.ToArray());
        await using var tx = await db.Begin(ct);
        var payments = await tx.Connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "select count(*) from payments.payments p join payments.collections c on c.id = p.collection_id where c.cart_id = any (@carts)", new { carts }, tx.Inner, cancellationToken: ct));
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            Sql, new { person.CustomerId, carts, request.Before, emails = person.Proven.Select(FraudFacts.Counted).OfType<string>().ToArray() }, tx.Inner, cancellationToken: ct));
        await tx.Commit(ct);
        return new Forgotten([new("payments", payments, "amounts, the ledger, the provider's references, brand and country of the means: the books, and money that may have to go back")]);
    }

    /// <summary>What is under way, a sentence each.</summary>
    public static async Task<OpenMatters> Open(Db db, FindOpenMatters request, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return new OpenMatters((await connection.QueryAsync<string>(new CommandDefinition("""
            select format('payment %s is %s', audit.wire_id('pay', p.id), case
                when p.review = 'pending' then 'held for review'
                when exists (select from payments.operations o where o.payment_id = p.id and o.status = 'open') then 'being moved'
                when p.disputed > 0 then 'disputed'
                else 'promised and not taken yet' end)
            from payments.payments p join payments.collections c on c.id = p.collection_id
            where c.cart_id = any (@carts) and p.canceled_at is null and (
                p.review = 'pending' or (p.disputed > 0 and p.updated_at > now() - @Recent) or (p.captured_at is null and p.captured + p.released < p.amount)
                or exists (select from payments.operations o where o.payment_id = p.id and o.status = 'open'))
            order by p.id
            """, new { carts = request.Person.CartIds.ToArray(), request.Recent }, cancellationToken: ct))).AsList());
    }
}
