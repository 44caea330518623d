using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Jobs;

namespace HeadlessPro.Privacy.Erasures;

/// <summary>The rows of erasures.</summary>
internal sealed class ErasureRequests(Db db, TimeProvider clock)
{
    /// <summary>The erasure of a customer that is waited for or done; one is begun when there is none. Staff's come sooner, may be forced, and are theirs alone to take back.</summary>
    public async Task<ErasureRow> Begin(Guid customer, string by, TimeSpan wait, bool force, string? reason, CancellationToken ct)
    {
        var due = clock.GetUtcNow() + wait;
        await using var tx = await db.Begin(ct);
        var row = await tx.Connection.QuerySingleAsync<ErasureRow>(new CommandDefinition($"""
            insert into privacy.erasures as e (id, customer_id, requested_by, is_forced, reason, due_at) values (@id, @customer, @by, @force, @reason, @due)
            on conflict (customer_id) where status in ('waiting', 'running') do update set
                due_at = least(e.due_at, excluded.due_at), is_forced = e.is_forced or excluded.is_forced,
                requested_by = case when excluded.requested_by = 'staff' then 'staff' else e.requested_by end, reason = coalesce(excluded.reason, e.reason)
            returning {ErasureRow.Columns}
            """, new { id = WireId.New(), customer, by, force, reason, due }, tx.Inner, cancellationToken: ct));
        if (by == "staff") tx.Record(new AuditEvent("erasure_requested", "erasure", WireId.Encode(PrivacyIds.Erasure, row.Id)) { Details = [("is_forced", force ? "true" : "false"), ("reason", reason)] });
        // At once: it tells them, and waits until it is due.
        await JobQueue.Enqueue(tx, ErasePerson.Job, $"\"{row.Id}\"", clock.GetUtcNow(), row.Id.ToString(), ct);
        await tx.Commit(ct);
        return row;
    }

    /// <summary>Takes it back as long as it waits; null when there is none that could be.</summary>
    public async Task<ErasureRow?> Cancel(Guid customer, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        var row = await tx.Connection.QuerySingleOrDefaultAsync<ErasureRow>(new CommandDefinition($"""
            update privacy.erasures e set status = 'canceled', finished_at = now() where e.customer_id = @customer and e.status = 'waiting' and e.requested_by = 'customer' and not e.is_forced
            returning {ErasureRow.Columns}
            """, new { customer }, tx.Inner, cancellationToken: ct));
        await tx.Commit(ct);
        return row;
    }

    /// <summary>The latest of a customer.</summary>
    public async Task<ErasureRow?> Of(Guid customer, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return await connection.QueryFirstOrDefaultAsync<ErasureRow>(new CommandDefinition(
            $"select {ErasureRow.Columns} from privacy.erasures e where e.customer_id = @customer order by e.created_at desc, e.id desc limit 1", new { customer }, cancellationToken: ct));
    }

    /// <summary>One by its id.</summary>
    public async Task<ErasureRow?> Find(Guid id, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return await connection.QuerySingleOrDefaultAsync<ErasureRow>(new CommandDefinition(
            $"select {ErasureRow.Columns} from privacy.erasures e where e.id = @id", new { id }, cancellationToken: ct));
    }

    /// <summary>A step is done, once, with what a module keeps of them.</summary>
    public async Task Done(Guid id, string step, List<KeptKind> kept, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            "update privacy.erasures set steps = steps || @step, kept = kept || @kept::jsonb where id = @id and not steps @> array[@step]",
            new { id, step, kept = JsonSerializer.Serialize(kept, PrivacyJson.Default.ListKeptKind) }, cancellationToken: ct));
    }

    /// <summary>All is done: nothing here says any more who it was.</summary>
    public async Task End(Guid id, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            "update privacy.erasures set status = 'done', customer_id = null, person = null, reason = null, waits_for = '{}', finished_at = now() where id = @id and status = 'running'",
            new { id }, cancellationToken: ct));
    }
}
