using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Ordering;

public class CheckoutTests(CheckoutShop shop) : IClassFixture<CheckoutShop>
{
    [Fact]
    public async Task A_completed_cart_is_one_order_with_the_totals_the_shopper_saw_and_its_stock_is_sold()
    {
        var voucher = await shop.Voucher(stock: 10);
        var cart = await shop.ReadyCart((voucher, 3));
        await shop.Store.PostJson($"/store/carts/{cart}/promotions", new { promo_codes = new[] { "SAVE10" } });
        var seen = (await shop.Store.GetJson($"/store/carts/{cart}"))["cart"]!;

        var placed = await shop.Complete(cart);

        Assert.Equal("order", (string)placed["type"]!);
        var order = placed["order"]!;
        // 3 × R 250.00 = 750.00 with 15 % VAT inside; 10 % off.
        Assert.Equal(675m, (decimal)order["total"]!);
        Assert.Equal(750m, (decimal)order["original_total"]!);
        Assert.Equal(75m, (decimal)order["discount_total"]!);
        Assert.Equal(88.04m, (decimal)order["tax_total"]!);
        foreach (var name in (string[])["total", "subtotal", "tax_total", "discount_total", "discount_subtotal", "discount_tax_total", "original_total", "original_tax_total", "item_total", "shipping_total"])
            Assert.Equal((decimal)seen[name]!, (decimal)order[name]!);
        var line = Assert.Single(order["items"]!.AsArray())!;
        Assert.Equal((3, 250m, voucher.Sku), ((int)line["quantity"]!, (decimal)line["unit_price"]!, (string)line["variant_sku"]!));
        Assert.Equal(voucher.WireId, (string)line["variant"]!["id"]!);
        Assert.Equal("authorized", (string)order["payment_collections"]![0]!["status"]!);
        await shop.Settled(voucher, stocked: 7);

        var read = (await shop.Store.GetJson($"/store/orders/{order["id"]}?fields=*payment_collections.payments"))["order"]!;
        Assert.Equal((675m, "authorized", "not_fulfilled"), ((decimal)read["total"]!, (string)read["payment_status"]!, (string)read["fulfillment_status"]!));
        Assert.Equal(675m, (decimal)read["payment_collections"]![0]!["payments"]![0]!["amount"]!);
        Assert.Equal("thandi@example.com", (string)read["email"]!);
        await RefusesEveryWrite(cart, (string)seen["items"]![0]!["id"]!, voucher);
    }

    [Fact]
    public async Task Completing_again_and_the_alias_answer_the_same_order()
    {
        var cart = await shop.ReadyCart((await shop.Voucher(stock: 5), 1));
        var first = await shop.Complete(cart);
        var (orders, second) = (await shop.Orders(), await shop.Complete(cart));
        var alias = await shop.Store.PostJson("/store/orders", new { cart_id = cart });
        Assert.Equal(first.ToJsonString(), second.ToJsonString());
        Assert.Equal(first.ToJsonString(), alias.ToJsonString());
        Assert.Equal(orders, await shop.Orders());
    }

    [Fact]
    public async Task An_order_number_is_human_and_unique()
    {
        var voucher = await shop.Voucher(stock: null);
        var first = await shop.Complete(await shop.ReadyCart((voucher, 1)));
        var second = await shop.Complete(await shop.ReadyCart((voucher, 1)));
        Assert.True((int)first["order"]!["display_id"]! > 1000);
        Assert.NotEqual((int)first["order"]!["display_id"]!, (int)second["order"]!["display_id"]!);
    }

