using System.Text.Json.Nodes;
using HeadlessPro.Modules.Tests.Identity;

namespace HeadlessPro.Modules.Tests.Ordering;

/// <summary>Carts of people with an account: made signed in, taken along at sign-in, put together with what was there before.</summary>
public class CustomerCartTests(CheckoutShop shop) : IClassFixture<CheckoutShop>
{
    [Fact]
    public async Task A_cart_of_somebody_signed_in_is_theirs()
    {
        using var person = await Person.Join(shop);
        var cart = await New(person.Client, (shop.ShirtS, 1), (shop.Mug, 2));
        Recordings.SameShape("094-cart-create-as-customer", "cart", cart, CartTests.LineExtras);
        Assert.Equal((person.Id, person.Email), ((string?)cart["customer_id"], (string?)cart["email"]));
        Assert.Equal((person.Id, person.Email, 0), ((string)cart["customer"]!["id"]!, (string)cart["customer"]!["email"]!, cart["customer"]!["groups"]!.AsArray().Count));

        var written = await person.Client.PostJson($"/store/carts/{cart["id"]}", new { email = "gift@example.com" });
        Assert.Equal(("gift@example.com", person.Email), ((string)written["cart"]!["email"]!, (string)written["cart"]!["customer"]!["email"]!));
    }

    [Fact]
    public async Task An_e_mail_sent_with_a_new_cart_stands_and_the_cart_is_still_the_customers()
    {
        using var person = await Person.Join(shop);
        var cart = (await person.Client.PostJson("/store/carts", new { region_id = shop.Region, email = "office@example.com" }))["cart"]!;
        Assert.Equal(("office@example.com", person.Id), ((string?)cart["email"], (string?)cart["customer_id"]));
    }

    [Fact]
    public async Task A_token_that_is_worth_nothing_or_belongs_to_no_customer_yet_makes_a_guests_cart()
    {
        var nobody = (string)(await shop.Store.PostJson("/auth/customer/emailpass/register", new { email = Person.NewEmail(), password = Person.Password }))["token"]!;
        foreach (var token in (string[])["no.token.atall", nobody])
        {
            using var client = Person.With(shop, token);
            var cart = await New(client, (shop.Mug, 1));
            Assert.Equal((null, null, false), ((string?)cart["customer_id"], (string?)cart["email"], cart.AsObject().ContainsKey("customer")));
        }
    }

    [Fact]
    public async Task A_guests_cart_becomes_the_customers_at_sign_in_and_a_repeat_changes_nothing()
    {
        using var person = await Person.Join(shop);
        var guest = (string)(await New(shop.Store, (shop.ShirtS, 1)))["id"]!;
        await shop.Store.PostJson($"/store/carts/{guest}", new { email = "guest@example.com" });

        var answer = await person.Client.PostJson($"/store/carts/{guest}/customer");
        Recordings.SameShape("093-cart-transfer-to-customer", "cart", answer["cart"], CartTests.LineExtras);
        Assert.False(answer.AsObject().ContainsKey("not_merged"));
        Assert.Equal((person.Id, person.Email, 1), ((string)answer["cart"]!["customer_id"]!, (string)answer["cart"]!["email"]!, Quantity(answer["cart"]!, shop.ShirtS)));

        var again = await person.Client.PostJson($"/store/carts/{guest}/customer", "{}");
        Assert.Equal((person.Id, 1), ((string)again["cart"]!["customer_id"]!, Quantity(again["cart"]!, shop.ShirtS)));
    }

    [Fact]
    public async Task What_the_customer_had_in_their_cart_before_is_added_and_that_cart_is_left_empty()
    {
        using var person = await Person.Join(shop);
        var before = (string)(await New(person.Client, (shop.ShirtS, 2), (shop.Mug, 1)))["id"]!;
        await person.Client.PostJson($"/store/carts/{before}/line-items", new { variant_id = shop.Mug.WireId, quantity = 1, metadata = new { gift = true } });
        await person.Client.PostJson($"/store/carts/{before}/promotions", new { promo_codes = new[] { "SAVE10" } });
        await person.Client.PostJson($"/store/carts/{before}/shipping-methods", new { option_id = shop.Courier });
        var guest = (string)(await New(shop.Store, (shop.ShirtS, 1)))["id"]!;

        var answer = await person.Client.PostJson($"/store/carts/{guest}/customer");
        var cart = answer["cart"]!;
        Assert.False(answer.AsObject().ContainsKey("not_merged"));
        Assert.Equal(
            [(shop.ShirtS.WireId, 3, "{}"), (shop.Mug.WireId, 1, "{}"), (shop.Mug.WireId, 1, """{"gift":true}""")],
            cart["items"]!.AsArray().Select(i => ((string)i!["variant_id"]!, (int)i["quantity"]!, i["metadata"]!.ToJsonString())));
        Assert.Equal("SAVE10", (string)cart["promotions"]![0]!["code"]!);
        Assert.Equal(0.9m * (3 * 1729m + 2 * 99.99m), (decimal)cart["total"]!, 2);
        await IsEmpty(person.Client, before);

        var again = (await person.Client.PostJson($"/store/carts/{guest}/customer"))["cart"]!;
        Assert.Equal((3, 3), (Quantity(again, shop.ShirtS), again["items"]!.AsArray().Count));
    }

