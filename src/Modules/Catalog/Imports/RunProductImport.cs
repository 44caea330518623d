using System.Text.Json;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace HeadlessPro.Catalog.Imports;

/// <summary>
/// The job behind an import. Safe to repeat and to be cut off at any point:
/// <code>
/// CLAIM    pending or running → running; ended or canceled → nothing to do; another host at it → come back later
/// CHECK    dry run and atomic only: every row is planned, nothing written
/// APPLY    batch by batch: plan and write in one transaction, then stock, then the report and the line to go on from;
///          atomic: all batches in one transaction, then all stock
/// FINISH   status, the file dropped
/// </code>
/// A batch that was committed but not yet noted is applied again after a crash: it counts as updated, and its stock is not set again, which
/// would bring back what was sold meanwhile.
/// </summary>
internal sealed class RunProductImport(Db db, IInventory inventory, TimeProvider clock)
{
    public const string JobName = "catalog.import_products";

    private const int MostAttempts = 5;

    public static Task Handle(IServiceProvider services, string payload, CancellationToken ct)
    {
        var run = new RunProductImport(services.GetRequiredService<Db>(), services.GetRequiredService<IInventory>(), services.GetRequiredService<TimeProvider>());
        return run.Run(JsonElement.Parse(payload).GetProperty("import_id").GetGuid(), ct);
    }

    private async Task Run(Guid id, CancellationToken ct)
    {
        // Held as long as the connection: the lock of a host that died is free at once.
        await using var held = await db.Open(ct);
        await using (var command = new NpgsqlCommand("select pg_try_advisory_lock(hashtext('catalog.import'), hashtext(@id::text))", held))
        {
            command.Parameters.AddWithValue("id", id);
            if (await command.ExecuteScalarAsync(ct) is not true) throw new InvalidOperationException($"Import {id} is running elsewhere.");
        }

        try
        {
            await RunLocked(id, ct);
        }
        finally
        {
            // Not left to the pool, which resets a connection only when it is used again.
            await using var command = new NpgsqlCommand("select pg_advisory_unlock_all()", held);
            await command.ExecuteNonQueryAsync(CancellationToken.None);
        }
    }

    private async Task RunLocked(Guid id, CancellationToken ct)
    {
        var progress = new ImportProgress(db, id, clock);
        if (await progress.Claim(ct) is not { } claim) return;
        try
        {
            if (claim.Attempts > MostAttempts)
                throw new UnreadableFileException(
                    $"The import was cut off too often; {(claim.Options.Atomic ? "all of it was imported, or nothing" : "what was imported stays")}. Send the file again.");
            var failed = claim.Options is { DryRun: true } or { Atomic: true } && await Check(id, claim, progress, ct);
            if (claim.Options.DryRun) await progress.Finish("completed", null, ct);
            else if (failed) await progress.Finish("failed", "Nothing was imported: the file has errors and all or nothing was asked for.", ct);
            else await Apply(id, claim, progress, ct);
        }
        catch (UnreadableFileException e)
        {
            await progress.Finish("failed", e.Message, ct);
        }
        catch (CanceledException)
        {
            // Its status says so already; what was imported stays.
        }

        await ImportFile.Drop(db, id, ct);
    }

    /// <summary>Plans every row; true when there are errors. For a dry run the report is the import's, for an atomic one only its errors are.</summary>
    private async Task<bool> Check(Guid id, ImportClaim claim, ImportProgress progress, CancellationToken ct)
    {
        await progress.StartOver(ct);
        var seen = new SeenInFile();
        var failed = false;
        var rows = 0L;
        await foreach (var (batch, decimalComma) in Batches(id, claim, 0, ct))
        {
            if (claim.Options.Atomic && (rows += batch.Rows) > ImportFile.MostAtomicRows)
                throw new UnreadableFileException(
                    $"A file that is all or nothing (atomic) has at most {ImportFile.MostAtomicRows} rows: import it without, or in parts. Nothing was imported.");
            var report = await batch.Check(db, claim.Options, decimalComma, seen, ct);
            failed |= report.Errors.Count > 0;
            if (!claim.Options.DryRun) report.ForgetCounts();
            await progress.Note(batch, report, ct);
        }

        if (!failed && !claim.Options.DryRun) await progress.StartOver(ct);
        return failed;
    }

