using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Payments.Providers;
using Npgsql;
using NpgsqlTypes;

namespace HeadlessPro.Payments;

/// <summary>The statements of <see cref="Books"/>, to run in this order under the collection's lock.</summary>
internal static class BookEntries
{
    /// <summary>Session and payment. Answers the payment when it is new and wanted.</summary>
    public static NpgsqlBatchCommand Promise(Guid session, ProviderSnapshot snapshot)
    {
        var command = new NpgsqlBatchCommand("""
            with session as (
                select s.id, s.collection_id, c.order_id, s.provider_id, live.parts,
                    @state = 'authorized' and s.status in ('pending', 'requires_more') and s.amount = @amount and c.currency_code = @currency
                        and s.reference is not distinct from @reference
                        and c.closed_at is null and (live.parts = 0 or (c.order_id is not null and live.amount + @amount <= c.amount)) as is_wanted
                from payments.sessions s
                join payments.collections c on c.id = s.collection_id
                cross join lateral (
                    select coalesce(max(l.part), 0) as parts, coalesce(sum(l.amount - l.released), 0) as amount
                    from payments.payments l where l.collection_id = c.id and l.canceled_at is null and not l.is_stray) live
                where s.id = @session),
            payment as (
                insert into payments.payments as p (
                    id, collection_id, session_id, order_id, provider_id, part, reference, amount, data, means, lapses_at, is_stray)
                -- A further promise waits for its order as the first one did.
                select @payment, collection_id, id, case when not is_wanted then order_id end, provider_id, parts + 1, @payment_reference, @amount,
                    -- What nobody wants is shown to nobody.
                    case when is_wanted then @data::jsonb else '{}' end, @means::jsonb, @lapses_at,
                    not is_wanted
                from session where @payment_reference is not null
                on conflict (reference, provider_id) do update set means = coalesce(excluded.means, p.means), lapses_at = excluded.lapses_at
                where (p.means, p.lapses_at) is distinct from (coalesce(excluded.means, p.means), excluded.lapses_at)
                returning id, collection_id, is_stray),
            fresh as (select * from payment where id = @payment),
            promise as (
                insert into payments.ledger (payment_id, kind, amount, currency_code, provider_reference)
                select id, 'authorization', @amount, @currency, @payment_reference from fresh),
            owed as (
                update payments.collections c set is_authorized = true, updated_at = now()
                from fresh where c.id = fresh.collection_id and not fresh.is_stray),
            -- What stood there before is paid for again.
            settled as (
                update payments.payments o set attention = null
                from fresh where o.collection_id = fresh.collection_id and not fresh.is_stray and o.id <> fresh.id and o.canceled_at is not null),
            moved as (
                -- What was replaced meanwhile says nothing of the session any more.
                update payments.sessions s set provider_amount = @amount, data = @data::jsonb, updated_at = now(),
                    status = case when fresh.is_stray then 'canceled' else @state end,
                    authorized_at = case when @state = 'authorized' then now() end
                from session left join fresh on true
                where s.id = session.id and s.status in ('pending', 'requires_more') and s.reference is not distinct from @reference)
            select id from fresh where not is_stray
            """);
        command.Parameters.AddWithValue("session", session);
        command.Parameters.AddWithValue("payment", WireId.New());
        command.Parameters.AddWithValue("state", PaymentSessionStatusNames.Of(snapshot.State switch
        {
            ProviderState.Pending => PaymentSessionStatus.Pending,
            ProviderState.RequiresMore => PaymentSessionStatus.RequiresMore,
            ProviderState.Authorized => PaymentSessionStatus.Authorized,
            _ => PaymentSessionStatus.Canceled,
        }));
        Add(command, "reference", NpgsqlDbType.Text, snapshot.Reference);
        command.Parameters.AddWithValue("amount", snapshot.Amount);
        command.Parameters.AddWithValue("currency", snapshot.CurrencyCode);
        command.Parameters.AddWithValue("data", snapshot.Data);
        Add(command, "payment_reference", NpgsqlDbType.Text, snapshot.PaymentReference);
        Add(command, "means", NpgsqlDbType.Text, ProviderMeans.ToJson(snapshot.Means));
        Add(command, "lapses_at", NpgsqlDbType.TimestampTz, snapshot.LapsesAt?.ToUniversalTime());
        return command;
    }

