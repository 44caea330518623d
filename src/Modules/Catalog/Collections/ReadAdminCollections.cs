using Dapper;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.Collections;

/// <summary>Lists collections (<c>q</c>, <c>id</c>, <c>handle</c>, <c>title</c>) and reads one.</summary>
internal static class ReadAdminCollections
{
    private static readonly SqlList Collections = new("catalog.collections c", CollectionRow.Columns, "c.id")
    {
        Alive = "c.deleted_at is null",
        Filters = (filter, query) => filter
            .And("(c.title ilike @value or c.handle ilike @value)", ListFilter.Pattern(query.Text("q")))
            .And("c.id = any (@value)", query.Ids("id", CollectionRow.Prefix))
            .And("c.handle = any (@value)", query.Texts("handle"))
            .And("c.title = any (@value)", query.Texts("title"))
            .AndTimes(query, "c"),
        Orders = SqlList.Columns("c", "id", "title", "handle", "created_at", "updated_at"),
        DefaultOrder = "c.created_at desc",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields("*");
        var list = Collections.Of(query);
        await using var connection = await db.Open(ct);
        var page = await list.Read<CollectionRow>(connection, ct);
        return Reply.Page("collections", page.To(r => r.ToWire()), AdminJson.Default.CollectionResponse, fields);
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
            ? throw CatalogErrors.NotFound(CollectionRow.What, id)
            : Reply.One("collection", row.ToWire(), AdminJson.Default.CollectionResponse, fields);
    }
}