    [Fact]
    public async Task Stock_that_is_gone_is_refused_by_product_and_sku_and_nothing_changes()
    {
        var voucher = await shop.Voucher(stock: 2);
        var cart = await shop.ReadyCart((voucher, 2));
        await shop.Complete(await shop.ReadyCart((voucher, 1)));
        var orders = await shop.Orders();

        var refused = await shop.Complete(cart, 400);

        Assert.Equal(("insufficient_inventory", "not_allowed"), ((string)refused["code"]!, (string)refused["type"]!));
        Assert.Contains(voucher.Sku, (string)refused["message"]!, StringComparison.Ordinal);
        Assert.DoesNotContain(voucher.Id.ToString(), (string)refused["message"]!, StringComparison.Ordinal);
        Assert.Equal(orders, await shop.Orders());
        await shop.Settled(voucher, stocked: 1);
        // The cart is clean: fewer of it can be bought at once.
        var line = (string)(await shop.Store.GetJson($"/store/carts/{cart}"))["cart"]!["items"]![0]!["id"]!;
        await shop.Store.PostJson($"/store/carts/{cart}/line-items/{line}", new { quantity = 1 });
        Assert.Equal("order", (string)(await shop.Complete(cart))["type"]!);
    }

    [Fact]
    public async Task Backorders_are_sold_below_zero()
    {
        var voucher = await shop.Voucher(stock: 1, backorder: true);
        Assert.Equal("order", (string)(await shop.Complete(await shop.ReadyCart((voucher, 4))))["type"]!);
    }

    [Fact]
    public async Task A_cart_that_costs_nothing_needs_no_payment()
    {
        var free = await shop.Voucher(stock: 3, minor: 0);
        var cart = (string)(await shop.Store.PostJson("/store/carts", new
        {
            region_id = shop.Region,
            email = "sipho@example.com",
            items = new[] { new { variant_id = free.WireId, quantity = 1 } },
        }))["cart"]!["id"]!;
        var order = (await shop.Complete(cart))["order"]!;
        Assert.Equal(0m, (decimal)order["total"]!);
        await shop.Settled(free, stocked: 2);
    }

    [Fact]
    public async Task What_is_missing_is_named_and_nothing_is_held()
    {
        var voucher = await shop.Voucher(stock: 4);
        var orders = await shop.Orders();
        var empty = (string)(await shop.Store.PostJson("/store/carts", new { region_id = shop.Region, email = "a@example.com" }))["cart"]!["id"]!;
        Assert.Equal($"Cart {empty} has no items", await Refusal(empty));

        var unpaid = (string)(await shop.Cart((voucher, 1)))["id"]!;
        Assert.Equal("Payment collection has not been initiated for cart", await Refusal(unpaid));
        await shop.Store.PostJson("/store/payment-collections", new { cart_id = unpaid });
        Assert.Equal("Payment sessions are required to complete cart", await Refusal(unpaid));
        await shop.OpenPayment(unpaid);
        Assert.Equal("Field 'email' is required to complete the cart", await Refusal(unpaid));

        var unshipped = await shop.ReadyCart((shop.ShirtS, 1));
        Assert.Equal("No shipping method selected but the cart contains items that require shipping.", await Refusal(unshipped));
        Assert.Equal(orders, await shop.Orders());
        Assert.Equal((0, 4), await shop.Stock(voucher));
    }

    [Fact]
    public async Task Nobody_pays_more_than_the_cart_showed_them()
    {
        var voucher = await shop.Voucher(stock: 4);
        var cart = await shop.ReadyCart((voucher, 1));
        await shop.SetPrices(voucher, ("zar", 30000));
        var refusal = await shop.Complete(cart, 409);
        Assert.Equal(("total_changed", "The total is now 300.00 ZAR instead of 250.00 ZAR: look at the cart again before you pay"), ((string)refusal["code"]!, (string)refusal["message"]!));
        Assert.Equal((0, 4), await shop.Stock(voucher));

        Assert.Equal(300m, (decimal)(await shop.Store.GetJson($"/store/carts/{cart}"))["cart"]!["total"]!);
        var order = (await shop.Complete(cart))["order"]!;
        Assert.Equal((300m, 300m), ((decimal)order["total"]!, (decimal)order["payment_collections"]![0]!["authorized_amount"]!));
    }

