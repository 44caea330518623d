using System.Text.Json.Nodes;
using HeadlessPro.Modules.Tests.Identity;
using HeadlessPro.Modules.Tests.Notifications;

namespace HeadlessPro.Modules.Tests.Ordering;

/// <summary>Somebody with an account asks for an order; whoever reads the mail to the order's address decides.</summary>
public class OrderTransferTests(CheckoutShop shop) : IClassFixture<CheckoutShop>
{
    [Fact]
    public async Task A_guests_order_moves_to_who_asked_when_the_mails_token_is_accepted_once()
    {
        using var person = await Person.Join(shop);
        var (order, email) = await GuestOrder();
        var asked = (await person.Client.PostJson($"/store/orders/{order}/transfer/request?fields=id,email", new { description = "bought before I had an account" }))["order"]!;
        Assert.Equal((order, null), ((string)asked["id"]!, (string?)asked["email"]));
        Assert.Empty((await person.Client.GetJson("/store/orders"))["orders"]!.AsArray());

        var mail = Assert.Single(await Mails.To(shop, email));
        Assert.Equal("order_transfer", mail.Kind);
        Assert.StartsWith($"http://localhost:8000/order/{order}/transfer/", mail.Link.ToString(), StringComparison.Ordinal);
        Assert.Contains($"order #{await Column(order, "display_id")} is theirs", mail.Text, StringComparison.Ordinal);
        var token = TokenOf(mail);
        Assert.Equal(0L, await shop.Scalar<long>($"select count(*) from events.log where payload::text like '%{token}%'"));
        Assert.Equal(0L, await shop.Scalar<long>($"select count(*) from jobs.queue where payload::text like '%{token}%'"));

        var accepted = (await shop.Store.PostJson($"/store/orders/{order}/transfer/accept", new { token }))["order"]!;
        Assert.Equal((order, null, null), ((string)accepted["id"]!, (string?)accepted["customer_id"], (string?)accepted["email"]));
        Assert.Equal(ShopFixture.Decode("cus", person.Id), await shop.Scalar<Guid>($"select customer_id from ordering.orders where id = '{Id(order)}'"));
        var own = (await person.Client.GetJson("/store/orders?fields=id,email"))["orders"]!.AsArray();
        Assert.Equal((order, person.Email), ((string)own.Single()!["id"]!, (string)own.Single()!["email"]!));
        Assert.Equal(1L, await shop.Scalar<long>($"select count(*) from events.log where name = 'order.transferred' and payload->>'OrderId' = '{Id(order)}'"));

        var before = await State(order);
        foreach (var step in (string[])["accept", "decline"]) await Refused(shop.Store, order, step, token);
        Assert.Equal(before, await State(order));
    }

    [Fact]
    public async Task An_order_of_another_customer_moves_with_their_consent()
    {
        using var owner = await Person.Join(shop);
        using var person = await Person.Join(shop);
        // Whatever address the order's mails go to: its customer is asked.
        var order = await Buy(owner.Client, "office@example.com");
        await person.Client.PostJson($"/store/orders/{order}/transfer/request", "{}");
        var token = TokenOf(Assert.Single(await Mails.To(shop, owner.Email)));
        var accepted = (await person.Client.PostJson($"/store/orders/{order}/transfer/accept", new { token }))["order"]!;
        Assert.Equal((person.Id, person.Email), ((string)accepted["customer_id"]!, (string)accepted["email"]!));
        Assert.Empty((await owner.Client.GetJson("/store/orders"))["orders"]!.AsArray());
        // Its cart with it.
        var cart = $"/store/carts/{HeadlessPro.Contracts.WireId.Encode("cart", await shop.Scalar<Guid>($"select cart_id from ordering.orders where id = '{Id(order)}'"))}";
        Assert.Equal(
            (person.Id, person.Email, null),
            ((string?)(await person.Client.GetJson(cart))["cart"]!["customer_id"], (string?)(await person.Client.GetJson(cart))["cart"]!["email"], (string?)(await owner.Client.GetJson(cart))["cart"]!["email"]));
        Assert.Equal(Decode(owner.Id), await shop.Scalar<Guid>($"select from_customer_id from ordering.order_transfers where order_id = '{Id(order)}'"));
    }

    [Fact]
    public async Task Who_declines_keeps_the_order_and_the_token_is_worth_nothing_after()
    {
        using var person = await Person.Join(shop);
        var (order, email) = await GuestOrder();
        await person.Client.PostJson($"/store/orders/{order}/transfer/request", "{}");
        var token = TokenOf(Assert.Single(await Mails.To(shop, email)));
        var declined = (await shop.Store.PostJson($"/store/orders/{order}/transfer/decline", new { token }))["order"]!;
        Assert.Equal((null, null), ((string?)declined["customer_id"], (string?)declined["email"]));

        var before = await State(order);
        await Refused(shop.Store, order, "accept", token);
        Assert.Equal(before, await State(order));
        Assert.Equal(email, await Column(order, "email"));
    }

