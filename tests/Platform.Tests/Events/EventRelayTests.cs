using System.Collections.Concurrent;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Events;
using HeadlessPro.Platform.Jobs;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Platform.Tests.Events;

public sealed record Counted(int Number) : IEvent
{
    public static string Name => "test.counted";
}

public sealed record Ignored(int Number) : IEvent
{
    public static string Name => "test.ignored";
}

public class EventRelayTests : IAsyncLifetime
{
    private PlatformDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await PlatformDatabase.Create();

    public async ValueTask DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task A_subscriber_hears_each_event_of_its_name_once_and_in_order_of_commit()
    {
        var heard = new ConcurrentQueue<int>();
        await using var host = await Start("test.on_counted", (_, e, _) => { heard.Enqueue(e.Number); return Task.CompletedTask; });
        for (var i = 0; i < 250; i++) await Publish(host, new Counted(i), new Ignored(i));

        await Eventually.IsTrue(() => IsQuiet(250));
        Assert.Equal(Enumerable.Range(0, 250), heard);
    }

    [Fact]
    public async Task Events_logged_before_the_first_start_are_heard()
    {
        var heard = new ConcurrentQueue<int>();
        await using (var writer = await PlatformHost.Start(_database)) await Publish(writer, new Counted(7));

        await using var host = await Start("test.on_counted", (_, e, _) => { heard.Enqueue(e.Number); return Task.CompletedTask; });

        await Eventually.IsTrue(() => heard.Count == 1);
        Assert.Equal([7], heard);
    }

    [Fact]
    public async Task An_event_rolled_back_is_never_heard_and_an_older_open_transaction_hides_no_later_event_for_good()
    {
        var heard = new ConcurrentQueue<int>();
        await using var host = await Start("test.on_counted", (_, e, _) => { heard.Enqueue(e.Number); return Task.CompletedTask; });
        await using (var older = await host.Db.Begin(CancellationToken.None))
        {
            await WriteEvent(older, 1);
            await Publish(host, new Counted(2));
            await using (var never = await host.Db.Begin(CancellationToken.None)) await WriteEvent(never, 3);
            await Task.Delay(100);
            Assert.Empty(heard);
            await older.Commit(CancellationToken.None);
        }

        await Eventually.IsTrue(() => heard.Count == 2);
        Assert.Equal([1, 2], heard);
    }

    [Fact]
    public async Task A_failing_event_is_retried_and_does_not_hold_up_those_after_it()
    {
        var heard = new ConcurrentQueue<int>();
        var failures = 0;
        await using var host = await Start("test.on_counted", (_, e, _) =>
        {
            if (e.Number == 1 && Interlocked.Increment(ref failures) <= 2) throw new InvalidOperationException("not \0 yet");
            heard.Enqueue(e.Number);
            return Task.CompletedTask;
        });
        for (var i = 0; i < 4; i++) await Publish(host, new Counted(i));

        await Eventually.IsTrue(() => heard.Count == 3);
        Assert.Equal([0, 2, 3], heard);
        Assert.Equal("InvalidOperationException: not  yet", await _database.Ask<string>("select last_error from events.failed"));
        await Eventually.IsTrue(async () => await Failed(host) is ["{\"Number\": 1}"]);

        await Eventually.IsTrue(() => heard.Count == 4);
        Assert.Equal([0, 2, 3, 1], heard);
        await Eventually.IsTrue(async () => await Failed(host) is []);
    }

    [Fact]
    public async Task A_subscriber_that_takes_several_at_once_is_handed_the_failed_one_alone_again()
    {
        var heard = new ConcurrentQueue<int>();
        var met = new TaskCompletionSource();
        var (inside, failures) = (0, 0);
        await using (var writer = await PlatformHost.Start(_database))
            for (var i = 0; i < 4; i++) await Publish(writer, new Counted(i));

        await using var host = await PlatformHost.Start(_database, services => services.AddSubscriber<Counted>("test.on_counted", async (_, e, ct) =>
        {
            if (Interlocked.Increment(ref inside) == 4) met.SetResult();
            await met.Task.WaitAsync(ct);
            if (e.Number == 1 && Interlocked.Increment(ref failures) == 1) throw new InvalidOperationException("not yet");
            heard.Enqueue(e.Number);
        }, atOnce: 4));

        await Eventually.IsTrue(async () => heard.Count == 4 && await Failed(host) is []);
        Assert.Equal([0, 1, 2, 3], heard.Order());
        Assert.Equal((5, 1), (inside, heard.Last()));
    }

    [Fact]
    public async Task After_the_last_attempt_an_event_is_a_dead_letter_that_an_operator_sees_and_can_send_again()
    {
        var willing = false;
        var heard = 0;
        await using var host = await Start("test.on_counted", (_, _, _) =>
        {
            if (!willing) throw new InvalidOperationException("no");
            heard++;
            return Task.CompletedTask;
        });
        await Publish(host, new Counted(1));
        await Eventually.IsTrue(async () => await _database.Ask<long>("select count(*) from events.failed") == 1);
        await _database.Do($"update events.failed set attempts = {EventRelay.MaxAttempts - 1}, retry_at = now()");

        await Eventually.IsTrue(async () => await _database.Ask<long>("select count(*) from events.failed where retry_at is null") == 1);
        var status = Assert.Single(await host.Services.GetRequiredService<EventLog>().Status(CancellationToken.None));
        Assert.Equal(("test.on_counted", "test.counted", 0L, 0d, 0L, 1L), (status.Subscriber, status.EventName, status.Pending, status.LagSeconds, status.Retrying, status.Dead));
        Assert.Equal(["{\"Number\": 1}"], await Failed(host));

        willing = true;
        await _database.Do("update events.failed set retry_at = now()");
        await Eventually.IsTrue(() => heard == 1);
        await Eventually.IsTrue(async () => await Failed(host) is []);
    }

