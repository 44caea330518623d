using System.Text;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Npgsql;
using NpgsqlTypes;

namespace HeadlessPro.Platform.Audit;

/// <summary>The audit log: written to by whoever has something to say that no row of a watched table says, written out, and blanked where somebody is forgotten.</summary>
public sealed class AuditLog(Db db)
{
    /// <summary>Writes an event down at once; what belongs to a change travels with its transaction instead.</summary>
    public async Task Record(AuditEvent @event, CancellationToken ct)
    {
        await using var batch = db.Batch();
        batch.BatchCommands.Add(@event.ToCommand());
        await batch.ExecuteNonQueryAsync(ct);
    }

    // An entry as a line: with its seal, so that a copy can be compared with the chain.
    private const string Line = """
        select json_build_object('id', e.id, 'created_at', e.created_at, 'kind', e.kind, 'action', e.action, 'resource_type', e.resource, 'resource_id', e.resource_id,
            'actor_type', e.actor_type, 'actor_id', e.actor_id, 'operation', e.operation, 'request_id', e.request_id, 'details', e.details, 'salt', e.salt,
            'position', c.position, 'seal', encode(c.seal, 'hex'))::text
        from audit.entries e left join audit.chain c on c.entry_id = e.id
        """;

    /// <summary>Writes entries out, oldest first, a JSON object a line, as they are read: the log may be longer than the memory.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="filter">Which, of <c>audit.entries e</c>; all when null.</param>
    /// <param name="ct">Cancellation.</param>
    public async Task Export(Stream output, ListFilter? filter, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        await using var batch = new NpgsqlBatch(connection) { Timeout = 0 };
        batch.BatchCommands.Add((filter ?? new ListFilter("true")).Command($"{Line} where {filter?.Sql ?? "true"} order by e.id"));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) await output.WriteAsync(Encoding.UTF8.GetBytes(reader.GetString(0) + "\n"), ct);
    }

    /// <summary>
    /// Blanks the details of what somebody did and of what was done to them: before, after, address, browser, e-mail address. That it was
    /// done stays, and the chain holds. Answers how many entries, and leaves one that names them where there were any.
    /// </summary>
    /// <param name="ids">Wire ids of who did it or what it was done to: the customer's, their orders'.</param>
    /// <param name="proven">Addresses and numbers that are proven to be theirs: attempts to sign in with them.</param>
    /// <param name="ct">Cancellation.</param>
    public async Task<long> Redact(IReadOnlyCollection<string> ids, IReadOnlyCollection<string> proven, CancellationToken ct)
    {
        // The chain keeps a digest of what goes.
        await SealAudit.Run(db, ct);
        await using var command = db.Command("""
            with blanked as (
                update audit.entries set details = null, salt = null
                where details is not null and action not in ('audit_redacted', 'audit_cut') and exists (select from audit.chain c where c.entry_id = entries.id)
                  and (actor_id = any (@ids) or resource_id = any (@ids) or (kind = 'security' and lower(details ->> 'email') = any (@proven)))
                returning id),
            counted as (select count(*) as entries, array_agg(id order by id) as ids from blanked)
            select entries, case when entries > 0 then audit.write('security', 'audit_redacted', null, null, @caller::jsonb, jsonb_build_object('entries', entries, 'entry_ids', ids)) end from counted
            """);
        // No index finds attempts with an address: all entries are read.
        command.CommandTimeout = 0;
        command.Parameters.AddWithValue("ids", ids.ToArray());
        command.Parameters.AddWithValue("proven", proven.ToArray());
        command.Parameters.AddWithValue("caller", (AuditScope.Current?.Caller ?? AuditCaller.Nobody).ToJson());
        return (long)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>Writes an entry, with what else the batch does.</summary>
    internal static NpgsqlBatchCommand Write(string kind, string action, string? resource, string? resourceId, string caller, string details) =>
        new("select audit.write($1, $2, $3, $4, $5::jsonb, $6::jsonb)")
        {
            Parameters = { Text(kind), Text(action), Text(resource), Text(resourceId), Text(caller), Text(details) },
        };

    private static NpgsqlParameter Text(string? value) => new() { NpgsqlDbType = NpgsqlDbType.Text, Value = (object?)value ?? DBNull.Value };
}
