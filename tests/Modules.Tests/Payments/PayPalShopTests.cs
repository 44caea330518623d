using System.Text.Json.Nodes;
using HeadlessPro.Modules.Tests.Catalog;
using HeadlessPro.Payments.Providers;

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

    public Task<string?> Approve(JsonNode session) =>
        PayPal.Approve(new ProviderSession(default, default, (string)session["data"]!["id"]!, 0, "usd", "{}"));

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
