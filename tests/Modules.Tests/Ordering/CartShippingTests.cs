using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Ordering;

public class CartShippingTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Fact]
    public async Task Options_of_a_cart_look_as_recorded_with_the_price_for_its_goods()
    {
        var id = (string)(await shop.Cart((shop.Mug, 1)))["id"]!;
        var list = await shop.Store.GetJson($"/store/shipping-options?cart_id={id}");
        Recordings.SameShape("052-shipping-options-list", "", list);
        Assert.Equal(["Standard", "Courier"], list["shipping_options"]!.AsArray().Select(o => (string)o!["name"]!).Order().Reverse());
        Assert.Equal(99m, (decimal)Option(list, "Standard")["amount"]!);
        await shop.Store.PostJson($"/store/carts/{id}/line-items", new { variant_id = shop.ShirtS.WireId, quantity = 1 });
        Assert.Equal(0m, (decimal)Option(await shop.Store.GetJson($"/store/shipping-options?cart_id={id}"), "Standard")["amount"]!);
    }

    [Fact]
    public async Task A_method_is_priced_taxed_and_replaced_by_another_of_its_profile()
    {
        var path = $"/store/carts/{(await shop.Cart((shop.Mug, 1)))["id"]}";
        var cart = (await shop.Store.PostJson(path + "/shipping-methods", new { option_id = shop.Standard, data = new { note = "gate" } }))["cart"]!;
        Recordings.SameShape("054-cart-shipping-method-add", "cart.shipping_methods", cart["shipping_methods"]);
        Assert.Equal((198.99m, 99m, 86.09m, 12.91m),
            ((decimal)cart["total"]!, (decimal)cart["shipping_total"]!, (decimal)cart["shipping_subtotal"]!, (decimal)cart["shipping_tax_total"]!));

        cart = (await shop.Store.PostJson(path + "/shipping-methods", new[] { new { option_id = shop.Courier } }))["cart"]!;
        Assert.Equal((249.99m, shop.Courier), ((decimal)cart["total"]!, (string)Assert.Single(cart["shipping_methods"]!.AsArray())!["shipping_option_id"]!));
        cart = (await shop.Store.PostJson(path + "/shipping-methods", new { option_id = shop.Courier }))["cart"]!;
        Assert.Equal((249.99m, 1), ((decimal)cart["total"]!, cart["shipping_methods"]!.AsArray().Count));
        var named = (await shop.Store.GetJson(path + "?fields=%2Bshipping_methods.name"))["cart"]!;
        Assert.Equal("Courier", (string)named["shipping_methods"]![0]!["name"]!);
    }

    [Fact]
    public async Task Shipping_is_free_above_an_amount_and_not_any_more_below_it()
    {
        var path = $"/store/carts/{(await shop.Cart((shop.Mug, 10)))["id"]}";
        var cart = (await shop.Store.PostJson(path + "/shipping-methods", new { option_id = shop.Standard }))["cart"]!;
        Assert.Equal((999.9m, 99m), ((decimal)cart["item_total"]!, (decimal)cart["shipping_total"]!));
        var line = $"{path}/line-items/{cart["items"]![0]!["id"]}";
        Assert.Equal(0m, (decimal)(await shop.Store.PostJson(line, new { quantity = 11 }))["cart"]!["shipping_total"]!);
        Assert.Equal(99m, (decimal)(await shop.Store.PostJson(line, new { quantity = 9 }))["cart"]!["shipping_total"]!);
    }

    [Fact]
    public async Task Another_region_drops_the_methods_that_do_not_fit_there()
    {
        var path = $"/store/carts/{(await shop.Cart((shop.Mug, 1)))["id"]}";
        await shop.Store.PostJson(path + "/shipping-methods", new { option_id = shop.Courier });
        var moved = (await shop.Store.PostJson(path, new { region_id = shop.TaxOnTopRegion }))["cart"]!;
        Assert.Equal((7.77m, 0), ((decimal)moved["total"]!, moved["shipping_methods"]!.AsArray().Count));
        Assert.Empty((await shop.Store.PostJson(path, new { region_id = shop.Region }))["cart"]!["shipping_methods"]!.AsArray());
    }

    [Fact]
    public async Task A_price_is_calculated_without_choosing_it()
    {
        var id = (string)(await shop.Cart((shop.Mug, 1)))["id"]!;
        var answer = await shop.Store.PostJson($"/store/shipping-options/{shop.Courier}/calculate", new { cart_id = id });
        Assert.Equal((shop.Courier, 150m), ((string)answer["shipping_option"]!["id"]!, (decimal)answer["shipping_option"]!["amount"]!));
        Assert.Empty((await shop.Store.GetJson($"/store/carts/{id}"))["cart"]!["shipping_methods"]!.AsArray());
    }

    [Theory]
    [InlineData("{}", "Invalid request: Field 'option_id' is required")]
    [InlineData("[]", "Invalid request: Expected 1 to 20 shipping methods, got: 0")]
    [InlineData("""[{"option_id":"so_x"}]""", "Shipping options so_x do not exist or do not fit the cart")]
    [InlineData("""[null]""", "Invalid request: Expected type: 'object' for field '0', got: 'null'")]
    [InlineData("""[{"option_id":3}]""", "Invalid request: Expected type: 'string' for field '0, option_id', got: '3'")]
    [InlineData("""{"option_id":"so_01M7XESKA416G2PJPKCRX4YRDC"}""", "Shipping options so_01M7XESKA416G2PJPKCRX4YRDC do not exist or do not fit the cart")]
    [InlineData("""{"option_id":"so_x","amount":0}""", "Invalid request: Unrecognized fields: 'amount'")]
    [InlineData("""{"option_id":"so_x","data":[]}""", "Invalid request: Expected type: 'object' for field 'data', got: '[]'")]
    public async Task A_refused_method_names_its_field_and_adds_nothing(string body, string message)
    {
        var path = $"/store/carts/{(await shop.Cart((shop.Mug, 1)))["id"]}";
        Assert.Equal(message, (string)(await shop.Store.PostJson(path + "/shipping-methods", body, 400))["message"]!);
        Assert.Empty((await shop.Store.GetJson(path))["cart"]!["shipping_methods"]!.AsArray());
    }

    [Fact]
    public async Task Options_need_a_cart()
    {
        Assert.Equal("Invalid request: Field 'cart_id' is required", (string)(await shop.Store.GetJson("/store/shipping-options", 400))["message"]!);
        Assert.Equal("Cart with id 'cart_x' not found", (string)(await shop.Store.GetJson("/store/shipping-options?cart_id=cart_x", 404))["message"]!);
        var id = (string)(await shop.Cart((shop.Mug, 1)))["id"]!;
        Assert.Equal("Shipping option with id: so_x was not found or does not fit the cart",
            (string)(await shop.Store.PostJson("/store/shipping-options/so_x/calculate", new { cart_id = id }, 404))["message"]!);
        Assert.Equal("Invalid request: Field 'cart_id' is required", (string)(await shop.Store.PostJson("/store/shipping-options/so_x/calculate", new { }, 400))["message"]!);
    }

    [Fact]
    public async Task A_cart_is_read_in_one_round_trip_and_changed_in_two_and_a_third_asks_for_stock()
    {
        var path = $"/store/carts/{(await shop.Cart((shop.ShirtS, 2)))["id"]}";
        await shop.Store.PostJson(path + "/shipping-methods", new { option_id = shop.Standard });
        await RoundTrips.AtMost(1, () => shop.Store.GetJson(path));
        await RoundTrips.AtMost(2, () => shop.Store.PostJson(path, new { email = "lerato@example.com" }));
        await RoundTrips.AtMost(3, () => shop.Store.PostJson(path + "/line-items", new { variant_id = shop.ShirtS.WireId, quantity = 1 }));
    }

    private static JsonNode Option(JsonNode list, string name) => list["shipping_options"]!.AsArray().Single(o => (string)o!["name"]! == name)!;
}
