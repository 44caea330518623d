using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;

namespace HeadlessPro.Modules.Tests.Catalog;

/// <summary><c>$and</c> and <c>$or</c> of the product lists, as the SDK writes them.</summary>
public class ProductGroupTests(StoreShop app) : IClassFixture<StoreShop>
{
    private readonly Shop _shop = app.Shop;

    [Fact]
    public async Task Every_filter_of_the_store_list_works_within_groups_at_any_depth()
    {
        var (summer, tag) = (await _shop.Collection("Summer G"), await _shop.Tag("organic g"));
        var top = await _shop.Category("Top G");
        var shirt = await _shop.Product("Group Shirt", sizes: ["S", "XL"], collection: summer, categories: [await _shop.Category("Below G", top)]);
        var mug = await _shop.Product("Group Mug", tags: [tag]);
        await _shop.Product("Group Card", giftcard: true, description: "for everyone");

        Assert.Equal(["Group Mug", "Group Shirt"], await Titles($"$or[0][title]=Group Mug&$or[1][handle]={shirt.Handle}"));
        Assert.Equal(["Group Mug", "Group Shirt"], await Titles($"$and[0][$or][0][id][0]={mug.Id}&$and[0][$or][0][id][1]={shirt.Id}&$and[1][q]=group"));
        Assert.Equal(["Group Shirt"], await Titles($"collection_id={WireId.Encode("pcol", summer)}&$or[0][title]=Group Mug&$or[1][handle]={shirt.Handle}"));
        Assert.Equal(["Group Mug", "Group Shirt"], await Titles($"$or[0][tag_id]={WireId.Encode("ptag", tag)}&$or[1][category_id][0]={WireId.Encode("pcat", top)}"));
        Assert.Equal(["Group Card", "Group Shirt"], await Titles("$or[0][options][Size]=XL&$or[0][q]=group&$or[1][q]=everyone"));
        Assert.Equal(["Group Card", "Group Mug"], await Titles($"q=group&$or[0][is_giftcard]=true&$or[1][q]=sku-group-mug"));
        Assert.Equal(["Group Shirt"], await Titles($"$or[0][created_at][$gt]=2999-01-01&$or[1][option_value_id]={WireId.Encode("optval", shirt.Values[1])}"));
        Assert.Empty(await Titles("$and[0][title]=Group Mug&$and[1][title]=Group Shirt"));
        Assert.Equal(["Group Mug"], await Titles("$and[0][$or][0][$and][0][$or][0][title]=Group Mug"));

        var page = await app.Store.GetJson("/store/products?$or[0][title]=Group Mug&$or[1][title]=Group Shirt&order=title&limit=1&offset=1&fields=title");
        Assert.Equal((2, 1, "Group Shirt"), ((int)page["count"]!, page["products"]!.AsArray().Count, (string)page["products"]![0]!["title"]!));
        Assert.Equal(["SKU-GROUP-MUG-S", "SKU-GROUP-SHIRT-XL"], (await app.Store.GetJson(
                $"/store/product-variants?$or[0][sku]=SKU-GROUP-SHIRT-XL&$or[1][product_id]={mug.Id}&order=sku"))["variants"]!.AsArray().Select(v => (string)v!["sku"]!));
        Assert.Equal(["Summer G"], (await app.Store.GetJson("/store/collections?$or[0][title]=Summer G&$or[1][title]=None"))["collections"]!.AsArray().Select(c => (string)c!["title"]!));
        Assert.Equal(["Below G", "Top G"], (await app.Store.GetJson("/store/product-categories?$or[0][handle]=top-g&$or[1][q]=below&order=name"))["product_categories"]!
            .AsArray().Select(c => (string)c!["name"]!));
    }

    [Fact]
    public async Task Products_are_ordered_by_price_within_groups_and_cost_two_round_trips()
    {
        var region = await app.Region();
        await _shop.Product("Dear Vase", price: 90_000);
        await _shop.Product("Cheap Vase", price: 1_000);
        await _shop.Product("Middle Vase", price: 5_000);
        Assert.Equal(["Cheap Vase", "Dear Vase"], await Titles($"$or[0][title]=Dear Vase&$or[1][title]=Cheap Vase&order=price&region_id={region}", order: ""));
        Assert.Equal(["Dear Vase", "Cheap Vase"], await Titles($"$or[0][title]=Dear Vase&$or[1][title]=Cheap Vase&order=-price&region_id={region}", order: ""));
        await RoundTrips.AtMost(2, () => app.Store.GetJson("/store/products?$or[0][title]=Dear Vase&$or[1][q]=cheap&fields=title"));
    }

