using System.Text;
using System.Text.Json.Nodes;
using HeadlessPro.Modules.Tests.Catalog;
using HeadlessPro.Payments;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Jobs;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>A shop in North America that takes PayPal.</summary>
public class PayPalShop : PaymentShop
{
    public PayPalEmulator PayPal { get; } = new();

    protected override string[] Arguments =>
    [
        $"--PAYPAL_API_URL={PayPal.Options.ApiUrl}", "--PAYPAL_CLIENT_ID=shop", "--PAYPAL_CLIENT_SECRET=secret-of-the-shop", $"--PAYPAL_WEBHOOK_ID={PayPalEmulator.WebhookId}",
        "--Payments:PayPal:ReturnUrl=https://shop.example/back",
    ];

    public override async ValueTask InitializeAsync()
    {
        await PayPal.InitializeAsync();
        await base.InitializeAsync();
        foreach (var region in new[] { Region, TaxOnTopRegion }) await Admin.PostJson($"/admin/regions/{region}", new { payment_providers = new[] { "pp_paypal_paypal" } });
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        await PayPal.DisposeAsync();
    }

    public Task HearWebhooks(bool hears) =>
        PayPal.Control("webhooks/paypal", new JsonObject { ["url"] = hears ? new Uri(BaseAddress, "/webhooks/paypal").ToString() : null, ["secret"] = PayPalEmulator.WebhookId });

    /// <summary>A cart of $ 250.00 with a session at PayPal.</summary>
    public async Task<(string Cart, JsonNode Session)> Cart(object? data = null)
    {
        var voucher = await Voucher(stock: null);
        var cart = (string)(await Store.PostJson("/store/carts", new
        {
            region_id = TaxOnTopRegion,
            email = "thandi@example.com",
            items = new[] { new { variant_id = voucher.WireId, quantity = 1 } },
            shipping_address = new { first_name = "Ada", last_name = "M", address_1 = "1 Long Street", city = "Toronto", postal_code = "M5V", country_code = "ca" },
        }))["cart"]!["id"]!;
        var collection = (string)(await Store.PostJson("/store/payment-collections", new { cart_id = cart }))["payment_collection"]!["id"]!;
        var opened = await Store.PostJson($"/store/payment-collections/{collection}/payment-sessions", new { provider_id = "pp_paypal_paypal", data });
        return (cart, opened["payment_collection"]!["payment_sessions"]![0]!);
    }

    public Task<string?> Approve(JsonNode session, string email = "ada@example.com", bool declines = false) =>
        PayPal.Approve(new ProviderSession(default, default, (string)session["data"]!["id"]!, 0, "usd", "{}"), email, declines);

    /// <summary>An order of $ 250.00, and the name of its payment at PayPal.</summary>
    public async Task<(PaidOrder Paid, string Reference)> Ordered(string email = "ada@example.com")
    {
        var (cart, session) = await Cart();
        await Approve(session, email);
        return (await Paid(cart), (string)session["data"]!["id"]!);
    }

    /// <summary>Asks staff's way under an Idempotency-Key; answers status and code of a refusal.</summary>
    public async Task<(int Status, string Code)> Ask(PaidOrder order, string how, string key)
    {
        using var message = new HttpRequestMessage(HttpMethod.Post, $"/admin/payments/{order.Payment}/{how}") { Content = new StringContent("{}", Encoding.UTF8, "application/json") };
        message.Headers.Add("Idempotency-Key", key);
        using var answer = await Admin.SendAsync(message);
        return ((int)answer.StatusCode, (string?)JsonNode.Parse(await answer.Content.ReadAsStringAsync())!["code"] ?? "");
    }

    /// <summary>PayPal has told all there is to tell, and what waits is asked about.</summary>
    public async Task Settled()
    {
        Assert.True((bool)(await PayPal.Control("idle"))["idle"]!);
        await Contract<JobRunner>().RunNow(FinishOperations.Name, default);
    }

    /// <summary>As if the time had come to ask again.</summary>
    public async Task AskAgain()
    {
        await Scalar<object>("update payments.operations set taken_at = '-infinity' where status = 'open'");
        await Settled();
    }

