using System.Text.Json.Nodes;
using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Modules.Tests.Catalog;

namespace HeadlessPro.Modules.Tests.Ordering;

public class EditOrderTests(CheckoutShop shop) : IClassFixture<CheckoutShop>
{
    [Fact]
    public async Task Fewer_pieces_cost_what_they_were_sold_for_and_the_others_go_back_on_the_shelf()
    {
        var voucher = await shop.Voucher(stock: 10);
        var order = await Order([(voucher, 3)], code: "SAVE10");
        await shop.Settled(voucher, stocked: 7);
        await shop.SetPrices(voucher, ("zar", 99900));

        var edited = await Edit(order, 1, (order, 0, 2));

        // 2 × R 250.00 = 500.00 with 15 % VAT inside (65.22); 10 % off: 450.00 with 58.70.
        Assert.Equal((2, 450m, 500m, 50m, 43.48m, 6.52m, 58.70m, 65.22m, 434.78m), ((int)edited["version"]!, (decimal)edited["total"]!,
            (decimal)edited["original_total"]!, (decimal)edited["discount_total"]!, (decimal)edited["discount_subtotal"]!,
            (decimal)edited["discount_tax_total"]!, (decimal)edited["tax_total"]!, (decimal)edited["original_tax_total"]!, (decimal)edited["subtotal"]!));
        var line = Assert.Single(edited["items"]!.AsArray())!;
        Assert.Equal((2, 250m, 450m, 58.70m), ((int)line["quantity"]!, (decimal)line["unit_price"]!, (decimal)line["total"]!, (decimal)line["tax_total"]!));
        Assert.Equal((15m, 58.70m, 65.22m), ((decimal)line["tax_lines"]![0]!["rate"]!, (decimal)line["tax_lines"]![0]!["total"]!, (decimal)line["tax_lines"]![0]!["subtotal"]!));
        Assert.Equal(("SAVE10", 43.48m, 50m), ((string)line["adjustments"]![0]!["code"]!, (decimal)line["adjustments"]![0]!["amount"]!, (decimal)line["adjustments"]![0]!["total"]!));
        Assert.Equal((string)order["items"]![0]!["tax_lines"]![0]!["id"]!, (string)line["tax_lines"]![0]!["id"]!);
        await shop.Settled(voucher, stocked: 8);
        Assert.Equal("sold -3, canceled 1", await Movements(voucher));
        Assert.Equal(Comparable(edited), Comparable((await shop.Admin.GetJson($"/admin/orders/{order["id"]}"))["order"]!));
        Assert.Equal(450m, (decimal)(await shop.Store.GetJson($"/store/orders/{order["id"]}"))["order"]!["total"]!);
        Assert.Equal([$"2 45000 zar  {voucher.Id}:1"], await Told(order));
    }

    [Fact]
    public async Task More_pieces_cost_what_they_were_sold_for_and_are_sold_from_the_shelf()
    {
        var (voucher, other) = (await shop.Voucher(stock: 4), await shop.Voucher(stock: 5, minor: 33333));
        var order = await Order([(voucher, 1), (other, 2)]);
        await shop.SetPrices(voucher, ("zar", 99900));
        Assert.Equal(916.66m, (decimal)order["total"]!);
        // What is not sold yet would be sold together with what is added.
        await shop.Settled(voucher, stocked: 3);

        var edited = await Edit(order, 1, (order, 0, 3));

        // 750.00 with 97.83, and 666.66 with 86.96 as before.
        Assert.Equal((1416.66m, 184.79m, 1231.87m), ((decimal)edited["total"]!, (decimal)edited["tax_total"]!, (decimal)edited["subtotal"]!));
        Assert.Equal(order["items"]![1]!["total"]!.ToJsonString(), edited["items"]![1]!["total"]!.ToJsonString());
        await shop.Settled(voucher, stocked: 1);
        await shop.Settled(other, stocked: 3);
        Assert.Equal("sold -1, sold -2", await Movements(voucher));

        await shop.Admin.PostJson($"/admin/orders/{order["id"]}/cancel");
        await shop.Settled(voucher, stocked: 4);
        await shop.Settled(other, stocked: 5);
    }

