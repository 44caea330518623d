using System.Text.Json.Nodes;
using HeadlessPro.Contracts.Identity;

namespace HeadlessPro.Journeys.Tests;

/// <summary>A shopper's way through the shop; it runs on one host and on a shop that is split over two.</summary>
public abstract class BuyJourney(ShopFixture shop)
{
    [Fact]
    public async Task From_the_catalogue_to_the_order()
    {
        var option = await AddShipping();
        var store = shop.Store;
        var listed = await store.GetJson($"/store/products?region_id={shop.Region}&fields=*variants.calculated_price,%2Bvariants.inventory_quantity&q=ember");
        var shirt = Assert.Single(listed["products"]!.AsArray())!;
        var medium = shirt["variants"]!.AsArray().Single(v => (string)v!["title"]! == "M")!;
        Assert.Equal((1713m, 3), ((decimal)medium["calculated_price"]!["calculated_amount"]!, (int)medium["inventory_quantity"]!));

        var cart = (string)(await store.PostJson("/store/carts", new { region_id = shop.Region }))["cart"]!["id"]!;
        await store.PostJson($"/store/carts/{cart}/line-items", new { variant_id = (string)medium["id"]!, quantity = 2 });
        await store.PostJson($"/store/carts/{cart}/promotions", new { promo_codes = new[] { "SAVE10" } });
        await store.PostJson($"/store/carts/{cart}", new
        {
            email = "thandi@example.com",
            shipping_address = new { first_name = "Thandi", address_1 = "12 Long Street", city = "Cape Town", postal_code = "8001", country_code = "za" },
        });
        var offered = (await store.GetJson($"/store/shipping-options?cart_id={cart}"))["shipping_options"]!.AsArray();
        Assert.Contains(option, offered.Select(o => (string)o!["id"]!));
        await store.PostJson($"/store/carts/{cart}/shipping-methods", new { option_id = option });
        await store.PostJson($"/store/carts/{cart}/payment-sessions", new { provider_id = "pp_system_default" });

        var order = (await store.PostJson($"/store/carts/{cart}/complete"))["order"]!;

        // 2 × 1 713.00 − 10 % + 99.00 shipping, VAT within.
        Assert.Equal((3182.4m, 342.6m, 99m), ((decimal)order["total"]!, (decimal)order["discount_total"]!, (decimal)order["shipping_total"]!));
        await Eventually(async () => 1 == (int)(await Variant("M"))["inventory_quantity"]!);
        Assert.Equal(2L, await shop.Scalar<long>("select sum(quantity)::bigint from ordering.order_lines"));
        await StaffChangeAndCancel(order);
    }

    /// <summary>One piece more, two fewer, none: the stock follows from host to host.</summary>
    private async Task StaffChangeAndCancel(JsonNode order)
    {
        var path = $"/admin/orders/{order["id"]}";
        var line = (string)order["items"]![0]!["id"]!;
        foreach (var (version, quantity, total, left) in new[] { (1, 3, 4724.1m, 0), (2, 1, 1640.7m, 2) })
        {
            var edited = await shop.Admin.PostJson(path + "/edit", new { version, items = new[] { new { id = line, quantity } } });
            Assert.Equal(total, (decimal)edited["order"]!["total"]!);
            await Eventually(async () => left == (int)(await Variant("M"))["inventory_quantity"]!);
        }

        Assert.Equal("canceled", (string)(await shop.Admin.PostJson(path + "/cancel"))["order"]!["status"]!);
        await Eventually(async () => 3 == (int)(await Variant("M"))["inventory_quantity"]!);
        await Eventually(async () => 0 == await shop.Scalar<long>("select count(*) from pricing.promotion_claims"));
    }

    [Fact]
    public async Task What_is_sold_out_is_refused_by_name()
    {
        var cart = (string)(await shop.Cart((shop.ShirtS, 100)))["id"]!;
        var refused = await shop.Store.PostJson($"/store/carts/{cart}/line-items", new { variant_id = shop.ShirtS.WireId, quantity = 1 }, 400);
        Assert.Equal("insufficient_inventory", (string)refused["code"]!);
    }

