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
        while (!stoppingToken.IsCancellationRequested)
        {
            var changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            using var subscription = LocalSignals.Subscribe("catalog.", () => changed.TrySetResult());
            var now = clock.GetUtcNow();
            var turn = await Read(now, stoppingToken);
            var wait = turn - now < LongestWait ? turn - now + TimeSpan.FromMilliseconds(1) : LongestWait;
            await changed.Task.WaitAsync(wait, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (turn <= clock.GetUtcNow()) LocalSignals.Raise(CatalogChanged.Name);
            else await Task.Delay(ShortestWait, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    /// <summary>Far away when the database does not answer: when it is back, all is said to have changed.</summary>
    private async Task<DateTimeOffset> Read(DateTimeOffset now, CancellationToken ct)
    {
        try
        {
            await using var batch = db.Batch();
            batch.BatchCommands.Add(Next(now));
            await using var reader = await batch.ExecuteReaderAsync(ct);
            return (await reader.ReadRows((ref row) => row.TimeOrNull(), ct))[0] ?? DateTimeOffset.MaxValue;
        }
        catch (Exception e)
        {
            if (!ct.IsCancellationRequested) LogUnread(logger, e);
            return DateTimeOffset.MaxValue;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "When the next price list begins or ends could not be read")]
    private static partial void LogUnread(ILogger logger, Exception e);
}
