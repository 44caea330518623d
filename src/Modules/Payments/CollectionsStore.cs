using HeadlessPro.Contracts.Payments;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Payments;

/// <summary>
/// Reads collections with their sessions and payments: one statement at the end of a batch, so that a write answers what it left behind
/// in the same round trip. Whoever writes locks the collection's row first, so that writers wait for each other in one order.
/// </summary>
internal static class CollectionsStore
{
    public static async Task<IReadOnlyList<PaymentCollection>> Load(Db db, GetPaymentCollections request, CancellationToken ct)
    {
        // One key or another: an «or» of them would use no index.
        await using var command = request switch
        {
            { CartIds.Count: > 0 } => Asked(ByCarts, request.CartIds),
            { CollectionIds.Count: > 0 } => Asked(ByIds, request.CollectionIds),
            { References.Count: > 0 } => Asked(ByReferences, request.References),
            _ => null,
        };
        if (command is null) return [];
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await Read(reader, ct);

        NpgsqlCommand Asked<T>(string sql, IReadOnlyList<T> keys)
        {
            var asked = db.Command(sql);
            asked.Parameters.Add(new() { Value = keys.ToArray() });
            return asked;
        }
    }

    public static async Task<IReadOnlyList<PaymentCollection>> LoadPaid(Db db, ListPaidCollections request, CancellationToken ct)
    {
        await using var command = db.Command(Select + """
             where c.id in (
                select m.collection_id from payments.payments m
                where m.order_id is not null and not m.is_stray and m.amount - m.released > m.refunded and m.updated_at <= $2
                    and (m.updated_at >= $1 or m.captured + m.released < m.amount) and m.collection_id > $3
                group by m.collection_id order by m.collection_id limit $4)
            order by c.id, s.id
            """);
        command.Parameters.Add(new() { Value = request.Since.ToUniversalTime() });
        command.Parameters.Add(new() { Value = request.Until.ToUniversalTime() });
        command.Parameters.Add(new() { Value = request.After });
        command.Parameters.Add(new() { Value = request.Limit });
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await Read(reader, ct);
    }

