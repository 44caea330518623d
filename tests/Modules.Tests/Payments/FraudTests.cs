using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Modules.Tests.Catalog;
using HeadlessPro.Payments;
using HeadlessPro.Payments.Fraud;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Jobs;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>Every promise is assessed once; what is denied never becomes an order, what is held is not captured until staff say so.</summary>
public class FraudTests(FraudShop shop) : IClassFixture<FraudShop>
{
    private const string Held = "60 review pending; The payment provider sees the highest risk: +60";

    [Fact]
    public async Task A_harmless_order_says_so_and_is_captured_as_ever()
    {
        var order = await shop.Placed(await shop.CartToPay(await shop.Voucher(stock: null), "nomsa@example.com", new { card = "nomsa", country = "za" }));
        Assert.Equal("0 allow -", await shop.Fraud(order.Id));
        await shop.CaptureDue();
        Assert.Equal(250m, (decimal)(await shop.Read(order))["captured_amount"]!);
        Assert.Equal("payment_not_held", await shop.Refused(order, "release"));
        Assert.Equal("payment_not_held", await shop.Refused(order, "deny"));
        Assert.Equal("0 allow -", await shop.Fraud(order.Id));
    }

    [Fact]
    public async Task A_held_payment_is_not_captured_by_the_clock_nor_by_staff_until_it_is_released()
    {
        var order = await shop.HeldOrder();
        Assert.Equal(Held, await shop.Fraud(order.Id));
        Assert.Contains(order.Payment, await Pending());

        await shop.CaptureDue();
        Assert.Equal("payment_held", await shop.Refused(order, "capture"));
        Assert.Equal(0m, (decimal)(await shop.Read(order))["captured_amount"]!);
        Assert.Equal(0L, await shop.Scalar<long>($"select count(*) from payments.operations where payment_id = '{order.Id}'"));

        foreach (var again in new[] { 1, 2 })
        {
            var released = (await shop.Admin.PostJson($"/admin/payments/{order.Payment}/release"))["payment"]!["fraud"]!;
            Assert.Equal(("released", again), ((string)released["review"]!, again));
            Assert.StartsWith("apk_", (string)released["reviewed_by"]!, StringComparison.Ordinal);
        }

        Assert.DoesNotContain(order.Payment, await Pending());
        Assert.Equal("payment_released", await shop.Refused(order, "deny"));
        await shop.CaptureDue();
        Assert.Equal(250m, (decimal)(await shop.Read(order))["captured_amount"]!);
        Assert.Equal("pending", (string)(await shop.Admin.GetJson($"/admin/orders/{order.Order}"))["order"]!["status"]!);
    }

    [Fact]
    public async Task A_denied_payment_is_let_go_and_its_order_canceled_once_however_often_it_is_denied()
    {
        var voucher = await shop.Voucher(stock: 5);
        var order = await shop.HeldOrder(voucher);
        await shop.Settled(voucher, stocked: 4);

        foreach (var _ in new[] { 1, 2 })
        {
            var denied = (await shop.Admin.PostJson($"/admin/payments/{order.Payment}/deny"))["payment"]!;
            Assert.Equal(("denied", 250m, 0m), ((string)denied["fraud"]!["review"]!, (decimal)denied["released_amount"]!, (decimal)denied["captured_amount"]!));
        }

        Assert.Equal("payment_denied", await shop.Refused(order, "release"));
        await shop.Until($"exists (select from ordering.orders where cart_id = '{FraudShop.Decode("cart", order.Cart)}' and status = 'canceled')");
        await shop.Settled(voucher, stocked: 5);
        await shop.CaptureDue();
        Assert.Equal("void 25000", await shop.Scalar<string>($"""
            select string_agg(kind || ' ' || amount, ', ') from payments.ledger where payment_id = '{order.Id}' and kind <> 'authorization'
            """));
        Assert.Equal(1L, await Told(order, "payments.denied"));
    }

    [Fact]
    public async Task Released_and_denied_at_once_it_is_one_of_them()
    {
        for (var round = 0; round < 4; round++)
        {
            var order = await shop.HeldOrder();
            var releases = Task.WhenAll(Enumerable.Range(0, 8).Select(_ => shop.Try(order, "release")));
            var denials = Task.WhenAll(Enumerable.Range(0, 8).Select(_ => shop.Try(order, "deny")));
            var (released, denied) = ((await releases).Count(s => s == 200), (await denials).Count(s => s == 200));
            Assert.Equal(8, released + denied);
            Assert.True(released is 0 or 8, $"{released} released, {denied} denied");
            Assert.Equal(released == 8 ? "released" : "denied", await shop.Scalar<string>($"select review from payments.payments where id = '{order.Id}'"));
            Assert.Equal(denied / 8, await Told(order, "payments.denied"));
        }
    }

