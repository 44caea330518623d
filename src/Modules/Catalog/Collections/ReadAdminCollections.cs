using Dapper;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.Collections;

/// <summary>Lists collections (<c>q</c>, <c>id</c>, <c>handle</c>, <c>title</c>) and reads one.</summary>
internal static class ReadAdminCollections
{
    private static readonly Dictionary<string, string> OrderColumns = new(StringComparer.Ordinal)
    {
        ["id"] = "c.id",
        ["title"] = "c.title",
        ["handle"] = "c.handle",
        ["created_at"] = "c.created_at",
        ["updated_at"] = "c.updated_at",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var paging = query.Paging(50);
        var order = query.Order(OrderColumns) ?? "c.created_at desc";
        var fields = query.Fields("*");
        var filter = new
        {
            Q = Check.Like(query.Text("q")),
            Ids = query.Ids("id", CollectionRow.Prefix),
            Handles = query.Texts("handle")?.ToArray(),
            Titles = query.Texts("title")?.ToArray(),
            paging.Limit,
            paging.Offset,
        };
        query.RejectUnknown();

        const string where = """
            c.deleted_at is null and (@Q is null or c.title ilike @Q or c.handle ilike @Q) and (@Ids::uuid[] is null or c.id = any (@Ids))
            and (@Handles::text[] is null or c.handle = any (@Handles)) and (@Titles::text[] is null or c.title = any (@Titles))
            """;
        await using var connection = await db.Open(ct);
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition($"""
            select count(*) from catalog.collections c where {where};
            select {CollectionRow.Columns} from catalog.collections c where {where} order by {order}, c.id limit @Limit offset @Offset
            """, filter, cancellationToken: ct));
        var count = await answers.ReadSingleAsync<long>();
        var rows = (await answers.ReadAsync<CollectionRow>()).Select(r => r.ToWire()).ToList();
        return Reply.Page("collections", rows, AdminJson.Default.AdminCollectionResponse, fields, count, paging);
    }

    public static async Task<IResult> One(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var key = CollectionRow.Key(id);
        var fields = query.Fields("*");
        query.RejectUnknown();
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<CollectionRow>(new CommandDefinition(
            $"select {CollectionRow.Columns} from catalog.collections c where c.id = @key and c.deleted_at is null", new { key }, cancellationToken: ct));
        return row is null
            ? throw Check.NotFound(CollectionRow.What, id)
            : Reply.One("collection", row.ToWire(), AdminJson.Default.AdminCollectionResponse, fields);
    }
}