    [Fact]
    public async Task A_revoked_key_is_refused_by_every_host()
    {
        var keys = shop.Contract<IApiKeys>();
        var key = (await keys.Ensure(new EnsureApiKey("pk_to_revoke", ApiKeyType.Publishable, "Kiosk"), default)).Value!;
        using var client = shop.Client();
        client.DefaultRequestHeaders.Add("x-publishable-api-key", "pk_to_revoke");
        await client.GetJson("/store/products");
        await client.GetJson("/store/regions");

        await shop.Admin.PostJson($"/admin/api-keys/{Contracts.WireId.Encode("apk", key.Id)}/revoke");

        await Eventually(async () =>
        {
            using var response = await client.GetAsync(new Uri("/store/products", UriKind.Relative));
            return (int)response.StatusCode == 400;
        });
        Assert.Equal("A valid publishable key is required to proceed with the request", (string)(await client.GetJson("/store/regions", 400))["message"]!);
    }

    [Fact]
    public async Task A_new_price_is_in_every_answer()
    {
        var before = (decimal)(await Variant("S"))["calculated_price"]!["calculated_amount"]!;
        Assert.Equal(1729m, before);
        await shop.Admin.PostJson($"/admin/products/{shop.ShirtS.ProductWireId}/variants/{shop.ShirtS.WireId}", new
        {
            prices = new object[] { new { currency_code = "zar", amount = 1500.5 }, new { currency_code = "usd", amount = 100 } },
        });
        Assert.Equal(1500.5m, (decimal)(await shop.Cart((shop.ShirtS, 1)))["total"]!);
        await Eventually(async () => 1500.5m == (decimal)(await Variant("S"))["calculated_price"]!["calculated_amount"]!);
    }

    private async Task<JsonNode> Variant(string title) => (await shop.Store.GetJson(
        $"/store/products?region_id={shop.Region}&handle=ember-shirt&fields=*variants.calculated_price,%2Bvariants.inventory_quantity"))
        ["products"]![0]!["variants"]!.AsArray().Single(v => (string)v!["title"]! == title)!;

    /// <summary>Courier in South Africa for R 99.</summary>
    private async Task<string> AddShipping()
    {
        var set = (string)(await shop.Admin.PostJson("/admin/fulfillment-sets", new { name = "Courier", type = "shipping" }))["fulfillment_set"]!["id"]!;
        var zone = (string)(await shop.Admin.PostJson($"/admin/fulfillment-sets/{set}/service-zones", new
        {
            name = "South Africa",
            geo_zones = new[] { new { country_code = "za" } },
        }))["fulfillment_set"]!["service_zones"]![0]!["id"]!;
        return (string)(await shop.Admin.PostJson("/admin/shipping-options", new
        {
            name = "Courier",
            service_zone_id = zone,
            type = new { label = "Standard", code = "standard" },
            prices = new[] { new { currency_code = "zar", amount = 99 } },
        }))["shipping_option"]!["id"]!;
    }

    private static async Task Eventually(Func<Task<bool>> condition)
    {
        for (var i = 0; i < 100; i++)
        {
            if (await condition()) return;
            await Task.Delay(50);
        }

        Assert.Fail("It did not come about within five seconds.");
    }
}

/// <summary>Everything in one process.</summary>
public class BuyFromOneHost(ShopFixture shop) : BuyJourney(shop), IClassFixture<ShopFixture>;

/// <summary>Two hosts: identity-commerce and catalog-fulfillment, contracts over HTTP.</summary>
public class BuyFromTwoHosts(SplitShop shop) : BuyJourney(shop), IClassFixture<SplitShop>
{
    [Fact]
    public async Task The_inner_door_is_closed_to_strangers()
    {
        using var client = shop.Client();
        foreach (var credentials in (string?[])[null, "Bearer wrong", "Basic wrong"])
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/internal/inventory/get-availability") { Content = new StringContent("{}") };
            if (credentials is not null) request.Headers.TryAddWithoutValidation("Authorization", credentials);
            using var response = await client.SendAsync(request);
            Assert.Equal(401, (int)response.StatusCode);
        }
    }
}

/// <summary>The test shop on two hosts.</summary>
public class SplitShop : ShopFixture
{
    protected override bool Split => true;
}
