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

    private static readonly SqlList Categories = new("catalog.categories c", AdminCategoryRow.Columns, "c.id")
    {
        Alive = "c.deleted_at is null",
        Filters = Filters,
        Orders = SqlList.Columns("c", "id", "name", "handle", "rank", "created_at", "updated_at"),
        DefaultOrder = "c.rank asc",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields(Defaults);
        var list = Categories.Of(query);
        await using var connection = await db.Open(ct);
        var page = await list.Read<AdminCategoryRow>(connection, ct);
        var wire = await WithFamily(connection, page.Rows, fields, ct);
        return Reply.Page("product_categories", page.With(wire), AdminJson.Default.AdminCategoryResponse, fields);
    }

    private static void Filters(ListFilter filter, ApiQuery query)
    {
        var orRoots = query.Texts("parent_category_id")?.Any(p => p is "null" or "") == true ? " or c.parent_id is null" : "";
        filter
            .And("(c.name ilike @value or c.handle ilike @value or c.description ilike @value)", ListFilter.Pattern(query.Text("q")))
            .And("c.id = any (@value)", query.Ids("id", AdminCategoryRow.Prefix))
            .And("c.handle = any (@value)", query.Texts("handle"))
            .And($"(c.parent_id = any (@value){orRoots})", query.Ids("parent_category_id", AdminCategoryRow.Prefix))
            .And("c.is_active = @value", query.Flag("is_active"))
            .And("c.is_internal = @value", query.Flag("is_internal"))
            .AndTimes(query, "c");
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
        if (row is null) throw CatalogErrors.NotFound(AdminCategoryRow.What, WireId.Encode(AdminCategoryRow.Prefix, key));
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
            wire[i].ParentCategory = new(family.Find(f => f.Id == rows[i].ParentId)?.ToWire());
            wire[i].CategoryChildren = family.Where(f => f.ParentId == rows[i].Id).Select(f => f.ToWire()).ToList();
        }

        return wire;
    }
}
