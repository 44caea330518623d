using System.Text.Json.Nodes;
using HeadlessPro.Contracts;

namespace HeadlessPro.Modules.Tests.Catalog;

/// <summary>Every store answer has the recorded properties with the recorded types, and no others.</summary>
public class StoreShapeTests(StoreShop app) : IClassFixture<StoreShop>
{
    [Fact]
    public async Task Answers_have_the_recorded_shape()
    {
        var goods = await Fill();
        var region = await app.Region();
        var id = $"id={goods.Id}";
        await Same("products-list", $"/store/products?{id}");
        await Same("products-list-with-price", $"/store/products?{id}&region_id={region}&fields=*variants.calculated_price");
        await Same("products-list-with-tax", $"/store/products?{id}&region_id={region}&country_code=za&fields=*variants.calculated_price");
        await Same("products-list-with-inventory",
            $"/store/products?{id}&region_id={region}&fields=*variants.calculated_price,%2Bvariants.inventory_quantity,*categories,*tags,*type,*collection");
        await Same("products-list-few-fields", $"/store/products?{id}&fields=id,title,handle,thumbnail");
        await Same("products-list-with-tags-and-metadata",
            $"/store/products?handle={goods.Handle}&region_id={region}&fields=*variants.calculated_price,%2Bvariants.inventory_quantity,%2Bmetadata,%2Btags");
        await Same("product", $"/store/products/{goods.Id}?region_id={region}&fields=*variants.calculated_price", "product.categories");
        await Same("products-by-category", $"/store/products?{id}&fields=id,title,*categories", "products.categories.parent_category_id");
        await Same("categories-list", "/store/product-categories?parent_category_id=null");
        await Same("categories-tree", "/store/product-categories?parent_category_id=null&include_descendants_tree=true&fields=id,name,handle,*category_children");
        await Same("collections-list", "/store/collections");
        await Same("tags-list", "/store/product-tags");
        await Same("types-list", "/store/product-types");
        await Same("variants-list", $"/store/product-variants?product_id={goods.Id}&region_id={region}&fields=*calculated_price",
            "variants.images.product", "variants.images.variants");
        await Same("options-list", "/store/product-options");
    }

    [Fact]
    public async Task One_of_each_is_found_by_id_and_an_unknown_one_is_not()
    {
        var goods = await Fill();
        foreach (var (path, plural, singular) in new[]
                 {
                     ("products", "products", "product"), ("product-variants", "variants", "variant"), ("collections", "collections", "collection"),
                     ("product-categories", "product_categories", "product_category"), ("product-tags", "product_tags", "product_tag"),
                     ("product-types", "product_types", "product_type"), ("product-options", "product_options", "product_option"),
                 })
        {
            var listed = (await app.Store.GetJson($"/store/{path}"))[plural]![0]!;
            var read = (await app.Store.GetJson($"/store/{path}/{listed["id"]}"))[singular]!;
            Assert.Equal(listed.ToJsonString(), read.ToJsonString());
            var unknown = await app.Store.GetJson($"/store/{path}/prod_doesnotexist", 404);
            Assert.Equal("not_found", (string)unknown["type"]!);
            Assert.EndsWith("with id: prod_doesnotexist was not found", (string)unknown["message"]!);
            await app.Store.GetJson($"/store/{path}/{WireId.Encode("prod", Guid.NewGuid())}", 404);
        }

        Assert.Equal("Product with id: prod_x was not found", (string)(await app.Store.GetJson("/store/products/prod_x", 404))["message"]!);
        Assert.Equal(goods.Id, (string)(await app.Store.GetJson($"/store/products/{goods.Id}?fields=handle"))["product"]!["id"]!);
    }