    [Fact]
    public async Task What_the_rules_deny_becomes_no_order_and_the_shopper_hears_no_reason()
    {
        var voucher = await shop.Voucher(stock: 5);
        var cart = await shop.CartToPay(voucher, "x@mailinator.com", new { card = "stolen", risk = "highest" });

        var (status, body) = await shop.TryComplete(cart);

        Assert.Equal(200, status);
        Assert.Contains("\"error\":{\"message\":\"The payment was refused. Try another way to pay\",\"name\":\"payment_refused\"", body, StringComparison.Ordinal);
        Assert.DoesNotContain("mailinator.com hands", body, StringComparison.Ordinal);
        Assert.Equal(0L, await shop.Scalar<long>($"select count(*) from ordering.orders where cart_id = '{FraudShop.Decode("cart", cart)}'"));
        Assert.Equal((0, 5), await shop.Stock(voucher));
        var payment = await shop.Payment(cart);
        Assert.Equal(
            "90 deny denied; mailinator.com hands out mail addresses to throw away: +30; The payment provider sees the highest risk: +60",
            await shop.Fraud(payment));
        Assert.Equal("authorization 25000, void 25000", await shop.Scalar<string>(
            $"select string_agg(kind || ' ' || amount, ', ' order by id) from payments.ledger where payment_id = '{payment}'"));

        // Another card of an honest shopper is welcome.
        await shop.Store.PostJson($"/store/carts/{cart}", new { email = "sipho@example.com" });
        await shop.Pay(cart, new { card = "own", country = "za" });
        Assert.Equal("0 allow -", await shop.Fraud((await shop.Placed(cart)).Id));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_an_order_that_grew_still_owes_is_assessed_as_well_and_held(bool byShopper)
    {
        var first = await Grown($"{Guid.NewGuid():N}@example.com", new { card = Guid.NewGuid(), risk = "highest" });

        if (byShopper) Assert.Equal(first.Order, (string)(await shop.Complete(first.Cart))["order"]!["id"]!);
        else await Settled(first);

        var further = await Further(first);
        Assert.Equal(Held, await shop.Fraud(further.Id));
        await shop.CaptureDue();
        Assert.Equal("payment_held", await shop.Refused(further, "capture"));
        Assert.Equal(0m, (decimal)(await shop.Read(further))["captured_amount"]!);

        await shop.Admin.PostJson($"/admin/payments/{further.Payment}/release");
        await shop.CaptureDue();
        await shop.CaptureDue();
        Assert.Equal((250m, 500m), ((decimal)(await shop.Read(first))["captured_amount"]!, (decimal)(await shop.Read(further))["captured_amount"]!));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_the_rules_deny_of_an_order_that_grew_is_let_go_and_the_order_stays_as_it_was_paid(bool byShopper)
    {
        var first = await Grown($"{Guid.NewGuid():N}@mailinator.com", new { card = Guid.NewGuid(), risk = "highest" });

        if (!byShopper) await Settled(first);
        for (var again = 0; again < 2; again++)
        {
            var (status, body) = await shop.TryComplete(first.Cart);
            Assert.Equal(200, status);
            Assert.Contains("\"error\":{\"message\":\"The payment was refused. Try another way to pay\",\"name\":\"payment_refused\"", body, StringComparison.Ordinal);
        }

        var further = await Further(first);
        Assert.StartsWith("90 deny denied; ", await shop.Fraud(further.Id), StringComparison.Ordinal);
        Assert.Equal("authorization 50000, void 50000", await shop.Scalar<string>(
            $"select string_agg(kind || ' ' || amount, ', ' order by id) from payments.ledger where payment_id = '{further.Id}'"));
        var order = (await shop.Admin.GetJson($"/admin/orders/{first.Order}?fields=status,*payment_collections"))["order"]!;
        Assert.Equal(("pending", "partially_authorized"), ((string)order["status"]!, (string)order["payment_collections"]![0]!["status"]!));
        Assert.Equal("The order grew: 500 ZAR more is to be paid", (string)(await shop.Read(first))["needs_attention"]!);

        // Another card pays for it.
        await PayFurther(first, new { card = Guid.NewGuid(), country = "za" });
        Assert.Equal("order", (string)(await shop.Complete(first.Cart))["type"]!);
        Assert.Equal("30 allow -; mailinator.com hands out mail addresses to throw away: +30", await shop.Fraud(await shop.Payment(first.Cart)));
        await shop.CaptureDue();
        Assert.Equal(75000L, await shop.Scalar<long>($"select sum(p.captured)::bigint from payments.payments p join payments.collections c on c.id = p.collection_id where c.cart_id = '{FraudShop.Decode("cart", first.Cart)}'"));
    }

    /// <summary>An order of R 250.00 that was edited to three pieces, for which a shopper is about to pay R 500.00 more with that card.</summary>
    private async Task<PaidOrder> Grown(string email, object card)
    {
        var first = await shop.Placed(await shop.CartToPay(await shop.Voucher(stock: null), email, new { card = Guid.NewGuid(), country = "za" }));
        var order = (await shop.Admin.GetJson($"/admin/orders/{first.Order}"))["order"]!;
        await shop.Admin.PostJson($"/admin/orders/{first.Order}/edit", new { version = 1, items = new[] { new { id = (string)order["items"]![0]!["id"]!, quantity = 3 } } });
        await shop.Until($"exists (select from payments.collections where cart_id = '{FraudShop.Decode("cart", first.Cart)}' and amount = 75000)");
        await PayFurther(first, card);
        return first;
    }

    private async Task PayFurther(PaidOrder first, object card)
    {
        var collection = (await shop.Read(first))["payment_collection_id"];
        await shop.Store.PostJson($"/store/payment-collections/{collection}/payment-sessions", new { provider_id = FraudShop.Cards, data = card });
    }

    private async Task<PaidOrder> Further(PaidOrder first)
    {
        var id = await shop.Payment(first.Cart);
        Assert.NotEqual(first.Id, id);
        return first with { Payment = WireId.Encode("pay", id), Id = id };
    }

    /// <summary>A webhook tells of it, and whoever is told has heard.</summary>
    private async Task Settled(PaidOrder first)
    {
        var session = await shop.Scalar<Guid>($"select s.id from payments.sessions s join payments.collections c on c.id = s.collection_id where c.cart_id = '{FraudShop.Decode("cart", first.Cart)}' order by s.id desc limit 1");
        await shop.Contract<Settle>().Run(new ProviderEvent("", "payment.authorized", [], session), default);
        await shop.Until("not exists (select from events.log l join events.cursors c on c.event_name = l.name where (l.tx, l.id) > (c.tx, c.id))");
    }

    [Fact]
    public async Task Asked_again_and_many_at_once_a_payment_has_one_assessment()
    {
        var cart = await shop.CartToPay(await shop.Voucher(stock: null), "repeat@example.com", new { card = "repeat", risk = "highest" });
        var ask = new AuthorizePayment(FraudShop.Decode("cart", cart), 25000, "zar", new PayingShopper("repeat@example.com", "za", null, null));
        var payments = shop.Contract<IPayments>();

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => payments.Authorize(ask, default)));
        var later = await payments.Authorize(ask with { Shopper = new PayingShopper("x@mailinator.com", "us", "za", null) }, default);

        Assert.All(answers.Append(later), a => Assert.Equal((60, "review", "pending"), Of(a.Value!.Collection.Fraud!)));
        Assert.Equal(1L, await shop.Scalar<long>($"select count(*) from payments.attempts where fingerprint = 'repeat'"));

        static (int, string, string?) Of(PaymentAssessment fraud) => (fraud.Score, fraud.Verdict, fraud.Review);
    }

