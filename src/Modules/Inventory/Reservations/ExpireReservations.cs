using Dapper;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Events;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Inventory;

/// <summary>
/// Gives back what was held past its expiry. A hold is only let go once <see cref="OnOrderPlaced"/> has heard every event up to that
/// expiry: an order placed in time then has its stock, however late the event comes through.
/// </summary>
internal static class ExpireReservations
{
    public const string Name = "inventory.expire_reservations";

    public static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    private const int BatchSize = 200;

    public static async Task Run(IServiceProvider services, CancellationToken ct)
    {
        var (db, log, clock) = (services.GetRequiredService<Db>(), services.GetRequiredService<EventLog>(), services.GetRequiredService<TimeProvider>());
        while (true)
        {
            var now = clock.GetUtcNow();
            var due = await Due(db, now, ct);
            if (due.Count == 0 || !await log.IsCaughtUp(OnOrderPlaced.Name, due[^1].ExpiresAt, ct)) return;
            foreach (var (key, _) in due) await ReserveStock.Release(db, new ReleaseStock(key), expiredBy: now, ct);
            if (due.Count < BatchSize) return;
        }
    }

    private static async Task<IReadOnlyList<(Guid Key, DateTimeOffset ExpiresAt)>> Due(Db db, DateTimeOffset now, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return (await connection.QueryAsync<(Guid, DateTimeOffset)>(new CommandDefinition("""
            select key, expires_at from inventory.reservations
            where status = 'held' and expires_at <= @now order by expires_at limit @BatchSize
            """, new { now, BatchSize }, cancellationToken: ct))).ToList();
    }
}
