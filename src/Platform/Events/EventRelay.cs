using System.Collections.Concurrent;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;
using NpgsqlTypes;

namespace HeadlessPro.Platform.Events;

/// <summary>
/// Hands the events of <c>events.log</c> to this host's subscribers. Each has a cursor and is worked by one host at a time, under an
/// advisory lock that ends with its connection. A row lock would hold a transaction open while handlers run, and with it everybody's
/// view of the log: readers only go as far as the oldest open transaction.
/// </summary>
internal sealed partial class EventRelay(
    Db db, IEnumerable<Subscriber> subscribers, IServiceScopeFactory scopes, ILogger<EventRelay> logger) : BackgroundService
{
    /// <summary>Deliveries before an event becomes a dead letter: with the pauses between them, a little over an hour.</summary>
    public const int MaxAttempts = 12;

    /// <summary>«ev»: the first half of the advisory lock, apart from other uses.</summary>
    public const int LockSpace = 0x6576;
    private const int BatchSize = 100;
    private const int MostAtOnce = 4;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan ShortestPause = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan LongestDelivery = TimeSpan.FromMinutes(2);

    private readonly Dictionary<string, Subscriber> _subscribers = subscribers.ToDictionary(s => s.Name, StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Task> _working = new(StringComparer.Ordinal);
    private readonly SemaphoreSlim _places = new(MostAtOnce);
    private readonly SemaphoreSlim _wake = new(0, 1);

    public override void Dispose()
    {
        _places.Dispose();
        _wake.Dispose();
        base.Dispose();
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_subscribers.Count == 0) return;
        var heard = _subscribers.Values.Select(s => s.EventName).ToHashSet(StringComparer.Ordinal);
        using var subscription = LocalSignals.Subscribe(name =>
        {
            if (name == LocalSignals.Everything || heard.Contains(name)) Wake();
        });

        var pause = ShortestPause;
        var registered = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!registered) await Register(stoppingToken);
                registered = true;
                foreach (var name in await FindDue(stoppingToken))
                {
                    var subscriber = _subscribers[name];
                    if (_working.ContainsKey(name)) continue;
                    Start(subscriber, stoppingToken);
                }
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                LogFailure(logger, e);
                pause = LongestPause;
            }

            // After a signal the event may still hide behind an older open transaction: look again soon, then ever more seldom.
            var woken = await Pause(pause, stoppingToken);
            // Where one happened others do: those of the next moment are handed over together with it.
            if (woken) await Task.Delay(ShortestPause, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            pause = woken ? ShortestPause : pause * 2 < LongestPause ? pause * 2 : LongestPause;
        }

        await Task.WhenAll(_working.Values);
    }

    private async Task<bool> Pause(TimeSpan pause, CancellationToken ct)
    {
        try
        {
            return await _wake.WaitAsync(pause, ct);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private void Wake()
    {
        try
        {
            if (_wake.CurrentCount == 0) _wake.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // Already woken, or over.
        }
    }

    /// <summary>A new subscriber starts at the beginning of the log, so that nothing is missed however hosts start.</summary>
    private async Task Register(CancellationToken ct)
    {
        await using var command = db.Command("""
            insert into events.cursors (subscriber, event_name, tx, id)
            select subscriber, event_name, '0'::xid8, 0 from unnest(@subscribers, @event_names) as s (subscriber, event_name)
            on conflict (subscriber) do update set event_name = excluded.event_name where cursors.event_name <> excluded.event_name
            """);
        command.Parameters.AddWithValue("subscribers", _subscribers.Values.Select(s => s.Name).ToArray());
        command.Parameters.AddWithValue("event_names", _subscribers.Values.Select(s => s.EventName).ToArray());
        await command.ExecuteNonQueryAsync(ct);
    }

    private async Task<List<string>> FindDue(CancellationToken ct)
    {
        await using var command = db.Command("""
            select c.subscriber
            from events.cursors c
            where c.subscriber = any(@subscribers)
              and (exists (select from events.log l
                           where l.name = c.event_name and (l.tx, l.id) > (c.tx, c.id) and l.tx < pg_snapshot_xmin(pg_current_snapshot()))
                or exists (select from events.failed f where f.subscriber = c.subscriber and f.retry_at <= now()))
            """);
        command.Parameters.AddWithValue("subscribers", _subscribers.Keys.ToArray());
        await using var reader = await command.ExecuteReaderAsync(ct);
        var due = new List<string>();
        while (await reader.ReadAsync(ct)) due.Add(reader.GetString(0));
        return due;
    }

    private void Start(Subscriber subscriber, CancellationToken ct)
    {
        // It must be listed before it can end and strike itself off the list.
        var listed = new TaskCompletionSource();
        _working[subscriber.Name] = Task.Run(async () =>
        {
            await listed.Task;
            await Work(subscriber, ct);
        }, CancellationToken.None);
        listed.SetResult();
    }

    private async Task Work(Subscriber subscriber, CancellationToken ct)
    {
        var took = false;
        try
        {
            await _places.WaitAsync(ct);
            took = true;
            await using var connection = await db.Open(ct);
            if (!await TryLock(connection, subscriber, ct)) return;
            try
            {
                await Retry(connection, subscriber, ct);
                while (await DeliverBatch(connection, subscriber, ct)) { }
            }
            finally
            {
                if (connection.State == System.Data.ConnectionState.Open) await Unlock(connection, subscriber);
            }
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            // The host stops; the cursor says where to go on.
        }
        catch (Exception e)
        {
            LogFailure(logger, e);
        }
        finally
        {
            if (took) _places.Release();
            _working.TryRemove(subscriber.Name, out _);
        }
    }

    private static async Task<bool> TryLock(NpgsqlConnection connection, Subscriber subscriber, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("select pg_try_advisory_lock(@space, hashtext(@subscriber))", connection);
        command.Parameters.AddWithValue("space", LockSpace);
        command.Parameters.AddWithValue("subscriber", subscriber.Name);
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    private static async Task Unlock(NpgsqlConnection connection, Subscriber subscriber)
    {
        await using var command = new NpgsqlCommand("select pg_advisory_unlock(@space, hashtext(@subscriber))", connection);
        command.Parameters.AddWithValue("space", LockSpace);
        command.Parameters.AddWithValue("subscriber", subscriber.Name);
        await command.ExecuteScalarAsync(CancellationToken.None);
    }

    /// <summary>Delivers what follows the cursor and moves it; false when that was the last.</summary>
    private async Task<bool> DeliverBatch(NpgsqlConnection connection, Subscriber subscriber, CancellationToken ct)
    {
        var batch = await ReadBatch(connection, subscriber, ct);
        var failures = new List<(long Id, string Error)>();
        var delivered = 0;
        try
        {
            if (await DeliverTogether(subscriber, batch, ct)) delivered = batch.Count;
            foreach (var next in batch.Skip(delivered).Chunk(subscriber.AtOnce))
            {
                var errors = await Task.WhenAll(next.Select(e => Deliver(subscriber, e.Id, e.Payload, ct)));
                failures.AddRange(next.Zip(errors).Where(e => e.Second is not null).Select(e => (e.First.Id, e.Second!)));
                delivered += next.Length;
            }
        }
        finally
        {
            // Also when the host is told to stop in between: what was delivered need not come again.
            if (delivered > 0) await Advance(connection, subscriber, batch[delivered - 1], failures);
        }

        return batch.Count == BatchSize;
    }

    private static async Task<List<(ulong Tx, long Id, string Payload)>> ReadBatch(NpgsqlConnection connection, Subscriber subscriber, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"""
            select l.tx, l.id, l.payload::text
            from events.cursors c
            join events.log l on l.name = c.event_name and (l.tx, l.id) > (c.tx, c.id) and l.tx < pg_snapshot_xmin(pg_current_snapshot())
            where c.subscriber = @subscriber
            order by l.tx, l.id
            limit {BatchSize}
            """, connection);
        command.Parameters.AddWithValue("subscriber", subscriber.Name);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var batch = new List<(ulong, long, string)>();
        while (await reader.ReadAsync(ct)) batch.Add((reader.GetFieldValue<ulong>(0), reader.GetInt64(1), reader.GetString(2)));
        return batch;
    }

    private static async Task Advance(
        NpgsqlConnection connection, Subscriber subscriber, (ulong Tx, long Id, string Payload) last, List<(long Id, string Error)> failures)
    {
        await using var command = new NpgsqlCommand("""
            with failed as (
                insert into events.failed (subscriber, event_id, attempts, last_error, retry_at)
                select @subscriber, id, 1, error, now() + interval '1 second' from unnest(@failed, @errors) as f (id, error)
                on conflict (subscriber, event_id) do nothing)
            update events.cursors set tx = @tx, id = @id, updated_at = now() where subscriber = @subscriber
            """, connection);
        command.Parameters.AddWithValue("subscriber", subscriber.Name);
        command.Parameters.Add(new NpgsqlParameter("tx", NpgsqlDbType.Xid8) { Value = last.Tx });
        command.Parameters.AddWithValue("id", last.Id);
        command.Parameters.AddWithValue("failed", failures.Select(f => f.Id).ToArray());
        command.Parameters.AddWithValue("errors", failures.Select(f => f.Error).ToArray());
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    /// <summary>Tries failed deliveries again; each later than the last, in the end never: a dead letter for an operator.</summary>
    private async Task Retry(NpgsqlConnection connection, Subscriber subscriber, CancellationToken ct)
    {
        var due = new List<(long Id, int Attempts, string Payload)>();
        await using (var command = new NpgsqlCommand($"""
            select f.event_id, f.attempts, l.payload::text
            from events.failed f join events.log l on l.id = f.event_id
            where f.subscriber = @subscriber and f.retry_at <= now()
            order by l.tx, l.id
            limit {BatchSize}
            """, connection))
        {
            command.Parameters.AddWithValue("subscriber", subscriber.Name);
            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct)) due.Add((reader.GetInt64(0), reader.GetInt32(1), reader.GetString(2)));
        }

        foreach (var (id, attempts, payload) in due)
        {
            var error = await Deliver(subscriber, id, payload, ct);
            await using var command = new NpgsqlCommand(error is null
                ? "delete from events.failed where subscriber = @subscriber and event_id = @id"
                : """
                  update events.failed
                  set attempts = attempts + 1, last_error = @error,
                      retry_at = case when attempts + 1 < @max then now() + least(power(2, attempts), 3600) * interval '1 second' end
                  where subscriber = @subscriber and event_id = @id
                  """, connection);
            command.Parameters.AddWithValue("subscriber", subscriber.Name);
            command.Parameters.AddWithValue("id", id);
            if (error is not null)
            {
                command.Parameters.AddWithValue("error", error);
                command.Parameters.AddWithValue("max", MaxAttempts);
                if (attempts + 1 >= MaxAttempts) LogDeadLetter(logger, subscriber.Name, id, error);
            }

            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    /// <summary>Hands all of them over at once; false when the subscriber takes one at a time, or one of them is amiss.</summary>
    private async Task<bool> DeliverTogether(Subscriber subscriber, List<(ulong Tx, long Id, string Payload)> batch, CancellationToken ct)
    {
        if (subscriber.HandleMany is null || batch.Count < 2) return false;
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(LongestDelivery);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await subscriber.HandleMany(scope.ServiceProvider, batch.ConvertAll(e => e.Payload), deadline.Token);
            return true;
        }
        catch (Exception e) when (!ct.IsCancellationRequested)
        {
            LogNotTakenTogether(logger, e, subscriber.Name, batch.Count);
            return false;
        }
    }

    /// <summary>Hands one event over; null when it was taken, else why not.</summary>
    private async Task<string?> Deliver(Subscriber subscriber, long id, string payload, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(LongestDelivery);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await subscriber.Handle(scope.ServiceProvider, payload, deadline.Token);
            return null;
        }
        catch (OperationCanceledException) when (ct.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            LogNotTaken(logger, e, subscriber.Name, id);
            return $"{e.GetType().Name}: {e.Message}".Replace("\0", "", StringComparison.Ordinal);
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Relaying events failed; it goes on shortly")]
    private static partial void LogFailure(ILogger logger, Exception e);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Subscriber} did not take event {EventId}; it is tried again")]
    private static partial void LogNotTaken(ILogger logger, Exception e, string subscriber, long eventId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Subscriber} did not take {Count} events at once; each is handed over by itself")]
    private static partial void LogNotTakenTogether(ILogger logger, Exception e, string subscriber, int count);

    [LoggerMessage(Level = LogLevel.Error, Message = "{Subscriber} gave up on event {EventId}, now a dead letter: {Error}")]
    private static partial void LogDeadLetter(ILogger logger, string subscriber, long eventId, string error);
}
