using System.Collections.Concurrent;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Events;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HeadlessPro.Platform.Jobs;

/// <summary>
/// Runs this host's share of the jobs. A job is leased to one host, which renews the lease while it works; the lease of a host that
/// died lapses and another takes over. Only hosts that know a job's handler take it. Times are the database's, the same for all hosts.
/// </summary>
public sealed partial class JobRunner(
    Db db, IEnumerable<JobHandler> handlers, IEnumerable<RecurringJob> recurring, IServiceScopeFactory scopes, ILogger<JobRunner> logger)
    : BackgroundService
{
    /// <summary>Runs of an enqueued job before it is given up and kept with <c>dead_at</c> set.</summary>
    public const int MaxAttempts = 10;

    private const int LeaseSeconds = 30;
    private const int MostAtOnce = 4;
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly Dictionary<string, JobHandler> _handlers = handlers.ToDictionary(h => h.Name, StringComparer.Ordinal);
    private readonly Dictionary<string, RecurringJob> _recurring = recurring.ToDictionary(r => r.Name, StringComparer.Ordinal);
    private readonly ConcurrentDictionary<Guid, Task> _running = new();
    private int _enqueuedRunning;
    private readonly SemaphoreSlim _wake = new(0, 1);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _wake.Dispose();
        base.Dispose();
    }

    /// <summary>Runs a recurring job at once, whatever its time, without a lease; an exception of the job is the caller's.</summary>
    public async Task RunNow(string recurringJob, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        await _recurring[recurringJob].Run(scope.ServiceProvider, ct);
    }

    /// <summary>What waits, runs and was given up, over all hosts.</summary>
    internal static async Task<JobsStatus> Status(Db db, CancellationToken ct)
    {
        await using var batch = db.Batch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("""
            select count(*) filter (where dead_at is null and run_at <= now() and (leased_until is null or leased_until < now())),
                   count(*) filter (where leased_until >= now() and dead_at is null),
                   count(*) filter (where dead_at is not null)
            from jobs.queue
            """));
        batch.BatchCommands.Add(new NpgsqlBatchCommand("select name, last_run_at, last_error is not null from jobs.recurring order by name"));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        var (due, running, dead) = (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
        await reader.NextResultAsync(ct);
        var recurring = new List<RecurringJobStatus>();
        while (await reader.ReadAsync(ct))
        {
            var last = reader.GetFieldValue<DateTime>(1);
            recurring.Add(new RecurringJobStatus(reader.GetString(0), last == DateTime.MinValue ? null : new DateTimeOffset(last, TimeSpan.Zero), reader.GetBoolean(2)));
        }

        return new JobsStatus(due, running, dead, recurring);
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (_handlers.Count == 0 && _recurring.Count == 0) return;
        using var subscription = LocalSignals.Subscribe("jobs.", Wake);
        var pause = _recurring.Values.Select(r => r.Every).Append(LongestPause).Min();
        var registered = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                if (!registered) await Register(stoppingToken);
                registered = true;
                await StartDue(stoppingToken);
            }
            catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
            {
                break;
            }
            catch (Exception e)
            {
                LogFailure(logger, e);
            }

            try
            {
                await _wake.WaitAsync(pause, stoppingToken);
            }
            catch (OperationCanceledException)
            {
                break;
            }
        }

        await Task.WhenAll(_running.Values);
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

    private async Task Register(CancellationToken ct)
    {
        await using var command = db.Command("insert into jobs.recurring (name) select unnest(@names) on conflict (name) do nothing");
        command.Parameters.AddWithValue("names", _recurring.Keys.ToArray());
        await command.ExecuteNonQueryAsync(ct);
    }

    /// <summary>Leases what is due, enqueued and recurring, in one round trip, and starts it.</summary>
    private async Task StartDue(CancellationToken ct)
    {
        // Recurring jobs need no place: long imports must not keep the sweepers from running.
        var places = Math.Max(0, MostAtOnce - Volatile.Read(ref _enqueuedRunning));
        await using var batch = db.Batch();
        var queue = batch.CreateBatchCommand();
        queue.CommandText = $"""
            update jobs.queue
            set attempts = attempts + 1, leased_until = now() + interval '{LeaseSeconds} seconds'
            where id in (
                select id from jobs.queue
                where name = any(@names) and run_at <= now() and dead_at is null and (leased_until is null or leased_until < now())
                order by run_at, id limit @places for update skip locked)
            returning id, name, payload::text, attempts
            """;
        queue.Parameters.AddWithValue("names", _handlers.Keys.ToArray());
        queue.Parameters.AddWithValue("places", places);
        batch.BatchCommands.Add(queue);
        var clock = batch.CreateBatchCommand();
        clock.CommandText = $"""
            update jobs.recurring
            set leased_until = now() + interval '{LeaseSeconds} seconds'
            where name in (
                select r.name from jobs.recurring r join unnest(@names, @every) as due (name, every) on due.name = r.name
                where r.last_run_at + due.every <= now() and (r.leased_until is null or r.leased_until < now())
                for update of r skip locked)
            returning name
            """;
        clock.Parameters.AddWithValue("names", _recurring.Keys.ToArray());
        clock.Parameters.AddWithValue("every", _recurring.Values.Select(r => r.Every).ToArray());
        batch.BatchCommands.Add(clock);

        var enqueued = new List<(long Id, string Name, string Payload, int Attempts)>();
        var onTheClock = new List<string>();
        await using (var reader = await batch.ExecuteReaderAsync(ct))
        {
            while (await reader.ReadAsync(ct)) enqueued.Add((reader.GetInt64(0), reader.GetString(1), reader.GetString(2), reader.GetInt32(3)));
            await reader.NextResultAsync(ct);
            while (await reader.ReadAsync(ct)) onTheClock.Add(reader.GetString(0));
        }

        foreach (var (id, name, payload, attempts) in enqueued)
        {
            Interlocked.Increment(ref _enqueuedRunning);
            Start(async () =>
            {
                try
                {
                    await RunEnqueued(id, _handlers[name], payload, attempts, ct);
                }
                finally
                {
                    Interlocked.Decrement(ref _enqueuedRunning);
                }
            });
        }

        foreach (var name in onTheClock) Start(() => RunRecurring(_recurring[name], ct));
    }

    private void Start(Func<Task> work)
    {
        var id = Guid.NewGuid();
        var start = new TaskCompletionSource();
        _running[id] = Task.Run(async () =>
        {
            await start.Task;
            try
            {
                await work();
            }
            catch (Exception e)
            {
                // The outcome could not be written down: the lease lapses and the job runs again.
                LogFailure(logger, e);
            }
            finally
            {
                _running.TryRemove(id, out _);
                Wake();
            }
        });
        start.SetResult();
    }

    private async Task RunEnqueued(long id, JobHandler handler, string payload, int attempts, CancellationToken ct)
    {
        var error = attempts > MaxAttempts
            ? "The host that ran it ended in the middle, every time."
            : await Run("jobs.queue", "id", id, handler.Name, (services, token) => handler.Run(services, payload, token), ct);
        if (error is not null && ct.IsCancellationRequested)
        {
            // Cut off because the host stops: no fault of the job, another host takes it at once.
            await Write("update jobs.queue set leased_until = null, attempts = greatest(attempts - 1, 1) where id = @id", id, null);
            return;
        }

        if (error is null) await Write("delete from jobs.queue where id = @id", id, null);
        else if (attempts >= MaxAttempts)
        {
            LogDead(logger, handler.Name, id, error);
            await Write("update jobs.queue set leased_until = null, last_error = @error, dead_at = now() where id = @id", id, error);
        }
        else
        {
            await Write("""
                update jobs.queue
                set leased_until = null, last_error = @error, run_at = now() + least(power(2, attempts - 1), 600) * interval '1 second'
                where id = @id
                """, id, error);
        }
    }

    private async Task RunRecurring(RecurringJob job, CancellationToken ct)
    {
        var error = await Run("jobs.recurring", "name", job.Name, job.Name, job.Run, ct);
        var cutOff = error is not null && ct.IsCancellationRequested;
        await using var command = db.Command("""
            update jobs.recurring
            set leased_until = null, last_error = @error,
                last_run_at = case
                    when @cut_off then last_run_at
                    -- What runs seldom does not wait its whole time after a failure.
                    when @error is not null then now() - @every + least(@every, interval '1 minute')
                    else now() end
            where name = @name
            """);
        command.Parameters.AddWithValue("name", job.Name);
        command.Parameters.AddWithValue("every", job.Every);
        command.Parameters.AddWithValue("cut_off", cutOff);
        command.Parameters.Add(new NpgsqlParameter("error", NpgsqlTypes.NpgsqlDbType.Text) { Value = (object?)error ?? DBNull.Value });
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    /// <summary>Runs one job while renewing its lease; null when it ended well, else what was wrong.</summary>
    private async Task<string?> Run<TKey>(
        string table, string keyColumn, TKey key, string name, Func<IServiceProvider, CancellationToken, Task> run, CancellationToken ct) where TKey : notnull
    {
        using var mayGoOn = CancellationTokenSource.CreateLinkedTokenSource(ct);
        using var finished = new CancellationTokenSource();
        var lease = KeepLease(table, keyColumn, key, mayGoOn, finished.Token);
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            await run(scope.ServiceProvider, mayGoOn.Token);
            return null;
        }
        catch (Exception e)
        {
            if (!ct.IsCancellationRequested) LogJobFailed(logger, e, name);
            return $"{e.GetType().Name}: {e.Message}".Replace("\0", "", StringComparison.Ordinal);
        }
        finally
        {
            await finished.CancelAsync();
            await lease;
        }
    }

    private async Task KeepLease<TKey>(string table, string keyColumn, TKey key, CancellationTokenSource mayGoOn, CancellationToken finished) where TKey : notnull
    {
        try
        {
            var heldUntil = TimeProvider.System.GetTimestamp();
            while (true)
            {
                await Task.Delay(TimeSpan.FromSeconds(LeaseSeconds / 3.0), finished);
                try
                {
                    await using var command = db.Command(
                        $"update {table} set leased_until = now() + interval '{LeaseSeconds} seconds' where {keyColumn} = @key and leased_until >= now()");
                    command.Parameters.AddWithValue("key", key);
                    var held = await command.ExecuteNonQueryAsync(finished) > 0;
                    if (held) heldUntil = TimeProvider.System.GetTimestamp();
                    else await mayGoOn.CancelAsync();
                }
                catch (NpgsqlException)
                {
                    // Without the database the lease lapses: stop before another host starts the same job.
                    if (TimeProvider.System.GetElapsedTime(heldUntil).TotalSeconds > LeaseSeconds) await mayGoOn.CancelAsync();
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The job has ended.
        }
    }

    private async Task Write(string sql, long id, string? error)
    {
        await using var command = db.Command(sql);
        command.Parameters.AddWithValue("id", id);
        if (error is not null) command.Parameters.AddWithValue("error", error);
        await command.ExecuteNonQueryAsync(CancellationToken.None);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Running jobs failed; it goes on shortly")]
    private static partial void LogFailure(ILogger logger, Exception e);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Job {Job} failed; it is tried again")]
    private static partial void LogJobFailed(ILogger logger, Exception e, string job);

    [LoggerMessage(Level = LogLevel.Error, Message = "Job {Job} ({Id}) was given up: {Error}")]
    private static partial void LogDead(ILogger logger, string job, long id, string error);
}

/// <summary>How the jobs of all hosts stand.</summary>
/// <param name="Due">Enqueued jobs whose time has come and that nobody runs.</param>
/// <param name="Running">Enqueued jobs under a lease.</param>
/// <param name="Dead">Enqueued jobs given up: rows of <c>jobs.queue</c> with <c>dead_at</c>. Clear it to run them again.</param>
/// <param name="Recurring">The recurring ones.</param>
public sealed record JobsStatus(long Due, long Running, long Dead, IReadOnlyList<RecurringJobStatus> Recurring);

/// <summary>A recurring job.</summary>
/// <param name="Name">Its name.</param>
/// <param name="LastRunAt">When it last ended; null before the first time.</param>
/// <param name="Failed">Whether it failed then.</param>
public sealed record RecurringJobStatus(string Name, DateTimeOffset? LastRunAt, bool Failed);
