using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Ordering;

public class CartTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Fact]
    public async Task An_empty_cart_looks_as_recorded()
    {
        var cart = (await shop.Store.PostJson("/store/carts", new { region_id = shop.Region }))["cart"]!;
        Recordings.SameShape("036-cart-create-empty", "cart", cart);
        Assert.Equal(("zar", "za", shop.Channel, 0), ((string)cart["currency_code"]!, (string)cart["shipping_address"]!["country_code"]!, (string)cart["sales_channel_id"]!, (int)cart["total"]!));
        Assert.Equal((string)cart["shipping_address"]!["id"]!, (string)cart["shipping_address_id"]!);
        var read = (await shop.Store.GetJson($"/store/carts/{cart["id"]}"))["cart"]!;
        Assert.Equal(cart.ToJsonString(), read.ToJsonString());
    }

    [Fact]
    public async Task A_cart_with_everything_is_made_in_one_request_with_exact_totals()
    {
        var cart = (await shop.Store.PostJson("/store/carts", new
        {
            region_id = shop.Region,
            email = "sipho@example.com",
            locale = "en-ZA",
            promo_codes = new[] { "SAVE10" },
            items = new object[] { new { variant_id = shop.ShirtS.WireId, quantity = 1 }, new { variant_id = shop.ShirtS.WireId, quantity = 1 } },
            shipping_address = Address("za"),
            metadata = new { source = "web" },
        }))["cart"]!;
        Recordings.SameShape("065-cart-create-with-items", "cart", cart, ["cart.customer", .. LineExtras]);
        // 3458.00 with 15 % VAT within; 10 % off 3006.96 without tax.
        Assert.Equal(3112.2m, (decimal)cart["total"]!);
        Assert.Equal(3006.96m, (decimal)cart["subtotal"]!);
        Assert.Equal(3458m, (decimal)cart["original_total"]!);
        Assert.Equal(345.8m, (decimal)cart["discount_total"]!);
        Assert.Equal(405.94m, (decimal)cart["tax_total"]!);
        var line = Assert.Single(cart["items"]!.AsArray())!;
        Assert.Equal((2, 1729m, 3112.2m, 3458m, true), ((int)line["quantity"]!, (decimal)line["unit_price"]!, (decimal)line["total"]!, (decimal)line["original_total"]!, (bool)line["is_tax_inclusive"]!));
        Assert.Equal(("Ember Shirt", "S", "EMBER-SHIRT-S", "ember-shirt"), ((string)line["title"]!, (string)line["variant_title"]!, (string)line["variant_sku"]!, (string)line["product_handle"]!));
        Assert.Equal("VAT15", (string)line["tax_lines"]![0]!["code"]!);
        Assert.Equal("SAVE10", (string)line["adjustments"]![0]!["code"]!);
        Assert.Equal("SAVE10", (string)cart["promotions"]![0]!["code"]!);
        Assert.Equal("web", (string)cart["metadata"]!["source"]!);
    }

    [Fact]
    public async Task Without_a_region_the_first_of_the_currency_is_taken()
    {
        var first = (await shop.Store.PostJson("/store/carts"))["cart"]!;
        Assert.Equal(shop.Region, (string)first["region_id"]!);
        var dollars = (await shop.Store.PostJson("/store/carts", new { currency_code = "USD" }))["cart"]!;
        Assert.Equal((shop.TaxOnTopRegion, null), ((string)dollars["region_id"]!, dollars["shipping_address"]));
    }

    [Fact]
    public async Task Where_tax_is_added_it_appears_once_the_country_is_known()
    {
        var cart = (await shop.Store.PostJson("/store/carts", new
        {
            region_id = shop.TaxOnTopRegion,
            items = new[] { new { variant_id = shop.Mug.WireId, quantity = 3 } },
        }))["cart"]!;
        Assert.Equal((23.31m, 23.31m, 0m), Totals(cart));
        var path = $"/store/carts/{cart["id"]}";
        Assert.Equal((25.64m, 23.31m, 2.33m), Totals((await shop.Store.PostJson(path, new { shipping_address = Address("us") }))["cart"]!));
        Assert.Equal((23.31m, 23.31m, 0m), Totals((await shop.Store.PostJson(path, new { shipping_address = Address("CA") }))["cart"]!));
        var refused = await shop.Store.PostJson(path, new { shipping_address = Address("za") }, 400);
        Assert.Equal("Country with code za is not within region North America", (string)refused["message"]!);
        Assert.Equal((23.31m, 23.31m, 0m), Totals((await shop.Store.PostJson(path, new { shipping_address = (object?)null }))["cart"]!));
    }

    [Fact]
    public async Task Another_region_prices_the_cart_anew_and_drops_an_address_outside_it()
    {
        var cart = await shop.Cart((shop.ShirtS, 2));
        var path = $"/store/carts/{cart["id"]}";
        var moved = (await shop.Store.PostJson(path, new { region_id = shop.TaxOnTopRegion }))["cart"]!;
        Assert.Equal(("usd", 200m, null), ((string)moved["currency_code"]!, (decimal)moved["total"]!, moved["shipping_address"]));
        Assert.Equal(100m, (decimal)moved["items"]![0]!["unit_price"]!);
        Assert.False((bool)moved["items"]![0]!["is_tax_inclusive"]!);
        var back = (await shop.Store.PostJson(path, new { region_id = shop.Region }))["cart"]!;
        Assert.Equal(("zar", 3458m, "za"), ((string)back["currency_code"]!, (decimal)back["total"]!, (string)back["shipping_address"]!["country_code"]!));
    }

    [Fact]
    public async Task What_is_sent_is_replaced_and_what_is_absent_stays()
    {
        var path = $"/store/carts/{(await shop.Cart((shop.Mug, 1)))["id"]}";
        await shop.Store.PostJson(path, new { email = "thandi@example.com", metadata = new { a = 1 }, promo_codes = new[] { "save10" } });
        var cart = (await shop.Store.PostJson(path, new { billing_address = Address("de"), locale = "af" }))["cart"]!;
        Assert.Equal(("thandi@example.com", 1, "de", "af"), ((string)cart["email"]!, (int)cart["metadata"]!["a"]!, (string)cart["billing_address"]!["country_code"]!, (string)cart["locale"]!));
        Assert.Equal(89.99m, (decimal)cart["total"]!);
        cart = (await shop.Store.PostJson(path, new { email = (string?)null, metadata = (object?)null, billing_address = (object?)null, promo_codes = Array.Empty<string>() }))["cart"]!;
        Assert.Equal((null, null, null, 99.99m), ((string?)cart["email"], cart["metadata"], cart["billing_address"], (decimal)cart["total"]!));
    }

    [Fact]
    public async Task Fields_add_products_variants_and_names_or_narrow_the_answer()
    {
        var id = (string)(await shop.Cart((shop.ShirtS, 1)))["id"]!;
        var cart = (await shop.Store.GetJson(
            $"/store/carts/{id}?fields=*items,+*region,*items.product,*items.variant,*items.thumbnail,*items.metadata,%2Bitems.total,*promotions,%2Bshipping_methods.name"))["cart"]!;
        var line = cart["items"]![0]!;
        Assert.Equal(("Ember Shirt", "EMBER-SHIRT-S", 1729m), ((string)line["product"]!["title"]!, (string)line["variant"]!["sku"]!, (decimal)line["total"]!));
        var small = (await shop.Store.GetJson($"/store/carts/{id}?fields=id,region_id"))["cart"]!.AsObject();
        Assert.Equal(["id", "region_id"], small.Select(p => p.Key).Order());
    }

    [Fact]
    public async Task A_price_change_shows_in_the_next_answer()
    {
        var hat = (await shop.AddProduct("Hat", [("One", [("zar", 1000)], null)]))[0];
        var id = (string)(await shop.Cart((hat, 2)))["id"]!;
        await shop.SetPrices(hat, ("zar", 1500));
        Assert.Equal(30m, (decimal)(await shop.Store.GetJson($"/store/carts/{id}"))["cart"]!["total"]!);
    }

    [Fact]
    public async Task A_price_another_host_changed_shows_even_before_its_signal_arrives()
    {
        var hat = (await shop.AddProduct("Cap and bells", [("One", [("zar", 1000)], null)]))[0];
        var id = (string)(await shop.Cart((hat, 2)))["id"]!;
        Assert.Equal(20m, (decimal)(await shop.Store.GetJson($"/store/carts/{id}"))["cart"]!["total"]!);
        await shop.Scalar<object>($"""
            with counted as (update events.versions set version = version + 1 where topic = 'catalog')
            update catalog.prices set amount = 1500 where variant_id = '{hat.Id}'
            """);
        Assert.Equal(30m, (decimal)(await shop.Store.GetJson($"/store/carts/{id}"))["cart"]!["total"]!);
    }

    [Fact]
    public async Task A_product_that_is_gone_stays_visible_but_is_not_counted()
    {
        var cap = (await shop.AddProduct("Cap", [("One", [("zar", 5000)], null)]))[0];
        var id = (string)(await shop.Cart((cap, 2), (shop.Mug, 1)))["id"]!;
        await shop.Admin.DeleteJson($"/admin/products/{cap.ProductWireId}");
        var cart = (await shop.Store.GetJson($"/store/carts/{id}"))["cart"]!;
        Assert.Equal(99.99m, (decimal)cart["total"]!);
        var gone = cart["items"]!.AsArray().Single(l => (string)l!["variant_id"]! == cap.WireId)!;
        Assert.Equal((false, "Cap", 0m), ((bool)gone["is_available"]!, (string)gone["product_title"]!, (decimal)gone["total"]!));

        // It can be made fewer and removed, not more.
        var line = $"/store/carts/{id}/line-items/{gone["id"]}";
        var refused = await shop.Store.PostJson(line, new { quantity = 3 }, 400);
        Assert.Equal($"Variants {cap.WireId} do not exist or belong to a product that is not published", (string)refused["message"]!);
        await shop.Store.PostJson(line, new { quantity = 1 });
        await shop.Store.DeleteJson(line);
    }

    [Theory]
    [InlineData("""{"region_id":"reg_nope"}""", 404, "Region with id: reg_nope was not found")]
    [InlineData("""{"region_id":5}""", 400, "Invalid request: Expected type: 'string' for field 'region_id', got: '5'")]
    [InlineData("""{"currency_code":"jpy"}""", 400, "Invalid request: Field 'currency_code' names a currency without a region: 'jpy'")]
    [InlineData("""{"sales_channel_id":"sc_x"}""", 400, "Invalid request: Field 'sales_channel_id' must name a sales channel of the publishable key, got: 'sc_x'")]
    [InlineData("""{"email":"nobody"}""", 400, "Invalid request: Field 'email' must be an e-mail address")]
    [InlineData("""{"locale":"<b>"}""", 400, "Invalid request: Field 'locale' must be a language tag such as 'en' or 'af-ZA'")]
    [InlineData("""{"customer_id":"cus_1"}""", 400, "Invalid request: Unrecognized fields: 'customer_id'")]
    [InlineData("""{"metadata":{"a":[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[[]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]]}}""", 400, "Invalid request: Field 'metadata, a' is nested more than 32 levels deep")]
    [InlineData("""{"metadata":{"a":1e999999}}""", 400, "Invalid request: Field 'metadata, a' holds a number out of range")]
    [InlineData("""{"metadata":[]}""", 400, "Invalid request: Expected type: 'object' for field 'metadata', got: '[]'")]
    [InlineData("""{"metadata":{"a":"\u0000"}}""", 400, "Invalid request: Field 'metadata, a' contains a null character")]
    [InlineData("""{"promo_codes":["NOPE"]}""", 400, "The promotion code NOPE is invalid")]
    [InlineData("""{"promo_codes":[null]}""", 400, "Invalid request: Expected type: 'string' for field 'promo_codes, 0', got: 'null'")]
    [InlineData("""{"shipping_address":{"country_code":"us"}}""", 400, "Country with code us is not within region South Africa")]
    [InlineData("""{"shipping_address":{"country_code":"South Africa"}}""", 400, "Invalid request: Field 'shipping_address, country_code' must be a country code of two letters")]
    [InlineData("""{"shipping_address":{"first_name":7}}""", 400, "Invalid request: Expected type: 'string' for field 'shipping_address, first_name', got: '7'")]
    [InlineData("""{"shipping_address":"caaddr_1"}""", 400, "Invalid request: Expected type: 'object' for field 'shipping_address', got: 'caaddr_1'")]
    [InlineData("""{"billing_address":{"street":"x"}}""", 400, "Invalid request: Unrecognized fields: 'billing_address, street'")]
    [InlineData("""{"items":[{"variant_id":"variant_nope","quantity":1}]}""", 400, "Variants variant_nope do not exist or belong to a product that is not published")]
    [InlineData("""{"items":[{"quantity":1}]}""", 400, "Invalid request: Field 'items, 0, variant_id' is required")]
    [InlineData("""{"items":[{"variant_id":"v","quantity":0}]}""", 400, "Invalid request: Value for field 'items, 0, quantity' too small, expected at least: '1'")]
    [InlineData("""{"items":[null]}""", 400, "Invalid request: Expected type: 'object' for field 'items, 0', got: 'null'")]
    [InlineData("""{"region_id": """, 400, null)]
    public async Task Bad_input_names_the_field_and_creates_no_cart(string body, int status, string? message)
    {
        var before = await shop.Scalar<long>("select count(*) from ordering.carts");
        var refused = await shop.Store.PostJson("/store/carts", body, status);
        if (message is not null) Assert.Equal(message, (string)refused["message"]!);
        Assert.Equal(before, await shop.Scalar<long>("select count(*) from ordering.carts"));
    }

    [Theory]
    [InlineData("""{"region_id":null}""", 400, "Invalid request: Expected type: 'string' for field 'region_id', got: 'null'")]
    [InlineData("""{"region_id":"reg_nope"}""", 404, "Region with id: reg_nope was not found")]
    [InlineData("""{"email":5}""", 400, "Invalid request: Expected type: 'string' for field 'email', got: '5'")]
    [InlineData("""{"email":"a@b"}""", 400, "Invalid request: Field 'email' must be an e-mail address")]
    [InlineData("""{"email":"a@b.example\n"}""", 400, "Invalid request: Field 'email' must be an e-mail address")]
    [InlineData("""{"promo_codes":"SAVE10"}""", 400, "Invalid request: Expected type: 'array' for field 'promo_codes', got: 'SAVE10'")]
    [InlineData("""{"promo_codes":["NOPE"]}""", 400, "The promotion code NOPE is invalid")]
    [InlineData("""{"items":[]}""", 400, "Invalid request: Unrecognized fields: 'items'")]
    [InlineData("""{"sales_channel_id":"sc_01M7XESJSNM7HAQCJPF1VGT9K8"}""", 400, "Invalid request: Field 'sales_channel_id' must name a sales channel of the publishable key, got: 'sc_01M7XESJSNM7HAQCJPF1VGT9K8'")]
    [InlineData("""{"shipping_address":{"country_code":"us"}}""", 400, "Country with code us is not within region South Africa")]
    [InlineData("""{"metadata":{"n":1e200000}}""", 400, null)]
    public async Task A_refused_update_changes_nothing(string body, int status, string? message)
    {
        var path = $"/store/carts/{(await shop.Cart((shop.Mug, 1)))["id"]}";
        var before = await shop.Store.GetJson(path);
        var refused = await shop.Store.PostJson(path, body, status);
        if (message is not null) Assert.Equal(message, (string)refused["message"]!);
        Assert.Equal(before.ToJsonString(), (await shop.Store.GetJson(path)).ToJsonString());
    }

    [Fact]
    public async Task An_unknown_cart_is_404_on_every_route_in_the_words_recorded()
    {
        Assert.Equal("Cart with id 'cart_doesnotexist' not found", (string)(await shop.Store.GetJson("/store/carts/cart_doesnotexist", 404))["message"]!);
        const string Id = "cart_01M7XF3Y9DVZQB73Q9Z8AT26MA";
        var line = new { variant_id = shop.Mug.WireId, quantity = 1 };
        foreach (var (path, body) in Writes(Id, line))
            Assert.Equal($"Cart id not found: {Id}", (string)(await shop.Store.PostJson(path, body, 404))["message"]!);
        Assert.Equal($"Cart id not found: {Id}", (string)(await shop.Store.DeleteJson($"/store/carts/{Id}/line-items/cali_x", status: 404))["message"]!);
    }

    [Fact]
    public async Task A_completed_cart_refuses_every_write_and_can_still_be_read()
    {
        var cart = await shop.Cart((shop.Mug, 1));
        var id = (string)cart["id"]!;
        var row = ShopFixture.Decode("cart", id);
        await shop.Scalar<int>($"update ordering.carts set completed_at = now(), order_id = gen_random_uuid() where id = '{row}'");
        var line = new { variant_id = shop.Mug.WireId, quantity = 1 };
        foreach (var (path, body) in Writes(id, line))
            Assert.Equal($"Cart {id} is already completed.", (string)(await shop.Store.PostJson(path, body, 400))["message"]!);
        await shop.Store.DeleteJson($"/store/carts/{id}/line-items/{cart["items"]![0]!["id"]}", status: 400);
        await shop.Store.DeleteJson($"/store/carts/{id}/promotions", new { promo_codes = new[] { "SAVE10" } }, 400);
        var read = (await shop.Store.GetJson($"/store/carts/{id}"))["cart"]!;
        Assert.Equal(1, (int)Assert.Single(read["items"]!.AsArray())!["quantity"]!);
        Assert.NotNull(read["completed_at"]);
    }

    [Fact]
    public async Task A_cart_that_is_being_completed_answers_conflict_until_the_lease_lapses()
    {
        var id = (string)(await shop.Cart((shop.Mug, 1)))["id"]!;
        var row = ShopFixture.Decode("cart", id);
        await shop.Scalar<int>($"update ordering.carts set completing_token = gen_random_uuid(), completing_until = now() + interval '1 minute' where id = '{row}'");
        var line = new { variant_id = shop.Mug.WireId, quantity = 1 };
        foreach (var (path, body) in Writes(id, line))
            Assert.Equal($"Cart {id} is being completed", (string)(await shop.Store.PostJson(path, body, 409))["message"]!);
        Assert.Equal(1L, await shop.Scalar<long>($"select (lines -> 0 ->> 'quantity')::bigint from ordering.carts where id = '{row}'"));
    }

    [Fact]
    public async Task No_body_on_any_route_makes_a_server_error_or_a_change()
    {
        var cart = await shop.Cart((shop.Mug, 1));
        var id = (string)cart["id"]!;
        var before = (await shop.Store.GetJson($"/store/carts/{id}")).ToJsonString();
        string[] bodies =
        [
            "null", "[]", "5", "\"x\"", "{", "[[[", """{"quantity":null}""", """{"quantity":1e400,"variant_id":"x"}""", """{"variant_id":{},"quantity":1}""",
            """{"promo_codes":[[1]]}""", """{"promo_codes":{"0":"SAVE10"}}""", """{"option_id":null}""", """[{"option_id":"so_x","data":{"a":1e999999}}]""",
            """{"provider_id":["pp_system_default"]}""", """{"cart_id":7}""", """{"shipping_address":[]}""", """{"email":"\ud800@x.yz"}""", """{"a":1,"a":2}""",
            """{"quantity":1,"quantity":2,"variant_id":"x"}""", new string('[', 5000), "{\"metadata\":" + string.Concat(Enumerable.Repeat("{\"a\":", 200)) + "1" + new string('}', 201),
        ];
        var paths = Writes(id, new { }).Select(w => w.Path).Append($"/store/carts/{id}/line-items/{cart["items"]![0]!["id"]}")
            .Append("/store/carts").Append("/store/payment-collections/pay_col_x/payment-sessions").Append("/store/shipping-options/so_x/calculate");
        foreach (var path in paths.Where(p => !p.EndsWith("/payment-sessions", StringComparison.Ordinal)))
        {
            foreach (var body in bodies)
            {
                using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
                using var response = await shop.Store.PostAsync(new Uri(path, UriKind.Relative), content);
                var text = await response.Content.ReadAsStringAsync();
                Assert.True((int)response.StatusCode is >= 400 and < 500, $"{path} {body[..Math.Min(80, body.Length)]}: {(int)response.StatusCode} {text}");
                Assert.NotEmpty((string)JsonNode.Parse(text)!["message"]!);
            }
        }

        Assert.Equal(before, (await shop.Store.GetJson($"/store/carts/{id}")).ToJsonString());
    }

    internal static (string Path, object Body)[] Writes(string id, object line) =>
    [
        ($"/store/carts/{id}", new { email = "a@example.com" }),
        ($"/store/carts/{id}/line-items", line),
        ($"/store/carts/{id}/line-items/cali_01M7XF3Z8TD6MRRZD0NKZYSFCV", new { quantity = 2 }),
        ($"/store/carts/{id}/promotions", new { promo_codes = new[] { "SAVE10" } }),
        ($"/store/carts/{id}/taxes", new { }),
        ($"/store/carts/{id}/shipping-methods", new { option_id = "so_01M7XESKA416G2PJPKCRX4YRDC" }),
        ($"/store/carts/{id}/payment-sessions", new { provider_id = "pp_system_default" }),
        ("/store/payment-collections", new { cart_id = id }),
    ];

    /// <summary>What our lines show beyond the recording: totals (wire page, section 5) and whether they can be sold.</summary>
    internal static readonly string[] LineExtras =
    [
        .. new[] { "total", "subtotal", "tax_total", "original_total", "original_subtotal", "original_tax_total", "discount_total", "discount_subtotal", "discount_tax_total", "is_available" }
            .Select(name => $"cart.items.{name}"),
        "cart.items.product.categories", "cart.items.product.tags", "cart.items.product_type_id", "cart.items.product_type", "cart.items.product_collection",
        "cart.items.product.collection_id", "cart.items.product.type_id", "cart.customer_id",
    ];

    private static (decimal Total, decimal Subtotal, decimal Tax) Totals(JsonNode cart) =>
        ((decimal)cart["total"]!, (decimal)cart["subtotal"]!, (decimal)cart["tax_total"]!);

    private static object Address(string country) => new
    {
        first_name = "Thandi",
        last_name = "Nkosi",
        company = "",
        address_1 = "12 Long Street",
        address_2 = "Unit 4",
        city = "Cape Town",
        province = "Western Cape",
        postal_code = "8001",
        country_code = country,
        phone = "+27821234567",
    };
}