    /// <summary>Writes to a collection that is there, with one statement that sees what whoever held the lock left behind, and reads it.</summary>
    public static async Task<PaymentCollection> Write(Db db, Guid collectionId, NpgsqlBatchCommand write, CancellationToken ct)
    {
        await using var batch = db.Batch();
        batch.BatchCommands.Add(Lock("id = $1", collectionId));
        batch.BatchCommands.Add(write);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(ByIds) { Parameters = { new() { Value = new[] { collectionId } } } });
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        return (await Read(reader, ct))[0];
    }

    /// <summary>As <see cref="Write"/>, where the collection of a cart may only begin to exist.</summary>
    public static async Task<PaymentCollection> Make(Db db, Guid cartId, NpgsqlBatchCommand make, CancellationToken ct)
    {
        await using var batch = db.Batch();
        batch.BatchCommands.Add(Lock("cart_id = $1", cartId));
        batch.BatchCommands.Add(make);
        batch.BatchCommands.Add(new NpgsqlBatchCommand(ByCarts) { Parameters = { new() { Value = new[] { cartId } } } });
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.NextResultAsync(ct);
        return (await Read(reader, ct))[0];
    }

    /// <summary>Whoever else writes to the collection is waited for; the next statement sees what they left.</summary>
    /// <param name="condition">Which one, by <c>$1</c>.</param>
    /// <param name="id">Its <c>$1</c>.</param>
    public static NpgsqlBatchCommand Lock(string condition, Guid id) =>
        new($"select from payments.collections where {condition} for no key update") { Parameters = { new() { Value = id } } };

    // A row for each session, and the one payment it may have led to.
    private const string Select = """
        select c.id, c.cart_id, c.currency_code, c.amount, c.created_at, c.updated_at,
            s.id, s.provider_id, s.amount, s.status, s.data::text, s.authorized_at, s.created_at, s.updated_at,
            p.id, p.provider_id, p.amount, p.data::text, p.captured_at, p.canceled_at, p.created_at, p.updated_at, p.captured, p.refunded,
            s.reference, s.provider_amount, f.score, f.verdict, f.reasons, p.review, p.released,
            exists (select from payments.operations o where o.payment_id = p.id and o.status = 'open' and o.kind = 'void'),
            c.closed_at is not null, c.order_id is not null and p.order_id is null, s.customer_id
        from payments.collections c
        left join payments.sessions s on s.collection_id = c.id
        left join payments.payments p on p.session_id = s.id and not p.is_stray
        left join payments.assessments f on f.payment_id = p.id
        """;

    private const string ByCarts = Select + " where c.cart_id = any ($1) order by c.id, s.id";
    private const string ByIds = Select + " where c.id = any ($1) order by c.id, s.id";

    private const string ByReferences = Select + """
         where c.id in (
            select collection_id from payments.sessions where reference = any ($1)
            union select collection_id from payments.payments where reference = any ($1) and not is_stray)
        order by c.id, s.id
        """;

    /// <summary>Reads the collection of a session with <see cref="Read"/>.</summary>
    public static NpgsqlBatchCommand BySession(Guid session) =>
        new(Select + " where c.id = (select collection_id from payments.sessions where id = $1) order by c.id, s.id") { Parameters = { new() { Value = session } } };

    public static async Task<List<PaymentCollection>> Read(NpgsqlDataReader reader, CancellationToken ct)
    {
        var found = new List<PaymentCollection>();
        CollectionRow? row = null;
        List<PaymentSession> sessions = [];
        List<PaymentRow> payments = [];
        while (await reader.ReadAsync(ct))
        {
            var collection = new CollectionRow(
                reader.GetGuid(0), reader.GetGuid(1), reader.GetString(2), reader.GetInt64(3), Time(reader, 4), Time(reader, 5), reader.GetBoolean(32));
            if (collection != row)
            {
                if (row is not null) found.Add(ToContract(row, sessions, payments));
                (row, sessions, payments) = (collection, [], []);
            }

            if (!reader.IsDBNull(6)) sessions.Add(ReadSession(reader, row.CurrencyCode));
            if (!reader.IsDBNull(14)) payments.Add(new PaymentRow(ReadPayment(reader, row.CurrencyCode), reader.GetInt64(22), reader.GetInt64(23), reader.GetInt64(30)));
        }

        if (row is not null) found.Add(ToContract(row, sessions, payments));
        return found;
    }

    private static PaymentSession ReadSession(NpgsqlDataReader reader, string currency) => new(
        reader.GetGuid(6), reader.GetString(7), reader.IsDBNull(24) ? null : reader.GetString(24), reader.GetInt64(8),
        reader.IsDBNull(25) ? null : reader.GetInt64(25), currency, PaymentSessionStatusNames.Parse(reader.GetString(9)),
        reader.GetString(10), TimeOrNull(reader, 11), Time(reader, 12), Time(reader, 13), reader.IsDBNull(34) ? null : reader.GetGuid(34));

    private static Payment ReadPayment(NpgsqlDataReader reader, string currency) => new(
        reader.GetGuid(14), reader.GetGuid(6), reader.GetString(15), reader.GetInt64(16), currency, reader.GetString(17),
        TimeOrNull(reader, 18), TimeOrNull(reader, 19), Time(reader, 20), Time(reader, 21),
        reader.IsDBNull(26) ? null : new PaymentAssessment(
            reader.GetInt32(26), reader.GetString(27), reader.GetFieldValue<string[]>(28), reader.IsDBNull(29) ? null : reader.GetString(29)),
        reader.GetBoolean(31), reader.GetBoolean(33));

    private static PaymentCollection ToContract(CollectionRow row, List<PaymentSession> sessions, List<PaymentRow> payments)
    {
        var live = payments.Where(p => p.Payment.CanceledAt is null).ToList();
        long? Sum(Func<PaymentRow, long> amount) => live.Count == 0 ? null : live.Sum(amount);
        var (authorized, captured) = (Sum(p => p.Payment.Amount - p.Released), Sum(p => p.Captured));
        return new PaymentCollection(
            row.Id, row.CartId, row.CurrencyCode, row.Amount, authorized, captured, Sum(p => p.Refunded),
            row.IsClosed ? "canceled" : StatusOf(row.Amount, authorized, captured, sessions), row.CreatedAt, row.UpdatedAt,
            sessions, [.. payments.Select(p => p.Payment).OrderBy(p => p.CreatedAt)]);
    }

    private static string StatusOf(long amount, long? authorized, long? captured, List<PaymentSession> sessions) => authorized switch
    {
        not null when captured >= amount && amount > 0 => "completed",
        not null when authorized >= amount => "authorized",
        > 0 => "partially_authorized",
        _ => sessions.Exists(s => s.Status == PaymentSessionStatus.RequiresMore) ? "awaiting" : "not_paid",
    };

    private static DateTimeOffset Time(NpgsqlDataReader reader, int column) => reader.GetFieldValue<DateTimeOffset>(column);

    private static DateTimeOffset? TimeOrNull(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : Time(reader, column);

    private sealed record CollectionRow(
        Guid Id, Guid CartId, string CurrencyCode, long Amount, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, bool IsClosed);

    private sealed record PaymentRow(Payment Payment, long Captured, long Refunded, long Released);
}
