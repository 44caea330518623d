using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Catalog.Imports;

/// <summary>What a run needs to know of its import.</summary>
internal sealed record ImportClaim(ImportOptions Options, long ResumeLine, int Attempts);

/// <summary>Writes down how far an import has come; throws <see cref="CanceledException"/> once somebody has canceled it.</summary>
internal sealed class ImportProgress(Db db, Guid id, TimeProvider clock)
{
    public async Task<ImportClaim?> Claim(CancellationToken ct)
    {
        await using var command = db.Command("""
            update catalog.imports set status = 'running', attempts = attempts + 1, started_at = coalesce(started_at, @now)
            where id = @id and status in ('pending', 'running')
            returning options::text, resume_line, attempts
            """);
        command.Parameters.AddWithValue("id", id);
        command.Parameters.AddWithValue("now", clock.GetUtcNow());
        await using var reader = await command.ExecuteReaderAsync(ct);
        return await reader.ReadAsync(ct)
            ? new ImportClaim(JsonSerializer.Deserialize(reader.GetString(0), ImportJson.Default.ImportOptions)!, reader.GetInt64(1), reader.GetInt32(2))
            : null;
    }

    /// <summary>Forgets an earlier attempt's report.</summary>
    public Task StartOver(CancellationToken ct) => Write("""
        update catalog.imports set rows_done = 0, rows_failed = 0, products_created = 0, products_updated = 0, variants_created = 0, variants_updated = 0, resume_line = 0
        where id = @id and status = 'running'
        """, ct, and: new NpgsqlBatchCommand("delete from catalog.import_errors where import_id = @id") { Parameters = { new("id", id) } });

    /// <summary>Notes a batch: its errors, its counts and the line to go on from.</summary>
    public Task Note(ImportBatch batch, ImportReport report, CancellationToken ct) => Write("""
        update catalog.imports
        set rows_done = rows_done + @rows, rows_failed = rows_failed + @failed, products_created = products_created + @pc, products_updated = products_updated + @pu,
            variants_created = variants_created + @vc, variants_updated = variants_updated + @vu, resume_line = @line
        where id = @id and status = 'running'
        """, ct, [.. Counts(report), new("rows", batch.Rows), new("line", batch.LastLine)], Errors(report));

    public Task NoteRows(long rows, CancellationToken ct) =>
        Write("update catalog.imports set rows_done = rows_done + @rows where id = @id and status = 'running'", ct, [new("rows", rows)]);

    public Task NoteCounts(ImportReport report, CancellationToken ct) => Write("""
        update catalog.imports set rows_failed = @failed, products_created = @pc, products_updated = @pu, variants_created = @vc, variants_updated = @vu
        where id = @id and status = 'running'
        """, ct, Counts(report));

    public Task Finish(string status, string? error, CancellationToken ct) => Write("""
        update catalog.imports
        set status = @status, error = @error, finished_at = @now, rows_total = case when @status = 'completed' then rows_done else rows_total end
        where id = @id and status = 'running'
        """, ct, [new("status", status), new("error", NpgsqlTypes.NpgsqlDbType.Text) { Value = (object?)error ?? DBNull.Value }, new("now", clock.GetUtcNow())], Audited(status));

    // The one entry of all that it has changed.
    private NpgsqlBatchCommand Audited(string status) => new("""
        select audit.write('change', 'imported', 'product_import', @import, '{"type": "nobody"}', jsonb_build_object('status', @status, 'file_name', file_name,
            'rows', rows_done, 'rows_failed', rows_failed, 'products_created', products_created, 'products_updated', products_updated,
            'variants_created', variants_created, 'variants_updated', variants_updated))
        from catalog.imports where id = @id and status = 'running'
        """)
    {
        Parameters = { new("id", id), new("import", WireId.Encode(ImportRow.Prefix, id)), new("status", NpgsqlTypes.NpgsqlDbType.Text) { Value = status } },
    };

    private async Task Write(string sql, CancellationToken ct, NpgsqlParameter[]? parameters = null, NpgsqlBatchCommand? and = null)
    {
        await using var batch = db.Batch();
        var update = new NpgsqlBatchCommand(sql);
        update.Parameters.Add(new NpgsqlParameter("id", id));
        update.Parameters.AddRange(parameters ?? []);
        // Errors first: one batch is one transaction, and its last answer is the number of imports still running.
        if (and is not null) batch.BatchCommands.Add(and);
        batch.BatchCommands.Add(update);
        await batch.ExecuteNonQueryAsync(ct);
        if (update.RecordsAffected == 0) throw new CanceledException();
    }

    private static NpgsqlParameter[] Counts(ImportReport report) =>
    [
        new("failed", report.RowsFailed), new("pc", report.ProductsCreated), new("pu", report.ProductsUpdated),
        new("vc", report.VariantsCreated), new("vu", report.VariantsUpdated),
    ];

    private NpgsqlBatchCommand? Errors(ImportReport report)
    {
        if (report.Errors.Count == 0) return null;
        return new NpgsqlBatchCommand("""
            insert into catalog.import_errors (import_id, line, column_name, handle, message)
            select @id, line, column_name, handle, message from unnest(@lines, @columns, @handles, @messages) as e (line, column_name, handle, message)
            """)
        {
            Parameters =
            {
                new("id", id), new("lines", report.Errors.Select(e => e.Line).ToArray()), new("columns", report.Errors.Select(e => Clean(e.Column)).ToArray()),
                new("handles", report.Errors.Select(e => Clean(e.Handle)).ToArray()), new("messages", report.Errors.Select(e => Clean(e.Message)!).ToArray()),
            },
        };
    }

    // PostgreSQL's text holds every character but this one.
    private static string? Clean(string? text) => text?.Replace("\0", "\\0", StringComparison.Ordinal);
}
