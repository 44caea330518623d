using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using HeadlessPro.Modules.Tests.Catalog;
using HeadlessPro.Payments;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>Money that is never lost: cards at Stripe, from the session to the books, whatever the order of what arrives.</summary>
public sealed class CardPaymentTests(CardShop shop) : IClassFixture<CardShop>
{
    [Fact]
    public async Task A_card_is_held_at_checkout_captured_when_it_is_due_and_given_back_in_parts()
    {
        var cart = await shop.CardOrder();
        Assert.Equal("order pending; authorization 25000", await shop.Books(cart));
        Assert.Equal("authorization 25000", await shop.Stripe.Moved(cart.Intent));

        await shop.Job(CaptureDue.Name);
        Assert.Equal("order pending; authorization 25000", await shop.Books(cart));
        await shop.Scalar<object>($"update payments.payments set capture_at = now() where reference = '{cart.Intent}'");
        await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => shop.Job(CaptureDue.Name)));
        await shop.Quiet();
        Assert.Equal("order pending; authorization 25000, capture 25000", await shop.Books(cart));

        var payment = (string)(await shop.Admin.GetJson($"/admin/payments?reference={cart.Intent}"))["payments"]![0]!["id"]!;
        await shop.Admin.PostJson($"/admin/payments/{payment}/refund", new { amount = 100 });
        await shop.Stripe.Form("/v1/refunds", $"payment_intent={cart.Intent}&amount=5000");
        await shop.Quiet();
        Assert.Equal("order pending; authorization 25000, capture 25000, refund 10000, refund 5000", await shop.Books(cart));
        Assert.Equal("authorization 25000, capture 25000, refund 10000, refund 5000", await shop.Stripe.Moved(cart.Intent));
    }

    [Fact]
    public async Task Who_pays_and_never_comes_back_has_an_order_all_the_same()
    {
        var cart = await shop.CardCart();
        await shop.Stripe.Confirm(cart.ClientSecret);
        await shop.Quiet();
        Assert.Equal("order pending; authorization 25000", await shop.Books(cart));

        var answer = await shop.Complete(cart.Cart);
        Assert.Equal("order", (string)answer["type"]!);
        var order = await shop.Store.GetJson($"/store/orders/by-payment-intent/{cart.Intent}");
        Assert.Equal((int)answer["order"]!["display_id"]!, (int)order["order"]!["display_id"]!);
    }

    [Fact]
    public async Task A_card_that_is_refused_leaves_a_cart_that_can_be_paid_with_another_card()
    {
        var cart = await shop.CardCart();
        await shop.Stripe.Confirm(cart.ClientSecret, "pm_card_chargeDeclined", System.Net.HttpStatusCode.PaymentRequired);
        var refused = await shop.Complete(cart.Cart);
        Assert.Equal("cart", (string)refused["type"]!);
        Assert.Equal("payment_authorization_error", (string)refused["error"]!["type"]!);
        Assert.Equal("order none; nothing moved", await shop.Books(cart));

        await shop.Stripe.Confirm(cart.ClientSecret);
        Assert.Equal("order", (string)(await shop.Complete(cart.Cart))["type"]!);
        await shop.Quiet();
        Assert.Equal("order pending; authorization 25000", await shop.Books(cart));
    }

    [Fact]
    public async Task A_bank_that_asks_the_shopper_first_is_told_as_requires_more()
    {
        var cart = await shop.CardCart();
        await shop.Stripe.Confirm(cart.ClientSecret, "pm_card_threeDSecure2Required");
        var asked = await shop.Complete(cart.Cart);
        Assert.Equal(("cart", "requires_more"), ((string)asked["type"]!, (string)asked["error"]!["name"]!));
        Assert.Equal("order none; nothing moved", await shop.Books(cart));
    }

    [Fact]
    public async Task A_cart_that_changed_after_its_session_was_opened_is_charged_what_it_costs()
    {
        var cart = await shop.CardCart();
        var line = (string)(await shop.Store.GetJson($"/store/carts/{cart.Cart}"))["cart"]!["items"]![0]!["id"]!;
        await shop.Store.PostJson($"/store/carts/{cart.Cart}/line-items/{line}", new { quantity = 3 });
        Assert.Equal(75000, (int)(await shop.Stripe.Confirm(cart.ClientSecret))["amount"]!);
        await shop.Complete(cart.Cart);
        await shop.Quiet();
        Assert.Equal("order pending; authorization 75000", await shop.Books(cart));
    }

    [Fact]
    public async Task What_was_held_for_another_amount_is_let_go_and_the_shopper_pays_anew()
    {
        var cart = await shop.CardCart();
        await shop.HearWebhooks(false);
        await shop.Stripe.Confirm(cart.ClientSecret);
        var line = (string)(await shop.Store.GetJson($"/store/carts/{cart.Cart}"))["cart"]!["items"]![0]!["id"]!;
        await shop.Store.PostJson($"/store/carts/{cart.Cart}/line-items/{line}", new { quantity = 2 });
        var refused = await shop.TryComplete(cart.Cart);
        await shop.Finished();
        await shop.HearWebhooks(true);
        Assert.True(refused.Status is 200 or 400, refused.Body);
        Assert.Equal("order none; authorization 25000, void 25000", await shop.Books(cart));
        Assert.Equal("authorization 25000, void 25000", await shop.Stripe.Moved(cart.Intent));

        var again = await shop.OpenCards(cart.Cart);
        Assert.NotEqual(cart.Intent, again.Intent);
        await shop.Stripe.Confirm(again.ClientSecret);
        await shop.Complete(cart.Cart);
        await shop.Quiet();
        Assert.Equal("order pending; authorization 25000, void 25000, authorization 50000", await shop.Books(cart));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cart_that_runs_out_of_stock_after_it_was_paid_gets_its_money_back(bool byWebhook)
    {
        var variant = await shop.Voucher(stock: 1);
        var late = await shop.OpenCards(await shop.ReadyCart((variant, 1)));
        var first = await shop.ReadyCart((variant, 1));
        await shop.Complete(first);
        if (!byWebhook) await shop.HearWebhooks(false);
        await shop.Stripe.Confirm(late.ClientSecret);
        if (byWebhook) await shop.Quiet();
        else Assert.Equal(400, (await shop.TryComplete(late.Cart)).Status);
        await shop.Finished();
        await shop.HearWebhooks(true);
        Assert.Equal("order none; authorization 25000, void 25000", await shop.Books(late));
        Assert.Equal("authorization 25000, void 25000", await shop.Stripe.Moved(late.Intent));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_cart_that_runs_out_of_stock_gets_its_money_back_within_a_minute_when_the_provider_does_not_answer_at_first(bool byWebhook)
    {
        var variant = await shop.Voucher(stock: 1);
        var late = await shop.OpenCards(await shop.ReadyCart((variant, 1)));
        await shop.Complete(await shop.ReadyCart((variant, 1)));
        if (!byWebhook) await shop.HearWebhooks(false);
        await shop.Stripe.Fault("429:9", $"*{late.Intent}/cancel", times: 1000);
        await shop.Stripe.Confirm(late.ClientSecret);
        if (byWebhook) Assert.True((bool)(await shop.Stripe.Control("idle"))["idle"]!);
        else Assert.Equal(400, (await shop.TryComplete(late.Cart)).Status);
        await shop.HearWebhooks(true);
        await shop.Quiet();
        Assert.Equal("order none; authorization 25000; void 25000 open", await shop.Books(late));

        // The cart is the shopper's again, and the provider is asked again within the minute.
        Assert.True(await shop.Scalar<bool>($"select completing_token is null from ordering.carts where id = '{late.Id}'"));
        var dueIn = await shop.Scalar<int>("select extract(epoch from taken_at + interval '1 minute' - now())::int from payments.operations where status = 'open'");
        Assert.InRange(dueIn, -60, 20);
        await shop.Stripe.NoFaults();
        await shop.Scalar<object>("update payments.operations set taken_at = '-infinity' where status = 'open'");
        await shop.Finished();
        Assert.Equal("order none; authorization 25000, void 25000", await shop.Books(late));
        Assert.Equal("authorization 25000, void 25000", await shop.Stripe.Moved(late.Intent));
    }

    [Fact]
    public async Task A_canceled_order_lets_its_money_go_or_gives_it_back()
    {
        var (held, taken) = (await shop.CardOrder(), await shop.CardOrder());
        var payment = (string)(await shop.Admin.GetJson($"/admin/payments?reference={taken.Intent}"))["payments"]![0]!["id"]!;
        await shop.Admin.PostJson($"/admin/payments/{payment}/capture");
        foreach (var cart in new[] { held, taken })
        {
            var order = (string)(await shop.Complete(cart.Cart))["order"]!["id"]!;
            await shop.Admin.PostJson($"/admin/orders/{order}/cancel");
        }

        await shop.Finished();
        Assert.Equal("order canceled; authorization 25000, void 25000", await shop.Books(held));
        Assert.Equal("order canceled; authorization 25000, capture 25000, refund 25000", await shop.Books(taken));
    }

    [Fact]
    public async Task An_order_that_shrank_is_captured_for_what_it_costs_now_and_the_rest_is_let_go()
    {
        var cart = await shop.CardOrder(quantity: 3);
        await Edit(cart, 2);
        await shop.Scalar<object>($"update payments.payments set capture_at = now() where reference = '{cart.Intent}'");
        await shop.Job(CaptureDue.Name);
        await shop.Quiet();
        Assert.Equal("order pending; authorization 75000, capture 50000, void 25000", await shop.Books(cart));
        Assert.Equal("captured", (string)(await Order(cart))["payment_status"]!);
        Assert.Equal("", await shop.Uneven());
    }

    [Fact]
    public async Task An_order_that_shrank_was_captured_and_grew_again_owes_what_was_let_go()
    {
        var cart = await shop.CardOrder(quantity: 3);
        await Edit(cart, 2);
        await shop.Scalar<object>($"update payments.payments set capture_at = now() where reference = '{cart.Intent}'");
        await shop.Job(CaptureDue.Name);
        await Edit(cart, 3);
        var owed = (await Order(cart))["payment_collections"]![0]!;
        Assert.Equal((750m, 500m), ((decimal)owed["amount"]!, (decimal)owed["authorized_amount"]!));
        Assert.Equal("The order grew: 250 ZAR more is to be paid", (string)(await shop.Admin.GetJson($"/admin/payments?reference={cart.Intent}&needs_attention=true"))["payments"]![0]!["needs_attention"]!);
        await Edit(cart, 1);
        Assert.Equal("The order shrank: 250 ZAR of what was captured is to be given back", (string)(await shop.Admin.GetJson($"/admin/payments?reference={cart.Intent}"))["payments"]![0]!["needs_attention"]!);
        await Edit(cart, 2);
        Assert.Null((await shop.Admin.GetJson($"/admin/payments?reference={cart.Intent}"))["payments"]![0]!["needs_attention"]);
    }

    [Fact]
    public async Task A_promise_that_is_being_let_go_stands_for_no_order()
    {
        var cart = await shop.CardCart();
        await shop.HearWebhooks(false);
        await shop.Stripe.Confirm(cart.ClientSecret);
        var payments = shop.Contract<HeadlessPro.Contracts.Payments.IPayments>();
        Assert.Null((await payments.Authorize(new HeadlessPro.Contracts.Payments.AuthorizePayment(cart.Id, 25000, "zar"), default)).Error);
        // A host that gave up wrote its void down and died.
        await shop.Scalar<object>($"insert into payments.operations (id, payment_id, kind, amount, taken_at) select gen_random_uuid(), id, 'void', 25000, now() from payments.payments where reference = '{cart.Intent}'");
        Assert.Equal(400, (await shop.TryComplete(cart.Cart)).Status);
        await shop.HearWebhooks(true);
        Assert.Equal("order none; authorization 25000, void 25000", await shop.Books(cart));
    }

    [Fact]
    public async Task A_cart_that_came_to_cost_nothing_after_it_was_paid_gives_the_money_back()
    {
        var cart = await shop.CardCart();
        await shop.HearWebhooks(false);
        await shop.Stripe.Confirm(cart.ClientSecret);
        await shop.AddPromotion($"ALL{cart.Id:N}"[..12].ToUpperInvariant(), percent: 100, currency: "zar");
        await shop.Store.PostJson($"/store/carts/{cart.Cart}/promotions", new { promo_codes = new[] { $"ALL{cart.Id:N}"[..12].ToUpperInvariant() } });
        Assert.Equal("order", (string)(await shop.Complete(cart.Cart))["type"]!);
        await shop.HearWebhooks(true);
        await shop.Finished();
        Assert.Equal("order pending; authorization 25000, void 25000", await shop.Books(cart));
        Assert.Equal("", await shop.Uneven());
    }

    [Fact]
    public async Task An_order_that_grew_asks_for_a_further_promise_of_what_is_missing()
    {
        var cart = await shop.CardOrder(quantity: 1);
        await Edit(cart, 3);
        var owed = (await Order(cart))["payment_collections"]![0]!;
        Assert.Equal((750m, 250m, "partially_authorized"), ((decimal)owed["amount"]!, (decimal)owed["authorized_amount"]!, (string)owed["status"]!));
        var shown = (await shop.Admin.GetJson($"/admin/payments?reference={cart.Intent}"))["payments"]![0]!;
        Assert.Equal("The order grew: 500 ZAR more is to be paid", (string)shown["needs_attention"]!);

        // Whoever holds the id of an old order may pay, and does not see how it was paid before.
        await shop.Scalar<object>($"update ordering.carts set completed_at = now() - interval '2 hours' where id = '{cart.Id}'");
        var answer = await shop.Store.PostJson($"/store/payment-collections/{owed["id"]}/payment-sessions", new { provider_id = CardShop.Cards });
        Assert.DoesNotContain(cart.ClientSecret, answer.ToString(), StringComparison.Ordinal);
        var session = answer["payment_collection"]!["payment_sessions"]!.AsArray().Single(s => (string)s!["status"]! == "pending")!;
        Assert.Equal(500m, (decimal)session["amount"]!);
        await shop.Stripe.Confirm((string)session["data"]!["client_secret"]!);
        await shop.Quiet();
        Assert.Equal("order pending; authorization 25000, authorization 50000", await shop.Books(cart));
        Assert.Equal("authorized", (string)(await Order(cart))["payment_status"]!);

        await shop.Scalar<object>($"update payments.payments p set capture_at = now() from payments.collections c where c.id = p.collection_id and c.cart_id = '{cart.Id}'");
        await shop.Job(CaptureDue.Name);
        await shop.Quiet();
        Assert.Equal("captured", (string)(await Order(cart))["payment_status"]!);
        Assert.Equal(75000L, await shop.Scalar<long>($"select sum(p.captured)::bigint from payments.payments p join payments.collections c on c.id = p.collection_id where c.cart_id = '{cart.Id}'"));
        Assert.Equal("", await shop.Uneven());
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_further_promise_that_nobody_told_of_is_found(bool byShopper)
    {
        var cart = await shop.CardOrder(quantity: 1);
        await Edit(cart, 3);
        var owed = (await Order(cart))["payment_collections"]![0]!;
        var session = (await shop.Store.PostJson($"/store/payment-collections/{owed["id"]}/payment-sessions", new { provider_id = CardShop.Cards }))
            ["payment_collection"]!["payment_sessions"]!.AsArray().Single(s => (string)s!["status"]! == "pending")!;
        Assert.Equal("order", (string)(await shop.Complete(cart.Cart))["type"]!);
        await shop.HearWebhooks(false);
        await shop.Stripe.Confirm((string)session["data"]!["client_secret"]!);
        await shop.HearWebhooks(true);
        Assert.Equal("order pending; authorization 25000", await shop.Books(cart));

        if (byShopper)
        {
            Assert.Equal("authorized", (string)(await shop.Complete(cart.Cart))["order"]!["payment_collections"]![0]!["status"]!);
        }
        else
        {
            await shop.Job(RemindOfPromises.Name);
            await shop.Job(ProcessWebhooks.Name);
            Assert.Equal("order pending; authorization 25000", await shop.Books(cart));
            await shop.Scalar<object>($"update payments.sessions set look_at = now() where id = '{CardShop.Decode("payses", (string)session["id"]!)}'");
            await shop.Job(RemindOfPromises.Name);
            await shop.Job(ProcessWebhooks.Name);
        }

        await shop.Quiet();
        Assert.Equal("order pending; authorization 25000, authorization 50000", await shop.Books(cart));
        Assert.Equal("authorized", (string)(await Order(cart))["payment_status"]!);
        Assert.Equal(2L, await shop.Scalar<long>($"select count(*) from payments.payments p join payments.collections c on c.id = p.collection_id where c.cart_id = '{cart.Id}' and p.order_id = c.order_id and p.capture_at is not null"));
        Assert.Equal("", await shop.Uneven());
    }

    [Fact]
    public async Task Of_a_card_a_capture_in_parts_leaves_nothing_to_let_go()
    {
        var cart = await shop.CardOrder();
        var payment = (await shop.Admin.GetJson($"/admin/payments?reference={cart.Intent}"))["payments"]![0]!["id"]!;
        await shop.Admin.PostJson($"/admin/payments/{payment}/capture", new { amount = 100 });

        var refused = await shop.Admin.PostJson($"/admin/payments/{payment}/cancel", status: 400);

        Assert.Equal(("payment_captured", $"Payment {payment} has nothing left to cancel: 100 ZAR is captured, refund it instead"), ((string)refused["code"]!, (string)refused["message"]!));
        await shop.Quiet();
        Assert.Equal("order pending; authorization 25000, capture 10000, void 15000", await shop.Books(cart));
        // It is not paid for any more.
        await shop.Admin.PostJson($"/admin/orders/{(await Order(cart))["id"]}/cancel");
        await shop.Finished();
        Assert.Equal("", await shop.Uneven());
    }

    [Fact]
    public async Task Money_whose_order_is_gone_is_reported()
    {
        var (kept, promised, even) = (await shop.CardOrder(), await shop.CardOrder(), await shop.CardOrder());
        foreach (var cart in new[] { kept, even })
            await shop.Scalar<object>($"update payments.payments set capture_at = now() where reference = '{cart.Intent}'");
        await shop.Job(CaptureDue.Name);
        await shop.Quiet();
        await shop.Admin.PostJson($"/admin/payments/{(await shop.Admin.GetJson($"/admin/payments?reference={even.Intent}"))["payments"]![0]!["id"]}/refund", new { });
        await shop.Quiet();
        Assert.Equal("", await shop.Uneven());
        try
        {
            await shop.Scalar<object>($"create table public.gone as select * from ordering.orders where cart_id in ('{kept.Id}', '{promised.Id}', '{even.Id}')");
            await shop.Scalar<object>("create table public.gone_lines as select * from ordering.order_lines where order_id in (select id from public.gone)");
            await shop.Scalar<object>("delete from ordering.order_lines where order_id in (select id from public.gone)");
            await shop.Scalar<object>("delete from ordering.orders where id in (select id from public.gone)");

            Assert.Equal(
                $"cart {promised.Cart} has no order any more, and 250 ZAR is promised for it\ncart {kept.Cart} has no order any more, and 250 ZAR of its money is kept",
                string.Join("\n", (await shop.Uneven()).Split('\n').OrderByDescending(l => l.Contains("promised", StringComparison.Ordinal))));
            Assert.Equal("order none; authorization 25000, capture 25000", await shop.Books(kept));
            Assert.Equal("order none; authorization 25000", await shop.Books(promised));
        }
        finally
        {
            await shop.Scalar<object>("insert into ordering.orders select * from public.gone");
            await shop.Scalar<object>("insert into ordering.order_lines select * from public.gone_lines");
        }

        Assert.Equal("", await shop.Uneven());
    }

    private async Task<JsonNode> Order(CardCart cart) =>
        (await shop.Admin.GetJson($"/admin/orders?cart_id={cart.Cart}&fields=*payment_collections,*items,+payment_status,+version"))["orders"]![0]!;

    private async Task Edit(CardCart cart, int quantity)
    {
        var order = await Order(cart);
        await shop.Admin.PostJson($"/admin/orders/{order["id"]}/edit", new { version = (long)order["version"]!, items = new[] { new { id = (string)order["items"]![0]!["id"]!, quantity } } });
        await shop.Quiet();
    }

    [Fact]
    public async Task A_shopper_who_turns_to_another_way_to_pay_cannot_pay_the_first_one_any_more()
    {
        var cart = await shop.CardCart();
        await shop.OpenPayment(cart.Cart);
        Assert.Equal("canceled", (string)(await shop.Stripe.Form($"/v1/payment_intents/{cart.Intent}", ""))["status"]!);
        Assert.Equal("order", (string)(await shop.Complete(cart.Cart))["type"]!);
    }

    [Fact]
    public async Task The_hosted_page_makes_the_order_whichever_comes_first()
    {
        var cart = await shop.ReadyCart((await shop.Voucher(stock: null), 1));
        var collection = (string)(await shop.Store.PostJson("/store/payment-collections", new { cart_id = cart }))["payment_collection"]!["id"]!;
        var session = (await shop.Store.PostJson($"/store/payment-collections/{collection}/payment-sessions", new { provider_id = "pp_stripe_checkout" }))
            ["payment_collection"]!["payment_sessions"]![0]!;
        var back = await shop.Stripe.Submit((string)session["data"]!["url"]!, ("email", "thandi@example.com"), ("number", "4242424242424242"), ("expiry", "12 / 40"), ("cvc", "123"), ("name", "Thandi"));
        Assert.StartsWith("https://shop.example/thanks", back);
        await Task.WhenAll(shop.Complete(cart), shop.Quiet());
        await shop.Quiet();
        var id = CardShop.Decode("cart", cart);
        Assert.Equal("order pending; authorization 25000", await shop.Books(new CardCart(cart, id, "", "")));
        Assert.Equal(1L, await shop.Scalar<long>($"select count(*) from ordering.orders where cart_id = '{id}'"));
    }

    [Theory]
    [InlineData("evt_1\0", "pi_1")]
    [InlineData("evt_1", "pi_\0")]
    [InlineData("long", "pi_1")]
    public async Task An_event_whose_names_cannot_be_kept_is_refused_and_leaves_nothing(string id, string intent)
    {
        var before = await shop.Scalar<long>("select count(*) from payments.webhook_events");
        var about = new JsonObject { ["id"] = intent, ["object"] = "payment_intent" };
        var told = new JsonObject { ["id"] = id == "long" ? new string('x', 10_000) : id, ["type"] = "payment_intent.succeeded", ["created"] = 1, ["data"] = new JsonObject { ["object"] = about } };
        var body = told.ToJsonString();
        var at = DateTimeOffset.UtcNow.ToUnixTimeSeconds();
        var signature = Convert.ToHexStringLower(HMACSHA256.HashData("whsec_shop"u8, Encoding.UTF8.GetBytes($"{at}.{body}")));
        using var content = new StringContent(body);
        content.Headers.Add("Stripe-Signature", $"t={at},v1={signature}");
        using var client = shop.Client();
        using var answer = await client.PostAsync(new Uri("/webhooks/stripe", UriKind.Relative), content);
        var refusal = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        Assert.Equal((400, "invalid_data", "The event has an id, a type or a reference that is too long, or not text: at most 255 characters"),
            ((int)answer.StatusCode, (string)refusal["type"]!, (string)refusal["message"]!));
        Assert.Equal(before, await shop.Scalar<long>("select count(*) from payments.webhook_events"));
    }

    [Fact]
    public async Task Events_without_a_valid_signature_are_refused_and_leave_nothing()
    {
        await shop.Quiet();
        var before = await shop.Scalar<long>("select count(*) from payments.webhook_events");
        using var content = new StringContent("""{"id":"evt_1","type":"payment_intent.succeeded","data":{"object":{"id":"pi_1"}}}""");
        content.Headers.Add("Stripe-Signature", "t=1,v1=00");
        using var client = shop.Client();
        foreach (var route in (string[])["/webhooks/stripe", "/hooks/payment/stripe_stripe"])
        {
            using var answer = await client.PostAsync(new Uri(route, UriKind.Relative), content);
            Assert.Equal(400, (int)answer.StatusCode);
        }

        Assert.Equal(before, await shop.Scalar<long>("select count(*) from payments.webhook_events"));
    }
}
