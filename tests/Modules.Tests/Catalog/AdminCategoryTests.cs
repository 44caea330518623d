using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Catalog;

public class AdminCategoryTests(HpApp app) : IClassFixture<HpApp>
{
    private static int _number;

    private static string Unique(string prefix) => $"{prefix}-{Interlocked.Increment(ref _number)}";

    private async Task<string> Create(string name, string? parent = null, int? rank = null) =>
        (string)(await app.Admin.PostJson("/admin/product-categories", new { name, parent_category_id = parent, rank }))["product_category"]!["id"]!;

    private async Task<JsonNode> Get(string id) => (await app.Admin.GetJson($"/admin/product-categories/{id}"))["product_category"]!;

    private async Task<IEnumerable<string>> Children(string id) =>
        (await Get(id))["category_children"]!.AsArray().Select(c => $"{(int)c!["rank"]!} {(string)c["name"]!}");

    [Fact]
    public async Task Categories_form_a_tree_that_moves_with_its_branches()
    {
        var (root, other) = (await Create(Unique("Root")), await Create(Unique("Other")));
        var a = await Create(Unique("a"), root);
        var b = await Create(Unique("b"), a);
        Assert.Equal($"{root}.{a}.{b}", (string)(await Get(b))["mpath"]!);

        var moved = (await app.Admin.PostJson($"/admin/product-categories/{a}", new { parent_category_id = other }))["product_category"]!;
        Assert.Equal(other, (string)moved["parent_category"]!["id"]!);
        Assert.Equal($"{other}.{a}.{b}", (string)(await Get(b))["mpath"]!);
        Assert.Empty(await Children(root));

        await app.Admin.PostJson($"/admin/product-categories/{a}", """{"parent_category_id":null}""");
        Assert.Equal($"{a}.{b}", (string)(await Get(b))["mpath"]!);
        Assert.Null((string?)(await Get(a))["parent_category_id"]);
    }

    [Fact]
    public async Task A_category_never_moves_below_itself()
    {
        var name = Unique("a");
        var a = await Create(name);
        var b = await Create(Unique("b"), a);
        foreach (var below in new[] { a, b })
        {
            var refused = await app.Admin.PostJson($"/admin/product-categories/{a}", new { name = "changed", parent_category_id = below }, 400);
            Assert.Equal($"Invalid request: Field 'parent_category_id' names the category itself or one below it: '{below}'", (string)refused["message"]!);
        }

        Assert.Equal(name, (string)(await Get(a))["name"]!);
        Assert.Equal(a, (string)(await Get(a))["mpath"]!);
    }

    [Fact]
    public async Task Two_moves_that_would_make_a_cycle_together_do_not_both_happen()
    {
        for (var round = 0; round < 10; round++)
        {
            var (a, b) = (await Create(Unique("a")), await Create(Unique("b")));
            var statuses = await Task.WhenAll(Move(a, b), Move(b, a));
            Assert.Equal([200, 400], statuses.Order());
            Assert.Equal(0L, await app.Scalar<long>("""
                with recursive up as (
                    select id as start, parent_id, 1 as steps from catalog.categories
                    union all select u.start, c.parent_id, u.steps + 1 from up u join catalog.categories c on c.id = u.parent_id where u.steps < 50)
                select count(*) from up where steps >= 50
                """));
        }

        Assert.Equal(0L, await app.Scalar<long>("""
            select count(*) from catalog.categories c left join catalog.categories p on p.id = c.parent_id
            where c.path <> case when p.id is null then array[c.id] else p.path || c.id end
            """));

        async Task<int> Move(string id, string parent)
        {
            using var response = await app.Admin.PostAsync($"/admin/product-categories/{id}", new StringContent(
                $$"""{"parent_category_id":"{{parent}}"}""", System.Text.Encoding.UTF8, "application/json"));
            return (int)response.StatusCode;
        }
    }