    public async Task<PaidOrder> Paid(string cart)
    {
        await this.Until($"exists (select from payments.payments p join payments.collections c on c.id = p.collection_id where c.cart_id = '{Decode("cart", cart)}' and c.order_id is not null)");
        var order = (string)(await Complete(cart))["order"]!["id"]!;
        var payment = (string)(await Show(order))["payment_collections"]![0]!["payments"]![0]!["id"]!;
        return new PaidOrder(cart, order, payment, Decode("pay", payment));
    }
}

/// <summary>Paying with PayPal, from the cart to the money given back.</summary>
public sealed class PayPalShopTests(PayPalShop shop) : IClassFixture<PayPalShop>
{
    [Fact]
    public async Task What_a_capture_in_parts_left_is_let_go_at_PayPal_as_well()
    {
        await shop.HearWebhooks(true);
        var (cart, session) = await shop.Cart();
        await shop.Approve(session);
        var paid = await shop.Paid(cart);
        await shop.Move(paid, "capture", new { amount = 100 });

        var canceled = await shop.Move(paid, "cancel");

        Assert.Equal((100m, 150m), ((decimal)canceled["captured_amount"]!, (decimal)canceled["released_amount"]!));
        Assert.Equal("authorization 25000, capture 10000, void 15000", await shop.PayPal.Moved((string)session["data"]!["id"]!));
        Assert.Equal((10000, 15000), (await shop.Sum(paid, "capture"), await shop.Sum(paid, "void")));
    }

    [Fact]
    public async Task An_approved_payment_becomes_an_order_though_its_shopper_does_not_come_back_and_staff_take_and_give_back()
    {
        await shop.HearWebhooks(true);
        var (cart, session) = await shop.Cart();
        Assert.Equal(("pp_paypal_paypal", "pending", "250.00", "USD"),
            ((string)session["provider_id"]!, (string)session["status"]!, (string)session["data"]!["amount"]!, (string)session["data"]!["currency"]!));
        var order = (string)session["data"]!["id"]!;
        Assert.StartsWith("https://shop.example/back?token=" + order, await shop.Approve(session), StringComparison.Ordinal);

        var paid = await shop.Paid(cart);
        Assert.Equal("authorization 25000", await shop.PayPal.Moved(order));
        await shop.Move(paid, "capture", new { amount = 100 });
        await shop.Move(paid, "capture", new { amount = 150 });
        await shop.Move(paid, "refund", new { amount = 120 });
        Assert.Equal("authorization 25000, capture 10000, capture 15000, refund 10000, refund 2000", await shop.PayPal.Moved(order));
        await shop.PayPal.Control("idle");
        Assert.Equal("captured 25000 refunded 12000 canceled f; ledger authorization 25000 of 1, capture 25000 of 2, refund 12000 of 2; operations done 3", await shop.Books(paid));

        var capture = (string)(await shop.PayPal.Order(order))["captures"]![1]!["id"]!;
        await shop.PayPal.ByHand($"/v2/payments/captures/{capture}/refund", new JsonObject { ["amount"] = new JsonObject { ["currency_code"] = "USD", ["value"] = "1.50" } });
        await shop.PayPal.Control("idle");
        await shop.Until($"(select refunded from payments.payments where id = '{paid.Id}') = 12150");
        Assert.Equal("captured 25000 refunded 12150 canceled f; ledger authorization 25000 of 1, capture 25000 of 2, refund 12150 of 3; operations done 3", await shop.Books(paid));
    }

    [Fact]
    public async Task A_cart_is_complete_when_its_shopper_has_approved_and_a_canceled_payment_is_let_go()
    {
        await shop.HearWebhooks(false);
        var (cart, session) = await shop.Cart(new { return_url = "https://shop.example/checkout?step=review" });
        var asked = await shop.Complete(cart);
        Assert.Equal(("cart", "The payment needs the shopper's confirmation before the order can be placed"), ((string)asked["type"]!, (string)asked["error"]!["message"]!));
        Assert.StartsWith("https://shop.example/checkout?step=review&token=", await shop.Approve(session), StringComparison.Ordinal);
        Assert.Equal("order", (string)(await shop.Complete(cart))["type"]!);
        var paid = await shop.Paid(cart);
        await shop.Move(paid, "cancel");
        Assert.Equal("authorization 25000, void 25000", await shop.PayPal.Moved((string)session["data"]!["id"]!));
        Assert.Equal("captured 0 refunded 0 canceled t; ledger authorization 25000 of 1, void 25000 of 1; operations done 1", await shop.Books(paid));
    }

