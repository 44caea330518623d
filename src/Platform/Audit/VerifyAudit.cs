using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Platform.Audit;

/// <summary>What verifying the audit log came to.</summary>
/// <param name="Checked">How many entries hold.</param>
/// <param name="Redacted">Of these, how many whose details were blanked.</param>
/// <param name="Waiting">Entries that are not sealed yet.</param>
/// <param name="Begins">After which position the chain begins: 0, or where it was cut.</param>
/// <param name="Head">The last that holds.</param>
/// <param name="Findings">What is wrong, a sentence each, that of the chain first; empty when all is well.</param>
public sealed record AuditVerdict(long Checked, long Redacted, long Waiting, long Begins, ChainHead Head, IReadOnlyList<string> Findings);

/// <summary>
/// Walks the chain from its beginning, each seal made anew from its entry, and stops at the first that does not hold. Rows are read as they come: a log
/// of millions needs no more memory than a small one.
/// </summary>
public sealed class VerifyAudit(Db db)
{
    private static readonly TimeSpan Longest = 12 * SealAudit.Every;

    /// <summary>Verifies.</summary>
    /// <param name="since">Where to begin; from the beginning when null.</param>
    /// <param name="expected">A head that was kept elsewhere: the chain must still lead to it.</param>
    /// <param name="ct">Cancellation.</param>
    public async Task<AuditVerdict> Run(ChainHead? since, ChainHead? expected, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var beginning = await SealAudit.Beginning(connection, ct);
        var begins = since ?? beginning;
        var (head, count, redacted) = (begins, 0L, 0L);
        var broken = since?.Position < beginning.Position ? NotComparable(beginning, since)
            : expected?.Position < begins.Position ? NotComparable(begins, expected)
            : expected?.Position == begins.Position && !expected.Seal.AsSpan().SequenceEqual(begins.Seal) ? Rewritten(expected)
            : since is not null && await SealAudit.Head(connection, ct) is var end && end.Position < since.Position ? CutOff(end, since)
            : null;
        Link? link = null;
        await using (var walk = new NpgsqlCommand($"""
            select c.position, c.entry_id, c.details_digest, c.digest, c.seal, e.id is null, {SealedEntry.Columns}
            from audit.chain c left join audit.entries e on e.id = c.entry_id where c.position > $1 order by c.position
            """, connection) { CommandTimeout = 0, Parameters = { new() { Value = begins.Position } } })
        await using (var reader = await walk.ExecuteReaderAsync(ct))
        {
            while (broken is null && await reader.ReadAsync(ct))
            {
                link = Link.Read(reader);
                if (!link.Follows(head)) break;
                head = new(link.Position, link.Seal);
                count++;
                if (link.Entry!.Details is null) redacted++;
                if (expected?.Position == head.Position && !expected.Seal.AsSpan().SequenceEqual(head.Seal)) broken = Rewritten(expected);
                link = null;
            }
        }

        var findings = new List<string>();
        if (broken is not null) findings.Add(broken);
        else if (link is not null) findings.Add(await Describe(connection, link, head, ct));
        else if (expected is not null && expected.Position > head.Position)
            findings.Add(CutOff(head, expected));
        var waiting = await Others(connection, findings, ct);
        return new(count, redacted, waiting, begins.Position, head, findings);
    }

    private static string NotComparable(ChainHead begins, ChainHead kept) => $"begins after position {begins.Position}: the head at position {kept.Position} cannot be compared";

    private static string CutOff(ChainHead ends, ChainHead kept) => $"cut off: the chain ends at position {ends.Position}, and once went on to {kept.Position}";

    private static string Rewritten(ChainHead expected) => $"changed: at position {expected.Position} the chain has another seal than it once had; it was written anew";

