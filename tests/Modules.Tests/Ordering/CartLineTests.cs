using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Ordering;

public class CartLineTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Fact]
    public async Task The_same_variant_with_the_same_metadata_adds_to_its_line()
    {
        var path = $"/store/carts/{(await shop.Cart())["id"]}/line-items";
        await shop.Store.PostJson(path, new { variant_id = shop.ShirtS.WireId, quantity = 1, metadata = new { gift = true, note = "x" } });
        await shop.Store.PostJson(path, new { variant_id = shop.ShirtS.WireId, quantity = 2 });
        var cart = (await shop.Store.PostJson(path, """{"variant_id":"VARIANT","quantity":3,"metadata":{"note":"x","gift":true}}""".Replace("VARIANT", shop.ShirtS.WireId)))["cart"]!;
        Recordings.SameShape("040-cart-line-item-add-second", "cart", cart, [.. CartTests.LineExtras, "cart.items.metadata"]);
        Assert.Equal([(4, true), (2, false)], cart["items"]!.AsArray().Select(l => ((int)l!["quantity"]!, l["metadata"]!["gift"] is not null)));
        Assert.Equal(10374m, (decimal)cart["total"]!);
    }

    [Fact]
    public async Task A_line_is_changed_removed_by_zero_and_deleted_again_and_again()
    {
        var cart = await shop.Cart((shop.ShirtS, 1), (shop.Mug, 1));
        var lines = $"/store/carts/{cart["id"]}/line-items";
        var (shirt, mug) = ((string)cart["items"]![0]!["id"]!, (string)cart["items"]![1]!["id"]!);
        var changed = (await shop.Store.PostJson($"{lines}/{shirt}", new { quantity = 3 }))["cart"]!;
        Assert.Equal((shirt, 3, 5286.99m), ((string)changed["items"]![0]!["id"]!, (int)changed["items"]![0]!["quantity"]!, (decimal)changed["total"]!));
        Assert.Equal([mug], (await shop.Store.PostJson($"{lines}/{shirt}", new { quantity = 0 }))["cart"]!["items"]!.AsArray().Select(l => (string)l!["id"]!));
        for (var i = 0; i < 2; i++)
        {
            var deleted = await shop.Store.DeleteJson($"{lines}/{mug}");
            Recordings.SameShape("042-cart-line-item-delete", "", deleted, "parent.items", "parent.customer_id");
            Assert.Equal((mug, "line-item", true, 0m), ((string)deleted["id"]!, (string)deleted["object"]!, (bool)deleted["deleted"]!, (decimal)deleted["parent"]!["total"]!));
        }
    }

    [Fact]
    public async Task A_line_of_another_cart_cannot_be_changed_and_deleting_it_leaves_it_alone()
    {
        var theirs = await shop.Cart((shop.Mug, 5));
        var mine = await shop.Cart((shop.Mug, 1));
        var path = $"/store/carts/{mine["id"]}/line-items/{theirs["items"]![0]!["id"]}";
        var refused = await shop.Store.PostJson(path, new { quantity = 1 }, 404);
        Assert.Equal($"Line item with id: {theirs["items"]![0]!["id"]} was not found in cart {mine["id"]}", (string)refused["message"]!);
        await shop.Store.DeleteJson(path);
        Assert.Equal(5, (int)(await shop.Store.GetJson($"/store/carts/{theirs["id"]}"))["cart"]!["items"]![0]!["quantity"]!);
    }

    [Fact]
    public async Task Stock_is_checked_over_all_lines_of_a_variant_and_only_when_more_is_wanted()
    {
        var cart = await shop.Cart((shop.ShirtM, 2));
        var path = $"/store/carts/{cart["id"]}/line-items";
        var refused = await shop.Store.PostJson(path, new { variant_id = shop.ShirtM.WireId, quantity = 2, metadata = new { gift = true } }, 400);
        Assert.Equal(
            ("insufficient_inventory", "not_allowed", "Some variant does not have the required inventory"),
            ((string)refused["code"]!, (string)refused["type"]!, (string)refused["message"]!));
        await shop.Store.PostJson($"{path}/{cart["items"]![0]!["id"]}", new { quantity = 4 }, 400);
        await shop.Store.PostJson("/store/carts", new { items = new[] { new { variant_id = shop.ShirtM.WireId, quantity = 4 } } }, 400);
        await shop.Store.PostJson(path, new { variant_id = shop.ShirtM.WireId, quantity = 1, metadata = new { gift = true } });
        Assert.Equal(3m, await shop.Scalar<decimal>($"select sum((l ->> 'quantity')::bigint) from ordering.carts c, json_array_elements(c.lines) l where c.id = '{ShopFixture.Decode("cart", (string)cart["id"]!)}'"));
        Assert.Single((await shop.Store.PostJson(path, new { variant_id = shop.Mug.WireId, quantity = 1_000_000 }))["cart"]!["items"]!.AsArray(), l => (long)l!["quantity"]! == 1_000_000);

        var socks = (await shop.AddProduct("Socks", [("One", [("zar", 100)], 0)], backorder: true))[0];
        Assert.Equal(1m, (decimal)(await shop.Cart((socks, 1)))["total"]!);
    }

    [Fact]
    public async Task Fifty_adds_at_once_lose_none()
    {
        var path = $"/store/carts/{(await shop.Cart())["id"]}";
        await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => shop.Store.PostJson(path + "/line-items", new { variant_id = shop.ShirtS.WireId, quantity = 1 })));
        var line = Assert.Single((await shop.Store.GetJson(path))["cart"]!["items"]!.AsArray())!;
        Assert.Equal((50, 86450m), ((int)line["quantity"]!, (decimal)line["total"]!));
    }

    [Theory]
    [InlineData("""{"quantity":1}""", "Invalid request: Field 'variant_id' is required")]
    [InlineData("""{"variant_id":"VARIANT"}""", "Invalid request: Field 'quantity' is required")]
    [InlineData("""{"variant_id":"VARIANT","quantity":"two"}""", "Invalid request: Expected type: 'number' for field 'quantity', got: 'two'")]
    [InlineData("""{"variant_id":"VARIANT","quantity":-1}""", "Invalid request: Value for field 'quantity' too small, expected at least: '1'")]
    [InlineData("""{"variant_id":"VARIANT","quantity":0}""", "Invalid request: Value for field 'quantity' too small, expected at least: '1'")]
    [InlineData("""{"variant_id":"VARIANT","quantity":1000000000000}""", "Invalid request: Value for field 'quantity' too large, expected at most: '1000000'")]
    [InlineData("""{"variant_id":"VARIANT","quantity":1.5}""", "Invalid request: Expected type: 'integer' for field 'quantity', got: '1.5'")]
    [InlineData("""{"variant_id":"VARIANT","quantity":1,"unit_price":1}""", "Invalid request: Unrecognized fields: 'unit_price'")]
    [InlineData("""{"variant_id":"VARIANT","quantity":1,"metadata":"x"}""", "Invalid request: Expected type: 'object' for field 'metadata', got: 'x'")]
    [InlineData("""{"variant_id":"variant_doesnotexist","quantity":1}""", "Variants variant_doesnotexist do not exist or belong to a product that is not published")]
    [InlineData("""{"variant_id":"variant_01M7XESM7XTN4E6D2AVMCF3BPA","quantity":1}""", "Variants variant_01M7XESM7XTN4E6D2AVMCF3BPA do not exist or belong to a product that is not published")]
    [InlineData("[]", "Invalid request: Expected a JSON object as body, got: '[]'")]
    public async Task A_refused_line_names_its_field_and_adds_nothing(string body, string message)
    {
        var path = $"/store/carts/{(await shop.Cart())["id"]}";
        var refused = await shop.Store.PostJson(path + "/line-items", body.Replace("VARIANT", shop.ShirtS.WireId), 400);
        Assert.Equal(message, (string)refused["message"]!);
        Assert.Equal("invalid_data", (string)refused["type"]!);
        Assert.Empty((await shop.Store.GetJson(path))["cart"]!["items"]!.AsArray());
    }

    [Fact]
    public async Task A_variant_without_a_price_or_in_another_channel_cannot_be_added()
    {
        var path = $"/store/carts/{(await shop.Cart())["id"]}";
        var unpriced = (await shop.AddProduct("Antique", [("One", [("usd", 100)], null)]))[0];
        Assert.Equal($"Variants with IDs {unpriced.WireId} do not have a price",
            (string)(await shop.Store.PostJson(path + "/line-items", new { variant_id = unpriced.WireId, quantity = 1 }, 400))["message"]!);
        var elsewhere = (await shop.AddProduct("Kiosk only", [("One", [("zar", 100)], null)]))[0];
        await shop.Scalar<int>($"delete from catalog.product_channels where product_id = '{elsewhere.ProductId}'");
        Assert.Equal($"Variants {elsewhere.WireId} do not exist or belong to a product that is not published",
            (string)(await shop.Store.PostJson(path + "/line-items", new { variant_id = elsewhere.WireId, quantity = 1 }, 400))["message"]!);
        Assert.Empty((await shop.Store.GetJson(path))["cart"]!["items"]!.AsArray());
    }

    [Fact]
    public async Task A_line_grows_no_further_than_its_bound()
    {
        var path = $"/store/carts/{(await shop.Cart((shop.Mug, 999_999)))["id"]}/line-items";
        var refused = await shop.Store.PostJson(path, new { variant_id = shop.Mug.WireId, quantity = 2 }, 400);
        Assert.Equal("Invalid request: Value for field 'quantity' too large, expected at most: '1000000'", (string)refused["message"]!);
        var dear = (await shop.AddProduct("Diamond", [("One", [("zar", 100_000_000_000)], null)]))[0];
        Assert.Equal("The cart's total is too large; split it into several orders",
            (string)(await shop.Store.PostJson(path, new { variant_id = dear.WireId, quantity = 1_000_000 }, 400))["message"]!);
    }

    [Fact]
    public async Task A_cart_holds_500_lines_and_no_more()
    {
        var items = Enumerable.Range(0, 500).Select(i => new { variant_id = shop.Mug.WireId, quantity = 1, metadata = new { i } }).ToList();
        var cart = (await shop.Store.PostJson("/store/carts", new { region_id = shop.Region, items }))["cart"]!;
        Assert.Equal((500, 49995m), (cart["items"]!.AsArray().Count, (decimal)cart["total"]!));
        Assert.Equal(Enumerable.Range(0, 500), (await shop.Store.GetJson($"/store/carts/{cart["id"]}"))["cart"]!["items"]!.AsArray().Select(l => (int)l!["metadata"]!["i"]!));
        var refused = await shop.Store.PostJson($"/store/carts/{cart["id"]}/line-items", new { variant_id = shop.Mug.WireId, quantity = 1 }, 400);
        Assert.Equal(("too_many_lines", "A cart holds at most 500 lines"), ((string)refused["code"]!, (string)refused["message"]!));
        items.Add(items[0]);
        Assert.Equal("Invalid request: Field 'items' must have at most 500 entries", (string)(await shop.Store.PostJson("/store/carts", new { items }, 400))["message"]!);
        Assert.Equal("Invalid request: Field 'metadata' must have at most 16384 characters of JSON",
            (string)(await shop.Store.PostJson("/store/carts", new { metadata = new { x = new string('x', 17000) } }, 400))["message"]!);
    }

    [Fact]
    public async Task Codes_are_added_once_taken_away_and_refused_when_unknown()
    {
        var path = $"/store/carts/{(await shop.Cart((shop.ShirtS, 1)))["id"]}";
        for (var i = 0; i < 2; i++)
        {
            var cart = (await shop.Store.PostJson(path + "/promotions", new { promo_codes = new[] { "SAVE10" } }))["cart"]!;
            Recordings.SameShape("051-cart-promotion-add-again", "cart", cart, [.. CartTests.LineExtras, "cart.billing_address_id", "cart.billing_address", "cart.customer", "cart.email", "cart.metadata", "cart.shipping_address"]);
            Assert.Equal((1556.1m, 172.9m), ((decimal)cart["total"]!, (decimal)cart["discount_total"]!));
            Assert.Single(cart["promotions"]!.AsArray());
        }

        var refused = await shop.Store.PostJson(path + "/promotions", new { promo_codes = new[] { "NOPE" } }, 400);
        Assert.Equal("The promotion code NOPE is invalid", (string)refused["message"]!);
        var without = (await shop.Store.DeleteJson(path + "/promotions", new { promo_codes = new[] { "save10", "NOPE" } }))["cart"]!;
        Assert.Equal((1729m, 0), ((decimal)without["total"]!, without["promotions"]!.AsArray().Count));
        Assert.Equal("Invalid request: Field 'promo_codes' is required", (string)(await shop.Store.PostJson(path + "/promotions", new { }, 400))["message"]!);
    }

    [Fact]
    public async Task Taxes_can_be_asked_for_where_the_region_adds_none_by_itself()
    {
        var region = (string)(await shop.Admin.PostJson("/admin/regions", new { name = "UK", currency_code = "gbp", countries = new[] { "gb" }, automatic_taxes = false }))["region"]!["id"]!;
        await shop.AddTax("gb", 20, "VAT20", "VAT");
        var tea = (await shop.AddProduct("Tea", [("One", [("gbp", 500)], null)]))[0];
        var cart = (await shop.Store.PostJson("/store/carts", new { region_id = region, items = new[] { new { variant_id = tea.WireId, quantity = 1 } } }))["cart"]!;
        Assert.Equal((5m, 0m), ((decimal)cart["total"]!, (decimal)cart["tax_total"]!));
        var taxed = (await shop.Store.PostJson($"/store/carts/{cart["id"]}/taxes"))["cart"]!;
        Assert.Equal((6m, 1m), ((decimal)taxed["total"]!, (decimal)taxed["tax_total"]!));
        JsonNode read = (await shop.Store.GetJson($"/store/carts/{cart["id"]}"))["cart"]!;
        Assert.Equal(6m, (decimal)read["total"]!);
    }
}
