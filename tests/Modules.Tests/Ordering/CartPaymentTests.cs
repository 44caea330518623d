namespace HeadlessPro.Modules.Tests.Ordering;

public class CartPaymentTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Fact]
    public async Task A_cart_has_one_collection_with_one_open_session_and_shows_both()
    {
        var id = (string)(await shop.Cart((shop.ShirtS, 1)))["id"]!;
        var first = await shop.Store.PostJson("/store/payment-collections", new { cart_id = id });
        Recordings.SameShape("056-payment-collection-create", "", first);
        var collection = (string)first["payment_collection"]!["id"]!;
        Assert.Equal(collection, (string)(await shop.Store.PostJson("/store/payment-collections", new { cart_id = id }))["payment_collection"]!["id"]!);

        var path = $"/store/payment-collections/{collection}/payment-sessions";
        var opened = await shop.Store.PostJson(path, new { provider_id = "pp_system_default" });
        Recordings.SameShape("058-payment-session-init", "", opened);
        var session = opened["payment_collection"]!["payment_sessions"]![0]!;
        Assert.Equal(("pending", 1729m, "pp_system_default"), ((string)session["status"]!, (decimal)session["amount"]!, (string)session["provider_id"]!));
        var again = await shop.Store.PostJson(path, new { provider_id = "pp_system_default", data = new { till = 3 } });
        Assert.Equal((string)session["id"]!, (string)Assert.Single(again["payment_collection"]!["payment_sessions"]!.AsArray())!["id"]!);

        var cart = (await shop.Store.GetJson($"/store/carts/{id}"))["cart"]!;
        Recordings.SameShape("059-cart-get-before-complete", "cart.payment_collection", cart["payment_collection"],
            "cart.payment_collection.payment_sessions.data");
        Assert.Equal((collection, 1729m), ((string)cart["payment_collection"]!["id"]!, (decimal)cart["payment_collection"]!["amount"]!));
    }

    [Fact]
    public async Task The_amount_follows_the_cart_and_the_shops_prices()
    {
        var hat = (await shop.AddProduct("Hat", [("One", [("zar", 10000), ("usd", 700)], null)]))[0];
        var id = (string)(await shop.Cart((hat, 1)))["id"]!;
        var path = $"/store/carts/{id}";
        var opened = await shop.Store.PostJson(path + "/payment-sessions", new { provider_id = "pp_system_default" });
        Assert.Equal(100m, (decimal)opened["payment_collection"]!["payment_sessions"]![0]!["amount"]!);

        var cart = (await shop.Store.PostJson(path + "/line-items", new { variant_id = hat.WireId, quantity = 2 }))["cart"]!;
        Assert.Equal((300m, 300m), ((decimal)cart["total"]!, (decimal)cart["payment_collection"]!["amount"]!));
        await shop.SetPrices(hat, ("zar", 5000), ("usd", 700));
        cart = (await shop.Store.GetJson(path))["cart"]!;
        Assert.Equal((150m, 150m, 150m),
            ((decimal)cart["total"]!, (decimal)cart["payment_collection"]!["amount"]!, (decimal)cart["payment_collection"]!["payment_sessions"]![0]!["amount"]!));
        cart = (await shop.Store.PostJson(path, new { region_id = shop.TaxOnTopRegion }))["cart"]!;
        Assert.Equal(("usd", 21m), ((string)cart["payment_collection"]!["currency_code"]!, (decimal)cart["payment_collection"]!["amount"]!));
        Assert.Equal(1L, await shop.Scalar<long>($"select count(*) from payments.collections where cart_id = '{ShopFixture.Decode("cart", id)}'"));
    }

    [Theory]
    [InlineData("""{"provider_id":"pp_nope"}""", "Payment provider pp_nope is not available in region South Africa: field 'provider_id' must name one of GET /store/payment-providers")]
    [InlineData("{}", "Invalid request: Field 'provider_id' is required")]
    [InlineData("""{"provider_id":7}""", "Invalid request: Expected type: 'string' for field 'provider_id', got: '7'")]
    [InlineData("""{"provider_id":"pp_system_default","amount":1}""", "Invalid request: Unrecognized fields: 'amount'")]
    [InlineData("""{"provider_id":"pp_system_default","data":"x"}""", "Invalid request: Expected type: 'object' for field 'data', got: 'x'")]
    public async Task A_refused_session_leaves_the_collection_without_one(string body, string message)
    {
        var id = (string)(await shop.Cart((shop.Mug, 1)))["id"]!;
        var collection = (await shop.Store.PostJson("/store/payment-collections", new { cart_id = id }))["payment_collection"]!["id"]!;
        var refused = await shop.Store.PostJson($"/store/payment-collections/{collection}/payment-sessions", body, 400);
        Assert.Equal((message, "invalid_data"), ((string)refused["message"]!, (string)refused["type"]!));
        Assert.Empty((await shop.Store.GetJson($"/store/carts/{id}"))["cart"]!["payment_collection"]!["payment_sessions"]!.AsArray());
    }

    [Fact]
    public async Task Unknown_carts_and_collections_are_404()
    {
        Assert.Equal("Cart id not found: cart_x", (string)(await shop.Store.PostJson("/store/payment-collections", new { cart_id = "cart_x" }, 404))["message"]!);
        Assert.Equal("Invalid request: Field 'cart_id' is required", (string)(await shop.Store.PostJson("/store/payment-collections", new { }, 400))["message"]!);
        foreach (var id in new[] { "pay_col_x", "pay_col_01M7XF437G6B3HNARG99FB03AT" })
        {
            var refused = await shop.Store.PostJson($"/store/payment-collections/{id}/payment-sessions", new { provider_id = "pp_system_default" }, 404);
            Assert.Equal($"Payment collection with id: {id} was not found", (string)refused["message"]!);
        }
    }
}
