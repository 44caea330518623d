using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Events;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HeadlessPro.Catalog;

/// <summary>
/// Says that the catalogue changed when a price list begins or ends: nobody commits anything then, and what is kept would go on showing the prices
/// of before. Each host says it to itself.
/// </summary>
internal sealed partial class PriceListTurns(Db db, TimeProvider clock, ILogger<PriceListTurns> logger) : BackgroundService
{
    // Clocks are set now and then.
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    // An import changes the catalogue many times a second.
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(50);

    private static readonly TimeSpan RetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>When the next price list begins or ends, or null: until then the same prices stand.</summary>
    public static NpgsqlBatchCommand Next(DateTimeOffset now)
    {
        var command = new NpgsqlBatchCommand("""
            select min(turn) from catalog.price_lists l, unnest(array[l.starts_at, l.ends_at]) turn
            where l.deleted_at is null and l.status = 'active' and turn > @now
            """);
        command.Parameters.AddWithValue("now", now.ToUniversalTime());
        return command;
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Up to here every turn was said; one that passes meanwhile is the next.
        var since = clock.GetUtcNow();
        while (!stoppingToken.IsCancellationRequested)
        {
            var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var subscription = LocalSignals.Subscribe("catalog.", () => changed.TrySetResult());
            var turn = await Read(since, stoppingToken);
            var left = turn - clock.GetUtcNow();
            if (left > TimeSpan.Zero) await changed.Task.WaitAsync(left < LongestWait ? left : LongestWait, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (turn <= clock.GetUtcNow())
            {
                since = turn;
                LocalSignals.Raise(CatalogChanged.Name);
            }

            await Task.Delay(ShortestWait, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>The next turn, far away when there is none; when the database does not answer it is asked again in a second.</summary>
    private async Task<DateTimeOffset> Read(DateTimeOffset since, CancellationToken ct)
    {
        while (true)
        {
            try
            {
                await using var batch = db.Batch();
                batch.BatchCommands.Add(Next(since));
                await using var reader = await batch.ExecuteReaderAsync(ct);
                return (await reader.ReadRows((ref row) => row.TimeOrNull(), ct))[0] ?? DateTimeOffset.MaxValue;
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                LogUnread(logger, e);
                await Task.Delay(RetryAfter, clock, ct);
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "When the next price list begins or ends could not be read")]
    private static partial void LogUnread(ILogger logger, Exception e);
}