    [Fact]
    public async Task An_order_is_placed_in_seven_round_trips()
    {
        var voucher = await shop.Voucher(stock: 9);
        var carts = new Queue<string>();
        for (var i = 0; i < 5; i++) carts.Enqueue(await shop.ReadyCart((voucher, 1)));
        await RoundTrips.AtMost(7, () => shop.Complete(carts.Dequeue()));
    }

    [Fact]
    public async Task Once_the_shopper_begins_to_pay_the_amount_owed_costs_a_round_trip_and_two_when_it_moves()
    {
        var voucher = await shop.Voucher(stock: 9);
        var path = $"/store/carts/{await shop.ReadyCart((voucher, 1))}";
        await RoundTrips.AtMost(2, () => shop.Store.GetJson(path));
        await RoundTrips.AtMost(3, () => shop.Store.PostJson(path, new { email = "lerato@example.org" }));
        await RoundTrips.AtMost(5, () => shop.Store.PostJson(path + "/line-items", new { variant_id = voucher.WireId, quantity = 1 }));
    }

    [Fact]
    public async Task A_cart_is_completed_within_twelve_round_trips()
    {
        // A new cart each time: the second completion of one only answers its order again.
        var fewest = int.MaxValue;
        for (var i = 0; i < 3 && fewest > 12; i++)
        {
            var cart = await shop.ReadyCart((await shop.Voucher(stock: 5), 1), (await shop.Voucher(stock: 5), 2));
            await shop.Store.PostJson($"/store/carts/{cart}/promotions", new { promo_codes = new[] { "SAVE10" } });
            fewest = Math.Min(fewest, (await RoundTrips.Of(() => shop.Complete(cart))).Count);
        }

        Assert.InRange(fewest, 1, 12);
    }

    [Fact]
    public async Task A_price_that_fell_meanwhile_is_the_price_that_is_charged()
    {
        var voucher = await shop.Voucher(stock: 4);
        var cart = await shop.ReadyCart((voucher, 1));
        await shop.SetPrices(voucher, ("zar", 20000));
        var order = (await shop.Complete(cart))["order"]!;
        Assert.Equal((200m, 200m), ((decimal)order["total"]!, (decimal)order["payment_collections"]![0]!["authorized_amount"]!));
        await shop.Store.GetJson($"/store/carts/{cart}");
        Assert.Equal(20000, await shop.Scalar<long>($"select amount from payments.collections where cart_id = '{ShopFixture.Decode("cart", cart)}'"));
    }

    [Fact]
    public async Task An_old_order_is_masked_by_way_of_its_cart_too()
    {
        var voucher = await shop.Voucher(stock: 1);
        var cart = await shop.ReadyCart((voucher, 1));
        var order = (string)(await shop.Complete(cart))["order"]!["id"]!;
        var id = ShopFixture.Decode("cart", cart);
        await shop.Scalar<object>($"update ordering.orders set created_at = now() - interval '2 hours' where id = '{ShopFixture.Decode("order", order)}'");
        await shop.Scalar<object>($"update ordering.carts set completed_at = now() - interval '2 hours' where id = '{id}'");
        var replay = (await shop.Complete(cart))["order"]!;
        Assert.Equal((order, null), ((string)replay["id"]!, (string?)replay["email"]));
        var shown = (await shop.Store.GetJson($"/store/carts/{cart}"))["cart"]!;
        Assert.Equal((null, 250m), ((string?)shown["email"], (decimal)shown["total"]!));
    }

    [Fact]
    public async Task A_body_with_anything_in_it_is_refused_by_name()
    {
        var cart = await shop.ReadyCart((await shop.Voucher(stock: 5), 1));
        var refused = await shop.Store.PostJson($"/store/carts/{cart}/complete", new { price = 1 }, 400);
        Assert.Equal("Invalid request: Unrecognized fields: 'price'", (string)refused["message"]!);
    }

