using HeadlessPro.Contracts.Payments;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Payments;

/// <summary>
/// The one way of money into the books: what a provider's snapshot holds and we do not is written, with the sums of it and the events that
/// tell of it. The same snapshot again, or an older one after a newer one, changes nothing.
/// <code>
/// SESSION   goes where the provider says it is, while it is open
/// PAYMENT   a promise we did not know: wanted, if its session is open and it is of the amount asked, the first of its collection or what
///           an order that grew still owes; else stray. It waits for its order, a further one too (TakeOn)
/// LEDGER    every movement we did not know, and the payment's sums with it
/// UNWANTED  a stray, or the payment of a canceled order, is to be let go or given back: an operation, which FinishOperations carries out
/// </code>
/// </summary>
internal sealed class Books(Db db, PaymentProviders providers)
{
    /// <summary>When a provider did not answer.</summary>
    public static readonly TimeSpan Soon = TimeSpan.FromSeconds(15);

    /// <summary>When it answered that it decides later; its webhook comes first, as a rule (<see cref="Settle"/>).</summary>
    public static readonly TimeSpan OnceDecided = TimeSpan.FromMinutes(10);

    // By the index there is.
    private const string OfSession = "p.collection_id = (select collection_id from payments.sessions where id = @id)";

    /// <summary>Writes what is new, and answers the collection after it.</summary>
    /// <param name="session">Whose snapshot it is.</param>
    /// <param name="snapshot">What the provider holds.</param>
    /// <param name="operation">When given, it is done with this.</param>
    /// <param name="tell">Whether a promise that is new is told (<c>payments.authorized</c>); a checkout that asked for it goes on by itself.</param>
    /// <param name="ct">Cancellation.</param>
    public async Task<PaymentCollection> Apply(Guid session, ProviderSnapshot snapshot, Guid? operation, bool tell, CancellationToken ct)
    {
        await using var tx = tell || snapshot.Movements.Count > 0 ? await db.Begin(ct) : null;
        PaymentCollection collection;
        await using (var batch = tx?.Batch() ?? db.Batch())
        {
            batch.BatchCommands.Add(CollectionsStore.Lock("id = (select collection_id from payments.sessions where id = $1)", session));
            batch.BatchCommands.Add(BookEntries.Promise(session, snapshot));
            var isMoved = operation is not null || snapshot.Movements.Count > 0;
            if (isMoved) batch.BatchCommands.Add(BookEntries.Movements(session, snapshot, operation));
            batch.BatchCommands.Add(BookEntries.GiveBackUnwanted(OfSession, session, providers.ByHand));
            batch.BatchCommands.Add(CollectionsStore.BySession(session));
            await using var reader = await batch.ExecuteReaderAsync(ct);
            await reader.NextResultAsync(ct);
            var promised = await reader.ReadAsync(ct) ? reader.GetGuid(0) : (Guid?)null;
            await reader.NextResultAsync(ct);
            Moved? moved = null;
            if (isMoved)
            {
                moved = await reader.ReadAsync(ct) ? Moved.Read(reader) : null;
                await reader.NextResultAsync(ct);
            }

            collection = (await CollectionsStore.Read(reader, ct))[0];
            if (tell && promised is { } payment) tx!.Publish(new PaymentAuthorized(payment, collection.CartId, snapshot.Amount, snapshot.CurrencyCode));
            moved?.Publish(tx!, collection);
        }

        if (tx is not null) await tx.Commit(ct);
        return collection;
    }

    /// <summary>An order stands for a further promise: it is due with the rest of it, unless staff take it by hand.</summary>
    public Task<PaymentCollection> TakeOn(Guid collection, Guid payment, CancellationToken ct)
    {
        var command = new NpgsqlBatchCommand("""
            update payments.payments p set order_id = c.order_id, updated_at = now(),
                capture_at = case when c.closed_at is null and p.canceled_at is null and p.captured + p.released < p.amount and not p.provider_id = any ($2)
                    then coalesce(
                        (select max(l.capture_at) from payments.payments l where l.collection_id = c.id and l.canceled_at is null and not l.is_stray), now()) end
            from payments.collections c
            where p.id = $1 and c.id = p.collection_id and c.order_id is not null and p.order_id is null and not p.is_stray
            """) { Parameters = { new() { Value = payment }, new() { Value = providers.ByHand } } };
        return CollectionsStore.Write(db, collection, command, ct);
    }

