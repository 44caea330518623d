using Dapper;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.Labels;

/// <summary>Lists types or tags (<c>q</c>, <c>id</c>, <c>value</c>) and reads one.</summary>
internal static class ReadLabels
{
    private static readonly (SqlList Types, SqlList Tags) Lists = (ListOf(LabelKind.Type), ListOf(LabelKind.Tag));

    public static Task<IResult> ListTypes(ApiQuery query, Db db, CancellationToken ct) => List(LabelKind.Type, Lists.Types, query, db, ct);

    public static Task<IResult> ListTags(ApiQuery query, Db db, CancellationToken ct) => List(LabelKind.Tag, Lists.Tags, query, db, ct);

    public static Task<IResult> OneType(string id, ApiQuery query, Db db, CancellationToken ct) => One(LabelKind.Type, id, query, db, ct);

    public static Task<IResult> OneTag(string id, ApiQuery query, Db db, CancellationToken ct) => One(LabelKind.Tag, id, query, db, ct);

    private static SqlList ListOf(LabelKind kind) => new($"{kind.Table} l", LabelRow.Columns, "l.id")
    {
        Alive = "l.deleted_at is null",
        Filters = (filter, query) => filter
            .And("l.value ilike @value", ListFilter.Pattern(query.Text("q")))
            .And("l.id = any (@value)", query.Ids("id", kind.Prefix))
            .And("lower(l.value) = any (@value)", query.Texts("value")?.Select(v => v.ToLowerInvariant()).ToArray())
            .AndTimes(query, "l"),
        Orders = SqlList.Columns("l", "id", "value", "created_at", "updated_at"),
        DefaultOrder = "l.created_at asc",
    };

    private static async Task<IResult> List(LabelKind kind, SqlList labels, ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields("*");
        var list = labels.Of(query);
        await using var connection = await db.Open(ct);
        var page = await list.Read<LabelRow>(connection, ct);
        return Reply.Page(kind.Key + "s", page.To(r => r.ToWire(kind)), AdminJson.Default.LabelResponse, fields);
    }

    private static async Task<IResult> One(LabelKind kind, string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var key = Checked.PathId(kind.What, kind.Prefix, id);
        var fields = query.Fields("*");
        query.RejectUnknown();
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<LabelRow>(new CommandDefinition(
            $"select {LabelRow.Columns} from {kind.Table} l where l.id = @key and l.deleted_at is null", new { key }, cancellationToken: ct));
        return row is null ? throw CatalogErrors.NotFound(kind.What, id) : Reply.One(kind.Key, row.ToWire(kind), AdminJson.Default.LabelResponse, fields);
    }
}
