using HeadlessPro.Contracts.Payments;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Data;
using Npgsql;
using NpgsqlTypes;

namespace HeadlessPro.Payments;

/// <summary>
/// The one way of money into the books: what a provider's snapshot holds and the ledger does not is written, with the sums of it and the
/// events that tell of it. The same snapshot again, or an older one after a newer one, changes nothing.
/// </summary>
internal sealed class Books(Db db)
{
    /// <summary>Writes what is new; <paramref name="operation"/>, when given, is done with it.</summary>
    public async Task Apply(Guid payment, ProviderSnapshot snapshot, Guid? operation, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        await using (var write = tx.Batch())
        {
            write.BatchCommands.Add(Lock(payment));
            write.BatchCommands.Add(Enter(payment, snapshot.Movements, operation));
            await using var reader = await write.ExecuteReaderAsync(ct);
            await reader.NextResultAsync(ct);
            if (await reader.ReadAsync(ct)) Publish(tx, payment, reader);
        }

        await tx.Commit(ct);
    }

    /// <summary>Notes that the provider refused: nothing has moved.</summary>
    public async Task Refuse(Guid operation, string refusal, CancellationToken ct)
    {
        await using var command = db.Command("""
            update payments.operations set status = 'refused', refusal = $2, finished_at = now() where id = $1 and status = 'open'
            """);
        command.Parameters.Add(new() { Value = operation });
        command.Parameters.Add(new() { Value = refusal });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Whoever writes to a payment waits for whoever else does, and for checkouts of its collection.</summary>
    public static NpgsqlBatchCommand Lock(Guid payment) => CollectionsStore.Lock("id = (select collection_id from payments.payments where id = $1)", payment);

    private static NpgsqlBatchCommand Enter(Guid payment, IReadOnlyList<ProviderMovement> movements, Guid? operation)
    {
        var command = new NpgsqlBatchCommand("""
            with moved as (
                insert into payments.ledger (payment_id, kind, amount, currency_code, provider_reference, operation_id)
                select p.id, m.kind, m.amount, c.currency_code, m.reference, m.operation_id
                from payments.payments p
                join payments.collections c on c.id = p.collection_id
                cross join unnest(@kinds, @amounts, @references, @operations) as m (kind, amount, reference, operation_id)
                where p.id = @payment
                on conflict do nothing
                returning kind, amount),
            sums as (
                select coalesce(sum(amount) filter (where kind = 'capture'), 0)::bigint as captured,
                    coalesce(sum(amount) filter (where kind = 'refund'), 0)::bigint as refunded, bool_or(kind = 'void') as voided
                from moved having count(*) > 0),
            finished as (
                update payments.operations set status = 'done', finished_at = now() where id = @operation and status = 'open'),
            paid as (
                update payments.payments p set captured = p.captured + s.captured, refunded = p.refunded + s.refunded, updated_at = now(),
                    captured_at = case when p.captured + s.captured = p.amount then coalesce(p.captured_at, now()) end,
                    canceled_at = case when s.voided then now() else p.canceled_at end
                from sums s where p.id = @payment
                returning p.collection_id, p.session_id, p.captured, p.refunded),
            shown as (
                update payments.collections c set is_authorized = c.is_authorized and not s.voided, updated_at = now()
                from paid, sums s where c.id = paid.collection_id),
            closed as (
                update payments.sessions t set status = 'canceled', updated_at = now() from paid, sums s where t.id = paid.session_id and s.voided)
            select c.cart_id, c.currency_code, s.captured, s.refunded, paid.captured, paid.refunded
            from paid join payments.collections c on c.id = paid.collection_id cross join sums s
            """);
        command.Parameters.AddWithValue("payment", payment);
        command.Parameters.AddWithValue("kinds", movements.Select(m => m.Kind.Name()).ToArray());
        command.Parameters.AddWithValue("amounts", movements.Select(m => m.Amount).ToArray());
        command.Parameters.AddWithValue("references", movements.Select(m => m.Reference).ToArray());
        command.Parameters.AddWithValue("operations", movements.Select(m => m.Key).ToArray());
        command.Parameters.Add(new NpgsqlParameter("operation", NpgsqlDbType.Uuid) { Value = (object?)operation ?? DBNull.Value });
        return command;
    }

    private static void Publish(Transaction tx, Guid payment, NpgsqlDataReader reader)
    {
        var (cart, currency) = (reader.GetGuid(0), reader.GetString(1));
        if (reader.GetInt64(2) is > 0 and var captured) tx.Publish(new PaymentCaptured(payment, cart, captured, reader.GetInt64(4), currency));
        if (reader.GetInt64(3) is > 0 and var refunded) tx.Publish(new PaymentRefunded(payment, cart, refunded, reader.GetInt64(5), currency));
    }
}
