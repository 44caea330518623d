using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using Npgsql;

namespace HeadlessPro.Catalog.Imports;

/// <summary>Rows of some hundred products, taken from the file together; what they come to is planned, and written in one transaction.</summary>
internal sealed class ImportBatch
{
    /// <summary>Products and rows after which a batch is full. A product with more rows goes on in the next batch.</summary>
    private const int MostProducts = 500, MostRows = 5000;

    private readonly Dictionary<string, List<CsvRow>> _groups = new(StringComparer.Ordinal);
    private readonly List<(long Line, string? Column, string? Handle, string Message)> _formErrors = [];
    private int _rows;

    public bool IsEmpty => _rows == 0;

    /// <summary>The last line taken.</summary>
    public long LastLine { get; private set; }

    public long Rows => _rows;

    /// <summary>Whether a row of this handle is to go to the next batch.</summary>
    public bool IsFull(CsvRow row) => _rows >= MostRows || (_groups.Count >= MostProducts && !_groups.ContainsKey(row[Column.Handle]?.ToLowerInvariant() ?? ""));

    public void Add(CsvRow row, RowProblem? problem)
    {
        _rows++;
        LastLine = row.Line;
        var handle = row[Column.Handle]?.ToLowerInvariant();
        if (problem is not null) _formErrors.Add((row.Line, problem.Column, handle is not null && CardNumberFilter.WasIn(handle) ? null : handle, problem.Message));
        else if (handle is null) _formErrors.Add((row.Line, row.Columns.NameOf(Column.Handle), null, "The handle is missing: which product is this row of?"));
        else if (handle.Length > 255 || !Checked.IsHandle(handle))
            _formErrors.Add((row.Line, row.Columns.NameOf(Column.Handle), handle.Length > 255 ? null : handle,
                "A handle is part of an address: at most 255 letters, digits, '-', '_' and '.', a letter or digit first."));
        else if (_groups.TryGetValue(handle, out var rows)) rows.Add(row);
        else _groups[handle] = [row];
    }

    /// <summary>Plans the batch and writes nothing.</summary>
    public async Task<ImportReport> Check(Db db, ImportOptions options, bool decimalComma, SeenInFile seen, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var report = NewReport();
        await using var batch = new NpgsqlBatch(connection);
        await Plan(batch, forUpdate: false, _groups, options, decimalComma, seen, report, ct);
        return report;
    }

    /// <summary>Plans and writes inside the caller's transaction; answers what is to be stocked once it is committed.</summary>
    public async Task<ImportReport> Write(Transaction tx, ImportOptions options, bool decimalComma, StockToSet stock, CancellationToken ct)
    {
        var report = NewReport();
        await Write(tx, _groups, options, decimalComma, report, stock, ct);
        return report;
    }

    /// <summary>
    /// Plans and writes in a transaction of its own. What the database refuses as a whole is written product by product, so that only the
    /// one it refuses is lost, with its reason.
    /// </summary>
    public async Task<ImportReport> WriteAndCommit(Db db, ImportOptions options, bool decimalComma, StockToSet stock, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await Commit(db, _groups, options, decimalComma, NewReport(), stock, ct);
            }
            catch (PostgresException e) when (IsPassing(e) && attempt < 4)
            {
                stock.Clear();
            }
            catch (PostgresException e) when (e.SqlState[..2] is "22" or "23" || e.SqlState == PostgresErrorCodes.StatementTooComplex)
            {
                stock.Clear();
                break;
            }
        }

        var report = NewReport();
        foreach (var (handle, rows) in _groups)
        {
            var single = new Dictionary<string, List<CsvRow>>(StringComparer.Ordinal) { [handle] = rows };
            try
            {
                report.Add(await Commit(db, single, options, decimalComma, new ImportReport(), stock, ct));
            }
            catch (PostgresException e) when (e.SqlState[..2] is "22" or "23")
            {
                foreach (var row in rows) report.Fail(row.Line, null, handle, $"The database refused the product: {e.MessageText}");
            }
        }

        return report;
    }

    // Another writer was quicker, or waits for us as we for it: the next attempt sees what it did.
    private static bool IsPassing(PostgresException e) =>
        e.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;

    private static async Task<ImportReport> Commit(
        Db db, Dictionary<string, List<CsvRow>> groups, ImportOptions options, bool decimalComma, ImportReport report, StockToSet stock, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        if (await Write(tx, groups, options, decimalComma, report, stock, ct) is { Count: > 0 } ids) tx.Publish(new CatalogChanged(ids));
        await tx.Commit(ct);
        return report;
    }

    private static async Task<List<Guid>> Write(
        Transaction tx, Dictionary<string, List<CsvRow>> groups, ImportOptions options, bool decimalComma, ImportReport report, StockToSet stock, CancellationToken ct)
    {
        // Imports take turns batch by batch: two files with the same products would wait for each other crosswise. Another's batch, or its whole
        // file when that is all or nothing, may take longer than a statement usually may.
        await using (var turn = tx.Command("select pg_advisory_xact_lock(hashtext('catalog.import'))"))
        {
            turn.CommandTimeout = 0;
            await turn.ExecuteNonQueryAsync(ct);
        }

        await using var batch = tx.Batch();
        batch.Timeout = 120;
        var products = await Plan(batch, forUpdate: true, groups, options, decimalComma, null, report, ct);
        if (products.Count == 0) return [];
        await WritePlannedProducts.Run(tx, products, options.SalesChannelIds, ct);
        foreach (var product in products) stock.Add(product);
        return products.Select(p => p.Id).ToList();
    }

    private static async Task<List<ProductState>> Plan(
        NpgsqlBatch batch, bool forUpdate, Dictionary<string, List<CsvRow>> groups, ImportOptions options, bool decimalComma, SeenInFile? seen, ImportReport report,
        CancellationToken ct)
    {
        var owners = new VariantOwners();
        string[] Distinct(Column column) => groups.Values.SelectMany(g => g).Select(r => r[column]).OfType<string>().Distinct(StringComparer.Ordinal).ToArray();
        var known = await LoadNamedProducts.Run(batch, forUpdate, [.. groups.Keys], Distinct(Column.Sku), Distinct(Column.Barcode), owners, ct);
        var planner = new PlanProduct(owners, seen, report, decimalComma);
        var products = new List<ProductState>(groups.Count);
        foreach (var (handle, rows) in groups)
        {
            if (planner.Plan(handle, rows, known.GetValueOrDefault(handle)) is not { } product) continue;
            products.Add(product);
            report.Count(product);
        }

        return products;
    }

    private ImportReport NewReport()
    {
        var report = new ImportReport();
        foreach (var (line, column, handle, message) in _formErrors) report.Fail(line, column, handle, message);
        return report;
    }
}