    [Fact]
    public async Task No_group_shows_what_is_unpublished_deleted_or_of_another_channel()
    {
        var (web, kiosk) = (await _shop.Channel("Web G"), await _shop.Channel("Kiosk G"));
        var mine = await _shop.Product("Guarded web", channels: [web]);
        var other = await _shop.Product("Guarded kiosk", channels: [kiosk]);
        var draft = await _shop.Product("Guarded draft", status: "draft", channels: [web]);
        var gone = await _shop.Product("Guarded deleted", channels: [web]);
        await _shop.Run("update catalog.products set deleted_at = now() where id = @id", ("id", gone.Product));

        using var webShop = await ClientOf(web);
        foreach (var hidden in (Goods[])[other, draft, gone])
        {
            Assert.Equal(["Guarded web"], await Titles($"$or[0][id]={hidden.Id}&$or[1][id]={mine.Id}", webShop));
            Assert.Equal(["Guarded web"], await Titles($"$or[0][handle]={hidden.Handle}&$or[1][q]=guarded", webShop));
            Assert.Empty(await Titles($"$or[0][$or][0][id]={hidden.Id}&$or[1][$and][0][handle]={hidden.Handle}", webShop));
            Assert.Equal(0, (int)(await webShop.GetJson($"/store/product-variants?$or[0][product_id]={hidden.Id}&$or[1][id]={hidden.VariantId}"))["count"]!);
            Assert.Equal(0, (int)(await webShop.GetJson($"/store/product-options?$or[0][product_id]={hidden.Id}"))["count"]!);
        }

        Assert.Equal(["Guarded web"], await Titles($"$or[0][sales_channel_id]={WireId.Encode("sc", web)}", webShop));
        var refused = await webShop.GetJson($"/store/products?$or[0][sales_channel_id]={WireId.Encode("sc", kiosk)}&$or[1][id]={mine.Id}", 400);
        Assert.Equal("Requested sales channel is not part of the publishable key", (string)refused["message"]!);
        Assert.Equal(["Guarded kiosk", "Guarded web"], await Titles(
            $"$or[0][sales_channel_id]={WireId.Encode("sc", kiosk)}&$or[1][sales_channel_id]={WireId.Encode("sc", web)}"));
    }

    [Fact]
    public async Task A_group_that_filters_by_something_unknown_or_by_nothing_is_refused_for_shoppers_and_staff()
    {
        await _shop.Product("Refused group");
        foreach (var (query, message) in ((string, string)[])
        [
            ("$or[0][title]=x&$or[1][colour]=red", "Invalid request: Unrecognized fields: '$or, 1, colour'"),
            ("$or[0][title]=x&$or[1][q]=", "Invalid request: Field '$or, 1' holds no filter"),
            ("$or=x", "Invalid request: Expected an array of filters for field '$or', written $or[0][title]=…"),
            ("$or[title]=x", "Invalid request: Expected an array of filters for field '$or', written $or[0][title]=…"),
            ("$and[0][order]=title", "Invalid request: Unrecognized fields: '$and, 0, order'"),
        ])
        {
            Assert.Equal(message, (string)(await app.Store.GetJson("/store/products?" + query, 400))["message"]!);
            Assert.Equal(message, (string)(await app.Admin.GetJson("/admin/products?" + query, 400))["message"]!);
        }
    }

    [Fact]
    public async Task Staff_combine_the_filters_of_their_lists()
    {
        var type = await _shop.Type("Furniture S");
        var chair = await _shop.Product("Staff Chair", type: type);
        await _shop.Product("Staff Table", status: "draft", type: type);
        var lamp = await _shop.Product("Staff Lamp", status: "draft");
        await _shop.Run("update catalog.products set deleted_at = now() where id = @id", ("id", (await _shop.Product("Staff Gone")).Product));

        Assert.Equal(["Staff Chair", "Staff Lamp"], await Names("products", "title", $"$or[0][id]={chair.Id}&$or[1][q]=staff lamp&order=title"));
        Assert.Equal(["Staff Lamp", "Staff Table"], await Names("products", "title", "status=draft&$or[0][q]=staff&$or[1][handle]=staff-gone&order=title"));
        Assert.Equal(["Staff Table"], await Names("products", "title", $"$and[0][status]=draft&$and[1][$or][0][type_id]={WireId.Encode("ptyp", type)}"));
        Assert.Empty(await Names("products", "title", "$or[0][handle]=staff-gone&$or[1][title]=Staff Gone"));
        Assert.Equal(["Furniture S"], await Names("product-types", "value", $"$or[0][value]=FURNITURE S&$or[1][id]={WireId.Encode("ptyp", lamp.Product)}", "product_types"));
        var channel = await _shop.Channel("Staff channel");
        Assert.Equal(["Staff channel"], await Names("sales-channels", "name", $"$or[0][q]=nothing&$or[1][id]={WireId.Encode("sc", channel)}", "sales_channels"));
        var root = await _shop.Category("Staff root");
        await _shop.Category("Staff child", root);
        Assert.Equal(["Staff child", "Staff root"], await Names(
            "product-categories", "name", $"$or[0][parent_category_id]={WireId.Encode("pcat", root)}&$or[1][id]={WireId.Encode("pcat", root)}&order=name", "product_categories"));

        var file = await app.Admin.GetStringAsync("/admin/products/export?$or[0][handle]=staff-lamp&$or[1][handle]=staff-chair");
        Assert.Equal(["staff-chair", "staff-lamp"], file.Split('\n').Skip(1).Select(l => l.Split(',')[0]).Where(h => h.Length > 0).Distinct().Order());
    }

    private async Task<string[]> Titles(string query, HttpClient? client = null, string order = "&order=title") =>
        (await (client ?? app.Store).GetJson($"/store/products?fields=title&{query}{order}"))["products"]!.AsArray().Select(p => (string)p!["title"]!).ToArray();

    private async Task<string[]> Names(string path, string field, string query, string? key = null) =>
        (await app.Admin.GetJson($"/admin/{path}?{query}"))[key ?? path]!.AsArray().Select(p => (string)p![field]!).ToArray();

    private async Task<HttpClient> ClientOf(params Guid[] channels)
    {
        var token = $"pk_{Guid.NewGuid():N}";
        var key = (await app.Contract<IApiKeys>().Ensure(new EnsureApiKey(token, ApiKeyType.Publishable, "Channel key"), default)).Value!;
        await app.Contract<IApiKeys>().LinkChannels(new LinkKeyChannels(key.Id, channels, []), default);
        var client = app.Client();
        client.DefaultRequestHeaders.Add("x-publishable-api-key", token);
        return client;
    }
}
