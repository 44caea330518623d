using HeadlessPro.Contracts.Payments;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Payments;

/// <summary>
/// Reads collections with their sessions and payments: three statements at the end of a batch, so that a write answers what it left behind
/// in the same round trip. Whoever writes locks the collection's row first, so that writers wait for each other in one order.
/// </summary>
internal static class CollectionsStore
{
    public static async Task<IReadOnlyList<PaymentCollection>> Load(
        Db db, IReadOnlyList<Guid> cartIds, IReadOnlyList<Guid> collectionIds, CancellationToken ct)
    {
        await using var batch = db.Batch();
        return await Run(batch, cartIds, collectionIds, ct);
    }

    /// <summary>Runs the batch's own statements, which answer no rows, and reads the collections after them.</summary>
    public static async Task<IReadOnlyList<PaymentCollection>> Run(
        NpgsqlBatch batch, IReadOnlyList<Guid> cartIds, IReadOnlyList<Guid> collectionIds, CancellationToken ct)
    {
        // One key or the other: an «or» of both would use neither index.
        var (key, values) = cartIds.Count > 0 ? ("c.cart_id", cartIds) : ("c.id", collectionIds);
        foreach (var sql in (ReadOnlySpan<string>)[Collections, Sessions, Payments])
            batch.BatchCommands.Add(new NpgsqlBatchCommand(sql.Replace("c.key", key, StringComparison.Ordinal)) { Parameters = { new() { Value = values.ToArray() } } });

        await using var reader = await batch.ExecuteReaderAsync(ct);
        var collections = await ReadRows(reader, r => new CollectionRow(
            r.GetGuid(0), r.GetGuid(1), r.GetString(2), r.GetInt64(3), Time(r, 4), Time(r, 5)), ct);
        await reader.NextResultAsync(ct);
        var sessions = (await ReadRows(reader, r => (CollectionId: r.GetGuid(1), Session: new PaymentSession(
            r.GetGuid(0), r.GetString(2), r.GetInt64(3), r.GetString(4), PaymentSessionStatusNames.Parse(r.GetString(5)), r.GetString(6),
            TimeOrNull(r, 7), Time(r, 8), Time(r, 9))), ct)).ToLookup(s => s.CollectionId, s => s.Session);
        await reader.NextResultAsync(ct);
        var payments = (await ReadRows(reader, r => new PaymentRow(
            r.GetGuid(1), new Payment(
                r.GetGuid(0), r.GetGuid(2), r.GetString(3), r.GetInt64(4), r.GetString(5), r.GetString(6), TimeOrNull(r, 7), TimeOrNull(r, 8), Time(r, 9)),
            r.GetInt64(10), r.GetInt64(11)), ct)).ToLookup(p => p.CollectionId);
        return collections.ConvertAll(c => ToContract(c, [.. sessions[c.Id]], [.. payments[c.Id]]));
    }

    private const string Collections = """
        select c.id, c.cart_id, c.currency_code, c.amount, c.created_at, c.updated_at from payments.collections c where c.key = any ($1)
        """;

    private const string Sessions = """
        select s.id, s.collection_id, s.provider_id, s.amount, c.currency_code, s.status, s.data::text, s.authorized_at, s.created_at, s.updated_at
        from payments.sessions s join payments.collections c on c.id = s.collection_id
        where c.key = any ($1) order by s.id
        """;

    private const string Payments = """
        select p.id, p.collection_id, p.session_id, p.provider_id, p.amount, c.currency_code, p.data::text, p.captured_at, p.canceled_at, p.created_at,
            coalesce((select sum(l.amount) from payments.ledger l where l.payment_id = p.id and l.kind = 'capture'), 0)::bigint,
            coalesce((select sum(l.amount) from payments.ledger l where l.payment_id = p.id and l.kind = 'refund'), 0)::bigint
        from payments.payments p join payments.collections c on c.id = p.collection_id
        where c.key = any ($1) order by p.id
        """;

    private static PaymentCollection ToContract(CollectionRow row, List<PaymentSession> sessions, List<PaymentRow> payments)
    {
        var live = payments.Where(p => p.Payment.CanceledAt is null).ToList();
        long? Sum(Func<PaymentRow, long> amount) => live.Count == 0 ? null : live.Sum(amount);
        var (authorized, captured) = (Sum(p => p.Payment.Amount), Sum(p => p.Captured));
        return new PaymentCollection(
            row.Id, row.CartId, row.CurrencyCode, row.Amount, authorized, captured, Sum(p => p.Refunded),
            StatusOf(row.Amount, authorized, captured, sessions), row.CreatedAt, row.UpdatedAt, sessions, payments.ConvertAll(p => p.Payment));
    }

    private static string StatusOf(long amount, long? authorized, long? captured, List<PaymentSession> sessions) => authorized switch
    {
        not null when captured >= amount && amount > 0 => "completed",
        not null when authorized >= amount => "authorized",
        > 0 => "partially_authorized",
        _ => sessions.Exists(s => s.Status == PaymentSessionStatus.RequiresMore) ? "awaiting" : "not_paid",
    };

    private static async Task<List<T>> ReadRows<T>(NpgsqlDataReader reader, Func<NpgsqlDataReader, T> read, CancellationToken ct)
    {
        var rows = new List<T>();
        while (await reader.ReadAsync(ct)) rows.Add(read(reader));
        return rows;
    }

    private static DateTimeOffset Time(NpgsqlDataReader reader, int column) => reader.GetFieldValue<DateTimeOffset>(column);

    private static DateTimeOffset? TimeOrNull(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : Time(reader, column);

    private sealed record CollectionRow(
        Guid Id, Guid CartId, string CurrencyCode, long Amount, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

    private sealed record PaymentRow(Guid CollectionId, Payment Payment, long Captured, long Refunded);
}