    /// <summary>A payment that no order will stand for: what was taken of it, if anything, is to be given back, and the cart can be paid anew.</summary>
    public async Task DisownTaken(Guid payment, CancellationToken ct)
    {
        await using var batch = db.Batch();
        batch.BatchCommands.Add(Lock(payment));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("""
            with disowned as (
                update payments.payments set is_stray = true, capture_at = null, updated_at = now() 
                where id = $1 and order_id is null and not is_stray and captured > 0
                returning collection_id, session_id),
            closed as (update payments.sessions s set status = 'canceled', updated_at = now() from disowned where s.id = disowned.session_id)
            update payments.collections c set is_authorized = false, updated_at = now() from disowned where c.id = disowned.collection_id
            """) { Parameters = { new() { Value = payment } } });
        batch.BatchCommands.Add(BookEntries.GiveBackUnwanted("p.id = @id", payment, providers.ByHand));
        await batch.ExecuteNonQueryAsync(ct);
    }

    /// <summary>The order of a cart is canceled: nothing more is taken for it, and what was promised or taken is to be given back.</summary>
    public async Task Close(Guid cart, CancellationToken ct)
    {
        await using var batch = db.Batch();
        batch.BatchCommands.Add(CollectionsStore.Lock("cart_id = $1", cart));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("""
            with closed as (update payments.collections set closed_at = coalesce(closed_at, now()) where cart_id = $1 returning id)
            update payments.payments p set capture_at = null, review = case p.review when 'pending' then 'denied' else p.review end
            from closed where p.collection_id = closed.id
            """) { Parameters = { new() { Value = cart } } });
        batch.BatchCommands.Add(BookEntries.GiveBackUnwanted("c.cart_id = @id", cart, providers.ByHand));
        await batch.ExecuteNonQueryAsync(ct);
    }

    /// <summary>
    /// A cart belongs to a customer now: what others had begun to pay for it, and nobody has paid, is closed, here at once and then at its provider.
    /// </summary>
    public async Task CloseSessionsOfOthers(Guid cart, Guid customer, CancellationToken ct)
    {
        await using var batch = db.Batch();
        batch.BatchCommands.Add(CollectionsStore.Lock("cart_id = $1", cart));
        batch.BatchCommands.Add(new NpgsqlBatchCommand($"""
            with closed as (
                update payments.sessions s set status = 'canceled', updated_at = now() from payments.collections c
                where c.cart_id = $1 and s.collection_id = c.id and s.status in ('pending', 'requires_more') and s.customer_id is distinct from $2
                returning s.id, s.reference)
            {BookEntries.TellClosed}
            """) { Parameters = { new() { Value = cart }, new() { Value = customer } } });
        await batch.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Nobody is at the operation any more: the provider is asked again after a while.</summary>
    public async Task AskAgain(Guid operation, TimeSpan after, CancellationToken ct)
    {
        await using var command = db.Command("update payments.operations set taken_at = now() - interval '1 minute' + $2 where id = $1 and status = 'open'");
        command.Parameters.Add(new() { Value = operation });
        command.Parameters.Add(new() { Value = after });
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Notes that the provider refused: nothing has moved.</summary>
    /// <param name="operation">What was asked.</param>
    /// <param name="refusal">Why not.</param>
    /// <param name="isHeard">Whether somebody waits for the answer; else staff are shown it.</param>
    /// <param name="ct">Cancellation.</param>
    public async Task Refuse(OpenOperation operation, string refusal, bool isHeard, CancellationToken ct)
    {
        await using var batch = db.Batch();
        batch.BatchCommands.Add(Lock(operation.PaymentId));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("""
            with refused as (
                update payments.operations set status = 'refused', refusal = $2, finished_at = now() where id = $1 and status = 'open'
                returning payment_id, created_by)
            update payments.payments p set attention = $3, updated_at = now() from refused
            where p.id = refused.payment_id and (refused.created_by is null or not $4)
            """)
        {
            Parameters =
            {
                new() { Value = operation.Id }, new() { Value = refusal }, new() { Value = $"The {operation.Kind.Name()} was refused: {refusal}" },
                new() { Value = isHeard },
            },
        });
        batch.BatchCommands.Add(BookEntries.GiveBackUnwanted("p.id = @id", operation.PaymentId, providers.ByHand));
        await batch.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Whoever writes to a payment waits for whoever else does, and for checkouts of its collection.</summary>
    public static NpgsqlBatchCommand Lock(Guid payment) => CollectionsStore.Lock("id = (select collection_id from payments.payments where id = $1)", payment);

    private sealed record Moved(Guid Payment, long CapturedNow, long RefundedNow, long Captured, long Refunded)
    {
        public static Moved Read(NpgsqlDataReader reader) =>
            new(reader.GetGuid(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4));

        public void Publish(Transaction tx, PaymentCollection collection)
        {
            var (cart, currency) = (collection.CartId, collection.CurrencyCode);
            if (CapturedNow > 0) tx.Publish(new PaymentCaptured(Payment, cart, CapturedNow, Captured, currency));
            if (RefundedNow > 0) tx.Publish(new PaymentRefunded(Payment, cart, RefundedNow, Refunded, currency));
        }
    }
}