    [Fact]
    public async Task Carts_of_another_region_are_left_as_they_are()
    {
        using var person = await Person.Join(shop);
        var other = (string)(await person.Client.PostJson("/store/carts", new { region_id = shop.TaxOnTopRegion, items = new[] { new { variant_id = shop.Mug.WireId, quantity = 4 } } }))["cart"]!["id"]!;
        var guest = (string)(await New(shop.Store, (shop.ShirtS, 1)))["id"]!;
        var cart = (await person.Client.PostJson($"/store/carts/{guest}/customer"))["cart"]!;
        Assert.Equal((1, 0), (Quantity(cart, shop.ShirtS), Quantity(cart, shop.Mug)));
        Assert.Equal(4, Quantity((await person.Client.GetJson($"/store/carts/{other}"))["cart"]!, shop.Mug));
    }

    [Fact]
    public async Task What_is_not_in_stock_or_no_longer_sold_stays_out_and_is_said()
    {
        var (scarce, gone) = (await shop.Voucher(stock: 5), await shop.Voucher(stock: 5));
        using var person = await Person.Join(shop);
        var before = (string)(await New(person.Client, (scarce, 3), (gone, 1), (shop.Mug, 1)))["id"]!;
        var guest = (string)(await New(shop.Store, (scarce, 3)))["id"]!;
        await shop.Admin.PostJson($"/admin/products/{gone.ProductWireId}", new { status = "draft" });

        var answer = await person.Client.PostJson($"/store/carts/{guest}/customer");
        Assert.Equal((5, 0, 1), (Quantity(answer["cart"]!, scarce), Quantity(answer["cart"]!, gone), Quantity(answer["cart"]!, shop.Mug)));
        Assert.Equal(
            [(scarce.WireId, 1, "insufficient_inventory"), (gone.WireId, 1, "item_unavailable")],
            answer["not_merged"]!.AsArray().Select(l => ((string)l!["variant_id"]!, (int)l["quantity"]!, (string)l["reason"]!)));
        Assert.EndsWith($"({gone.Sku})", (string)answer["not_merged"]![1]!["title"]!, StringComparison.Ordinal);
        await IsEmpty(person.Client, before);
    }

    [Fact]
    public async Task A_cart_of_another_customer_is_refused_and_stays_as_it_is()
    {
        using var owner = await Person.Join(shop);
        using var other = await Person.Join(shop);
        var own = (string)(await New(other.Client, (shop.Mug, 5)))["id"]!;
        var cart = (string)(await New(owner.Client, (shop.Mug, 1)))["id"]!;
        var (row, ownRow) = (await Row(cart), await Row(own));

        var refused = await other.Client.PostJson($"/store/carts/{cart}/customer", status: 400);
        Assert.Equal(("cart_of_another_customer", $"Cart {cart} belongs to another customer"), ((string)refused["code"]!, (string)refused["message"]!));
        Assert.Equal((row, ownRow), (await Row(cart), await Row(own)));
    }

