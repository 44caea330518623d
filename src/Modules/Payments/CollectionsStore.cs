using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;
using Npgsql;

namespace HeadlessPro.Payments;

/// <summary>Reads collections with their sessions and payments, in one round trip.</summary>
internal static class CollectionsStore
{
    /// <summary>The one writer of session status names.</summary>
    public static string NameOf(PaymentSessionStatus status) => status switch
    {
        PaymentSessionStatus.Pending => "pending",
        PaymentSessionStatus.RequiresMore => "requires_more",
        PaymentSessionStatus.Authorized => "authorized",
        PaymentSessionStatus.Captured => "captured",
        PaymentSessionStatus.Error => "error",
        _ => "canceled",
    };

    public static async Task<IReadOnlyList<PaymentCollection>> Load(
        NpgsqlConnection connection, IReadOnlyList<Guid> cartIds, IReadOnlyList<Guid> collectionIds, CancellationToken ct)
    {
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition("""
            select id, cart_id, currency_code, amount, created_at, updated_at from payments.collections
            where cart_id = any (@carts) or id = any (@ids);
            select s.id, s.collection_id, s.provider_id, s.amount, s.status, s.data::text as data, s.authorized_at, s.created_at, s.updated_at
            from payments.sessions s join payments.collections c on c.id = s.collection_id
            where c.cart_id = any (@carts) or c.id = any (@ids) order by s.id;
            select p.id, p.collection_id, p.session_id, p.provider_id, p.amount, p.data::text as data, p.captured_at, p.canceled_at, p.created_at,
                coalesce((select sum(l.amount) from payments.ledger l where l.payment_id = p.id and l.kind = 'capture'), 0)::bigint as captured,
                coalesce((select sum(l.amount) from payments.ledger l where l.payment_id = p.id and l.kind = 'refund'), 0)::bigint as refunded
            from payments.payments p join payments.collections c on c.id = p.collection_id
            where c.cart_id = any (@carts) or c.id = any (@ids) order by p.id
            """, new { carts = cartIds.ToArray(), ids = collectionIds.ToArray() }, cancellationToken: ct));
        var collections = (await answers.ReadAsync<CollectionRow>()).AsList();
        var sessions = (await answers.ReadAsync<SessionRow>()).ToLookup(s => s.CollectionId);
        var payments = (await answers.ReadAsync<PaymentRow>()).ToLookup(p => p.CollectionId);
        return collections.Select(c => ToContract(c, [.. sessions[c.Id]], [.. payments[c.Id]])).ToList();
    }

    /// <summary>As <see cref="Load"/>, for one collection that must be there.</summary>
    public static async Task<PaymentCollection> LoadOne(NpgsqlConnection connection, Guid id, CancellationToken ct) =>
        (await Load(connection, [], [id], ct))[0];

    private static PaymentCollection ToContract(CollectionRow row, List<SessionRow> sessions, List<PaymentRow> payments)
    {
        var live = payments.Where(p => p.CanceledAt is null).ToList();
        long? Sum(Func<PaymentRow, long> amount) => live.Count == 0 ? null : live.Sum(amount);
        var (authorized, captured) = (Sum(p => p.Amount), Sum(p => p.Captured));
        return new PaymentCollection(
            row.Id, row.CartId, row.CurrencyCode, row.Amount, authorized, captured, Sum(p => p.Refunded),
            StatusOf(row.Amount, authorized, captured, sessions), row.CreatedAt, row.UpdatedAt,
            sessions.Select(s => new PaymentSession(
                s.Id, s.ProviderId, s.Amount, row.CurrencyCode, StatusOf(s.Status), s.Data, s.AuthorizedAt, s.CreatedAt, s.UpdatedAt)).ToList(),
            payments.Select(p => new Payment(
                p.Id, p.SessionId, p.ProviderId, p.Amount, row.CurrencyCode, p.Data, p.CapturedAt, p.CanceledAt, p.CreatedAt)).ToList());
    }

    private static string StatusOf(long amount, long? authorized, long? captured, List<SessionRow> sessions) => authorized switch
    {
        not null when captured >= amount && amount > 0 => "completed",
        not null when authorized >= amount => "authorized",
        > 0 => "partially_authorized",
        _ => sessions.Exists(s => s.Status == "requires_more") ? "awaiting" : "not_paid",
    };

    private static PaymentSessionStatus StatusOf(string name) =>
        Enum.GetValues<PaymentSessionStatus>().First(status => NameOf(status) == name);

    private sealed record CollectionRow(
        Guid Id, Guid CartId, string CurrencyCode, long Amount, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

    private sealed record SessionRow(
        Guid Id, Guid CollectionId, string ProviderId, long Amount, string Status, string Data, DateTimeOffset? AuthorizedAt,
        DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

    private sealed record PaymentRow(
        Guid Id, Guid CollectionId, Guid SessionId, string ProviderId, long Amount, string Data, DateTimeOffset? CapturedAt,
        DateTimeOffset? CanceledAt, DateTimeOffset CreatedAt, long Captured, long Refunded);
}