    /// <summary>Why a link does not follow.</summary>
    private static async Task<string> Describe(NpgsqlConnection connection, Link link, ChainHead before, CancellationToken ct)
    {
        var position = before.Position + 1;
        if (link.Position != position) return $"missing: nothing is at position {position}; the next is {link.Position}";
        if (link.Entry is null) return $"missing: entry {link.EntryId} at position {position} is gone";
        if (!link.Digest.AsSpan().SequenceEqual(link.OwnDigest()))
        {
            var isElsewhere = await Exists(connection, "digest = $1 and position <> $2", [AuditChain.Digest(link.Entry, AuditChain.DetailsDigest(link.Entry)), position], ct);
            return isElsewhere ? $"reordered: entry {link.EntryId} at position {position} belongs elsewhere" : $"changed: entry {link.EntryId} at position {position} is not as it was sealed";
        }

        var belongsHere = await Exists(connection, "seal = sha256($1 || int8send($2) || digest) and position <> $2", [before.Seal, position], ct);
        return belongsHere ? $"reordered: entry {link.EntryId} at position {position} belongs elsewhere" : $"inserted: entry {link.EntryId} at position {position} was never sealed there";
    }

    private static async Task<bool> Exists(NpgsqlConnection connection, string condition, object[] values, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand($"select exists (select from audit.chain where {condition})", connection) { CommandTimeout = 0 };
        foreach (var value in values) command.Parameters.Add(new() { Value = value });
        return (bool)(await command.ExecuteScalarAsync(ct))!;
    }

    /// <summary>What the chain does not show: entries that wait to be sealed, too long perhaps, those that should not be there, and what was blanked or cut without a word.</summary>
    private static async Task<long> Others(NpgsqlConnection connection, List<string> findings, CancellationToken ct)
    {
        await using var command = new NpgsqlCommand("""
            select (select min(e.id) from audit.entries e
                    where not exists (select from audit.chain c where c.entry_id = e.id) and not exists (select from audit.unsealed u where u.entry_id = e.id)),
                (select min(u.entry_id) from audit.unsealed u where not exists (select from audit.entries e where e.id = u.entry_id)),
                (select count(*) from audit.unsealed),
                (select count(*) from audit.unsealed u join audit.entries e on e.id = u.entry_id where e.created_at < now() - $1),
                (select min(e.id) from audit.entries e where e.details is null and e.id not in (
                    select i.id::bigint from audit.entries r, json_array_elements_text(r.details -> 'entry_ids') i (id) where r.kind = 'security' and r.action = 'audit_redacted')),
                (select b.position from (select position, seal from audit.beginning order by position desc limit 1) b where not exists (
                    select from audit.entries x where x.kind = 'security' and x.action = 'audit_cut'
                        and x.details ->> 'position' = b.position::text and x.details ->> 'seal' = encode(b.seal, 'hex')))
            """, connection) { CommandTimeout = 0, Parameters = { new() { Value = Longest } } };
        await using var reader = await command.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        if (!reader.IsDBNull(0)) findings.Add($"inserted: entry {reader.GetInt64(0)} is in no chain");
        if (!reader.IsDBNull(1)) findings.Add($"missing: entry {reader.GetInt64(1)}, which was to be sealed, is gone");
        if (reader.GetInt64(3) is > 0 and var late) findings.Add($"late: {late} entries wait to be sealed for more than {Longest.TotalSeconds:0} seconds; a running host does it");
        if (!reader.IsDBNull(4)) findings.Add($"blanked: the details of entry {reader.GetInt64(4)} are gone, and no entry says that they were redacted");
        if (!reader.IsDBNull(5)) findings.Add($"cut: the chain begins after position {reader.GetInt64(5)}, and no entry says that it was cut there");
        return reader.GetInt64(2);
    }

    private sealed record Link(long Position, long EntryId, byte[] DetailsDigest, byte[] Digest, byte[] Seal, SealedEntry? Entry)
    {
        public static Link Read(NpgsqlDataReader row) => new(
            row.GetInt64(0), row.GetInt64(1), row.GetFieldValue<byte[]>(2), row.GetFieldValue<byte[]>(3), row.GetFieldValue<byte[]>(4),
            row.GetBoolean(5) ? null : SealedEntry.Read(row, 6));

        // Of blanked details the digest is all there is.
        public byte[] OwnDigest() => AuditChain.Digest(Entry!, Entry!.Details is null ? DetailsDigest : AuditChain.DetailsDigest(Entry));

        public bool Follows(ChainHead before) =>
            Position == before.Position + 1 && Entry is not null && OwnDigest() is var own && own.AsSpan().SequenceEqual(Digest)
            && AuditChain.Seal(before.Seal, Position, own).AsSpan().SequenceEqual(Seal);
    }
}