    [Fact]
    public async Task Whoever_holds_the_id_of_a_customers_cart_goes_on_with_it_but_sees_nothing_personal_and_does_not_take_it_over()
    {
        using var owner = await Person.Join(shop);
        using var other = await Person.Join(shop);
        var cart = (string)(await New(owner.Client, (shop.Mug, 1)))["id"]!;
        foreach (var client in (HttpClient[])[other.Client, shop.Store])
        {
            var changed = (await client.PostJson($"/store/carts/{cart}/line-items", new { variant_id = shop.Mug.WireId, quantity = 1 }))["cart"]!;
            var read = (await client.GetJson($"/store/carts/{cart}"))["cart"]!;
            foreach (var shown in (JsonNode[])[changed, read])
                Assert.Equal((null, null, null, 1), ((string?)shown["customer_id"], (string?)shown["email"], shown["customer"], shown["items"]!.AsArray().Count));
        }

        var row = await Row(cart);
        foreach (var (client, status, message) in new[] { (other.Client, 400, $"Cart {cart} belongs to another customer"), (shop.Store, 401, "The cart belongs to a customer: sign in to say who buys and where it goes") })
        {
            object[] personal =
            [
                new { email = "mallory@example.com" }, new { shipping_address = new { first_name = "Mallory", country_code = "za" } },
                new { billing_address = new { first_name = "Mallory" } }, new { metadata = new { mine = true } }, new { shipping_address = (object?)null },
            ];
            foreach (var said in personal) Assert.Equal(message, (string)(await client.PostJson($"/store/carts/{cart}", said, status))["message"]!);
        }

        Assert.Equal(row, await Row(cart));
        var own = (await owner.Client.GetJson($"/store/carts/{cart}"))["cart"]!;
        Assert.Equal((owner.Id, owner.Email, 3), ((string)own["customer_id"]!, (string)own["email"]!, (int)own["items"]![0]!["quantity"]!));

        var guest = (string)(await New(shop.Store, (shop.Mug, 1)))["id"]!;
        Assert.Null((string?)(await other.Client.PostJson($"/store/carts/{guest}", new { metadata = new { a = 1 } }))["cart"]!["customer_id"]);
    }

    [Fact]
    public async Task Wrong_callers_change_nothing()
    {
        using var person = await Person.Join(shop);
        using var keyless = shop.Client();
        keyless.DefaultRequestHeaders.Authorization = person.Client.DefaultRequestHeaders.Authorization;
        var token = (string)(await shop.Store.PostJson("/auth/customer/emailpass/register", new { email = Person.NewEmail(), password = Person.Password }))["token"]!;
        using var nobody = Person.With(shop, token);
        using var forged = Person.With(shop, person.Token[..^2] + (person.Token[^2] == 'A' ? "BB" : "AA"));
        var guest = (string)(await New(shop.Store, (shop.Mug, 1)))["id"]!;
        var row = await Row(guest);

        var path = $"/store/carts/{guest}/customer";
        Assert.Equal("not_allowed", (string)(await keyless.PostJson(path, status: 400))["type"]!);
        foreach (var client in (HttpClient[])[shop.Store, nobody, forged]) Assert.Equal("Unauthorized", (string)(await client.PostJson(path, status: 401))["message"]!);
        Assert.Contains("Unrecognized fields: 'customer_id'", (string)(await person.Client.PostJson(path, new { customer_id = "cus_x" }, 400))["message"]!, StringComparison.Ordinal);
        await person.Client.PostJson("/store/carts/cart_nothere/customer", status: 404);
        Assert.Equal(row, await Row(guest));
    }

    [Fact]
    public async Task A_cart_that_is_an_order_or_becomes_one_is_neither_taken_nor_emptied()
    {
        var voucher = await shop.Voucher(stock: 20);
        using var person = await Person.Join(shop);
        var placed = await shop.ReadyCart((voucher, 1));
        await shop.Complete(placed);
        Assert.Equal($"Cart {placed} is already completed.", (string)(await person.Client.PostJson($"/store/carts/{placed}/customer", status: 400))["message"]!);

        var completing = (string)(await New(person.Client, (voucher, 2)))["id"]!;
        await shop.Scalar<object>($"update ordering.carts set completing_token = gen_random_uuid(), completing_until = now() + interval '1 hour' where id = '{Id(completing)}'");
        var row = await Row(completing);
        var guest = (string)(await New(shop.Store, (voucher, 1)))["id"]!;
        Assert.Equal(1, Quantity((await person.Client.PostJson($"/store/carts/{guest}/customer"))["cart"]!, voucher));
        Assert.Equal(row, await Row(completing));

        using var another = await Person.Join(shop);
        Assert.Equal($"Cart {completing} is being completed", (string)(await another.Client.PostJson($"/store/carts/{completing}/customer", status: 409))["message"]!);
        Assert.Equal(row, await Row(completing));
    }

    [Fact]
    public async Task A_cart_at_whose_payment_somebody_may_be_is_left_alone_for_an_hour()
    {
        using var person = await Person.Join(shop);
        var paying = (string)(await New(person.Client, (shop.Mug, 1)))["id"]!;
        await shop.OpenPayment(paying, person.Client);
        var row = await Row(paying);
        var first = (string)(await New(shop.Store, (shop.Mug, 2)))["id"]!;
        Assert.Equal(2, Quantity((await person.Client.PostJson($"/store/carts/{first}/customer"))["cart"]!, shop.Mug));
        Assert.Equal(row, await Row(paying));

        await shop.Scalar<object>($"update ordering.carts set updated_at = now() - interval '61 minutes' where id = '{Id(paying)}'");
        await shop.Scalar<object>($"update ordering.carts set updated_at = now() - interval '2 hours' where id = '{Id(first)}'");
        var second = (string)(await New(shop.Store, (shop.Mug, 4)))["id"]!;
        Assert.Equal(5, Quantity((await person.Client.PostJson($"/store/carts/{second}/customer"))["cart"]!, shop.Mug));
        await IsEmpty(person.Client, paying);
        Assert.Equal(0m, await shop.Scalar<decimal>($"select amount::numeric from payments.collections where cart_id = '{Id(paying)}'"));
    }