    /// <summary>Ledger and sums. Answers what moved now and so far, when anything did.</summary>
    public static NpgsqlBatchCommand Movements(Guid session, ProviderSnapshot snapshot, Guid? operation)
    {
        var command = new NpgsqlBatchCommand("""
            with finished as (
                update payments.operations set status = 'done', finished_at = now() where id = @operation and status = 'open'),
            moved as (
                insert into payments.ledger (payment_id, kind, amount, currency_code, provider_reference, operation_id)
                select p.id, m.kind, m.amount, @currency, m.reference, o.id
                from payments.payments p
                cross join unnest(@kinds, @amounts, @references, @operations) as m (kind, amount, reference, operation_id)
                left join payments.operations o on o.id = m.operation_id and o.payment_id = p.id
                where p.session_id = @session and p.reference = @payment_reference
                on conflict (payment_id, kind, provider_reference) do nothing
                returning payment_id, kind, amount),
            sums as (
                select payment_id,
                    coalesce(sum(amount) filter (where kind = 'capture'), 0)::bigint as captured,
                    coalesce(sum(amount) filter (where kind = 'void'), 0)::bigint as released,
                    coalesce(sum(case kind when 'refund' then amount when 'refund_reversal' then -amount end), 0)::bigint as refunded,
                    coalesce(sum(case kind when 'dispute' then amount when 'dispute_reversal' then -amount end), 0)::bigint as disputed
                from moved group by payment_id),
            paid as (
                update payments.payments p set updated_at = now(), captured = p.captured + s.captured, released = p.released + s.released,
                    refunded = p.refunded + s.refunded, disputed = p.disputed + s.disputed,
                    captured_at = case when p.captured + s.captured > 0 and p.captured + s.captured + p.released + s.released >= p.amount
                        then coalesce(p.captured_at, now()) end,
                    canceled_at = case when p.released + s.released = p.amount then coalesce(p.canceled_at, now()) end,
                    capture_at = case when p.captured + s.captured + p.released + s.released < p.amount then p.capture_at end,
                    attention = case
                        when p.released + s.released = p.amount and not p.is_stray and p.order_id is not null and c.closed_at is null and c.amount > 0
                            then 'The promise is let go, or has lapsed: the order is not paid for'
                        when s.disputed > 0 then 'The shopper disputes it: answer at the provider'
                        else p.attention end
                from sums s, payments.collections c where p.id = s.payment_id and c.id = p.collection_id
                returning p.id, p.collection_id, p.session_id, p.captured, p.refunded, p.canceled_at, p.is_stray),
            shown as (
                update payments.collections c set is_authorized = c.is_authorized and (paid.canceled_at is null or paid.is_stray), updated_at = now()
                from paid where c.id = paid.collection_id),
            closed as (
                update payments.sessions t set status = 'canceled', updated_at = now()
                from paid where t.id = paid.session_id and paid.canceled_at is not null and not paid.is_stray)
            select paid.id, s.captured, s.refunded, paid.captured, paid.refunded from paid join sums s on s.payment_id = paid.id
            """);
        command.Parameters.AddWithValue("session", session);
        command.Parameters.AddWithValue("currency", snapshot.CurrencyCode);
        Add(command, "payment_reference", NpgsqlDbType.Text, snapshot.PaymentReference);
        command.Parameters.AddWithValue("kinds", snapshot.Movements.Select(m => m.Kind.Name()).ToArray());
        command.Parameters.AddWithValue("amounts", snapshot.Movements.Select(m => m.Amount).ToArray());
        command.Parameters.AddWithValue("references", snapshot.Movements.Select(m => m.Reference).ToArray());
        command.Parameters.AddWithValue("operations", snapshot.Movements.Select(m => m.Key).ToArray());
        Add(command, "operation", NpgsqlDbType.Uuid, operation);
        return command;
    }

    /// <summary>
    /// What nobody wants (a stray, the payment of a canceled order) is to be given back, and what is still promised let go: an operation, which
    /// is begun anew twice when it is refused, then left to staff. What staff took by hand they give back by hand.
    /// </summary>
    /// <param name="condition">Of which payments <c>p</c>, by <c>@id</c>.</param>
    /// <param name="id">Its <c>@id</c>.</param>
    /// <param name="byHand">Providers whose money staff take by hand.</param>
    public static NpgsqlBatchCommand GiveBackUnwanted(string condition, Guid id, string[] byHand)
    {
        var command = new NpgsqlBatchCommand($"""
            with unwanted as (
                select p.id, p.is_stray, p.provider_id = any (@by_hand) as is_by_hand, w.kind, w.amount, tried.refused, tried.is_open
                from payments.payments p
                join payments.collections c on c.id = p.collection_id
                cross join lateral (
                    select case when p.captured > p.refunded + p.disputed then 'refund' else 'void' end as kind,
                        case when p.captured > p.refunded + p.disputed then p.captured - p.refunded - p.disputed else p.amount - p.captured - p.released end as amount) w
                cross join lateral (
                    select count(*) filter (where o.status = 'refused' and o.kind = w.kind and o.amount = w.amount) as refused,
                        coalesce(bool_or(o.status = 'open'), false) as is_open
                    from payments.operations o where o.payment_id = p.id) tried
                where {condition} and (p.is_stray or c.closed_at is not null) and w.amount > 0),
            noted as (
                update payments.payments p set attention = 'Its order was canceled: give back by hand what was taken, and enter it as a refund'
                from unwanted u where p.id = u.id and u.kind = 'refund' and u.is_by_hand and p.attention is null)
            insert into payments.operations (id, payment_id, kind, amount, reason, taken_at)
            select gen_random_uuid(), u.id, u.kind, u.amount, case when u.is_stray then 'not_owed' else 'order_canceled' end,
                case when u.refused = 0 then '-infinity' else now() + u.refused * interval '5 minutes' end
            from unwanted u
            where not (u.kind = 'refund' and u.is_by_hand) and not u.is_open and u.refused < 3
            """);
        command.Parameters.AddWithValue("id", id);
        command.Parameters.AddWithValue("by_hand", byHand);
        return command;
    }

    /// <summary>Has <see cref="Settle"/> see to it that nobody can pay at their provider what <c>closed</c> (id, reference) has closed here.</summary>
    public const string TellClosed = """
        insert into payments.webhook_events (provider, event_id, type, session_id, provider_references, due_at)
        select 'shop', gen_random_uuid()::text, 'session.closed', id, '{}', now() from closed where reference is not null
        """;

    private static void Add(NpgsqlBatchCommand command, string name, NpgsqlDbType type, object? value) =>
        command.Parameters.Add(new NpgsqlParameter(name, type) { Value = value ?? DBNull.Value });
}