    [Fact]
    public async Task Twenty_checkouts_at_once_are_counted_as_if_they_had_come_one_after_the_other()
    {
        var voucher = await shop.Voucher(stock: 100);
        var carts = new List<string>();
        for (var i = 0; i < 20; i++) carts.Add(await shop.CartToPay(voucher, i % 2 == 0 ? $"Busy+{i}@example.com" : "busy@example.com", new { card = "busy" }));

        var answers = await Task.WhenAll(carts.Select(shop.TryComplete));

        Assert.Equal(7, answers.Count(a => a.Body.Contains("\"type\":\"order\"", StringComparison.Ordinal)));
        Assert.Equal(13, answers.Count(a => a.Body.Contains("payment_refused", StringComparison.Ordinal)));
        Assert.Equal("0 0 0 20 45 60 75 90 100 100 100 100 100 100 100 100 100 100 100 100", await shop.Scalar<string>("""
            select string_agg(f.score::text, ' ' order by f.score)
            from payments.assessments f join payments.attempts a on a.payment_id = f.payment_id where a.fingerprint = 'busy'
            """));
        await shop.Settled(voucher, stocked: 93);
    }

    [Fact]
    public async Task What_a_provider_refused_counts_too()
    {
        var voucher = await shop.Voucher(stock: null);
        var cart = await shop.CartToPay(voucher, "tester@example.com", new { });
        for (var i = 1; i <= 4; i++)
        {
            await shop.Pay(cart, new { card = "tester", refused = $"try {i}" });
            // Whoever tells first of a card that was refused: a webhook, another of the same, or the checkout that asks.
            for (var j = 0; j < i; j++) Assert.True((await shop.Contract<Settle>().Run(new ProviderEvent("", "card.refused", [$"session {await Session(cart):N}"], null), default)).Value);
            for (var j = 0; j < 2; j++) Assert.Contains("Card declined", (await shop.TryComplete(cart)).Body, StringComparison.Ordinal);
        }

        await shop.Pay(cart, new { card = "tester" });
        Assert.Equal(
            "45 allow -; 5 checkouts with this e-mail within an hour: +15; 5 checkouts with this card or account within an hour: +30",
            await shop.Fraud((await shop.Placed(cart)).Id));
        Assert.Equal(5L, await shop.Scalar<long>("select count(*) from payments.attempts where email = 'tester@example.com' and fingerprint = 'tester'"));
        Assert.Equal(0L, await shop.Scalar<long>("select count(*) from payments.attempts where num_nonnulls(email, network, fingerprint) = 0"));
    }