    [Theory]
    [InlineData("COMPLETED")]
    [InlineData("DENIED")]
    public async Task A_capture_that_PayPal_looks_at_first_is_one_capture_and_the_books_follow_its_decision(string decision)
    {
        await shop.HearWebhooks(true);
        var (paid, order) = await shop.Ordered("pending@example.com");
        var waiting = "captured 0 refunded 0 canceled f; ledger authorization 25000 of 1; operations open 1";
        for (var i = 0; i < 3; i++)
        {
            var asked = await shop.Ask(paid, "capture", $"same key of {decision}");
            Assert.Equal((409, "payment_in_review"), asked);
            await shop.Settled();
            Assert.Equal(waiting, await shop.Books(paid));
        }

        Assert.Equal((409, "payment_busy"), await shop.Ask(paid, "capture", $"another key of {decision}"));
        Assert.Equal((409, "payment_busy"), await shop.Ask(paid, "cancel", $"a-third key of {decision}"));
        await shop.PayPal.Control("idle");
        var capture = (string)(await shop.PayPal.Order(order))["captures"]!.AsArray().Single()!["id"]!;
        await shop.PayPal.Control($"paypal/captures/{capture}/settle", new JsonObject { ["status"] = decision });
        await shop.Settled();
        await shop.Until($"not exists (select from payments.operations where payment_id = '{paid.Id}' and status = 'open')");
        if (decision == "COMPLETED")
        {
            Assert.Equal("captured 25000 refunded 0 canceled f; ledger authorization 25000 of 1, capture 25000 of 1; operations done 1", await shop.Books(paid));
            Assert.Equal((200, ""), await shop.Ask(paid, "capture", $"same key of {decision}"));
            Assert.Equal("authorization 25000, capture 25000", await shop.PayPal.Moved(order));
        }
        else
        {
            Assert.Equal("captured 0 refunded 0 canceled t; ledger authorization 25000 of 1, void 25000 of 1; operations refused 1", await shop.Books(paid));
            Assert.Equal((400, "payment_refused"), await shop.Ask(paid, "capture", $"same key of {decision}"));
            Assert.Equal("authorization 25000, void 25000", await shop.PayPal.Moved(order));
        }
    }

    [Fact]
    public async Task An_order_canceled_while_PayPal_looks_at_its_capture_is_given_back_once_that_is_taken()
    {
        await shop.HearWebhooks(true);
        var (paid, order) = await shop.Ordered("pending@example.com");
        Assert.Equal((409, "payment_in_review"), await shop.Ask(paid, "capture", "capture-of-canceled"));
        await shop.Admin.PostJson($"/admin/orders/{paid.Order}/cancel", new { });
        await shop.Until($"exists (select from payments.collections c join payments.payments p on p.collection_id = c.id where p.id = '{paid.Id}' and c.closed_at is not null)");
        for (var i = 0; i < 4; i++) await shop.AskAgain();

        // The capture is given up, and one void waits.
        Assert.Equal("captured 0 refunded 0 canceled f; ledger authorization 25000 of 1; operations open 1, refused 1", await shop.Books(paid));
        var capture = (string)(await shop.PayPal.Order(order))["captures"]!.AsArray().Single()!["id"]!;
        await shop.PayPal.Control($"paypal/captures/{capture}/settle", new JsonObject { ["status"] = "COMPLETED" });
        // The void has nothing left, and what was taken goes back.
        for (var i = 0; i < 2; i++) await shop.Settled();
        await shop.Until($"not exists (select from payments.operations where payment_id = '{paid.Id}' and status = 'open')");
        Assert.Equal("captured 25000 refunded 25000 canceled f; ledger authorization 25000 of 1, capture 25000 of 1, refund 25000 of 1; operations done 2, refused 1", await shop.Books(paid));
        Assert.Equal("authorization 25000, capture 25000, refund 25000", await shop.PayPal.Moved(order));
    }

