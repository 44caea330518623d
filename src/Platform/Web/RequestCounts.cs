using System.Collections.Concurrent;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// Counts requests of clients by the minute, over all hosts. No request waits for it: a host counts in memory, and twice a second tells the
/// database of clients that come near their limit and hears what they asked of other hosts. So a client of several hosts gets through, at most,
/// what it asks within half a second beyond its limit.
/// </summary>
internal sealed partial class RequestCounts(Db db, TimeProvider clock, ILogger<RequestCounts> logger) : BackgroundService
{
    // Whoever asks less than this part of the limit here is not told of.
    private const int Near = 10;

    // Beyond that many clients in a minute, new ones go uncounted: memory is for shoppers.
    private const int MostClients = 200_000;

    private static readonly TimeSpan Every = TimeSpan.FromMilliseconds(500);

    private Minute _minute = new(0);

    /// <summary>One request more; answers how many the client has made in this minute.</summary>
    public long Count(string client, long minute, int limit)
    {
        var current = Volatile.Read(ref _minute);
        if (current.Number < minute)
        {
            var fresh = new Minute(minute);
            // Whoever loses counts in the winner's.
            var seen = Interlocked.CompareExchange(ref _minute, fresh, current);
            current = ReferenceEquals(seen, current) ? fresh : seen;
        }

        if (!current.Clients.TryGetValue(client, out var counter))
        {
            if (current.Size >= MostClients) return 0;
            counter = current.Clients.GetOrAdd(client, _ => new Counter(limit));
            Interlocked.Increment(ref current.Size);
        }

        return Interlocked.Increment(ref counter.Untold) + Volatile.Read(ref counter.Told);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Every, clock);
        var trimmed = 0L;
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var minute = Volatile.Read(ref _minute);
            try
            {
                await Tell(minute, stoppingToken);
                if (minute.Number > trimmed) await Trim(trimmed = minute.Number, stoppingToken);
            }
            catch (Exception e) when (e is NpgsqlException or TimeoutException)
            {
                LogFailure(logger, e);
            }
        }
    }

    private async Task Tell(Minute minute, CancellationToken ct)
    {
        var near = minute.Clients.Where(c => Volatile.Read(ref c.Value.Untold) is var untold and > 0 && (untold + c.Value.Told) * Near >= c.Value.Limit).ToList();
        if (near.Count == 0) return;
        var told = near.ConvertAll(c => Volatile.Read(ref c.Value.Untold));
        await using var command = db.Command("""
            insert into platform.request_counts as c (client, minute, count)
            select n.client, $2, n.count from unnest($1, $3) as n (client, count) order by n.client
            on conflict (client, minute) do update set count = c.count + excluded.count
            returning client, count
            """);
        command.Parameters.Add(new() { Value = near.ConvertAll(c => c.Key) });
        command.Parameters.Add(new() { Value = minute.Number });
        command.Parameters.Add(new() { Value = told });
        await using var reader = await command.ExecuteReaderAsync(ct);
        var totals = new Dictionary<string, long>(near.Count, StringComparer.Ordinal);
        while (await reader.ReadAsync(ct)) totals[reader.GetString(0)] = reader.GetInt64(1);
        for (var i = 0; i < near.Count; i++)
        {
            // First the less: a request in between is let in rather than refused in error.
            Interlocked.Add(ref near[i].Value.Untold, -told[i]);
            Volatile.Write(ref near[i].Value.Told, totals[near[i].Key]);
        }
    }

    private async Task Trim(long before, CancellationToken ct)
    {
        await using var command = db.Command("delete from platform.request_counts where minute < $1 - 1");
        command.Parameters.Add(new() { Value = before });
        await command.ExecuteNonQueryAsync(ct);
    }

    private sealed class Minute(long number)
    {
        public int Size;

        public long Number { get; } = number;

        public ConcurrentDictionary<string, Counter> Clients { get; } = new(StringComparer.Ordinal);
    }

    private sealed class Counter(int limit)
    {
        public long Told;
        public long Untold;

        public int Limit { get; } = limit;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Counts of requests could not be shared with other hosts; each counts by itself")]
    private static partial void LogFailure(ILogger logger, Exception e);
}
