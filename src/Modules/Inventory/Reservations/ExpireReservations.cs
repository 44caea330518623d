using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Events;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Inventory;

/// <summary>
/// Gives back what was held past its expiry. A hold is only let go once <see cref="OnOrderPlaced"/> and <see cref="OnOrderEdited"/> were given
/// every event up to that expiry, and not while they have failed at the one of that hold: an order placed or edited in time then has its
/// stock, however late the event comes through, and no other waits for it.
/// </summary>
internal static class ExpireReservations
{
    public const string Name = "inventory.expire_reservations";

    public static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    private const int BatchSize = 200;

    public static async Task Run(IServiceProvider services, CancellationToken ct)
    {
        var (db, log, clock) = (services.GetRequiredService<Db>(), services.GetRequiredService<EventLog>(), services.GetRequiredService<TimeProvider>());
        var now = clock.GetUtcNow();
        var last = new LapsedHold(Guid.Empty, DateTimeOffset.MinValue);
        while (true)
        {
            // Those that stay held are passed over, so that they are never all there is to see.
            var due = await Due(db, now, last, ct);
            if (due.Count == 0) return;
            last = due[^1];
            if (await log.FailedOf(OnOrderPlaced.Name, last.ExpiresAt, ct) is not { } placed
                || await log.FailedOf(OnOrderEdited.Name, last.ExpiresAt, ct) is not { } edited) return;
            var sold = placed.Select(p => Read<OrderPlaced>(p)?.CartId).Concat(edited.Select(p => Read<OrderEdited>(p)?.HoldKey)).ToHashSet();
            foreach (var hold in due)
                if (!sold.Contains(hold.Key)) await ReserveStock.Release(db, new ReleaseStock(hold.Key), expiredBy: now, ct);
            if (due.Count < BatchSize) return;
        }
    }

    // An event that nobody can read names no hold that could be kept.
    private static T? Read<T>(string payload) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize<T>(payload);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static async Task<IReadOnlyList<LapsedHold>> Due(Db db, DateTimeOffset now, LapsedHold after, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return (await connection.QueryAsync<LapsedHold>(new CommandDefinition("""
            select key, expires_at from inventory.reservations
            where status = 'held' and expires_at <= @now and (expires_at, key) > (@ExpiresAt, @Key)
            order by expires_at, key limit @BatchSize
            """, new { now, after.ExpiresAt, after.Key, BatchSize }, cancellationToken: ct))).ToList();
    }

    private sealed record LapsedHold(Guid Key, DateTimeOffset ExpiresAt);
}