    [Fact]
    public async Task Sign_ins_at_once_count_every_piece_once()
    {
        for (var round = 0; round < 3; round++)
        {
            using var person = await Person.Join(shop);
            var carts = new List<string> { (string)(await New(person.Client, (shop.Mug, 100)))["id"]! };
            for (var i = 0; i < 4; i++) carts.Add((string)(await New(shop.Store, (shop.Mug, 1)))["id"]!);
            await Task.WhenAll(carts.Skip(1).SelectMany(cart => Enumerable.Range(0, 2).Select(_ => person.Client.PostJson($"/store/carts/{cart}/customer"))));

            var quantities = new List<int>();
            foreach (var cart in carts) quantities.Add(Quantity((await person.Client.GetJson($"/store/carts/{cart}"))["cart"]!, shop.Mug));
            Assert.Equal([0, 0, 0, 0, 104], quantities.Order());
        }
    }

    [Fact]
    public async Task What_a_rival_puts_into_either_cart_in_between_is_not_lost()
    {
        using var person = await Person.Join(shop);
        foreach (var step in (int[])[1, 2, 3, 4])
        {
            var before = (string)(await New(person.Client, (shop.Mug, 10)))["id"]!;
            var guest = (string)(await New(shop.Store, (shop.Mug, 1)))["id"]!;
            var rivals = new List<Task>();
            await RoundTrips.Of(
                () => person.Client.PostJson($"/store/carts/{guest}/customer"),
                asked =>
                {
                    if (asked != step) return;
                    var rival = Task.Run(() => shop.Store.PostJson($"/store/carts/{before}/line-items", new { variant_id = shop.ShirtS.WireId, quantity = 1 }));
                    rivals.Add(rival);
                    rival.Wait(TimeSpan.FromSeconds(10));
                });
            var (kept, left) = ((await person.Client.GetJson($"/store/carts/{guest}"))["cart"]!, (await person.Client.GetJson($"/store/carts/{before}"))["cart"]!);
            await Assert.Single(rivals);
            Assert.Equal((11, 1), (Quantity(kept, shop.Mug) + Quantity(left, shop.Mug), Quantity(kept, shop.ShirtS) + Quantity(left, shop.ShirtS)));
            await person.Client.PostJson($"/store/carts/{guest}", new { region_id = shop.TaxOnTopRegion });
            await person.Client.PostJson($"/store/carts/{before}", new { region_id = shop.TaxOnTopRegion });
        }
    }

    [Fact]
    public async Task Taking_a_cart_along_asks_the_database_five_times_at_most()
    {
        using var person = await Person.Join(shop);
        var fewest = int.MaxValue;
        for (var i = 0; i < 4; i++)
        {
            await New(person.Client, (shop.ShirtS, 1));
            var guest = (string)(await New(shop.Store, (shop.Mug, 1)))["id"]!;
            fewest = Math.Min(fewest, (await RoundTrips.Of(() => person.Client.PostJson($"/store/carts/{guest}/customer"))).Count);
        }

        Assert.InRange(fewest, 1, 5);
    }

    private async Task<JsonNode> New(HttpClient client, params (ShopVariant Variant, long Quantity)[] lines) => (await client.PostJson("/store/carts", new
    {
        region_id = shop.Region,
        items = lines.Select(l => new { variant_id = l.Variant.WireId, quantity = l.Quantity }),
    }))["cart"]!;

    private static int Quantity(JsonNode cart, ShopVariant variant) =>
        cart["items"]!.AsArray().Where(i => (string)i!["variant_id"]! == variant.WireId).Sum(i => (int)i!["quantity"]!);

    private static async Task IsEmpty(HttpClient client, string cart)
    {
        var left = (await client.GetJson($"/store/carts/{cart}"))["cart"]!;
        Assert.Equal((0, 0, 0, 0m), (left["items"]!.AsArray().Count, left["shipping_methods"]!.AsArray().Count, left["promotions"]!.AsArray().Count, (decimal)left["total"]!));
    }

    private static Guid Id(string cart) => ShopFixture.Decode("cart", cart);

    private Task<string?> Row(string cart) => shop.Scalar<string>($"select to_jsonb(c)::text from ordering.carts c where id = '{Id(cart)}'");
}
