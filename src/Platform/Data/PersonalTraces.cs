using Npgsql;

namespace HeadlessPro.Platform.Data;

/// <summary>What the ground keeps for a while of what modules did, and may hold something of a person: events, jobs, answers kept for their repeats.</summary>
public sealed class PersonalTraces(Db db)
{
    /// <summary>
    /// Takes texts out of it. Of an event the text goes and the event stays; a job or a kept answer goes whole. Repeated, there is nothing left to do.
    /// </summary>
    /// <param name="texts">Texts that are only a person's: addresses, numbers.</param>
    /// <param name="ids">Wire ids of theirs: kept answers that name one are about them.</param>
    /// <param name="caller">The account; null for none.</param>
    /// <param name="before">Nothing of later.</param>
    /// <param name="ct">Cancellation.</param>
    public async Task Forget(IReadOnlyCollection<string> texts, IReadOnlyCollection<string> ids, Guid caller, DateTimeOffset before, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        await using var batch = tx.Batch();
        foreach (var text in texts)
        {
            Add("update events.log set payload = replace(payload::text, to_json($1)::text, 'null')::jsonb where occurred_at <= $2 and position(to_json($1)::text in payload::text) > 0", text, before);
            Add("update events.failed set last_error = '' where position($1 in last_error) > 0", text);
            Add("delete from jobs.queue where created_at <= $2 and position(to_json($1)::text in payload::text) > 0", text, before);
            Add("update jobs.queue set last_error = null where position($1 in last_error) > 0", text);
            Add("update jobs.recurring set last_error = null where position($1 in last_error) > 0", text);
        }

        Add("""
            delete from platform.idempotency i where i.status is not null and i.created_at <= $3
                and (i.scope like '%' || $2 || '%' or exists (select from unnest($1) t (text) where position(convert_to(t.text, 'UTF8') in i.body) > 0))
            """, texts.Concat(ids).ToArray(), caller.ToString("N"), before);
        await tx.Commit(batch, ct);

        void Add(string sql, params object[] values)
        {
            var command = new NpgsqlBatchCommand(sql);
            foreach (var value in values) command.Parameters.Add(new() { Value = value is DateTimeOffset time ? time.ToUniversalTime() : value });
            batch.BatchCommands.Add(command);
        }
    }
}
