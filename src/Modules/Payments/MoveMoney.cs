using HeadlessPro.Contracts;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Data;
using Npgsql;
using NpgsqlTypes;

namespace HeadlessPro.Payments;

/// <summary>
/// Capture, refund and void, each in three steps that can be cut off anywhere: an operation is written, if what is left of the payment
/// allows it; the provider is called, outside any transaction, with the operation as the key; its answer goes into the books. An open
/// operation counts as if it had moved its money already. <see cref="FinishOperations"/> takes up what was cut off.
/// </summary>
internal sealed class MoveMoney(Db db, PaymentProviders providers, Books books)
{
    public async Task<Result<Done>> Run(Movement asked, CancellationToken ct)
    {
        var state = await Begin(asked, ct);
        if (state is null) return PaymentErrors.NotFound(WireId.Encode(PaymentWire.Payment, asked.PaymentId));
        if (state.Known is { } known)
        {
            if (known.Refuse(asked) is { } error) return error;
            if (known.Status == "done") return default(Done);
        }

        // Letting go twice is letting go once.
        if ((state.Known?.Operation ?? state.Begun ?? (asked.Kind == MovementKind.Void ? state.Voiding : null)) is not { } operation) return Refusal(asked, state);
        // Once begun it is finished, whether or not the caller's connection lasts.
        return await Finish(operation, isHeard: true, CancellationToken.None);
    }

    /// <summary>Calls the provider for an open operation, maybe once more, and writes down what came of it; staff are shown a refusal that nobody hears.</summary>
    public async Task<Result<Done>> Finish(OpenOperation operation, bool isHeard, CancellationToken ct)
    {
        if (!providers.TryFind(operation.ProviderId, out var provider)) return PaymentErrors.ProviderUnavailable(operation.ProviderId);
        var answer = await (operation.Kind switch
        {
            // Its order was canceled meanwhile: what was not taken yet is not taken any more.
            MovementKind.Capture when operation.IsClosed => Withdraw(operation, provider, ct),
            MovementKind.Capture => provider.Capture(operation.Payment with { IsFinalCapture = operation.IsFinal }, operation.Amount, operation.Id, ct),
            MovementKind.Refund => provider.Refund(operation.Payment, operation.Amount, operation.Id, operation.Reason, ct),
            _ => provider.Void(operation.Payment, operation.Id, ct),
        });
        if (answer.Try(out var snapshot, out var error))
        {
            await books.Apply(operation.Payment.Session.Id, snapshot, operation.Id, tell: false, ct);
            return default(Done);
        }

        var isInReview = error.Code == PaymentErrors.InReview.Code;
        if (error.Type == ErrorType.Unavailable || isInReview)
        {
            await books.AskAgain(operation.Id, isInReview ? Books.OnceDecided : Books.Soon, CancellationToken.None);
            return error;
        }

        await books.Refuse(operation, error.Message, isHeard, ct);
        // What was refused may have happened there already, without us: the books are to know.
        if ((await provider.Find(operation.Payment.Session, ct)).Try(out var held, out _)) await books.Apply(operation.Payment.Session.Id, held, null, tell: false, ct);
        return error;
    }

    private static async Task<Result<ProviderSnapshot>> Withdraw(OpenOperation operation, IPaymentProvider provider, CancellationToken ct)
    {
        var found = await provider.Find(operation.Payment.Session, ct);
        return found.Try(out var held, out _) && !held.Movements.Any(m => m.Kind == MovementKind.Capture && m.Key == operation.Id)
            ? Error.NotAllowed("The order was canceled", "order_canceled") : found;
    }

    private async Task<PaymentState?> Begin(Movement asked, CancellationToken ct)
    {
        // What staff ask for is written down with who they are.
        await using var tx = await db.Begin(ct);
        PaymentState? state;
        await using (var batch = tx.Batch())
        {
            batch.BatchCommands.Add(Books.Lock(asked.PaymentId));
            batch.BatchCommands.Add(BeginIfLeft(asked));
            await using var reader = await batch.ExecuteReaderAsync(ct);
            await reader.NextResultAsync(ct);
            state = await reader.ReadAsync(ct) ? PaymentState.Read(reader, asked) : null;
        }

        if (state?.Begun is not null) await tx.Commit(ct);
        return state;
    }