    [Fact]
    public async Task The_summary_tells_what_the_order_was_placed_for_and_what_it_costs_now()
    {
        var order = await Order([(await shop.Voucher(stock: null), 3)], code: "SAVE10");
        Assert.Equal((675m, 675m), Summary(order));
        var edited = await Edit(order, 1, (order, 0, 2));
        Assert.Equal((675m, 450m), Summary(edited));
        await Edit(edited, 2, (edited, 0, 5));
        Assert.Equal((675m, 1125m), Summary((await shop.Store.GetJson($"/store/orders/{order["id"]}"))["order"]!));

        static (decimal Original, decimal Current) Summary(JsonNode shown) =>
            ((decimal)shown["summary"]!["original_order_total"]!, (decimal)shown["summary"]!["current_order_total"]!);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("customer_email")]
    public async Task A_promotion_s_budget_of_money_follows(string? attribute)
    {
        var (code, email) = ($"SPEND{Guid.NewGuid():n}", "thandi@example.com");
        var promotion = (await shop.Admin.PostJson("/admin/promotions", new
        {
            code,
            type = "standard",
            status = "active",
            campaign = new { budget = new { type = "spend", limit = 100, currency_code = "zar", attribute } },
            application_method = new { type = "percentage", target_type = "items", value = 10, allocation = "across" },
        }))["promotion"]!["id"]!;
        var id = ShopFixture.Decode("promo", (string)promotion!);
        var order = await Order([(await shop.Voucher(stock: null), 2)], code);
        await Spent(50);

        var edited = await Edit(order, 1, (order, 0, 1));
        await Spent(25);
        // It was sold with it, so it may go beyond the limit.
        edited = await Edit(edited, 2, (edited, 0, 5));
        await Spent(125);
        edited = await Edit(edited, 3, (edited, 0, 3));
        await Spent(75);

        // Heard again, and an earlier one after a later one.
        var cart = await shop.Scalar<Guid>($"select cart_id from ordering.orders where id = '{ShopFixture.Decode("order", (string)order["id"]!)}'");
        foreach (var version in (long[])[4, 2])
            await HeadlessPro.Pricing.Promotions.OnOrderEdited.Handle(
                shop.Services, new OrderEdited(default, cart, version, 100, "zar", null, [], [new OrderDiscount(id, 1)]), default);
        await Spent(75);
        await shop.Admin.PostJson($"/admin/orders/{order["id"]}/cancel");
        await Spent(0, claims: 0);

        async Task Spent(long major, long claims = 1)
        {
            await shop.Until($"exists (select from pricing.promotions where id = '{id}' and spent = {major * 100} and used = {claims})");
            Assert.Equal((claims, major * 100), (await shop.Scalar<long>($"select count(*) from pricing.promotion_claims where promotion_id = '{id}'"),
                await shop.Scalar<long>($"select coalesce(sum(amount), 0)::bigint from pricing.promotion_claims where promotion_id = '{id}'")));
            Assert.Equal(attribute is null ? -1 : major * 100,
                await shop.Scalar<long>($"select coalesce(max(spent), -1) from pricing.promotion_customers where promotion_id = '{id}' and customer = '{email}'"));
        }
    }

    [Fact]
    public async Task What_is_sold_out_is_refused_and_nothing_changes()
    {
        var (voucher, other) = (await shop.Voucher(stock: 2), await shop.Voucher(stock: 9));
        var order = await Order([(voucher, 1), (other, 2)]);
        await shop.Settled(voucher, stocked: 1);
        await shop.Settled(other, stocked: 7);

        var refused = await shop.Admin.PostJson($"/admin/orders/{order["id"]}/edit", Body(1, (order, 0, 3), (order, 1, 5)), 400);

        Assert.Equal("insufficient_inventory", (string)refused["code"]!);
        Assert.StartsWith("Some variant does not have the required inventory: only 1 left of Voucher", (string)refused["message"]!, StringComparison.Ordinal);
        await Unchanged(order);
        Assert.Equal(((0, 1), (0, 7)), (await shop.Stock(voucher), await shop.Stock(other)));
    }