    [Theory]
    [InlineData("RESOLVED_SELLER_FAVOUR", ", dispute_reversal 10000 of 1", 0)]
    [InlineData("RESOLVED_BUYER_FAVOUR", "", 100)]
    public async Task What_a_payer_disputes_is_in_the_books_once_and_again_when_it_is_won(string outcome, string more, decimal disputed)
    {
        await shop.HearWebhooks(true);
        var (paid, order) = await shop.Ordered();
        await shop.Move(paid, "capture", new { amount = 250 });
        await shop.PayPal.Control("idle");
        var capture = (string)(await shop.PayPal.Order(order))["captures"]![0]!["id"]!;
        await shop.PayPal.Fault("webhook-duplicate", times: 2);
        var dispute = (string)(await shop.PayPal.Control("paypal/disputes", new JsonObject { ["capture"] = capture, ["amount"] = 10000 }))["dispute_id"]!;
        await shop.Settled();
        var opened = "captured 25000 refunded 0 canceled f; ledger authorization 25000 of 1, capture 25000 of 1, dispute 10000 of 1";
        Assert.Equal(opened + "; operations done 1", await shop.Books(paid));
        var shown = await shop.Read(paid);
        Assert.Equal((100m, "The shopper disputes it: answer at the provider"), ((decimal)shown["disputed_amount"]!, (string)shown["needs_attention"]!));
        await shop.PayPal.Control($"paypal/disputes/{dispute}/resolve", new JsonObject { ["outcome"] = outcome });
        await shop.Settled();
        Assert.Equal(opened + more + "; operations done 1", await shop.Books(paid));
        shown = await shop.Read(paid);
        Assert.Equal(disputed, (decimal)shown["disputed_amount"]!);
        // The nightly comparison asks for it, too.
        Assert.Empty((await shop.Contract<Settle>().Compare(PayPalShop.Decode("payses", (string)shown["payment_session_id"]!), default)).Value!);
        await shop.PayPal.NoFaults();
    }

    [Fact]
    public async Task A_payment_that_PayPal_declines_is_shown_as_a_refused_one_with_its_reason_whoever_hears_of_it_first()
    {
        await shop.HearWebhooks(true);
        var (cart, session) = await shop.Cart();
        await shop.Approve(session, declines: true);
        await shop.PayPal.Control("idle");
        const string reason = "PayPal could not take the money from the means of payment that was chosen there";
        for (var i = 0; i < 2; i++)
        {
            var refused = await shop.Complete(cart);
            Assert.Equal(("cart", "payment_authorization_error", $"The payment was refused: {reason}. Try another way to pay"),
                ((string)refused["type"]!, (string)refused["error"]!["type"]!, (string)refused["error"]!["message"]!));
            var shown = (await shop.Store.GetJson($"/store/carts/{cart}?fields=*payment_collection.payment_sessions"))["cart"]!["payment_collection"]!["payment_sessions"]![0]!;
            Assert.Equal(("pending", reason + "."), ((string)shown["status"]!, (string)shown["data"]!["last_payment_error"]!["message"]!));
        }

        Assert.NotNull(await shop.Approve(session));
        await shop.Paid(cart);
    }

    [Fact]
    public async Task What_PayPal_cannot_take_and_unknown_fields_are_told_to_the_shopper()
    {
        var voucher = await shop.Voucher(stock: null);
        var cart = (string)(await shop.Store.PostJson("/store/carts", new { region_id = shop.Region, email = "thandi@example.com", items = new[] { new { variant_id = voucher.WireId, quantity = 1 } } }))["cart"]!["id"]!;
        var collection = (string)(await shop.Store.PostJson("/store/payment-collections", new { cart_id = cart }))["payment_collection"]!["id"]!;
        var rand = await shop.Store.PostJson($"/store/payment-collections/{collection}/payment-sessions", new { provider_id = "pp_paypal_paypal" }, status: 400);
        Assert.Equal("PayPal does not take ZAR: choose another way to pay", (string)rand["message"]!);
        var (_, session) = await shop.Cart();
        var orders = await shop.PayPal.Orders();
        var unknown = await shop.Store.PostJson($"/store/payment-collections/{session["payment_collection_id"]}/payment-sessions",
            new { provider_id = "pp_paypal_paypal", data = new { price = 1 } }, status: 400);
        Assert.Equal("Invalid request: Unrecognized fields: 'data.price'", (string)unknown["message"]!);
        Assert.Equal(orders, await shop.PayPal.Orders());
    }
}
