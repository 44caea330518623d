using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Jobs;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace HeadlessPro.Platform.Events;

/// <summary>
/// One connection that listens for what other hosts committed and passes it on as <see cref="LocalSignals"/>. When the connection was
/// lost, signals were too: after connecting again it says so, and caches start afresh. Holding it also shows that this host is alive.
/// </summary>
internal sealed partial class EventListener(Db db, HostPresence presence, ILogger<EventListener> logger) : BackgroundService
{
    private static readonly TimeSpan ProbeEvery = TimeSpan.FromSeconds(20);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var pause = TimeSpan.FromMilliseconds(100);
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await Listen(() => pause = TimeSpan.FromMilliseconds(100), stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                return;
            }
            catch (Exception e)
            {
                LogLost(logger, e, pause.TotalMilliseconds);
                // What happens while nobody listens would go unnoticed: copies are dropped now and again on return.
                LocalSignals.Raise(LocalSignals.Everything);
                await Task.Delay(pause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    private async Task Listen(Action connected, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        connection.Notification += static (_, notification) =>
            LocalSignals.Raise(notification.Channel == "jobs" ? JobQueue.Enqueued : notification.Payload);
        await using (var listen = connection.CreateCommand())
        {
            listen.CommandText = "listen events; listen jobs";
            await listen.ExecuteNonQueryAsync(ct);
        }

        try
        {
            await presence.Announce(connection, ct);
            connected();
            LocalSignals.Raise(LocalSignals.Everything);
            await using var probe = connection.CreateCommand();
            probe.CommandText = "select 1";
            while (true)
            {
                // A peer that vanished without a word is noticed by asking now and then.
                if (!await connection.WaitAsync(ProbeEvery, ct)) await probe.ExecuteScalarAsync(ct);
            }
        }
        finally
        {
            // It goes back to the pool: neither the channels nor the lock may go with it.
            await using var leave = connection.CreateCommand();
            leave.CommandText = "unlisten *; select pg_advisory_unlock_all()";
            if (connection.State == System.Data.ConnectionState.Open) await leave.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The connection that listens for events was lost; connecting again in {Pause} ms")]
    private static partial void LogLost(ILogger logger, Exception e, double pause);
}