    [Fact]
    public async Task Who_asked_takes_it_back_and_nobody_else_does()
    {
        using var person = await Person.Join(shop);
        using var other = await Person.Join(shop);
        var (order, email) = await GuestOrder();
        await person.Client.PostJson($"/store/orders/{order}/transfer/request", "{}");
        var token = TokenOf(Assert.Single(await Mails.To(shop, email)));
        var before = await State(order);
        Assert.Equal("no_transfer_request", (string)(await other.Client.PostJson($"/store/orders/{order}/transfer/cancel", status: 400))["code"]!);
        Assert.Equal("transfer_requested", (string)(await other.Client.PostJson($"/store/orders/{order}/transfer/request", "{}", 400))["code"]!);
        Assert.Equal(before, await State(order));

        Assert.Null((string?)(await person.Client.PostJson($"/store/orders/{order}/transfer/cancel"))["order"]!["email"]);
        before = await State(order);
        await Refused(shop.Store, order, "accept", token);
        Assert.Equal("no_transfer_request", (string)(await person.Client.PostJson($"/store/orders/{order}/transfer/cancel", "{}", 400))["code"]!);
        Assert.Equal(before, await State(order));
    }

    [Fact]
    public async Task Requests_at_once_are_one_with_one_mail_and_three_a_day_are_the_most()
    {
        using var person = await Person.Join(shop);
        var (order, email) = await GuestOrder();
        await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => person.Client.PostJson($"/store/orders/{order}/transfer/request", "{}")));
        Assert.Equal(1L, await Requests(order));
        Assert.Single(await Mails.To(shop, email));
        for (var n = 2; n <= 3; n++)
        {
            await person.Client.PostJson($"/store/orders/{order}/transfer/cancel");
            await person.Client.PostJson($"/store/orders/{order}/transfer/request", "{}");
            await Mails.To(shop, email, atLeast: n);
        }

        await person.Client.PostJson($"/store/orders/{order}/transfer/cancel");
        var before = await State(order);
        Assert.Equal("too_many_transfer_requests", (string)(await person.Client.PostJson($"/store/orders/{order}/transfer/request", "{}", 400))["code"]!);
        Assert.Equal(before, await State(order));
        Assert.Equal(3, (await Mails.To(shop, email)).Count);
    }

    [Fact]
    public async Task Wrong_tokens_other_orders_tokens_and_old_ones_change_nothing()
    {
        using var person = await Person.Join(shop);
        var (order, email) = await GuestOrder();
        var (other, _) = await GuestOrder();
        await person.Client.PostJson($"/store/orders/{order}/transfer/request", "{}");
        var token = TokenOf(Assert.Single(await Mails.To(shop, email)));
        var (before, others) = (await State(order), await State(other));
        foreach (var step in (string[])["accept", "decline"])
        {
            foreach (var wrong in (string[])["", "x", token[..^1], token + "x"]) await Refused(shop.Store, order, step, wrong);
            await Refused(person.Client, other, step, token);
            await Refused(person.Client, "order_nothere", step, token);
            await shop.Store.PostJson($"/store/orders/{order}/transfer/{step}", "{}", 400);
        }

        Assert.Equal((before, others), (await State(order), await State(other)));
        await shop.Scalar<object>($"update ordering.order_transfers set expires_at = now() - interval '1 second' where order_id = '{Id(order)}'");
        before = await State(order);
        foreach (var step in (string[])["accept", "decline"]) await Refused(shop.Store, order, step, token);
        Assert.Equal(before, await State(order));

        using var next = await Person.Join(shop);
        await next.Client.PostJson($"/store/orders/{order}/transfer/request", "{}");
        Assert.Equal(2, (await Mails.To(shop, email, atLeast: 2)).Count);
        Assert.Equal("expired", await shop.Scalar<string>($"select status from ordering.order_transfers where order_id = '{Id(order)}' order by created_at limit 1"));
    }

    [Fact]
    public async Task A_token_accepted_and_declined_at_once_is_used_once()
    {
        using var person = await Person.Join(shop);
        var (order, email) = await GuestOrder();
        await person.Client.PostJson($"/store/orders/{order}/transfer/request", "{}");
        var token = TokenOf(Assert.Single(await Mails.To(shop, email)));
        var statuses = await Task.WhenAll(Enumerable.Range(0, 12).Select(async i =>
        {
            using var body = System.Net.Http.Json.JsonContent.Create(new { token });
            using var response = await shop.Store.PostAsync(new Uri($"/store/orders/{order}/transfer/{(i % 2 == 0 ? "accept" : "decline")}", UriKind.Relative), body);
            return (int)response.StatusCode;
        }));
        Assert.Equal((1, 11), (statuses.Count(s => s == 200), statuses.Count(s => s == 400)));
        var isMoved = await shop.Scalar<string>($"select status from ordering.order_transfers where order_id = '{Id(order)}'") == "accepted";
        Assert.Equal(isMoved ? person.Email : email, await Column(order, "email"));
    }

    [Fact]
    public async Task Whoever_has_left_meanwhile_gets_no_order()
    {
        using var person = await Person.Join(shop);
        var (order, email) = await GuestOrder();
        await person.Client.PostJson($"/store/orders/{order}/transfer/request", "{}");
        var token = TokenOf(Assert.Single(await Mails.To(shop, email)));
        await shop.Scalar<object>($"update identity.customers set deleted_at = now() where id = '{Decode(person.Id)}'");
        var before = await State(order);
        await Refused(shop.Store, order, "accept", token);
        Assert.Equal(before, await State(order));
    }

    [Fact]
    public async Task Wrong_callers_ask_for_nothing()
    {
        using var person = await Person.Join(shop);
        using var keyless = shop.Client();
        keyless.DefaultRequestHeaders.Authorization = person.Client.DefaultRequestHeaders.Authorization;
        var registered = (string)(await shop.Store.PostJson("/auth/customer/emailpass/register", new { email = Person.NewEmail(), password = Person.Password }))["token"]!;
        using var nobody = Person.With(shop, registered);
        var (order, _) = await GuestOrder();
        var own = await Buy(person.Client, null);
        var before = (await State(order), await State(own));

        foreach (var step in (string[])["request", "accept", "decline", "cancel"])
            Assert.Equal("not_allowed", (string)(await keyless.PostJson($"/store/orders/{order}/transfer/{step}", new { token = "x" }, 400))["type"]!);
        foreach (var step in (string[])["request", "cancel"])
            foreach (var client in (HttpClient[])[shop.Store, nobody])
                Assert.Equal("Unauthorized", (string)(await client.PostJson($"/store/orders/{order}/transfer/{step}", "{}", 401))["message"]!);
        Assert.Equal("order_is_yours", (string)(await person.Client.PostJson($"/store/orders/{own}/transfer/request", "{}", 400))["code"]!);
        await person.Client.PostJson("/store/orders/order_nothere/transfer/request", "{}", 404);
        await person.Client.PostJson($"/store/orders/{order}/transfer/request", new { customer_id = person.Id }, 400);
        Assert.Equal(before, (await State(order), await State(own)));
    }

    private async Task<(string Order, string Email)> GuestOrder()
    {
        var email = Person.NewEmail();
        return (await Buy(shop.Store, email), email);
    }

    private async Task<string> Buy(HttpClient client, string? email)
    {
        var voucher = await shop.Voucher(stock: 5);
        var cart = (string)(await client.PostJson("/store/carts", new { region_id = shop.Region, email, items = new[] { new { variant_id = voucher.WireId, quantity = 1 } } }))["cart"]!["id"]!;
        await shop.OpenPayment(cart, client);
        return (string)(await client.PostJson($"/store/carts/{cart}/complete"))["order"]!["id"]!;
    }

    private static async Task Refused(HttpClient client, string order, string step, string token)
    {
        var refused = await client.PostJson($"/store/orders/{order}/transfer/{step}", new { token }, 400);
        Assert.Equal(
            ("invalid_transfer_token", "Invalid request: Field 'token' is not valid for this order: wrong, used or expired"),
            ((string)refused["code"]!, (string)refused["message"]!));
    }

    private static string TokenOf(Mail mail) => mail.Link.Segments[^1];

    private static Guid Id(string order) => ShopFixture.Decode("order", order);

    private static Guid Decode(string customer) => ShopFixture.Decode("cus", customer);

    private Task<string?> Column(string order, string name) => shop.Scalar<string>($"select {name}::text from ordering.orders where id = '{Id(order)}'");

    private async Task<long> Requests(string order) => await shop.Scalar<long>($"select count(*) from ordering.order_transfers where order_id = '{Id(order)}'");

    /// <summary>The order and all that was asked about it.</summary>
    private Task<string?> State(string order) => shop.Scalar<string>($"""
        select to_jsonb(o)::text || coalesce((select jsonb_agg(to_jsonb(t) order by t.id)::text from ordering.order_transfers t where t.order_id = o.id), '')
        from ordering.orders o where id = '{Id(order)}'
        """);
}
