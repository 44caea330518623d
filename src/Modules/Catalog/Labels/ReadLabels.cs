using Dapper;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.Labels;

/// <summary>Lists types or tags (<c>q</c>, <c>id</c>, <c>value</c>) and reads one.</summary>
internal static class ReadLabels
{
    private static readonly Dictionary<string, string> OrderColumns = new(StringComparer.Ordinal)
    {
        ["id"] = "l.id",
        ["value"] = "l.value",
        ["created_at"] = "l.created_at",
        ["updated_at"] = "l.updated_at",
    };

    public static Task<IResult> ListTypes(ApiQuery query, Db db, CancellationToken ct) => List(LabelKind.Type, query, db, ct);

    public static Task<IResult> ListTags(ApiQuery query, Db db, CancellationToken ct) => List(LabelKind.Tag, query, db, ct);

    public static Task<IResult> OneType(string id, ApiQuery query, Db db, CancellationToken ct) => One(LabelKind.Type, id, query, db, ct);

    public static Task<IResult> OneTag(string id, ApiQuery query, Db db, CancellationToken ct) => One(LabelKind.Tag, id, query, db, ct);

    private static async Task<IResult> List(LabelKind kind, ApiQuery query, Db db, CancellationToken ct)
    {
        var paging = query.Paging(50);
        var order = query.Order(OrderColumns) ?? "l.created_at asc";
        var fields = query.Fields("*");
        var filter = new
        {
            Q = Check.Like(query.Text("q")),
            Ids = query.Ids("id", kind.Prefix),
            Values = query.Texts("value")?.Select(v => v.ToLowerInvariant()).ToArray(),
            paging.Limit,
            paging.Offset,
        };
        query.RejectUnknown();

        const string where = """
            l.deleted_at is null and (@Q is null or l.value ilike @Q) and (@Ids::uuid[] is null or l.id = any (@Ids))
            and (@Values::text[] is null or lower(l.value) = any (@Values))
            """;
        await using var connection = await db.Open(ct);
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition($"""
            select count(*) from {kind.Table} l where {where};
            select {LabelRow.Columns} from {kind.Table} l where {where} order by {order}, l.id limit @Limit offset @Offset
            """, filter, cancellationToken: ct));
        var count = await answers.ReadSingleAsync<long>();
        var rows = (await answers.ReadAsync<LabelRow>()).Select(r => r.ToWire(kind)).ToList();
        return Reply.Page(kind.Key + "s", rows, AdminJson.Default.AdminLabelResponse, fields, count, paging);
    }

    private static async Task<IResult> One(LabelKind kind, string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var key = Check.PathId(kind.What, kind.Prefix, id);
        var fields = query.Fields("*");
        query.RejectUnknown();
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<LabelRow>(new CommandDefinition(
            $"select {LabelRow.Columns} from {kind.Table} l where l.id = @key and l.deleted_at is null", new { key }, cancellationToken: ct));
        return row is null ? throw Check.NotFound(kind.What, id) : Reply.One(kind.Key, row.ToWire(kind), AdminJson.Default.AdminLabelResponse, fields);
    }
}
