using HeadlessPro.Contracts;
using HeadlessPro.Platform.Caching;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HeadlessPro.Catalog;

/// <summary>
/// <c>GET /store/product-categories</c> and one of them: active ones that are not internal. At most two round trips: the categories, then
/// their relatives in the tree and their products.
/// </summary>
internal static class StoreCategories
{
    private const string Visible = "k.deleted_at is null and k.is_active and not k.is_internal";

    private static readonly string[] Defaults =
    [
        "name", "description", "handle", "rank", "external_id", "parent_category_id", "created_at", "updated_at", "metadata",
        "parent_category.*", "category_children.*",
    ];

    private static readonly Dictionary<string, string> OrderColumns = SqlList.Columns("k", "rank", "name", "handle", "created_at", "updated_at", "id");

    public static Task<IResult> List(HttpContext http, ApiQuery query, AnswerCache cache, Db db, CancellationToken ct) => cache.GetOrCreate(http, ["catalog."], async () =>
    {
        var paging = query.Paging(50);
        var filter = new ListFilter(Visible).Where(query, Filters);
        var order = query.Order(OrderColumns) is { } chosen ? chosen + ", k.id" : "k.rank, k.id";
        var shape = Shape.Of(query);

        var page = await Page(filter, order, paging, db, ct);
        await AddRelations(page.Rows, shape, http, db, ct);
        return Reply.Page("product_categories", page, StoreJson.Default.CategoryResponse, shape.Fields);
    });

    private static void Filters(ListFilter filter, ApiQuery query)
    {
        filter
            .And("k.id = any (@value)", query.Ids("id", "pcat"))
            .And("k.handle = any (@value)", query.Texts("handle"))
            .And("k.name = any (@value)", query.Texts("name"))
            .AndTimes(query, "k").AndWords(query.Text("q"), "(k.name || ' ' || k.description || ' ' || k.handle)");
        if (query.Texts("parent_category_id") is ["null" or ""]) filter.And("k.parent_id is null");
        else filter.And("k.parent_id = any (@value)", query.Ids("parent_category_id", "pcat"));
    }

    public static Task<IResult> One(string id, HttpContext http, ApiQuery query, AnswerCache cache, Db db, CancellationToken ct) =>
        cache.GetOrCreate(http, ["catalog."], async () =>
        {
            var shape = Shape.Of(query);
            var filter = new ListFilter(Visible).And("k.id = @value", WireId.TryDecode("pcat", id, out var key) ? key : Guid.Empty);
            var categories = (await Page(filter, "k.id", new Paging(1, 0), db, ct)).Rows;
            if (categories.Count == 0) return Reply.Error(Error.NotFound($"Product category with id: {id} was not found"));
            await AddRelations(categories, shape, http, db, ct);
            return Reply.One("product_category", categories[0], StoreJson.Default.CategoryResponse, shape.Fields);
        });

    private static Task<ListPage<CategoryResponse>> Page(ListFilter filter, string order, Paging paging, Db db, CancellationToken ct)
    {
        var from = $"from catalog.categories k where {filter.Sql}";
        return db.ReadPage(
            filter.Command($"select count(*) {from}"), filter.Page($"select {StoreRows.Category} {from} order by {order} limit @limit offset @offset", paging),
            paging, StoreRows.ReadCategory, ct);
    }

    private static async Task AddRelations(List<CategoryResponse> categories, Shape shape, HttpContext http, Db db, CancellationToken ct)
    {
        var withRelatives = shape.Parents || shape.Children;
        var withProducts = shape.Fields.Wants("products");
        if (categories.Count == 0 || !(withRelatives || withProducts)) return;
        var keys = categories.Select(c => c.Path[^1]).ToArray();
        await using var batch = db.Batch();
        if (withProducts)
            batch.BatchCommands.Add(LoadGroupProducts.Command(
                keys, "join catalog.product_categories pk on pk.product_id = p.id where pk.category_id = owner.id",
                http.Features.Get<Caller>()!.SalesChannelIds));
        if (withRelatives) batch.BatchCommands.Add(Relatives(categories, keys, shape));
        await using var reader = await batch.ExecuteReaderAsync(ct);
        if (withProducts)
        {
            await LoadGroupProducts.Fill(categories, "pcat", reader, ct);
            await reader.NextResultAsync(ct);
        }

        if (withRelatives) Arrange(categories, await reader.ReadRows(StoreRows.ReadCategory, ct), shape);
    }

    private static NpgsqlBatchCommand Relatives(List<CategoryResponse> categories, Guid[] keys, Shape shape)
    {
        var below = shape.Tree ? "k.path && @ids" : "k.parent_id = any (@ids)";
        return new NpgsqlBatchCommand($"""
            select {StoreRows.Category} from catalog.categories k
            where {Visible} and ((@children and {below}) or k.id = any (@ancestors)) order by k.rank, k.id
            """)
        {
            Parameters =
            {
                new NpgsqlParameter("children", shape.Children),
                new NpgsqlParameter("ids", keys),
                new NpgsqlParameter("ancestors", shape.Parents ? categories.SelectMany(c => c.Path[..^1]).Distinct().ToArray() : []),
            },
        };
    }

    private static void Arrange(List<CategoryResponse> categories, List<CategoryResponse> relatives, Shape shape)
    {
        var byId = relatives.ToDictionary(c => c.Id, StringComparer.Ordinal);
        var byParent = relatives.Where(c => c.ParentCategoryId is not null).ToLookup(c => c.ParentCategoryId!, StringComparer.Ordinal);
        foreach (var category in categories)
        {
            if (shape.Parents) category.ParentCategory = new(Parent(category));
            if (shape.Children) category.CategoryChildren = Children(category);
        }

        // Copies, for what one category shows above or below itself another may show without.
        CategoryResponse? Parent(CategoryResponse category) =>
            category.ParentCategoryId is { } id && byId.TryGetValue(id, out var parent)
                ? shape.Grandparents ? parent with { ParentCategory = new(Parent(parent)) } : parent with { }
                : null;

        List<CategoryResponse> Children(CategoryResponse category) => byParent[category.Id]
            .Select(child => shape.Tree ? child with { CategoryChildren = Children(child) } : child with { }).ToList();
    }

    /// <summary>Which relatives are shown, and how deep.</summary>
    private sealed record Shape(Fields Fields, bool Parents, bool Grandparents, bool Children, bool Tree)
    {
        public static Shape Of(ApiQuery query)
        {
            var text = query.Text("fields");
            var fields = Fields.Parse(text, Defaults);
            var (parents, children) = (fields.Wants("parent_category"), fields.Wants("category_children"));
            var (ancestors, descendants) = (query.Flag("include_ancestors_tree") == true, query.Flag("include_descendants_tree") == true);
            if (ancestors && parents) text += ",+parent_category.**";
            if (descendants && children) text += ",+category_children.**";
            var tree = descendants || fields.Wants("category_children.category_children");
            return new Shape(Fields.Parse(text, Defaults), parents, ancestors || fields.Wants("parent_category.parent_category"), children, tree && children);
        }
    }
}
