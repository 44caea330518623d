using System.Collections.Concurrent;
using HeadlessPro.Platform.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Platform.Tests.Jobs;

public class JobRunnerTests : IAsyncLifetime
{
    private PlatformDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await PlatformDatabase.Create();

    public async ValueTask DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task An_enqueued_job_runs_once_with_its_payload_and_is_gone()
    {
        var seen = new ConcurrentQueue<string>();
        await using var host = await Start("test.work", (_, payload, _) => { seen.Enqueue(payload); return Task.CompletedTask; });
        await Enqueue(host, "test.work", """{"n": 1}""");

        await Eventually.IsTrue(async () => !seen.IsEmpty && await Waiting() == 0);
        Assert.Equal(["""{"n": 1}"""], seen);
    }

    [Fact]
    public async Task A_job_of_a_rolled_back_transaction_never_runs_and_one_of_the_future_waits()
    {
        var seen = new ConcurrentQueue<string>();
        await using var host = await Start("test.work", (_, payload, _) => { seen.Enqueue(payload); return Task.CompletedTask; });
        await using (var tx = await host.Db.Begin(CancellationToken.None))
            await JobQueue.Enqueue(tx, "test.work", "1", DateTimeOffset.UtcNow, null, CancellationToken.None);
        await Enqueue(host, "test.work", "2", DateTimeOffset.UtcNow.AddHours(1));
        foreach (var next in new[] { "3", "4" })
        {
            await Enqueue(host, "test.work", next);
            await Eventually.IsTrue(async () => await Waiting() == 1);
        }

        Assert.Equal(["3", "4"], seen);
        await _database.Do("update jobs.queue set run_at = now()");
        await Eventually.IsTrue(async () => await Waiting() == 0);
        Assert.Equal(["3", "4", "2"], seen);
    }

    [Fact]
    public async Task A_second_job_of_a_key_is_not_added_while_one_waits_and_the_earlier_time_counts()
    {
        var seen = new ConcurrentQueue<string>();
        await using var host = await Start("test.work", (_, payload, _) => { seen.Enqueue(payload); return Task.CompletedTask; });
        await Enqueue(host, "test.work", "1", DateTimeOffset.UtcNow.AddHours(2), "k");
        await Enqueue(host, "test.work", "2", DateTimeOffset.UtcNow.AddHours(1), "k");
        Assert.Equal(1, await Waiting());

        await Enqueue(host, "test.work", "3", DateTimeOffset.UtcNow, "k");
        await Eventually.IsTrue(async () => await Waiting() == 0);
        Assert.Equal(["1"], seen);
    }

    [Fact]
    public async Task A_key_is_free_again_once_its_job_runs()
    {
        var runs = 0;
        var go = new TaskCompletionSource();
        await using var host = await Start("test.work", async (_, _, _) => { if (Interlocked.Increment(ref runs) == 1) await go.Task; });
        await Enqueue(host, "test.work", "1", key: "k");
        await Eventually.IsTrue(() => runs == 1);
        await Enqueue(host, "test.work", "2", key: "k");
        go.SetResult();

        await Eventually.IsTrue(async () => await Waiting() == 0);
        Assert.Equal(2, runs);
    }

    [Fact]
    public async Task A_failing_job_is_tried_again_later_and_given_up_in_the_end()
    {
        var runs = 0;
        await using var host = await Start("test.work", (_, payload, _) =>
        {
            if (payload != "1") return Task.CompletedTask;
            Interlocked.Increment(ref runs);
            throw new InvalidOperationException("no");
        });
        await Enqueue(host, "test.work", "1");
        await Eventually.IsTrue(async () => await _database.Ask<long>("select count(*) from jobs.queue where attempts = 1 and run_at > now() and leased_until is null") == 1);
        Assert.Equal("InvalidOperationException: no", await _database.Ask<string>("select last_error from jobs.queue"));
        await Eventually.IsTrue(() => runs == 2);
        Assert.Equal(2, await _database.Ask<int>("select attempts from jobs.queue"));

        await _database.Do($"update jobs.queue set attempts = {JobRunner.MaxAttempts - 1}, run_at = now(), leased_until = null");
        await Eventually.IsTrue(async () => await _database.Ask<long>("select count(*) from jobs.queue where dead_at is not null") == 1);
        // One that became due later is looked for, and run, together with all that are due.
        var atDeath = runs;
        await Enqueue(host, "test.work", "2", DateTimeOffset.UtcNow);
        await Eventually.IsTrue(async () => await Waiting() == 1);
        Assert.Equal(atDeath, runs);
    }

