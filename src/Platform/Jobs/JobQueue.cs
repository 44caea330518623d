using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Events;

namespace HeadlessPro.Platform.Jobs;

/// <summary>Enqueues durable work in the transaction that asks for it.</summary>
public static class JobQueue
{
    /// <summary>The <see cref="LocalSignals"/> name that wakes the hosts' runners.</summary>
    internal const string Enqueued = "jobs.enqueued";

    /// <summary>Runs the handler of that name at <paramref name="runAt"/> or soon after; nothing when the transaction is rolled back.</summary>
    /// <param name="tx">The business transaction.</param>
    /// <param name="name">A <see cref="JobHandler"/>'s name.</param>
    /// <param name="payload">JSON for the handler.</param>
    /// <param name="runAt">Not before.</param>
    /// <param name="key">When given: while a job of that name and key waits for its first run, no second one is added; the earlier time counts.</param>
    /// <param name="ct">Cancellation.</param>
    public static async Task Enqueue(Transaction tx, string name, string payload, DateTimeOffset runAt, string? key, CancellationToken ct)
    {
        await using var command = tx.Command("""
            insert into jobs.queue (name, payload, run_at, key) values (@name, @payload::jsonb, @run_at, @key)
            on conflict (name, key) where key is not null and attempts = 0
            do update set run_at = least(queue.run_at, excluded.run_at);
            select pg_notify('jobs', @name)
            """);
        command.Parameters.AddWithValue("name", name);
        command.Parameters.AddWithValue("payload", payload);
        command.Parameters.AddWithValue("run_at", runAt.ToUniversalTime());
        command.Parameters.AddWithValue("key", (object?)key ?? DBNull.Value);
        await command.ExecuteNonQueryAsync(ct);
    }
}