    private async Task Apply(Guid id, ImportClaim claim, ImportProgress progress, CancellationToken ct)
    {
        var locations = await StockToSet.Locations(inventory, ct);
        if (claim.Options.Atomic)
        {
            await ApplyAtOnce(id, claim, progress, locations, ct);
            return;
        }

        var batches = 0;
        await foreach (var (batch, decimalComma) in Batches(id, claim, claim.ResumeLine, ct))
        {
            var stock = new StockToSet();
            var report = await batch.WriteAndCommit(db, claim.Options, decimalComma, stock, ct);
            await stock.Set(inventory, locations, id, batch.LastLine, ct);
            await progress.Note(batch, report, ct);
            await using var connection = await db.Open(ct);
            await TableStatistics.Refresh(connection, ++batches, ct);
        }

        await progress.Finish("completed", null, ct);
    }

    private async Task ApplyAtOnce(Guid id, ImportClaim claim, ImportProgress progress, IReadOnlyDictionary<string, Guid> locations, CancellationToken ct)
    {
        var (stock, sum) = (new StockToSet(), new ImportReport());
        try
        {
            await WriteAtOnce(id, claim, progress, stock, sum, ct);
        }
        catch (PostgresException e) when (e.SqlState[..2] is "22" or "23")
        {
            throw new UnreadableFileException($"Nothing was imported: the database refused the file: {e.MessageText}");
        }

        await stock.Set(inventory, locations, id, 0, ct);
        await progress.NoteCounts(sum, ct);
        await progress.Finish("completed", null, ct);
    }

    // Events of everybody wait behind an open transaction that writes: ImportFile.MostAtomicRows bounds it.
    private async Task WriteAtOnce(Guid id, ImportClaim claim, ImportProgress progress, StockToSet stock, ImportReport sum, CancellationToken ct)
    {
        var batches = 0;
        await using var tx = await db.Begin(ct);
        await foreach (var (batch, decimalComma) in Batches(id, claim, 0, ct))
        {
            var report = await batch.Write(tx, claim.Options, decimalComma, stock, ct);
            if (report.Errors.Count > 0)
                throw new UnreadableFileException($"Nothing was imported: line {report.Errors[0].Line}: {report.Errors[0].Message}");
            sum.Add(report);
            await TableStatistics.Refresh(tx.Connection, ++batches, ct);
            await progress.NoteRows(batch.Rows, ct);
        }

        tx.Publish(new CatalogChanged([]));
        await tx.Commit(ct);
    }

    private async IAsyncEnumerable<(ImportBatch Batch, bool DecimalComma)> Batches(
        Guid id, ImportClaim claim, long after, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        var opened = await CsvRows.Open(
            ImportFile.Open(db, id), claim.Options.Separator is [var given] ? given : null, claim.Options.CurrencyCode, ct);
        if (!opened.Try(out var rows, out var error)) throw new UnreadableFileException(error.Message);
        using (rows)
        {
            var batch = new ImportBatch();
            while (await rows.Read(ct) is var (row, problem))
            {
                if (row.Line <= after) continue;
                if (batch.IsFull(row))
                {
                    yield return (batch, rows.Separator != ',');
                    batch = new ImportBatch();
                    ct.ThrowIfCancellationRequested();
                }

                batch.Add(row, problem);
            }

            if (!batch.IsEmpty) yield return (batch, rows.Separator != ',');
        }
    }
}

/// <summary>Somebody canceled the import.</summary>
internal sealed class CanceledException() : Exception("The import was canceled.");