    [Fact]
    public async Task The_official_storefronts_product_query_gets_what_it_reads()
    {
        var goods = await Fill();
        const string fields = "*variants.calculated_price,+variants.inventory_quantity,*variants.images,*variants.options,+metadata,+tags,";
        var page = await app.Store.GetJson($"/store/products?limit=12&offset=0&handle={goods.Handle}&region_id={await app.Region()}&fields={Uri.EscapeDataString(fields)}");
        var product = Assert.Single(page["products"]!.AsArray())!;
        Assert.True(product.AsObject().ContainsKey("metadata"));
        Assert.Equal(("organic", "Apparel", "Summer"), ((string)product["tags"]![0]!["value"]!, (string)product["type"]!["value"]!, (string)product["collection"]!["title"]!));
        foreach (var variant in product["variants"]!.AsArray())
        {
            Assert.Equal(product["options"]!.AsArray().Select(o => (string)o!["id"]!), variant!["options"]!.AsArray().Select(o => (string)o!["option_id"]!));
            Assert.Equal(0, (int)variant["inventory_quantity"]!);
            Assert.Equal(1729m, (decimal)variant["calculated_price"]!["calculated_amount"]!);
            Assert.Equal(2, variant["images"]!.AsArray().Count);
        }

        var bare = await app.Store.GetJson($"/store/products?handle={goods.Handle}&fields=+metadata");
        Assert.True(bare["products"]![0]!.AsObject().ContainsKey("metadata"));
        Assert.True(bare["products"]![0]!.AsObject().ContainsKey("variants"));
    }

    [Fact]
    public async Task Names_that_are_no_fields_and_modifiers_on_scalars_change_nothing()
    {
        var goods = await Fill();
        var plain = await app.Store.GetJson($"/store/products/{goods.Id}");
        var odd = await app.Store.GetJson($"/store/products/{goods.Id}?fields=%2Bnonsense,*thumbnail,*variants.nothing,,");
        Assert.Equal(plain.ToJsonString(), odd.ToJsonString());
        var few = (JsonObject)(await app.Store.GetJson($"/store/products/{goods.Id}?fields=id,variants.sku,%2Bstatus,-title"))["product"]!;
        Assert.Equal(["id", "status", "variants"], few.Select(p => p.Key).Order());
        Assert.Equal(["id", "sku"], few["variants"]![0]!.AsObject().Select(p => p.Key).Order());
        var nested = (JsonObject)(await app.Store.GetJson($"/store/products/{goods.Id}?fields=id,*variants.images,*variants.product"))["product"]!["variants"]![0]!;
        Assert.Equal(2, nested["images"]!.AsArray().Count);
        Assert.Equal(goods.Id, (string)nested["product"]!["id"]!);
    }

    private async Task Same(string recording, string path, params string[] ignoring)
    {
        var answer = await app.Store.GetJson(path);
        Assert.True((int)answer["count"].Or(1) > 0, path);
        Recordings.SameShape(recording, "", answer, ignoring);
    }

    private async Task<Goods> Fill()
    {
        if (await app.Scalar<long>("select count(*) from catalog.products") > 0) return await Existing();
        var shop = app.Shop;
        var top = await shop.Category("Clothing");
        var shirts = await shop.Category("Shirts", top);
        var goods = await shop.Product("Ember Shirt", 172_900, ["S", "M"], categories: [shirts], collection: await shop.Collection("Summer"),
            type: await shop.Type("Apparel"), tags: [await shop.Tag("organic")], description: "Made in small runs.");
        await shop.Run("update catalog.products set subtitle = 'Made in South Africa', metadata = null");
        await app.Contract<Contracts.Inventory.IInventory>().EnsureItems(
            new(goods.Variants.Select(v => new Contracts.Inventory.EnsureItem(v, null, null, true, null)).ToList()), default);
        return goods;
    }

    private async Task<Goods> Existing() => new(
        await app.Scalar<Guid>("select id from catalog.products"), "ember-shirt", [], Guid.Empty, []);
}

internal static class JsonDefaults
{
    public static JsonNode Or(this JsonNode? node, int fallback) => node ?? JsonValue.Create(fallback);
}
