using HeadlessPro.Platform.Data;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HeadlessPro.Platform.Audit;

/// <summary>
/// Puts entries into the chain, seconds after they were committed and in the order they were found in: business transactions never wait for each
/// other at the chain's end. An entry waits in <c>audit.unsealed</c>, so one whose transaction took long is not missed. One host seals at a time.
/// </summary>
internal static partial class SealAudit
{
    public const string Job = "platform.seal_audit";
    public const string ShowJob = "platform.show_audit_head";
    public const string CutJob = "platform.cut_audit";

    /// <summary>«au»: apart from other uses.</summary>
    private const int LockSpace = 0x6175;

    private const int AtOnce = 1000;

    /// <summary>How often; entries that wait much longer are a finding.</summary>
    public static readonly TimeSpan Every = TimeSpan.FromSeconds(5);

    /// <summary>For the recurring job: seals what waits.</summary>
    public static async Task Run(IServiceProvider services, CancellationToken ct) => await Run(services.GetRequiredService<Db>(), ct);

    public static async Task Run(Db db, CancellationToken ct)
    {
        while (await SealNext(db, ct) == AtOnce) { }
    }

    /// <summary>For the recurring job: says in the host's log how far the chain goes. Where logs are kept elsewhere, that is proof.</summary>
    public static async Task Show(IServiceProvider services, CancellationToken ct)
    {
        await using var connection = await services.GetRequiredService<Db>().Open(ct);
        if (await Head(connection, ct) is { Position: > 0 } head) LogHead(services.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(SealAudit).FullName!), head);
    }

    /// <summary>For the recurring job: drops what is older than <c>Audit:KeepDays</c> (for ever when it is not set). The chain then begins with the last seal that went.</summary>
    public static async Task Cut(IServiceProvider services, CancellationToken ct)
    {
        if (services.GetRequiredService<IConfiguration>().GetValue<int?>("Audit:KeepDays") is not { } days || days < 1) return;
        await using var tx = await services.GetRequiredService<Db>().Begin(ct);
        await Lock(tx.Connection, ct);
        await using var command = tx.Command("""
            with cut as (
                select c.position, c.seal from audit.chain c join audit.entries e on e.id = c.entry_id
                where e.created_at < now() - make_interval(days => @days) order by c.position desc limit 1),
            allowed as (select set_config('headlesspro.audit_cut', 'on', true) from cut),
            begins as (insert into audit.beginning (position, seal) select position, seal from cut, allowed returning position),
            gone as (delete from audit.chain c using begins b where c.position <= b.position returning c.entry_id),
            entries as (delete from audit.entries e using gone g where e.id = g.entry_id returning e.id)
            select audit.write('security', 'audit_cut', null, null, '{"type": "nobody"}',
                jsonb_build_object('position', cut.position, 'seal', encode(cut.seal, 'hex'), 'entries', (select count(*) from entries)))
            from cut
            """);
        command.CommandTimeout = 0;
        command.Parameters.AddWithValue("days", days);
        await command.ExecuteNonQueryAsync(ct);
        await tx.Commit(ct);
    }

    /// <summary>The chain's end.</summary>
    public static Task<ChainHead> Head(NpgsqlConnection connection, CancellationToken ct) => Read(connection, "audit.chain", ct);

    /// <summary>What the chain begins with: the last seal that was dropped, or nothing.</summary>
    public static Task<ChainHead> Beginning(NpgsqlConnection connection, CancellationToken ct) => Read(connection, "audit.beginning", ct);

    private static async Task<ChainHead> Read(NpgsqlConnection connection, string table, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"""
            select position, seal from (
                (select position, seal from {table} order by position desc limit 1)
                union all (select position, seal from audit.beginning order by position desc limit 1)) ends
            order by position desc limit 1
            """, connection);
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct) ? new(reader.GetInt64(0), reader.GetFieldValue<byte[]>(1)) : ChainHead.Start;
    }

    private static async Task<int> SealNext(Db db, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        await Lock(tx.Connection, ct);
        var waiting = await Waiting(tx, ct);
        if (waiting.Count == 0) return 0;
        var head = await Head(tx.Connection, ct);
        var (ids, positions, seals) = (new long[waiting.Count], new long[waiting.Count], new byte[waiting.Count][]);
        var (details, digests) = (new byte[waiting.Count][], new byte[waiting.Count][]);
        for (var i = 0; i < waiting.Count; i++)
        {
            (ids[i], details[i]) = (waiting[i].Id, AuditChain.DetailsDigest(waiting[i].Entry));
            digests[i] = AuditChain.Digest(waiting[i].Entry, details[i]);
            head = head.Next(digests[i]);
            (positions[i], seals[i]) = (head.Position, head.Seal);
        }

        var batch = tx.Batch();
        batch.BatchCommands.Add(new NpgsqlBatchCommand("""
            insert into audit.chain (position, entry_id, details_digest, digest, seal)
            select position, entry_id, details_digest, digest, seal from unnest($1, $2, $3, $4, $5) as s (position, entry_id, details_digest, digest, seal)
            """)
        {
            Parameters = { new() { Value = positions }, new() { Value = ids }, new() { Value = details }, new() { Value = digests }, new() { Value = seals } },
        });
        batch.BatchCommands.Add(new NpgsqlBatchCommand("delete from audit.unsealed where entry_id = any ($1)") { Parameters = { new() { Value = ids } } });
        await tx.Commit(batch, ct);
        return waiting.Count;
    }

    private static async Task<List<(long Id, SealedEntry Entry)>> Waiting(Transaction tx, CancellationToken ct)
    {
        await using var command = tx.Command($"""
            select e.id, {SealedEntry.Columns} from audit.unsealed u join audit.entries e on e.id = u.entry_id order by u.entry_id limit {AtOnce}
            """);
        await using var reader = await command.ExecuteReaderAsync(ct);
        var waiting = new List<(long, SealedEntry)>();
        while (await reader.ReadAsync(ct)) waiting.Add((reader.GetInt64(0), SealedEntry.Read(reader, 1)));
        return waiting;
    }

    private static async Task Lock(NpgsqlConnection connection, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"select pg_advisory_xact_lock({LockSpace}, 0)", connection);
        await command.ExecuteNonQueryAsync(ct);
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The audit log's chain ends at {Head}")]
    private static partial void LogHead(ILogger logger, ChainHead head);
}
