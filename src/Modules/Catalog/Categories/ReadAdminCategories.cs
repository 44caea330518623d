using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HeadlessPro.Catalog.Categories;

/// <summary>Lists categories, inactive and internal ones included, and reads one; each with its parent and its children.</summary>
internal static class ReadAdminCategories
{
    private static readonly string[] Defaults = ["*", "parent_category", "category_children"];

    private static readonly Dictionary<string, string> OrderColumns = new(StringComparer.Ordinal)
    {
        ["id"] = "c.id",
        ["name"] = "c.name",
        ["handle"] = "c.handle",
        ["rank"] = "c.rank",
        ["created_at"] = "c.created_at",
        ["updated_at"] = "c.updated_at",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var paging = query.Paging(50);
        var order = query.Order(OrderColumns) ?? "c.rank asc";
        var fields = query.Fields(Defaults);
        var parents = query.Texts("parent_category_id");
        var filter = new
        {
            Q = Check.Like(query.Text("q")),
            Ids = query.Ids("id", AdminCategoryRow.Prefix),
            Handles = query.Texts("handle")?.ToArray(),
            Roots = parents?.Any(p => p is "null" or "") == true,
            Parents = parents?.Select(p => WireId.TryDecode(AdminCategoryRow.Prefix, p, out var parent) ? parent : Guid.Empty).ToArray(),
            Active = query.Flag("is_active"),
            Internal = query.Flag("is_internal"),
            paging.Limit,
            paging.Offset,
        };
        query.RejectUnknown();

        const string where = """
            c.deleted_at is null and (@Q is null or c.name ilike @Q or c.handle ilike @Q or c.description ilike @Q)
            and (@Ids::uuid[] is null or c.id = any (@Ids)) and (@Handles::text[] is null or c.handle = any (@Handles))
            and (@Parents::uuid[] is null or c.parent_id = any (@Parents) or (@Roots and c.parent_id is null))
            and (@Active is null or c.is_active = @Active) and (@Internal is null or c.is_internal = @Internal)
            """;
        await using var connection = await db.Open(ct);
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition($"""
            select count(*) from catalog.categories c where {where};
            select {AdminCategoryRow.Columns} from catalog.categories c where {where} order by {order}, c.id limit @Limit offset @Offset
            """, filter, cancellationToken: ct));
        var count = await answers.ReadSingleAsync<long>();
        var rows = (await answers.ReadAsync<AdminCategoryRow>()).AsList();
        return Reply.Page(
            "product_categories", await WithFamily(connection, rows, fields, ct), AdminJson.Default.AdminCategoryResponse, fields, count, paging);
    }

    public static async Task<IResult> One(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields(Defaults);
        query.RejectUnknown();
        return await Answer(AdminCategoryRow.Key(id), fields, db, ct);
    }

    /// <summary>One category with its parent and children.</summary>
    public static async Task<IResult> Answer(Guid key, Fields? fields, Db db, CancellationToken ct)
    {
        fields ??= Fields.Parse(null, Defaults);
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<AdminCategoryRow>(new CommandDefinition(
            $"select {AdminCategoryRow.Columns} from catalog.categories c where c.id = @key and c.deleted_at is null", new { key }, cancellationToken: ct));
        if (row is null) throw Check.NotFound(AdminCategoryRow.What, WireId.Encode(AdminCategoryRow.Prefix, key));
        return Reply.One("product_category", (await WithFamily(connection, [row], fields, ct))[0], AdminJson.Default.AdminCategoryResponse, fields);
    }

    private static async Task<List<AdminCategoryResponse>> WithFamily(
        NpgsqlConnection connection, List<AdminCategoryRow> rows, Fields fields, CancellationToken ct)
    {
        var wire = rows.Select(r => r.ToWire()).ToList();
        if (rows.Count == 0 || !(fields.Wants("parent_category") || fields.Wants("category_children"))) return wire;
        var family = (await connection.QueryAsync<AdminCategoryRow>(new CommandDefinition($"""
            select {AdminCategoryRow.Columns} from catalog.categories c
            where (c.id = any (@parents) or c.parent_id = any (@ids)) and c.deleted_at is null order by c.rank, c.id
            """, new { parents = rows.Select(r => r.ParentId).OfType<Guid>().ToArray(), ids = rows.Select(r => r.Id).ToArray() }, cancellationToken: ct))).AsList();
        for (var i = 0; i < rows.Count; i++)
        {
            wire[i].ParentCategory = family.Find(f => f.Id == rows[i].ParentId)?.ToRelative();
            wire[i].CategoryChildren = family.Where(f => f.ParentId == rows[i].Id).Select(f => f.ToRelative()).ToList();
        }

        return wire;
    }
}