    [Fact]
    public async Task An_amount_far_above_what_is_usual_in_the_shop_or_for_the_customer_is_noticed()
    {
        var voucher = await shop.Voucher(stock: null, minor: 1000);
        var customer = Guid.NewGuid();
        for (var i = 0; i < 3; i++) await Order(1, customer);

        Assert.Equal("15 allow -; 66 USD is more than 5 times what is usual among the customer's last 3 orders, 11 USD: +15", await Order(6, customer));
        Assert.Equal("20 allow -; 99 USD is more than 8 times what is usual among the shop's last 4 orders, 11 USD: +20", await Order(9, Guid.NewGuid()));

        async Task<string> Order(int quantity, Guid by)
        {
            var cart = await shop.CartToPay(voucher, $"{Guid.NewGuid():N}@example.com", new { card = Guid.NewGuid() }, quantity, shop.TaxOnTopRegion);
            await shop.Store.PostJson($"/store/carts/{cart}", new { shipping_address = new { country_code = "us" } });
            await shop.Pay(cart, new { card = Guid.NewGuid() });
            await shop.Scalar<object>($"update ordering.carts set customer_id = '{by}' where id = '{FraudShop.Decode("cart", cart)}'");
            return await shop.Fraud((await shop.Placed(cart)).Id);
        }
    }

    [Fact]
    public async Task The_card_s_country_is_held_against_the_billing_address_and_that_against_where_it_is_sent()
    {
        var cart = await shop.CartToPay(await shop.Voucher(stock: null), "far@example.com", new { card = "far", country = "ng" });
        await shop.Store.PostJson($"/store/carts/{cart}", new { billing_address = new { country_code = "us" }, shipping_address = new { country_code = "za" } });
        Assert.Equal(
            "30 allow -; Paid from NG, billing address in US: +20; Billing address in US, shipped to ZA: +10",
            await shop.Fraud((await shop.Placed(cart)).Id));
    }