    [Fact]
    public async Task Lines_go_and_come_with_stock_until_the_version_that_was_read_is_no_longer_that_of_the_order()
    {
        var (voucher, other) = (await shop.Voucher(stock: 10), await shop.Voucher(stock: 10, minor: 10000));
        var order = await Order([(voucher, 2), (other, 1)]);

        var edited = await Edit(order, 1, (order, 0, 0), (order, 1, 4));
        Assert.Equal((400m, 1, 2), ((decimal)edited["total"]!, edited["items"]!.AsArray().Count, (int)edited["version"]!));
        edited = await Edit(edited, 2, (edited, 0, 3));
        Assert.Equal((300m, 3), ((decimal)edited["total"]!, (int)edited["version"]!));
        await shop.Settled(voucher, stocked: 10);
        await shop.Settled(other, stocked: 7);

        var stale = await shop.Admin.PostJson($"/admin/orders/{order["id"]}/edit", Body(2, (edited, 0, 1)), 409);
        Assert.Equal(("order_changed", $"Order #{order["display_id"]} is at version 3, not 2: look at it again before you edit it"), ((string)stale["code"]!, (string)stale["message"]!));
        // The quantities it has already are no edit.
        Assert.Equal(3, (int)(await Edit(edited, 3, (edited, 0, 3)))["version"]!);
        Assert.Equal(2, (await Told(order)).Count);
        await shop.Settled(other, stocked: 7);
    }

    [Fact]
    public async Task Of_ten_edits_at_once_one_is_made_and_its_stock_is_taken_once()
    {
        var voucher = await shop.Voucher(stock: 100);
        var order = await Order([(voucher, 10)]);

        var answers = await Task.WhenAll(Enumerable.Range(11, 10).Select(async quantity =>
        {
            using var answer = await shop.Admin.PostAsync(
                new Uri($"/admin/orders/{order["id"]}/edit", UriKind.Relative), System.Net.Http.Json.JsonContent.Create(Body(1, (order, 0, quantity))));
            return ((int)answer.StatusCode, quantity);
        }));

        var (_, won) = Assert.Single(answers, a => a.Item1 == 200);
        Assert.Equal(9, answers.Count(a => a.Item1 == 409));
        var now = (await shop.Admin.GetJson($"/admin/orders/{order["id"]}"))["order"]!;
        Assert.Equal((2, won, 250m * won), ((int)now["version"]!, (int)now["items"]![0]!["quantity"]!, (decimal)now["total"]!));
        Assert.Single(await Told(order));
        await shop.Settled(voucher, stocked: 100 - won);
    }

    [Fact]
    public async Task An_edit_and_a_cancellation_at_once_leave_everything_on_the_shelf()
    {
        var voucher = await shop.Voucher(stock: 20);
        for (var round = 0; round < 5; round++)
        {
            var order = await Order([(voucher, 2)]);
            var edit = shop.Admin.PostAsync(new Uri($"/admin/orders/{order["id"]}/edit", UriKind.Relative), System.Net.Http.Json.JsonContent.Create(Body(1, (order, 0, 5))));
            await shop.Admin.PostJson($"/admin/orders/{order["id"]}/cancel");
            using var answer = await edit;
            Assert.Contains((int)answer.StatusCode, (int[])[200, 400]);
        }

        await shop.Settled(voucher, stocked: 20);
        Assert.Equal(20L, await shop.Scalar<long>($"select sum(m.quantity)::bigint from inventory.movements m join inventory.variant_items v on v.item_id = m.item_id where v.variant_id = '{voucher.Id}'"));
    }