    [Fact]
    public async Task Ranks_of_siblings_stay_dense()
    {
        var root = await Create(Unique("root"));
        var (a, b) = (await Create("a", root), await Create(Unique("b"), root));
        var c = (string)(await app.Admin.PostJson("/admin/product-categories", new { name = "c", handle = Unique("c"), parent_category_id = root, rank = 0 }))["product_category"]!["id"]!;
        await app.Admin.PostJson($"/admin/product-categories/{b}", new { name = "b" });
        Assert.Equal(["0 c", "1 a", "2 b"], await Children(root));
        await app.Admin.PostJson($"/admin/product-categories/{b}", new { rank = 1 });
        Assert.Equal(["0 c", "1 b", "2 a"], await Children(root));
        await app.Admin.PostJson($"/admin/product-categories/{c}", new { rank = 99 });
        Assert.Equal(["0 b", "1 a", "2 c"], await Children(root));
        await app.Admin.PostJson($"/admin/product-categories/{b}", """{"parent_category_id":null}""");
        Assert.Equal(["0 a", "1 c"], await Children(root));
        await app.Admin.DeleteJson($"/admin/product-categories/{a}");
        Assert.Equal(["0 c"], await Children(root));

        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Create(Unique("rival"), root, rank: 0)));
        Assert.Equal(Enumerable.Range(0, 9), (await Get(root))["category_children"]!.AsArray().Select(x => (int)x!["rank"]!));
    }

    [Fact]
    public async Task A_category_with_children_is_not_deleted_and_handles_are_there_once()
    {
        var handle = Unique("shoes");
        var root = (string)(await app.Admin.PostJson("/admin/product-categories", new { name = "Shoes", handle, is_active = true, description = "Feet" }))["product_category"]!["id"]!;
        var child = await Create(Unique("boots"), root);
        var refused = await app.Admin.DeleteJson($"/admin/product-categories/{root}", status: 400);
        Assert.Equal($"Category {root} has 1 categories below it: move or delete them first", (string)refused["message"]!);
        refused = await app.Admin.PostJson("/admin/product-categories", new { name = "Shoes", handle }, 422);
        Assert.Equal($"Product category with handle: {handle}, already exists.", (string)refused["message"]!);

        await app.Admin.DeleteJson($"/admin/product-categories/{child}");
        Assert.Equal($$"""{"id":"{{root}}","object":"product_category","deleted":true}""", (await app.Admin.DeleteJson($"/admin/product-categories/{root}")).ToJsonString());
        await app.Admin.GetJson($"/admin/product-categories/{root}", 404);
        await app.Admin.PostJson("/admin/product-categories", new { name = "Shoes", handle });
    }

    [Fact]
    public async Task Categories_and_collections_take_products_in_and_let_them_go()
    {
        var category = await Create(Unique("cat"));
        var collection = (string)(await app.Admin.PostJson("/admin/collections", new { title = Unique("Été ") }))["collection"]!["id"]!;
        var product = (string)(await app.Admin.PostJson("/admin/products", new { title = Unique("linked") }))["product"]!["id"]!;
        const string ghost = "prod_01M7XESKKC7JM10TENH30FRX3Y";
        foreach (var path in new[] { $"/admin/product-categories/{category}/products", $"/admin/collections/{collection}/products" })
        {
            var refused = await app.Admin.PostJson(path, new { add = new[] { product, ghost } }, 400);
            Assert.Equal($"Products with ids: {ghost} do not exist", (string)refused["message"]!);
        }

        Assert.Equal(0, (int)(await app.Admin.GetJson($"/admin/products?category_id={category}"))["count"]!);
        await app.Admin.PostJson($"/admin/product-categories/{category}/products", new { add = new[] { product } });
        await app.Admin.PostJson($"/admin/collections/{collection}/products", new { add = new[] { product } });
        Assert.Equal(1, (int)(await app.Admin.GetJson($"/admin/products?category_id[]={category}&collection_id[]={collection}"))["count"]!);
        var read = (await app.Admin.GetJson($"/admin/products/{product}"))["product"]!;
        Assert.Equal([category], read["categories"]!.AsArray().Select(c => (string)c!["id"]!));
        Assert.Equal(collection, (string)read["collection"]!["id"]!);

        await app.Admin.PostJson($"/admin/product-categories/{category}/products", new { remove = new[] { product } });
        await app.Admin.DeleteJson($"/admin/collections/{collection}");
        read = (await app.Admin.GetJson($"/admin/products/{product}"))["product"]!;
        Assert.Empty(read["categories"]!.AsArray());
        Assert.Null((string?)read["collection_id"]);
    }

    [Theory]
    [InlineData("collections", "title", "collection")]
    [InlineData("product-types", "value", "product_type")]
    [InlineData("product-tags", "value", "product_tag")]
    public async Task Collections_types_and_tags_are_kept(string path, string field, string key)
    {
        var name = Unique("Wool " + key);
        var created = (await app.Admin.PostJson($"/admin/{path}", new JsonObject { [field] = name, ["metadata"] = new JsonObject { ["a"] = 1 } }))[key]!;
        var id = (string)created["id"]!;
        Assert.Equal(name, (string)created[field]!);
        Assert.Equal("duplicate_error", (string)(await app.Admin.PostJson($"/admin/{path}", new JsonObject { [field] = name.ToUpperInvariant() }, 422))["type"]!);
        var changed = (await app.Admin.PostJson($"/admin/{path}/{id}", new JsonObject { [field] = name + "!" }))[key]!;
        Assert.Equal(name + "!", (string)changed[field]!);
        Assert.Equal(1, (int)changed["metadata"]!["a"]!);
        Assert.Equal(1, (int)(await app.Admin.GetJson($"/admin/{path}?q={Uri.EscapeDataString(name + "!")}"))["count"]!);
        Assert.Equal(400, (int)(await app.Admin.PostJson($"/admin/{path}", new JsonObject { [field] = "" }, 400))["status"]!);
        Assert.Equal(key, (string)(await app.Admin.DeleteJson($"/admin/{path}/{id}"))["object"]!);
        await app.Admin.GetJson($"/admin/{path}/{id}", 404);
        await app.Admin.PostJson($"/admin/{path}/{id}", new JsonObject { [field] = "x" }, 404);
    }
}