    [Fact]
    public async Task A_lines_variant_comes_with_its_product()
    {
        var voucher = await shop.Voucher(stock: 5);
        var cart = await shop.ReadyCart((voucher, 1));
        var line = (await shop.Store.GetJson($"/store/carts/{cart}?fields=*items.product,*items.variant"))["cart"]!["items"]![0]!;
        Assert.Equal((voucher.WireId, voucher.ProductWireId), ((string)line["variant"]!["id"]!, (string)line["variant"]!["product"]!["id"]!));
    }

    [Theory]
    [InlineData("cart_doesnotexist")]
    [InlineData("cart_00000000000000000000000000")]
    [InlineData("order_00000000000000000000000000")]
    [InlineData("%20")]
    public async Task An_unknown_cart_is_not_found(string id)
    {
        var refused = await shop.Complete(id, 404);
        Assert.StartsWith("Cart id not found: ", (string)refused["message"]!, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_old_order_shows_no_personal_data_to_whoever_holds_its_id()
    {
        var cart = await shop.ReadyCart((await shop.Voucher(stock: 5), 1));
        var line = (await shop.Store.PostJson($"/store/carts/{cart}", new { shipping_address = new { first_name = "Thandi", city = "Cape Town", country_code = "za" }, metadata = new { note = "For Lerato" } }))["cart"]!["items"]![0]!["id"]!;
        await shop.Store.PostJson($"/store/carts/{cart}/line-items/{line}", new { quantity = 1, metadata = new { engraving = "Lerato" } });
        var id = (string)(await shop.Complete(cart))["order"]!["id"]!;
        const string All = "?fields=*,+metadata,*items,*shipping_methods,*shipping_address,*billing_address,*payment_collections,*payment_collections.payments,customer_id,email";
        Assert.Contains("Lerato", (await shop.Store.GetJson($"/store/orders/{id}{All}")).ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("Thandi", (string)(await shop.Store.GetJson($"/store/orders/{id}"))["order"]!["shipping_address"]!["first_name"]!);

        await shop.Scalar<object>($"update ordering.orders set created_at = now() - interval '61 minutes' where id = '{ShopFixture.Decode("order", id)}'");

        var order = (await shop.Store.GetJson($"/store/orders/{id}"))["order"]!;
        Assert.Null(order["email"]);
        Assert.Equal((null, null, "za"), ((string?)order["shipping_address"]!["first_name"], (string?)order["shipping_address"]!["city"], (string?)order["shipping_address"]!["country_code"]));
        Assert.Equal(250m, (decimal)order["total"]!);
        Assert.DoesNotContain("Lerato", (await shop.Store.GetJson($"/store/orders/{id}{All}")).ToJsonString(), StringComparison.Ordinal);
        await shop.Scalar<object>($"update ordering.carts set completed_at = now() - interval '61 minutes' where id = '{ShopFixture.Decode("cart", cart)}'");
        Assert.DoesNotContain("Lerato", (await shop.Store.GetJson($"/store/carts/{cart}?fields=*,+metadata,*items,*shipping_methods,*customer")).ToJsonString(), StringComparison.Ordinal);
        await shop.Store.GetJson("/store/orders/order_doesnotexist", 404);
    }

    private async Task<string> Refusal(string cart) => (string)(await shop.Complete(cart, 400))["message"]!;

    private async Task RefusesEveryWrite(string cart, string line, ShopVariant variant)
    {
        var message = $"Cart {cart} is already completed.";
        var path = $"/store/carts/{cart}";
        foreach (var refused in (JsonNode[])[
            await shop.Store.PostJson(path, new { email = "x@example.com" }, 400),
            await shop.Store.PostJson($"{path}/line-items", new { variant_id = variant.WireId, quantity = 1 }, 400),
            await shop.Store.PostJson($"{path}/line-items/{line}", new { quantity = 1 }, 400),
            await shop.Store.DeleteJson($"{path}/line-items/{line}", status: 400),
            await shop.Store.PostJson($"{path}/promotions", new { promo_codes = new[] { "SAVE10" } }, 400),
            await shop.Store.PostJson("/store/payment-collections", new { cart_id = cart }, 400)])
            Assert.Equal(message, (string)refused["message"]!);
    }
}