    [Fact]
    public async Task Staff_read_why_on_the_order_and_shoppers_never()
    {
        var order = await shop.HeldOrder();
        var fraud = (await shop.Admin.GetJson($"/admin/orders/{order.Order}"))["order"]!["fraud"]!;
        Assert.Equal(["score", "verdict", "reasons", "review"], fraud.AsObject().Select(p => p.Key));
        Assert.Equal((60, "review", "The payment provider sees the highest risk: +60", "pending"),
            ((int)fraud["score"]!, (string)fraud["verdict"]!, (string)fraud["reasons"]!.AsArray().Single()!, (string)fraud["review"]!));
        Assert.Equal("pending", (string)(await shop.Admin.GetJson($"/admin/orders?id={order.Order}"))["orders"]![0]!["fraud"]!["review"]!);

        foreach (var fields in new[] { "", "?fields=*", "?fields=+fraud,*payment_collections,*payment_collections.payments,*payment_collections.payment_sessions" })
        {
            var shown = (await shop.Store.GetJson($"/store/orders/{order.Order}{fields}")).ToJsonString();
            Assert.DoesNotContain("fraud", shown, StringComparison.Ordinal);
            Assert.DoesNotContain("verdict", shown, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Money_that_staff_take_by_hand_is_not_assessed()
    {
        var cart = await shop.ReadyCart((await shop.Voucher(stock: null), 1));
        var order = await shop.Placed(cart);
        Assert.Equal("none", await shop.Fraud(order.Id));
        Assert.Null((await shop.Admin.GetJson($"/admin/orders/{order.Order}"))["order"]!["fraud"]);
        Assert.Equal(0L, await shop.Scalar<long>($"select count(*) from payments.attempts where payment_id = '{order.Id}'"));
    }

    [Fact]
    public async Task A_held_promise_about_to_lapse_is_shown_to_staff_and_still_not_captured()
    {
        var order = await shop.HeldOrder();
        await shop.Scalar<object>($"update payments.payments set lapses_at = '2026-01-02 03:04+00', capture_at = now() + interval '1 hour' where id = '{order.Id}'");
        await shop.CaptureDue();
        var payment = await shop.Read(order);
        Assert.Equal(("The promise lapses 2026-01-02 03:04 UTC: release or deny it", 0m), ((string)payment["needs_attention"]!, (decimal)payment["captured_amount"]!));

        await shop.Admin.PostJson($"/admin/payments/{order.Payment}/release");
        await shop.CaptureDue();
        payment = await shop.Read(order);
        Assert.Equal((null, 250m), ((string?)payment["needs_attention"], (decimal)payment["captured_amount"]!));
    }

    [Fact]
    public async Task A_held_payment_whose_order_is_canceled_needs_no_decision_any_more()
    {
        var order = await shop.HeldOrder();
        await shop.Admin.PostJson($"/admin/orders/{order.Order}/cancel");
        await shop.Until($"exists (select from payments.payments where id = '{order.Id}' and canceled_at is not null and review = 'denied')");
        Assert.DoesNotContain(order.Payment, await Pending());
        Assert.Equal("payment_denied", await shop.Refused(order, "release"));
    }

    [Fact]
    public async Task A_held_promise_that_is_gone_cannot_be_released_but_its_order_can_still_be_denied()
    {
        var order = await shop.HeldOrder();
        await shop.Admin.PostJson($"/admin/payments/{order.Payment}/cancel");
        Assert.Contains(order.Payment, await Pending());
        Assert.Equal("payment_canceled", await shop.Refused(order, "release"));
        Assert.Equal(Held, await shop.Fraud(order.Id));

        Assert.Equal("denied", (string)(await shop.Admin.PostJson($"/admin/payments/{order.Payment}/deny"))["payment"]!["fraud"]!["review"]!);
        await shop.Until($"exists (select from ordering.orders where cart_id = '{FraudShop.Decode("cart", order.Cart)}' and status = 'canceled')");
        Assert.Equal(1L, await shop.Scalar<long>($"select count(*) from payments.ledger where payment_id = '{order.Id}' and kind = 'void'"));
    }

    [Fact]
    public async Task A_checkout_cut_off_after_its_payment_was_denied_is_refused_when_it_goes_on()
    {
        var voucher = await shop.Voucher(stock: 5);
        var cart = await shop.CartToPay(voucher, "x@mailinator.com", new { card = "cut off", risk = "highest" });
        var shopper = new PayingShopper("x@mailinator.com", null, null, null);
        var ask = new AuthorizePayment(FraudShop.Decode("cart", cart), 25000, "zar", shopper);
        var promised = (await shop.Contract<Authorize>().Run(ask, default)).Value!.Collection;
        var denied = await shop.Contract<Assessments>().Assess(promised, promised.Payments[0], shopper, default);
        Assert.Equal((90, "denied", null), (denied.Fraud!.Score, denied.Fraud.Review, denied.Payments[0].CanceledAt));

        Assert.Contains("payment_refused", (await shop.TryComplete(cart)).Body, StringComparison.Ordinal);

        Assert.Equal("authorization 25000, void 25000", await shop.Scalar<string>(
            $"select string_agg(kind || ' ' || amount, ', ' order by id) from payments.ledger where payment_id = '{promised.Payments[0].Id}'"));
        Assert.Equal((0, 5), await shop.Stock(voucher));
    }

    [Fact]
    public async Task What_the_rules_said_is_never_changed()
    {
        var order = await shop.HeldOrder();
        foreach (var change in new[] { "update payments.assessments set score = 0", "delete from payments.assessments", "truncate payments.assessments" })
            await Assert.ThrowsAsync<Npgsql.PostgresException>(() => shop.Scalar<object>(change));
        Assert.Equal(Held, await shop.Fraud(order.Id));
    }

    [Fact]
    public async Task An_assessment_costs_two_round_trips_and_money_taken_by_hand_none()
    {
        var voucher = await shop.Voucher(stock: null);
        var (byHand, byCard) = (int.MaxValue, int.MaxValue);
        for (var i = 0; i < 3; i++)
        {
            var (manual, card) = (await shop.ReadyCart((voucher, 1)), await shop.CartToPay(voucher, $"trip{i}@example.com", new { card = $"trip {i}" }));
            byHand = Math.Min(byHand, (await RoundTrips.Of(() => shop.Complete(manual))).Count);
            byCard = Math.Min(byCard, (await RoundTrips.Of(() => shop.Complete(card))).Count);
        }

        Assert.Equal(byHand + 2, byCard);
    }

    [Fact]
    public async Task Staff_wait_for_the_order_before_they_deny_its_payment()
    {
        var cart = await shop.CartToPay(await shop.Voucher(stock: null), "early@example.com", new { card = "early", risk = "highest" });
        var ask = new AuthorizePayment(FraudShop.Decode("cart", cart), 25000, "zar");
        var payment = (await shop.Contract<IPayments>().Authorize(ask, default)).Value!.Collection.Payments[0].Id;
        var early = new PaidOrder(cart, "", WireId.Encode("pay", payment), payment);
        Assert.Equal("payment_without_order", await shop.Refused(early, "deny", 409));
        Assert.Equal(Held, await shop.Fraud(payment));
        await shop.Admin.PostJson($"/admin/payments/{(await shop.Placed(cart)).Payment}/deny");
    }

    [Fact]
    public async Task Who_paid_from_where_and_with_which_card_is_forgotten_after_thirty_days()
    {
        var (old, young) = (await shop.HeldOrder(), await shop.HeldOrder());
        await shop.Scalar<object>($"""
            update payments.attempts set created_at = now() - interval '31 days' where payment_id = '{old.Id}';
            update payments.payments set created_at = now() - interval '31 days' where id = '{old.Id}';
            update payments.sessions set created_at = now() - interval '31 days' where id = (select session_id from payments.payments where id = '{old.Id}')
            """);

        await shop.Contract<JobRunner>().RunNow(ForgetShoppers.Name, default);

        Assert.Equal("attempts 0 ip - fingerprint - brand visa", await Remembered(old));
        Assert.Equal("attempts 1 ip 127.0.0.1 fingerprint known brand visa", await Remembered(young));
        Assert.Equal(Held, await shop.Fraud(old.Id));

        Task<string?> Remembered(PaidOrder order) => shop.Scalar<string>($"""
            select format('attempts %s ip %s fingerprint %s brand %s',
                (select count(*) from payments.attempts where payment_id = p.id and email like '%%@example.com' and fingerprint is not null and network is null),
                coalesce(host(s.ip), '-'), case when p.means ? 'fingerprint' then 'known' else '-' end, p.means ->> 'brand')
            from payments.payments p join payments.sessions s on s.id = p.session_id where p.id = '{order.Id}'
            """);
    }

    private async Task<string[]> Pending() =>
        [.. (await shop.Admin.GetJson("/admin/payments?review=pending&limit=1000"))["payments"]!.AsArray().Select(p => (string)p!["id"]!)];

    private Task<long> Told(PaidOrder order, string name) =>
        shop.Scalar<long>($"select count(*) from events.log where name = '{name}' and payload->>'PaymentId' = '{order.Id}'")!;

    private Task<Guid> Session(string cart) => shop.Scalar<Guid>($"""
        select s.id from payments.sessions s join payments.collections c on c.id = s.collection_id
        where c.cart_id = '{FraudShop.Decode("cart", cart)}' order by s.id desc limit 1
        """)!;
}
