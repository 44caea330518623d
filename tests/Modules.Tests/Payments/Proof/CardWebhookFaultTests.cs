using System.Text.Json.Nodes;
using HeadlessPro.Payments;

namespace HeadlessPro.Modules.Tests.Payments.Proof;

/// <summary>Whatever becomes of webhooks, and of the question that the shop asks when it has one: it learns of every movement, once.</summary>
public sealed class CardWebhookFaultTests(CardShop shop) : IClassFixture<CardShop>
{
    private static readonly string[] Faults = ["500", "429:0", "429:9", "cut", "lost", "late:5", "delay:5"];

    [Theory]
    [InlineData("webhook-drop", "")]
    [InlineData("webhook-duplicate", "200 200")]
    [InlineData("webhook-reorder:0.5", "200")]
    [InlineData("webhook-delay:0.5", "200")]
    [InlineData("webhook-bad-signature", "400 200")]
    [InlineData("webhook-skew:-3600", "400 200")]
    [InlineData("webhook-skew:3600", "400 200")]
    [InlineData("webhook-replay", "200")]
    public async Task Whatever_becomes_of_webhooks_the_shop_learns_what_was_paid_taken_and_given_back(string fault, string attempts)
    {
        var cart = await shop.CardCart();
        await shop.Quiet();
        await shop.Stripe.Confirm(cart.ClientSecret, emulate: fault);
        await shop.Stripe.Form($"/v1/payment_intents/{cart.Intent}/capture", "", emulate: fault);
        await shop.Stripe.Form("/v1/refunds", $"payment_intent={cart.Intent}&amount=5000", emulate: fault);
        await shop.Quiet();
        if (fault == "webhook-drop")
        {
            Assert.Equal("order none; nothing moved", await shop.Books(cart));
            // The comparison with the provider finds what nobody told, and the order is made of it.
            Assert.Equal("", await shop.Uneven());
            await shop.Quiet();
        }

        Assert.Equal("order pending; authorization 25000, capture 25000, refund 5000", await shop.Books(cart));
        Assert.Equal("authorization 25000, capture 25000, refund 5000", await shop.Stripe.Moved(cart.Intent));
        Assert.Equal("", await shop.Uneven());
        var sent = (await shop.Stripe.Control("state?payment=" + cart.Intent))["webhooks"]!.AsArray().Where(w => w!["faults"]!.AsArray().Count > 0).ToList();
        Assert.True(sent.Count >= 3);
        Assert.All(sent, w => Assert.StartsWith(attempts, string.Join(' ', w!["attempts"]!.AsArray().Select(a => (string)a!["status"]!.ToString())), StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_webhook_whose_payment_cannot_be_asked_for_is_kept_and_settled_later()
    {
        var carts = await Task.WhenAll(Faults.Select(_ => shop.CardCart()));
        await shop.Quiet();
        // One event is enough: those of a payment wait for each other.
        await shop.Stripe.Control("faults", new JsonObject { ["fault"] = "webhook-drop", ["event"] = "charge.*", ["times"] = 1000 });
        foreach (var (cart, fault) in carts.Zip(Faults)) await shop.Stripe.Fault(fault, $"*{cart.Intent}", 1000, "GET");
        await Task.WhenAll(carts.Select(c => shop.Stripe.Confirm(c.ClientSecret)));
        Assert.True((bool)(await shop.Stripe.Control("idle"))["idle"]!);
        foreach (var cart in carts)
        {
            Assert.Equal("order none; nothing moved", await shop.Books(cart));
            var sent = (await shop.Stripe.Control("state?payment=" + cart.Intent))["webhooks"]!.AsArray().Last(w => (string)w!["type"]! == "payment_intent.amount_capturable_updated")!;
            Assert.Equal(("delivered", 1), ((string)sent["state"]!, sent["attempts"]!.AsArray().Count));
        }

        await shop.Stripe.NoFaults();
        await shop.Scalar<object>("update payments.webhook_events set due_at = now() where due_at is not null");
        await shop.Job(ProcessWebhooks.Name);
        await shop.Quiet();
        foreach (var cart in carts) Assert.Equal("order pending; authorization 25000", await shop.Books(cart));
        Assert.Equal("", await shop.Uneven());
    }
}