    [Fact]
    public async Task Nothing_of_the_sale_changes_because_prices_promotions_or_taxes_did()
    {
        var voucher = await shop.Voucher(stock: null);
        var code = $"GONE{Guid.NewGuid():n}";
        await shop.AddPromotion(code, percent: 20, currency: "zar");
        var order = await Order([(voucher, 2)], code);
        Assert.Equal(400m, (decimal)order["total"]!);
        var promotion = (await shop.Admin.GetJson($"/admin/promotions/{code}"))["promotion"]!["id"]!;
        await shop.Admin.DeleteJson($"/admin/promotions/{promotion}");
        await shop.SetPrices(voucher, ("zar", 1));
        var rate = (await shop.Admin.GetJson("/admin/tax-rates?code=VAT15"))["tax_rates"]![0]!["id"]!;
        await shop.Admin.PostJson($"/admin/tax-rates/{rate}", new { rate = 25 });
        try
        {
            var edited = await Edit(order, 1, (order, 0, 3));
            Assert.Equal((600m, 150m, 78.26m), ((decimal)edited["total"]!, (decimal)edited["discount_total"]!, (decimal)edited["tax_total"]!));
        }
        finally
        {
            await shop.Admin.PostJson($"/admin/tax-rates/{rate}", new { rate = 15 });
        }
    }

    [Theory]
    [InlineData("completed")]
    [InlineData("canceled")]
    [InlineData("archived")]
    public async Task Only_a_pending_order_is_edited(string status)
    {
        var order = await Order([(await shop.Voucher(stock: 5), 2)]);
        await shop.Scalar<object>($"update ordering.orders set status = '{status}', canceled_at = now() where id = '{ShopFixture.Decode("order", (string)order["id"]!)}'");
        var refused = await shop.Admin.PostJson($"/admin/orders/{order["id"]}/edit", Body(1, (order, 0, 1)), 400);
        Assert.Equal(($"order_{status}", $"Order #{order["display_id"]} is {status} and cannot be edited"), ((string)refused["code"]!, (string)refused["message"]!));
        await Unchanged(order, status);
    }

    [Fact]
    public async Task What_makes_no_sense_is_refused_by_name_and_nothing_changes()
    {
        var (voucher, gone) = (await shop.Voucher(stock: 5), await shop.Voucher(stock: 5));
        var order = await Order([(voucher, 2), (gone, 1)]);
        await shop.Admin.DeleteJson($"/admin/products/{gone.ProductWireId}");
        var line = (string)order["items"]![0]!["id"]!;
        var number = order["display_id"]!;

        Assert.Equal($"Order #{number} would have no items: cancel it instead", await Refusal(Body(1, (order, 0, 0), (order, 1, 0))));
        Assert.Equal($"Invalid request: Order #{number} has no item 'ordli_1' (field 'items, 0, id')", await Refusal(new { version = 1, items = new[] { new { id = "ordli_1", quantity = 1 } } }));
        Assert.Equal($"Invalid request: Item '{line}' is named twice (field 'items, 1, id')", await Refusal(Body(1, (order, 0, 1), (order, 0, 1))));
        Assert.Equal("Invalid request: Value for field 'items, 0, quantity' too small, expected at least: '0'", await Refusal(Body(1, (order, 0, -1))));
        Assert.Equal("Invalid request: Value for field 'items, 0, quantity' too large, expected at most: '1000000'", await Refusal(Body(1, (order, 0, 1_000_001))));
        Assert.Equal("Invalid request: Field 'items' must have 1 to 500 entries", await Refusal(new { version = 1, items = Array.Empty<object>() }));
        Assert.Equal("Invalid request: Field 'version' is required", await Refusal(new { items = Array.Empty<object>() }));
        Assert.StartsWith("No longer for sale: Voucher", await Refusal(Body(1, (order, 1, 2))), StringComparison.Ordinal);
        await shop.Store.PostJson($"/admin/orders/{order["id"]}/edit", Body(1, (order, 0, 1)), 401);
        await shop.Admin.PostJson("/admin/orders/order_1/edit", Body(1, (order, 0, 1)), 404);
        await Unchanged(order);
        // What is no longer sold can still be left out.
        Assert.Equal(500m, (decimal)(await Edit(order, 1, (order, 1, 0)))["total"]!);

        async Task<string> Refusal(object body) => (string)(await shop.Admin.PostJson($"/admin/orders/{order["id"]}/edit", body, 400))["message"]!;
    }

