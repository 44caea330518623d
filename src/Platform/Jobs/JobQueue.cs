using HeadlessPro.Platform.Data;

namespace HeadlessPro.Platform.Jobs;

/// <summary>Enqueues durable work in the transaction that asks for it.</summary>
public static class JobQueue
{
    /// <summary>Runs the handler of that name at <paramref name="runAt"/> or soon after; nothing when the transaction is rolled back.</summary>
    /// <param name="tx">The business transaction.</param>
    /// <param name="name">A <see cref="JobHandler"/>'s name.</param>
    /// <param name="payload">JSON for the handler.</param>
    /// <param name="runAt">Not before.</param>
    /// <param name="key">When given: a second job of that name and key is not added while one waits.</param>
    /// <param name="ct">Cancellation.</param>
    public static async Task Enqueue(Transaction tx, string name, string payload, DateTimeOffset runAt, string? key, CancellationToken ct)
    {
        await using var command = tx.Command("""
            insert into jobs.queue (name, payload, run_at, key) values (@name, @payload::jsonb, @run_at, @key)
            on conflict (name, key) where key is not null do nothing;
            select pg_notify('jobs', @name)
            """);
        command.Parameters.AddWithValue("name", name);
        command.Parameters.AddWithValue("payload", payload);
        command.Parameters.AddWithValue("run_at", runAt);
        command.Parameters.AddWithValue("key", (object?)key ?? DBNull.Value);
        await command.ExecuteNonQueryAsync(ct);
    }
}