    private static NpgsqlBatchCommand BeginIfLeft(Movement asked)
    {
        var command = new NpgsqlBatchCommand($"""
            with open as (
                -- What a webhook has told of already is in the payment's sums.
                select coalesce(sum(o.amount - told.amount) filter (where o.kind = 'capture'), 0)::bigint as capturing,
                    coalesce(sum(o.amount - told.amount) filter (where o.kind = 'refund'), 0)::bigint as refunding
                from payments.operations o
                cross join lateral (
                    select coalesce(sum(l.amount), 0) as amount from payments.ledger l where l.operation_id = o.id and l.kind = o.kind) told
                where o.payment_id = @payment and o.status = 'open'),
            voiding as (
                select o.id from payments.operations o where o.payment_id = @payment and o.status = 'open' and o.kind = 'void'),
            known as (
                select o.id, o.kind, o.amount, o.reason, o.status, o.refusal
                from payments.operations o where o.payment_id = @payment and o.created_by = @by and o.request_key = @request),
            state as (
                select p.*, c.cart_id, c.currency_code, c.closed_at,
                    least(greatest(c.amount - earlier.amount, 0), p.amount - p.released) - p.captured - open.capturing as due, case @kind
                    when 'capture' then p.amount - p.captured - p.released - open.capturing
                    when 'refund' then p.captured - p.refunded - p.disputed - open.refunding
                    else case when open.capturing = 0 then p.amount - p.captured - p.released else 0 end end as free
                from payments.payments p
                join payments.collections c on c.id = p.collection_id
                cross join open
                cross join lateral (
                    select coalesce(sum(e.amount - e.released), 0)::bigint as amount from payments.payments e
                    where e.collection_id = p.collection_id and e.part < p.part and e.canceled_at is null and not e.is_stray) earlier
                where p.id = @payment),
            begun as (
                insert into payments.operations (id, payment_id, kind, amount, is_final, reason, note, created_by, request_key)
                select @id, s.id, @kind, a.amount, @is_due, @reason, @note, @by, @request
                from state s cross join lateral (select coalesce(@amount, case when @is_due then s.due else s.free end) as amount) a
                where s.canceled_at is null and (@kind <> 'capture' or s.closed_at is null and coalesce(s.review, 'released') = 'released')
                    and not exists (select from voiding) and not exists (select from known) and a.amount between 1 and s.free
                returning id, amount)
            select s.captured, s.refunded + s.disputed, s.released, s.canceled_at is not null, b.id, b.amount, v.id,
                k.id, k.kind, k.amount, k.reason, k.status, k.refusal,
                s.provider_id, s.reference, s.amount, s.currency_code, t.id, t.reference, t.data::text, s.cart_id, s.closed_at is not null, s.review
            from state s
            join payments.sessions t on t.id = s.session_id
            left join begun b on true
            left join voiding v on true
            left join known k on true
            """);
        command.Parameters.AddWithValue("id", WireId.New());
        command.Parameters.AddWithValue("payment", asked.PaymentId);
        command.Parameters.AddWithValue("kind", asked.Kind.Name());
        command.Parameters.AddWithValue("is_due", asked.IsDue);
        command.Parameters.Add(new NpgsqlParameter("amount", NpgsqlDbType.Bigint) { Value = (object?)asked.Amount ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("reason", NpgsqlDbType.Text) { Value = (object?)asked.Reason ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("note", NpgsqlDbType.Text) { Value = (object?)asked.Note ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("by", NpgsqlDbType.Text) { Value = (object?)asked.By ?? DBNull.Value });
        command.Parameters.Add(new NpgsqlParameter("request", NpgsqlDbType.Text) { Value = (object?)asked.RequestKey ?? DBNull.Value });
        return command;
    }

    private static Error Refusal(Movement asked, PaymentState state)
    {
        var id = WireId.Encode(PaymentWire.Payment, asked.PaymentId);
        if (state.IsCanceled) return Error.NotAllowed($"Payment {id} is canceled", "payment_canceled");
        if (asked.Kind == MovementKind.Capture && state.IsClosed) return Error.NotAllowed($"Payment {id} is of an order that was canceled", "order_canceled");
        if (asked.Kind == MovementKind.Capture && state.Review is "pending")
            return Error.NotAllowed($"Payment {id} is held for review: release it first", "payment_held");
        if (asked.Kind == MovementKind.Capture && state.Review is "denied") return Error.NotAllowed($"Payment {id} was denied", "payment_denied");

        // What is under way may fail: only what it leaves in any case is refused for good.
        var left = asked.Kind == MovementKind.Refund ? state.Captured - state.Refunded : state.Payment.Amount - state.Captured - state.Released;
        if (asked.Kind == MovementKind.Void && left == 0)
            return Error.NotAllowed($"Payment {id} has nothing left to cancel: {state.Text(state.Captured)} is captured, refund it instead", "payment_captured");
        if (left == 0) return Error.NotAllowed($"Payment {id} has nothing left to {asked.Kind.Name()}", $"nothing_to_{asked.Kind.Name()}");
        if (asked.Amount > left)
            return Error.Invalid($"Invalid request: Value for field 'amount' too large, expected at most what is left to {asked.Kind.Name()}: '{state.Text(left)}'");
        return Error.Conflict($"Payment {id} has another capture, refund or cancellation under way: try again", "payment_busy");
    }
}