    [Fact]
    public async Task Tax_on_top_of_prices_and_shipping_stay_as_they_were_sold()
    {
        var cart = (string)(await shop.Store.PostJson("/store/carts", new
        {
            region_id = shop.Region,
            email = "thandi@example.com",
            items = new[] { new { variant_id = shop.ShirtS.WireId, quantity = 1 }, new { variant_id = shop.Mug.WireId, quantity = 1 } },
            shipping_address = new { first_name = "Thandi", country_code = "za" },
        }))["cart"]!["id"]!;
        await shop.Store.PostJson($"/store/carts/{cart}/shipping-methods", new { option_id = shop.Courier });
        await shop.OpenPayment(cart);
        var order = (await shop.Complete(cart))["order"]!;
        Assert.Equal(1978.99m, (decimal)order["total"]!);
        var shirt = order["items"]!.AsArray().Select((item, i) => (item, i)).Single(l => (string)l.item!["variant_sku"]! == shop.ShirtS.Sku).i;

        var edited = await Edit(order, 1, (order, shirt, 0));

        // The mug, 99.99 with 13.04, and the courier, 150.00 with 19.57.
        Assert.Equal((249.99m, 32.61m, 150m, 99.99m), ((decimal)edited["total"]!, (decimal)edited["tax_total"]!, (decimal)edited["shipping_total"]!, (decimal)edited["item_total"]!));
        Assert.Equal((1, 1), (edited["items"]!.AsArray().Count, edited["shipping_methods"]!.AsArray().Count));
    }

    private async Task<JsonNode> Order((ShopVariant Variant, long Quantity)[] lines, string? code = null)
    {
        var cart = await shop.ReadyCart(lines);
        if (code is not null) await shop.Store.PostJson($"/store/carts/{cart}/promotions", new { promo_codes = new[] { code } });
        var id = (string)(await shop.Complete(cart))["order"]!["id"]!;
        return (await shop.Admin.GetJson($"/admin/orders/{id}"))["order"]!;
    }

    private async Task<JsonNode> Edit(JsonNode order, long version, params (JsonNode Order, int Line, long Quantity)[] items) =>
        (await shop.Admin.PostJson($"/admin/orders/{order["id"]}/edit", Body(version, items)))["order"]!;

    private static object Body(long version, params (JsonNode Order, int Line, long Quantity)[] items) =>
        new { version, items = items.Select(i => new { id = (string)i.Order["items"]![i.Line]!["id"]!, quantity = i.Quantity }) };

    private async Task Unchanged(JsonNode order, string status = "pending")
    {
        var now = (await shop.Admin.GetJson($"/admin/orders/{order["id"]}"))["order"]!;
        Assert.Equal(status, (string)now["status"]!);
        foreach (var same in (string[])["version", "total", "tax_total", "updated_at"]) Assert.Equal(order[same]!.ToJsonString(), now[same]!.ToJsonString());
        Assert.Equal(order["items"]!.AsArray().Select(i => (long)i!["quantity"]!), now["items"]!.AsArray().Select(i => (long)i!["quantity"]!));
        Assert.Empty(await Told(order));
    }

    private static string Comparable(JsonNode order)
    {
        var copy = order.DeepClone().AsObject();
        copy.Remove("payment_collections");
        return copy.ToJsonString();
    }

    private async Task<string?> Movements(ShopVariant variant) => await shop.Scalar<string>($"""
        select string_agg(m.reason || ' ' || m.quantity, ', ' order by m.id) from inventory.movements m
        join inventory.variant_items v on v.item_id = m.item_id where v.variant_id = '{variant.Id}' and m.reason in ('sold', 'canceled')
        """);

    /// <summary>The edits that were told: version, total, currency, whether something was held, what is fewer.</summary>
    private async Task<IReadOnlyList<string>> Told(JsonNode order) => (await shop.Scalar<string[]>($"""
        select coalesce(array_agg(format('%s %s %s %s %s', payload->>'Version', payload->>'Total', payload->>'CurrencyCode',
            case when payload->>'HoldKey' is not null then 'held' end,
            (select string_agg(f->>'VariantId' || ':' || (f->>'Quantity'), ',') from jsonb_array_elements(payload->'Fewer') f)) order by id), array[]::text[])
        from events.log where name = 'order.edited' and payload->>'OrderId' = '{ShopFixture.Decode("order", (string)order["id"]!)}'
        """))!;
}
