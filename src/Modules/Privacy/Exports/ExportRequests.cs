using System.Security.Cryptography;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Jobs;

namespace HeadlessPro.Privacy.Exports;

/// <summary>An export as it is shown. <paramref name="Status"/>: <c>pending</c>, <c>ready</c>, <c>expired</c>.</summary>
internal sealed record DataExportResponse(
    string Id, string CustomerId, string RequestedBy, string Status, long? Size, string? Sha256, DateTimeOffset CreatedAt, DateTimeOffset? CompletedAt, DateTimeOffset? ExpiresAt);

internal sealed record DataExportEnvelope(DataExportResponse DataExport);

internal sealed record DataExportsResponse(IReadOnlyList<DataExportResponse> DataExports);

/// <summary>A row of <c>privacy.exports</c> without its archive.</summary>
internal sealed record ExportRow(
    Guid Id, Guid CustomerId, string RequestedBy, string Status, bool IsKept, long? Size, byte[]? Sha256, DateTimeOffset CreatedAt, DateTimeOffset? CompletedAt, DateTimeOffset? ExpiresAt)
{
    public const string Columns = """
        x.id, x.customer_id, x.requested_by, x.status, x.archive is not null and x.expires_at > now() as is_kept, x.size, x.sha256, x.created_at, x.completed_at, x.expires_at
        """;

    public DataExportResponse ToWire() => new(
        WireId.Encode(PrivacyIds.Export, Id), WireId.Encode(PrivacyIds.Customer, CustomerId), RequestedBy, Status == "ready" && !IsKept ? "expired" : Status,
        Size, Sha256 is null ? null : Convert.ToHexStringLower(Sha256), CreatedAt, CompletedAt, ExpiresAt);
}

/// <summary>The rows of exports.</summary>
internal sealed class ExportRequests(Db db, ArchiveSeal seal, PrivacyOptions options, TimeProvider clock)
{
    /// <summary>Whose it is; null when it is gone.</summary>
    public async Task<Guid?> CustomerOf(Guid id, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return await connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition("select customer_id from privacy.exports where id = @id", new { id }, cancellationToken: ct));
    }

    /// <summary>The export that is being made for a customer; one is begun when there is none.</summary>
    public async Task<ExportRow> Begin(Guid customer, string by, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            "insert into privacy.exports (id, customer_id, requested_by) values (@id, @customer, @by) on conflict (customer_id) where status = 'pending' do nothing",
            new { id = WireId.New(), customer, by }, tx.Inner, cancellationToken: ct));
        // Locked, so that it is not made at this moment: then the job would come for nothing.
        var row = await tx.Connection.QuerySingleAsync<ExportRow>(new CommandDefinition(
            $"select {ExportRow.Columns} from privacy.exports x where x.customer_id = @customer order by x.status = 'pending' desc, x.created_at desc limit 1 for update",
            new { customer }, tx.Inner, cancellationToken: ct));
        if (row.Status == "pending") await JobQueue.Enqueue(tx, MakeArchive.Job, $"\"{row.Id}\"", clock.GetUtcNow(), row.Id.ToString(), ct);
        await tx.Commit(ct);
        return row;
    }

    /// <summary>How many a customer has asked for today.</summary>
    public async Task<long> CountToday(Guid customer, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return await connection.ExecuteScalarAsync<long>(new CommandDefinition(
            "select count(*) from privacy.exports x where x.customer_id = @customer and x.status = 'ready' and x.created_at > now() - interval '1 day'", new { customer }, cancellationToken: ct));
    }

    /// <summary>A customer's, newest first.</summary>
    public async Task<List<ExportRow>> Of(Guid customer, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return (await connection.QueryAsync<ExportRow>(new CommandDefinition(
            $"select {ExportRow.Columns} from privacy.exports x where x.customer_id = @customer order by x.created_at desc, x.id desc limit 100", new { customer }, cancellationToken: ct))).AsList();
    }

    /// <summary>One of a customer's, with its archive as it is kept where that is asked for.</summary>
    public async Task<(ExportRow Row, byte[]? Archive)?> Find(Guid customer, string id, bool withArchive, CancellationToken ct)
    {
        if (!WireId.TryDecode(PrivacyIds.Export, id, out var export)) return null;
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<ExportRow>(new CommandDefinition(
            $"select {ExportRow.Columns} from privacy.exports x where x.id = @export and x.customer_id = @customer", new { export, customer }, cancellationToken: ct));
        if (row is null) return null;
        return (row, !withArchive ? null : await connection.ExecuteScalarAsync<byte[]?>(new CommandDefinition(
            "select archive from privacy.exports where id = @export and expires_at > now()", new { export }, cancellationToken: ct)));
    }

    /// <summary>It is ready, once.</summary>
    public async Task Keep(Guid id, byte[] archive, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        await connection.ExecuteAsync(new CommandDefinition("""
            update privacy.exports set status = 'ready', archive = @closed, sha256 = @sha256, size = @size, completed_at = now(), expires_at = now() + @KeepExports
            where id = @id and status = 'pending'
            """, new { id, closed = seal.Close(archive), sha256 = SHA256.HashData(archive), size = archive.LongLength, options.KeepExports }, cancellationToken: ct));
    }

    /// <summary>There is nobody any more to make it for.</summary>
    public async Task Drop(Guid id, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        await connection.ExecuteAsync(new CommandDefinition("delete from privacy.exports where id = @id", new { id }, cancellationToken: ct));
    }
}
