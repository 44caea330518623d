using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using HeadlessPro.Host.Demo;

namespace HeadlessPro.Modules.Tests.Demo;

public class DemoShopTests(DemoShopTests.LocalApp app) : IClassFixture<DemoShopTests.LocalApp>
{
    [Fact]
    public async Task The_demo_shop_is_made_once_and_a_shopper_reads_prices_and_stock()
    {
        Assert.True(await DemoShop.Seed(app.Services, app.BaseAddress, default));
        var counts = await Counts();
        Assert.Equal("64 products, 284 variants, 283 stock items, 5 locations, 2 regions, 3 promotions, 6 options", counts);

        // As if the first start had been cut off before it was finished: everything is found, nothing is doubled.
        await app.Scalar<string>("update catalog.sales_channels set metadata = null returning name");
        Assert.True(await DemoShop.Seed(app.Services, app.BaseAddress, default));
        Assert.True(await DemoShop.Seed(app.Services, app.BaseAddress, default));
        Assert.Equal(counts, await Counts());

        using var shopper = new HttpClient { BaseAddress = app.BaseAddress };
        shopper.DefaultRequestHeaders.Add("x-publishable-api-key", DemoShop.PublishableKey);
        var region = (await shopper.GetJson("/store/regions"))["regions"]!.AsArray().Single(r => (string?)r!["currency_code"] == "zar")!;
        var page = await shopper.GetJson($"/store/products?handle=padstal-mug&region_id={region["id"]}&fields=*variants.calculated_price,%2Bvariants.inventory_quantity");
        var variant = page["products"]![0]!["variants"]!.AsArray().Single(v => (string?)v!["sku"] == "PM31-RUST")!;
        Assert.Equal((129m, true), ((decimal)variant["calculated_price"]!["calculated_amount"]!, (long)variant["inventory_quantity"]! > 0));
        using var picture = await shopper.GetAsync((string)page["products"]![0]!["thumbnail"]!);
        Assert.Equal("image/svg+xml", picture.Content.Headers.ContentType!.MediaType);
    }

    [Fact]
    public async Task A_demo_shop_that_starts_at_another_address_still_shows_its_pictures_and_changes_nothing_else()
    {
        const string Products = "/admin/products?limit=200&order=handle&fields=*,-updated_at,-sales_channels,*images,-images.updated_at,*variants,-variants.updated_at,*variants.prices";
        Assert.True(await DemoShop.Seed(app.Services, app.BaseAddress, default));
        var product = (await app.Admin.GetJson("/admin/products?limit=1&order=handle"))["products"]![0]!["id"];
        await app.Admin.PostJson($"/admin/products/{product}", new { thumbnail = "https://img.example/demo/mine.jpg" });
        var before = Text(await Demo(Products));
        var address = app.BaseAddress;
        Assert.Contains($"{address}demo/mug-rust.svg", before, StringComparison.Ordinal);

        await app.Restart();
        Assert.NotEqual(address, app.BaseAddress);
        Assert.True(await DemoShop.Seed(app.Services, app.BaseAddress, default));
        Assert.Equal(before.Replace(address.ToString(), app.BaseAddress.ToString(), StringComparison.Ordinal), Text(await Demo(Products)));
        Assert.Contains("https://img.example/demo/mine.jpg", before, StringComparison.Ordinal);

        async Task<JsonNode> Demo(string path) => (await app.Admin.GetJson(path))["products"]!;
        static string Text(JsonNode products) => products.ToJsonString(new(JsonSerializerDefaults.Web) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    [Fact]
    public async Task A_shop_of_ones_own_is_left_alone()
    {
        await using var own = new LocalApp();
        await own.InitializeAsync();
        await own.Admin.PostJson("/admin/sales-channels", new { name = "Mine" });
        Assert.False(await DemoShop.Seed(own.Services, own.BaseAddress, default));
        Assert.Equal(0L, await own.Scalar<long>("select count(*) from identity.api_keys where title like 'Demo%'"));
    }

    private async Task<string?> Counts() => await app.Scalar<string>("""
        select concat((select count(*) from catalog.products), ' products, ', (select count(*) from catalog.variants), ' variants, ', (select count(*) from inventory.items), ' stock items, ',
            (select count(*) from inventory.stock_locations), ' locations, ', (select count(*) from pricing.regions), ' regions, ', (select count(*) from pricing.promotions), ' promotions, ',
            (select count(*) from fulfillment.shipping_options), ' options')
        """);

    public sealed class LocalApp : HpApp
    {
        protected override string[] Arguments => ["--environment=Local"];
    }
}
