using Npgsql;

namespace HeadlessPro.Platform.Data;

/// <summary>What the ground knows of a person by.</summary>
/// <param name="Caller">Their account.</param>
/// <param name="Ids">Of the account, and of what is theirs and nobody else's: carts, orders.</param>
/// <param name="References">The same and more as the wire spells them.</param>
/// <param name="Proven">Addresses (lower case) and numbers that were proven to be theirs.</param>
/// <param name="Emails">Addresses as they were written in what is theirs; they may be anybody's.</param>
public sealed record TracesOf(
    Guid Caller, IReadOnlyCollection<Guid> Ids, IReadOnlyCollection<string> References, IReadOnlyCollection<string> Proven, IReadOnlyCollection<string> Emails);

/// <summary>
/// What the ground keeps for a while of what modules did, and may hold something of a person: events, jobs, answers kept for their repeats. Only what names
/// them is touched: their ids, or a value that is an address proven to be theirs. Whatever else they wrote somewhere is never looked for.
/// </summary>
public sealed class PersonalTraces(Db db)
{
    // Values of a payload, whole ones.
    private const string Names = "jsonb_path_exists(payload, '$.** ? (@ == $it[*])', jsonb_build_object('it', to_jsonb({0}::text[])))";

    private static readonly string[] Statements =
    [
        // Of an event the address goes, the event stays.
        $"""
        update events.log l set payload = (select jsonb_object_agg(f.key, case when f.value <@ to_jsonb(@emails) then 'null' else f.value end) from jsonb_each(l.payload) f)
        where l.occurred_at <= @before and {string.Format(null, Names, "@ids")} and {string.Format(null, Names, "@emails")}
        """,
        $"delete from jobs.queue where created_at <= @before and {string.Format(null, Names, "@proven")}",
        "update events.failed set last_error = '' where exists (select from unnest(@proven) p (text) where position(p.text in lower(last_error)) > 0)",
        "update jobs.queue set last_error = null where exists (select from unnest(@proven) p (text) where position(p.text in lower(last_error)) > 0)",
        "update jobs.recurring set last_error = null where exists (select from unnest(@proven) p (text) where position(p.text in lower(last_error)) > 0)",
        // They ask no more. What others asked about them is not done again when it is repeated, only the answer is gone.
        "delete from platform.idempotency where status is not null and created_at <= @before and scope like '%' || @caller || '%'",
        """
        update platform.idempotency set content_type = null, body = null
        where status is not null and body is not null and created_at <= @before
            and (exists (select from unnest(@references) r (id) where position(convert_to(r.id, 'UTF8') in body) > 0)
                or exists (select from unnest(@proven) p (text) where position(convert_to(to_json(p.text)::text, 'UTF8') in body) > 0))
        """,
    ];

    /// <summary>Takes them out of it. Repeated, there is nothing left to do.</summary>
    /// <param name="theirs">What they are known by.</param>
    /// <param name="before">Nothing of later.</param>
    /// <param name="ct">Cancellation.</param>
    public async Task Forget(TracesOf theirs, DateTimeOffset before, CancellationToken ct)
    {
        var proven = theirs.Proven.ToArray();
        await using var tx = await db.Begin(ct);
        await using var batch = tx.Batch();
        // Whole tables are read.
        batch.Timeout = 0;
        foreach (var sql in Statements)
        {
            var command = new NpgsqlBatchCommand(sql);
            Add("before", before.ToUniversalTime());
            Add("caller", theirs.Caller.ToString("N"));
            Add("ids", theirs.Ids.Select(i => i.ToString()).ToArray());
            Add("references", theirs.References.ToArray());
            Add("proven", proven);
            // As they were written, where it is certain that they are theirs.
            Add("emails", theirs.Emails.Union(proven, StringComparer.Ordinal).ToArray());
            batch.BatchCommands.Add(command);

            void Add(string name, object value)
            {
                if (sql.Contains($"@{name}", StringComparison.Ordinal)) command.Parameters.Add(new(name, value));
            }
        }

        await tx.Commit(batch, ct);
    }
}