    [Fact]
    public async Task The_job_of_a_host_that_died_is_taken_over_when_its_lease_has_lapsed()
    {
        var seen = new ConcurrentQueue<string>();
        await _database.Do("""
            insert into jobs.queue (name, payload, run_at, attempts, leased_until) values
                ('test.work', '"held"', now(), 1, now() + interval '1 hour'),
                ('test.work', '"lapsed"', now(), 1, now() - interval '1 second'),
                ('test.elsewhere', '"not ours"', now(), 0, null)
            """);
        await using var host = await Start("test.work", (_, payload, _) => { seen.Enqueue(payload); return Task.CompletedTask; });

        await Eventually.IsTrue(async () => await Waiting() == 2);
        Assert.Equal(["\"lapsed\""], seen);
        Assert.Equal(0, await _database.Ask<int>("select attempts from jobs.queue where name = 'test.elsewhere'"));
    }

    [Fact]
    public async Task Three_hosts_run_a_hundred_jobs_once_each()
    {
        var seen = new ConcurrentQueue<string>();
        Func<IServiceProvider, string, CancellationToken, Task> work = (_, payload, _) => { seen.Enqueue(payload); return Task.CompletedTask; };
        await using var one = await Start("test.work", work);
        await using var two = await Start("test.work", work);
        await using var three = await Start("test.work", work);
        for (var i = 0; i < 100; i++) await Enqueue(one, "test.work", i.ToString());

        await Eventually.IsTrue(async () => await Waiting() == 0);
        Assert.Equal(100, seen.Count);
        Assert.Equal(100, seen.Distinct().Count());
    }

    [Fact]
    public async Task A_stopping_host_gives_its_job_back_at_once()
    {
        var started = new TaskCompletionSource();
        await using (var host = await Start("test.work", async (_, _, ct) => { started.TrySetResult(); await Task.Delay(Timeout.Infinite, ct); }))
        {
            await Enqueue(host, "test.work", "1");
            await started.Task;
        }

        Assert.Equal(1, await _database.Ask<long>("select count(*) from jobs.queue where leased_until is null and dead_at is null and attempts = 1"));
    }

    [Fact]
    public async Task A_recurring_job_runs_once_each_time_over_all_hosts()
    {
        var runs = 0;
        var go = new SemaphoreSlim(0);
        Action<IServiceCollection> add = services => services.AddRecurringJob("test.hourly", TimeSpan.FromHours(1), async (_, ct) =>
        {
            Interlocked.Increment(ref runs);
            await go.WaitAsync(ct);
        }).AddJobHandler("test.look", (_, _, _) => Task.CompletedTask);
        await using var one = await PlatformHost.Start(_database, add);
        await using var two = await PlatformHost.Start(_database, add);

        for (var hour = 1; hour <= 3; hour++)
        {
            await Eventually.IsTrue(() => runs == hour);
            // Both look for jobs again while it runs, and once more when it has run.
            await Look();
            go.Release();
            await Eventually.IsTrue(async () => await _database.Ask<long>("select count(*) from jobs.recurring where name = 'test.hourly' and leased_until is null and last_run_at > now() - interval '1 minute'") == 1);
            await Look();
            Assert.Equal(hour, runs);
            await _database.Do("update jobs.recurring set last_run_at = now() - interval '61 minutes' where name = 'test.hourly'");
        }

        async Task Look()
        {
            foreach (var host in new[] { one, two }) await Enqueue(host, "test.look", "1");
            await Eventually.IsTrue(async () => await Waiting() == 0);
        }
    }

    [Fact]
    public async Task A_recurring_job_that_fails_seldom_waits_a_minute_not_its_whole_time()
    {
        var runs = 0;
        await using var host = await PlatformHost.Start(_database, services =>
            services.AddRecurringJob("test.daily", TimeSpan.FromDays(1), (_, _) => { runs++; throw new InvalidOperationException("no"); }));

        await Eventually.IsTrue(async () => await _database.Ask<long>(
            "select count(*) from jobs.recurring where name = 'test.daily' and last_error = 'InvalidOperationException: no' and leased_until is null") == 1);
        Assert.Equal(1, runs);
        Assert.InRange(await _database.Ask<double>("select extract(epoch from last_run_at + interval '1 day' - now())::float8 from jobs.recurring where name = 'test.daily'"), 50, 60);
    }

    private Task<PlatformHost> Start(string name, Func<IServiceProvider, string, CancellationToken, Task> run) =>
        PlatformHost.Start(_database, services => services.AddJobHandler(name, run));

    private Task<long> Waiting() => _database.Ask<long>("select count(*) from jobs.queue");

    private static async Task Enqueue(PlatformHost host, string name, string payload, DateTimeOffset? at = null, string? key = null)
    {
        await using var tx = await host.Db.Begin(CancellationToken.None);
        await JobQueue.Enqueue(tx, name, payload, at ?? DateTimeOffset.UtcNow.AddSeconds(-1), key, CancellationToken.None);
        await tx.Commit(CancellationToken.None);
    }
}
