using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.Imports;

/// <summary>Lists imports, reads one, follows one line by line until it ends, pages through its errors, cancels it.</summary>
internal static class ReadProductImports
{
    private static readonly SqlList Imports = new("catalog.imports i", ImportRow.Columns, "i.id")
    {
        Filters = (filter, query) => filter
            .And("i.id = any (@value)", query.Ids("id", ImportRow.Prefix))
            .And("i.status = any (@value)", query.Texts("status"))
            .AndTimes(query, "i", "created_at"),
        Orders = SqlList.Columns("i", "created_at", "finished_at", "status", "id"),
        DefaultOrder = "i.created_at desc",
    };

    private static readonly byte[] NewLine = "\n"u8.ToArray();

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields("*", "ignored_columns");
        var list = Imports.Of(query);
        await using var connection = await db.Open(ct);
        var page = await list.Read<ImportRow>(connection, ct);
        return Reply.Page("imports", page.To(r => r.ToWire()), ImportJson.Default.ProductImportResponse, fields);
    }

    public static async Task<IResult> One(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        query.RejectUnknown();
        return await Find(id, db, ct) is { } row
            ? Reply.Json(new ProductImportEnvelope(row.ToWire()), ImportJson.Default.ProductImportEnvelope)
            : Reply.Error(ImportRow.NotFound(id));
    }

    /// <summary><c>application/x-ndjson</c>: one line now, one with each change, the last when the import has ended.</summary>
    public static async Task<IResult> Follow(string id, ApiQuery query, Db db, HttpContext http, CancellationToken ct)
    {
        query.RejectUnknown();
        if (await Find(id, db, ct) is not { } row) return Reply.Error(ImportRow.NotFound(id));
        http.Response.ContentType = "application/x-ndjson; charset=utf-8";
        ImportRow? said = null;
        while (true)
        {
            if (said is null || (said.Status, said.RowsDone) != (row.Status, row.RowsDone))
            {
                await JsonSerializer.SerializeAsync(http.Response.Body, new ProductImportEnvelope(row.ToWire()), ImportJson.Default.ProductImportEnvelope, ct);
                await http.Response.Body.WriteAsync(NewLine, ct);
                await http.Response.Body.FlushAsync(ct);
                said = row;
            }

            if (row.HasEnded) return TypedResults.Empty;
            await Task.Delay(TimeSpan.FromMilliseconds(250), ct);
            row = (await Find(id, db, ct))!;
        }
    }

    public static async Task<IResult> Errors(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var paging = query.Paging(50);
        query.RejectUnknown();
        if (await Find(id, db, ct) is not { } import) return Reply.Error(ImportRow.NotFound(id));
        await using var connection = await db.Open(ct);
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition("""
            select count(*) from catalog.import_errors where import_id = @Id;
            select id, line, column_name, handle, message from catalog.import_errors
            where import_id = @Id order by line, id limit @Limit offset @Offset
            """, new { import.Id, paging.Limit, paging.Offset }, cancellationToken: ct));
        var count = await answers.ReadSingleAsync<long>();
        var errors = (await answers.ReadAsync<(long Id, long Line, string? Column, string? Handle, string Message)>())
            .Select(e => new ProductImportErrorResponse($"imperr_{e.Id}", e.Line, e.Column, e.Handle, e.Message)).ToList();
        return Reply.Page("errors", errors, ImportJson.Default.ProductImportErrorResponse, Fields.All, count, paging);
    }

    /// <summary>Stops an import that has not ended. What it has imported stays; canceling it again changes nothing.</summary>
    public static async Task<IResult> Cancel(string id, ApiQuery query, Db db, TimeProvider clock, CancellationToken ct)
    {
        query.RejectUnknown();
        if (!WireId.TryDecode(ImportRow.Prefix, id, out var key)) return Reply.Error(ImportRow.NotFound(id));
        await using (var tx = await db.Begin(ct))
        {
            await tx.Connection.ExecuteAsync(new CommandDefinition("""
                update catalog.imports set status = 'canceled', finished_at = @now where id = @key and status in ('pending', 'running')
                """, new { key, now = clock.GetUtcNow() }, tx.Inner, cancellationToken: ct));
            await tx.Commit(ct);
        }

        if (await Find(id, db, ct) is not { } row) return Reply.Error(ImportRow.NotFound(id));
        return row.Status == "canceled"
            ? Reply.Json(new ProductImportEnvelope(row.ToWire()), ImportJson.Default.ProductImportEnvelope)
            : Reply.Error(Error.NotAllowed($"The import has ended already: it is {row.Status}"));
    }

    private static async Task<ImportRow?> Find(string id, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(ImportRow.Prefix, id, out var key)) return null;
        await using var connection = await db.Open(ct);
        return await connection.QuerySingleOrDefaultAsync<ImportRow>(new CommandDefinition(
            $"select {ImportRow.Columns} from catalog.imports i where i.id = @key", new { key }, cancellationToken: ct));
    }
}