    [Fact]
    public async Task Two_hosts_share_a_subscriber_without_hearing_an_event_twice()
    {
        var heard = new ConcurrentQueue<int>();
        await using var one = await Start("test.on_counted", async (_, e, ct) => { await Task.Delay(1, ct); heard.Enqueue(e.Number); });
        await using var two = await Start("test.on_counted", async (_, e, ct) => { await Task.Delay(1, ct); heard.Enqueue(e.Number); });
        for (var i = 0; i < 100; i++) await Publish(i % 2 == 0 ? one : two, new Counted(i));

        await Eventually.IsTrue(() => IsQuiet(100));
        Assert.Equal(Enumerable.Range(0, 100), heard.Order());
    }

    [Fact]
    public async Task What_failed_is_not_known_while_an_older_transaction_may_still_log_an_event()
    {
        await using var host = await Start("test.on_counted", (_, _, _) => Task.CompletedTask);
        await Eventually.IsTrue(async () => await Failed(host) is []);
        await using (var open = await host.Db.Begin(CancellationToken.None))
        {
            await WriteEvent(open, 1);
            Assert.Null(await Failed(host));
            Assert.Equal([], await host.Services.GetRequiredService<EventLog>().FailedOf("test.on_counted", DateTimeOffset.UtcNow.AddMinutes(-1), CancellationToken.None));
        }

        await Eventually.IsTrue(async () => await Failed(host) is []);
        Assert.Null(await host.Services.GetRequiredService<EventLog>().FailedOf("test.unknown", DateTimeOffset.UtcNow, CancellationToken.None));
    }

    [Fact]
    public async Task Trimming_keeps_what_somebody_has_not_heard_or_could_not_take()
    {
        await using (var host = await Start("test.on_counted", (_, e, _) => e.Number == 2 ? throw new InvalidOperationException("no") : Task.CompletedTask))
        {
            for (var i = 0; i < 4; i++) await Publish(host, new Counted(i));
            await Eventually.IsTrue(async () => await _database.Ask<long>("select id from events.cursors") == 4);
        }

        await using var writer = await PlatformHost.Start(_database);
        await Publish(writer, new Counted(4));
        await _database.Do("update events.log set occurred_at = now() - interval '8 days' where id <> 1");

        await writer.Services.GetRequiredService<JobRunner>().RunNow("platform.trim_event_log", CancellationToken.None);

        Assert.Equal("0,2,4", await _database.Ask<string>("select string_agg(payload->>'Number', ',' order by id) from events.log"));
    }

    [Fact]
    public async Task A_commit_elsewhere_is_signalled_here_and_a_lost_connection_drops_everything()
    {
        var signals = new ConcurrentQueue<string>();
        using var subscription = LocalSignals.Subscribe(signals.Enqueue);
        await using var host = await PlatformHost.Start(_database);
        await Eventually.IsTrue(async () => await _database.Ask<long>(Listening) == 1);

        await _database.Do("select pg_notify('events', 'test.elsewhere')");
        await Eventually.IsTrue(() => signals.Contains("test.elsewhere"));

        signals.Clear();
        await _database.Do($"select pg_terminate_backend(pid) from ({Listening.Replace("count(*)", "pid")}) as listeners");
        await Eventually.IsTrue(() => signals.Contains(LocalSignals.Everything));
        await Eventually.IsTrue(async () => await _database.Ask<long>(Listening) == 1);
        await _database.Do("select pg_notify('events', 'test.again')");
        await Eventually.IsTrue(() => signals.Contains("test.again"));
    }

    // The listening connection also shows that the host is alive.
    private static readonly string Listening =
        $"select count(*) from pg_locks where locktype = 'advisory' and classid = {HostPresence.LockSpace} and database = (select oid from pg_database where datname = current_database())";

    private Task<PlatformHost> Start(string name, Func<IServiceProvider, Counted, CancellationToken, Task> handle) =>
        PlatformHost.Start(_database, services => services.AddSubscriber(name, handle));

    private static Task<IReadOnlyList<string>?> Failed(PlatformHost host) =>
        host.Services.GetRequiredService<EventLog>().FailedOf("test.on_counted", DateTimeOffset.UtcNow, CancellationToken.None);

    // Everything is logged and behind the cursor, and no host is at work: nothing more can be heard.
    private async Task<bool> IsQuiet(int events) => await _database.Ask<bool>($"""
        select (select count(*) from events.log where name = 'test.counted') = {events}
            and not exists (select from events.cursors c join events.log l on l.name = c.event_name and (l.tx, l.id) > (c.tx, c.id))
            and not exists (select from pg_locks where locktype = 'advisory' and classid = {EventRelay.LockSpace}
                            and database = (select oid from pg_database where datname = current_database()))
        """);

    private static async Task Publish(PlatformHost host, Counted counted, Ignored? ignored = null)
    {
        await using var tx = await host.Db.Begin(CancellationToken.None);
        if (ignored is not null) tx.Publish(ignored);
        tx.Publish(counted);
        await tx.Commit(CancellationToken.None);
    }

    // As the transaction itself does at its commit, a moment earlier.
    private static async Task WriteEvent(Transaction tx, int number)
    {
        await using var command = tx.Command($"insert into events.log (name, payload) values ('test.counted', '{{\"Number\": {number}}}')");
        await command.ExecuteNonQueryAsync();
    }
}
