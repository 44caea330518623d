using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Catalog;

/// <summary>Whatever stands in the query of a store route, the answer is a page or a refusal in our words, never a failure.</summary>
public class StoreBadInputTests(StoreShop app) : IClassFixture<StoreShop>
{
    private static readonly string[] Paths =
        ["products", "product-variants", "product-categories", "collections", "product-tags", "product-types", "product-options"];

    private static readonly string[] Names =
    [
        "id", "id[0]", "id[$in][0]", "handle", "title", "q", "value", "sku", "collection_id", "category_id[]", "tag_id", "type_id", "option_value_id", "product_id",
        "sales_channel_id", "parent_category_id", "is_giftcard", "is_exclusive", "manage_inventory", "created_at", "created_at[$gt]", "updated_at[$lte]",
        "created_at[$regex]", "limit", "offset", "order", "fields", "region_id", "currency_code", "country_code", "province", "include_descendants_tree",
        "include_ancestors_tree", "options[Size]", "options[]", "options[", "$and[0][id]", "$or[0][q]", "$or[1][title]", "$or[1][$and][0][created_at][$gt]", "$or[0][options][Size]", "$and[0][$or][1][id][0]", "$or[1]", "$or[x][id]", "$or[0][unknown]", "variants[options][value]", "",
    ];

    private static readonly string[] Values =
    [
        "", "0", "-1", "1", "1000", "2147483647", "99999999999999999999", "1e9", "NaN", "true", "maybe", "null", "S", "%", "_", "\\", "'; drop table catalog.products; --", "\u0000", "a\u0000b",
        "\ud83d\ude00", "title", "-price", "price", "-", "+", "created_at", "*", "**", "variants.**", "*variants.calculated_price", "*products,*products.variants",
        "*category_children.category_children.category_children", "*parent_category.**", "-id,+metadata", ",,,", "prod_01M7XESKKC7JM10TENH30FRX3Y", "reg_01M7XESKKC7JM10TENH30FRX3Y",
        "0001-01-01", "9999-12-31T23:59:59.9999999-14:00", "2026-02-30", "zar", "usd", "ZAR", "za", "xx", "a b c d e f g h i j k", "x\ny",
    ];

    [Fact]
    public async Task No_query_is_answered_with_a_failure()
    {
        var goods = await app.Shop.Product("Target", sizes: ["S", "M"], categories: [await app.Shop.Category("Target category")]);
        var region = await app.Region();
        var random = new Random(2026);
        var answered = 0;
        for (var i = 0; i < 400; i++)
        {
            var path = Paths[i % Paths.Length];
            var pairs = Enumerable.Range(0, random.Next(1, 4)).Select(_ =>
                $"{Uri.EscapeDataString(Names[random.Next(Names.Length)])}={Uri.EscapeDataString(random.Next(8) == 0 ? region : Values[random.Next(Values.Length)])}");
            var query = $"/store/{path}{(random.Next(5) == 0 ? "/" + goods.Id : "")}?{string.Join('&', pairs)}";
            using var response = await app.Store.GetAsync(query);
            var text = await response.Content.ReadAsStringAsync();
            var status = (int)response.StatusCode;
            Assert.True(status is 200 or 400 or 404, $"{query}: {status} {text}");
            if (status == 200) answered++;
            else Assert.False(string.IsNullOrEmpty((string?)JsonNode.Parse(text)!["message"]), $"{query}: {text}");
        }

        Assert.InRange(answered, 100, 390);
        Assert.Equal(1L, await app.Scalar<long>("select count(*) from catalog.products"));
    }
}
