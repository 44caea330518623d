using System.Text.Json.Nodes;
using HeadlessPro.Contracts;

namespace HeadlessPro.Modules.Tests.Catalog;

public class StoreGroupTests(StoreShop app) : IClassFixture<StoreShop>
{
    private readonly Shop _shop = app.Shop;

    [Fact]
    public async Task Categories_show_their_place_in_the_tree_without_what_is_hidden()
    {
        var root = await _shop.Category("Root");
        var second = await _shop.Category("Second", root, rank: 2);
        var first = await _shop.Category("First", root, rank: 1);
        var leaf = await _shop.Category("Leaf", first);
        var hidden = await _shop.Category("Hidden", root, active: false);
        await _shop.Category("Internal", root, isInternal: true);

        var read = await Category(root, "");
        Assert.Equal(["First", "Second"], Names(read["category_children"]!));
        Assert.Null(read["parent_category"]);
        Assert.False(read["category_children"]![0]!.AsObject().ContainsKey("category_children"));

        var tree = await Category(root, "include_descendants_tree=true");
        Assert.Equal(["Leaf"], Names(tree["category_children"]![0]!["category_children"]!));
        Assert.Empty(tree["category_children"]![1]!["category_children"]!.AsArray());

        var up = await Category(leaf, "include_ancestors_tree=true");
        Assert.Equal("First", (string)up["parent_category"]!["name"]!);
        Assert.Equal("Root", (string)up["parent_category"]!["parent_category"]!["name"]!);
        Assert.Null(up["parent_category"]!["parent_category"]!["parent_category"]);
        var asked = await Category(leaf, "fields=*parent_category,*parent_category.parent_category");
        Assert.Equal("Root", (string)asked["parent_category"]!["parent_category"]!["name"]!);

        await app.Store.GetJson($"/store/product-categories/{WireId.Encode("pcat", hidden)}", 404);
        var list = await app.Store.GetJson($"/store/product-categories?parent_category_id={WireId.Encode("pcat", root)}");
        Assert.Equal((2, 50), ((int)list["count"]!, (int)list["limit"]!));
        Assert.Equal(["First", "Second"], Names(list["product_categories"]!));
        Assert.Equal(WireId.Encode("pcat", second), (string)(await app.Store.GetJson("/store/product-categories?handle=second"))["product_categories"]![0]!["id"]!);
        Assert.Equal(["Leaf"], Names((await app.Store.GetJson("/store/product-categories?q=LEA"))["product_categories"]!));
    }

    [Fact]
    public async Task Groups_show_their_visible_products_when_asked()
    {
        var (category, collection, tag, type) = (await _shop.Category("Group C"), await _shop.Collection("Groupcollection"), await _shop.Tag("group tag"), await _shop.Type("group type"));
        var shown = await _shop.Product("Grouped", categories: [category], collection: collection, tags: [tag], type: type);
        await _shop.Product("Grouped draft", status: "draft", categories: [category], collection: collection, tags: [tag], type: type);

        foreach (var (path, singular, id) in new[]
                 {
                     ("product-categories", "product_category", WireId.Encode("pcat", category)), ("collections", "collection", WireId.Encode("pcol", collection)),
                     ("product-tags", "product_tag", WireId.Encode("ptag", tag)), ("product-types", "product_type", WireId.Encode("ptyp", type)),
                 })
        {
            var group = (await app.Store.GetJson($"/store/{path}/{id}?fields=*products"))[singular]!;
            var product = Assert.Single(group["products"]!.AsArray())!;
            Assert.Equal((shown.Id, "published"), ((string)product["id"]!, (string)product["status"]!));
        }

        Assert.False((await app.Store.GetJson($"/store/collections/{WireId.Encode("pcol", collection)}"))["collection"]!.AsObject().ContainsKey("products"));
        Assert.Equal(1, (int)(await app.Store.GetJson("/store/collections?handle=groupcollection&fields=*products"))["count"]!);
        Assert.Equal(["handle", "id", "title"], (await app.Store.GetJson("/store/collections?limit=1&fields=id, handle, title"))["collections"]![0]!.AsObject()
            .Select(p => p.Key).Order());
        Assert.Equal(["group tag"], (await app.Store.GetJson("/store/product-tags?value=group%20tag"))["product_tags"]!.AsArray().Select(t => (string)t!["value"]!));
    }

    [Fact]
    public async Task Options_are_those_of_visible_products_and_none_is_shared()
    {
        var goods = await _shop.Product("Optioned", sizes: ["S", "M"]);
        var draft = await _shop.Product("Optioned draft", status: "draft");
        var read = (await app.Store.GetJson($"/store/product-options/{WireId.Encode("opt", goods.Option)}"))["product_option"]!;
        Assert.Equal(["S", "M"], read["values"]!.AsArray().Select(v => (string)v!["value"]!));
        await app.Store.GetJson($"/store/product-options/{WireId.Encode("opt", draft.Option)}", 404);
        Assert.Equal(0, (int)(await app.Store.GetJson("/store/product-options?is_exclusive=false&fields=*values"))["count"]!);
        Assert.Equal(1, (int)(await app.Store.GetJson($"/store/product-options?product_id={goods.Id}"))["count"]!);
    }

    [Fact]
    public async Task Variants_are_found_by_code_product_and_word()
    {
        var goods = await _shop.Product("Varied", sizes: ["S", "M"]);
        var other = await _shop.Product("Varied twin");
        Assert.Equal(2, (int)(await app.Store.GetJson($"/store/product-variants?product_id={goods.Id}"))["count"]!);
        Assert.Equal(["M"], (await app.Store.GetJson("/store/product-variants?sku=SKU-VARIED-M"))["variants"]!.AsArray().Select(v => (string)v!["title"]!));
        var page = await app.Store.GetJson("/store/product-variants?q=varied&order=-sku&limit=2");
        Assert.Equal((3, 2), ((int)page["count"]!, (int)page["limit"]!));
        Assert.Equal([other.VariantId, WireId.Encode("variant", goods.Variants[0])], page["variants"]!.AsArray().Select(v => (string)v!["id"]!));
        var refused = await app.Store.GetJson("/store/product-variants?fields=*calculated_price", 400);
        Assert.Equal("invalid_data", (string)refused["type"]!);
    }

    private static List<string> Names(JsonNode list) => list.AsArray().Select(c => (string)c!["name"]!).ToList();

    private async Task<JsonNode> Category(Guid id, string query) =>
        (await app.Store.GetJson($"/store/product-categories/{WireId.Encode("pcat", id)}?{query}"))["product_category"]!;
}
