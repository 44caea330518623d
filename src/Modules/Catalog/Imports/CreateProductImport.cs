using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Jobs;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace HeadlessPro.Catalog.Imports;

/// <summary>
/// Takes a product file (<c>text/csv</c>, or <c>multipart/form-data</c> with it as <c>file</c>) and begins to import it: 202 with the
/// import, whose progress is read at <c>/admin/product-imports/{id}</c>. The file is stored as it comes in, never whole in memory.
/// </summary>
internal static class CreateProductImport
{
    public static async Task<IResult> Handle(HttpContext http, ApiQuery query, Db db, IInventory inventory, ShopCurrency currencies, TimeProvider clock, CancellationToken ct)
    {
        var given = query.Text("currency");
        if (!ReadOptions(query).Try(out var options, out var refused)) return Reply.Error(refused);
        var fileName = query.Text("file_name");
        query.RejectUnknown();
        options = options with { CurrencyCode = await currencies.Choose(given, ct) };
        if (await FindUnknownChannel(db, options, ct) is { } unknown) return Reply.Error(unknown);

        if (http.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } bound)
            bound.MaxRequestBodySize = options.Atomic ? ImportFile.MaxAtomicLength : ImportFile.MaxLength;
        var file = await OpenFile(http.Request, ct);

        var id = WireId.New();
        try
        {
            var rows = await ImportFile.Store(db, id, file.Content, ct);
            if (options.Atomic && rows > ImportFile.MostAtomicRows)
                throw new ErrorException(Error.Invalid(
                    $"A file that is all or nothing (atomic) has at most {ImportFile.MostAtomicRows} rows, this one has {rows}: import it without, or in parts."));
            if (!(await ReadHeader(db, id, options, currencies, ct)).Try(out var columns, out var badHeader))
            {
                await ImportFile.Drop(db, id, CancellationToken.None);
                return Reply.Error(badHeader);
            }

            var locations = columns.Stocks.Count == 0 ? null : await StockToSet.Locations(inventory, ct);
            columns.Ignored.AddRange(columns.Stocks.Where(s => locations?.ContainsKey(s.Location) != true).Select(s => columns.Headers[s.Index]));
            return await Begin(id, fileName ?? file.Name ?? "products.csv", options, rows, columns, db, clock.GetUtcNow(), ct);
        }
        catch
        {
            await ImportFile.Drop(db, id, CancellationToken.None);
            throw;
        }
    }

    private static async Task<IResult> Begin(
        Guid id, string fileName, ImportOptions options, long rows, ImportColumns columns, Db db, DateTimeOffset now, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        var row = await tx.Connection.QuerySingleAsync<ImportRow>(new CommandDefinition($"""
            insert into catalog.imports as i (id, status, file_name, options, rows_total, ignored_columns, created_at)
            values (@id, 'pending', @fileName, @options::jsonb, @rows, @ignored, @now)
            returning {ImportRow.Columns}
            """,
            new
            {
                id,
                fileName = fileName.Length > 255 ? fileName[..255] : fileName,
                options = JsonSerializer.Serialize(options, ImportJson.Default.ImportOptions),
                rows,
                ignored = columns.Ignored.Select(c => c.Replace("\0", "\\0", StringComparison.Ordinal)).ToArray(),
                now,
            }, tx.Inner, cancellationToken: ct));
        await JobQueue.Enqueue(tx, RunProductImport.JobName, $$"""{"import_id":"{{id}}"}""", now, id.ToString(), ct);
        await tx.Commit(ct);
        return Reply.Json(new ProductImportEnvelope(row.ToWire()), ImportJson.Default.ProductImportEnvelope, StatusCodes.Status202Accepted);
    }

    private static Result<ImportOptions> ReadOptions(ApiQuery query)
    {
        var separator = query.Text("separator");
        var character = separator switch { null or "auto" => null, "tab" or "\t" => "\t", "," or ";" or "|" => separator, _ => "" };
        if (character is "")
            return Error.Invalid($"Invalid request: Value for field 'separator' must be 'auto', ',', ';', '|' or 'tab', got: '{separator}'");
        var channels = query.Ids("sales_channel_id", "sc") ?? [];
        return new ImportOptions(query.Flag("dry_run") ?? false, query.Flag("atomic") ?? false, CurrencyCode: null, character, channels);
    }

    private static async Task<Error?> FindUnknownChannel(Db db, ImportOptions options, CancellationToken ct)
    {
        if (options.SalesChannelIds.Count == 0) return null;
        await using var connection = await db.Open(ct);
        var known = await connection.QueryAsync<Guid>(new CommandDefinition(
            "select id from catalog.sales_channels where id = any(@ids) and deleted_at is null", new { ids = options.SalesChannelIds.ToArray() }, cancellationToken: ct));
        var unknown = options.SalesChannelIds.Except(known).ToList();
        return unknown.Count == 0 ? null
            : Error.Invalid($"Sales channels with ids: {string.Join(", ", unknown.Select(c => WireId.Encode("sc", c)))} do not exist (field 'sales_channel_id')");
    }

    private static async Task<ProductFile> OpenFile(HttpRequest request, CancellationToken ct)
    {
        if (MultipartBody.Open(request) is not { } body) return new ProductFile(request.Body, null);
        while (await body.Next(ct) is { } part)
            if (part.Field == "file") return new ProductFile(part.Content, part.FileName);
        throw CatalogErrors.Invalid("Invalid request: Field 'file' is required");
    }

    private static async Task<Result<ImportColumns>> ReadHeader(Db db, Guid id, ImportOptions options, ShopCurrency currencies, CancellationToken ct)
    {
        try
        {
            var opened = await CsvRows.Open(
                ImportFile.Open(db, id), options.Separator is [var given] ? given : null, options.CurrencyCode, ct);
            if (!opened.Try(out var rows, out var error)) return error;
            using (rows)
            {
                foreach (var price in rows.Columns.Prices.Where(p => p.Price >= 0 || p.CompareAt >= 0))
                {
                    if (price.Currency.Length == 0) return ShopCurrency.Missing;
                    if (await currencies.Unknown(price.Currency, ct))
                        return Error.Invalid($"The column '{rows.Columns.Headers[Math.Max(price.Price, price.CompareAt)]}' names no currency: '{price.Currency}'.");
                }

                return rows.Columns;
            }
        }
        catch (UnreadableFileException e)
        {
            return Error.Invalid(e.Message);
        }
    }

    private sealed record ProductFile(Stream Content, string? Name);
}
