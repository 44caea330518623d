using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Tests;

/// <summary>Stripe's refunds and disputes: the books stay exact however many calls arrive together.</summary>
public sealed class RefundTests
{
    private const string Paid = "amount=1000&currency=usd&confirm=true&payment_method_types[]=card&payment_method=pm_card_visa";

    [Fact]
    public async Task No_more_is_given_back_than_was_captured()
    {
        await using var stripe = await Emulated.StartAsync();
        var held = await stripe.PostAsync("/v1/payment_intents", Paid + "&capture_method=manual");
        var tooEarly = await stripe.PostAsync("/v1/refunds", $"payment_intent={held["id"]}");
        Assert.Equal(400, tooEarly.Status);
        await stripe.PostAsync($"/v1/payment_intents/{held["id"]}/capture", "amount_to_capture=800");

        var tooMuch = await stripe.PostAsync("/v1/refunds", $"payment_intent={held["id"]}&amount=801");
        Assert.Equal(400, tooMuch.Status);
        Assert.Equal("amount", tooMuch["error.param"]);
        var part = await stripe.PostAsync("/v1/refunds", $"payment_intent={held["id"]}&amount=500&reason=requested_by_customer&metadata[line]=1&expand[]=charge");
        Assert.Equal("500", part["amount"]);
        Assert.Equal("1", part["metadata.line"]);
        Assert.Equal("700", part["charge.amount_refunded"]);
        Assert.Equal("false", part["charge.refunded"]);
        var rest = await stripe.PostAsync("/v1/refunds", $"payment_intent={held["id"]}");
        Assert.Equal("300", rest["amount"]);
        var again = await stripe.PostAsync("/v1/refunds", $"payment_intent={held["id"]}");
        Assert.Equal("charge_already_refunded", again["error.code"]);

        var listed = await stripe.GetAsync("/v1/refunds", $"payment_intent={held["id"]}");
        Assert.Equal([300, 500, 200], ((JsonArray)listed.Body["data"]!).Select(r => (int)r!["amount"]!));
        Assert.Equal("true", (await stripe.GetAsync("/v1/charges/" + rest["charge"]))["refunded"]);
        Assert.Equal("""{"stripe":{"usd":{"authorization":1000,"capture":800,"void":200,"refund":800}}}""", (await stripe.ControlAsync("state"))["totals"]!.ToJsonString());
    }

    [Fact]
    public async Task A_hundred_captures_and_refunds_at_once_move_the_money_once()
    {
        await using var stripe = await Emulated.StartAsync();
        var held = await stripe.PostAsync("/v1/payment_intents", Paid + "&capture_method=manual");
        var captures = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => stripe.PostAsync($"/v1/payment_intents/{held["id"]}/capture", "")));
        Assert.Single(captures, c => c.Status == 200);
        var refunds = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => stripe.PostAsync("/v1/refunds", $"payment_intent={held["id"]}&amount=30")));
        Assert.Equal(33, refunds.Count(r => r.Status == 200));
        var state = await stripe.ControlAsync("state");
        Assert.Equal("""{"stripe":{"usd":{"authorization":1000,"capture":1000,"refund":990}}}""", state["totals"]!.ToJsonString());
        Assert.Equal(990, (int)state["stripe"]!["payment_intents"]![0]!["refunded"]!);
    }

    [Fact]
    public async Task A_disputed_charge_cannot_be_refunded()
    {
        await using var stripe = await Emulated.StartAsync();
        var paid = await stripe.PostAsync("/v1/payment_intents", Paid.Replace("pm_card_visa", "pm_card_createDispute", StringComparison.Ordinal));
        var dispute = (await stripe.GetAsync("/v1/disputes", $"payment_intent={paid["id"]}")).Body["data"]![0]!;
        Assert.Equal(("needs_response", "fraudulent", 1000), ((string)dispute["status"]!, (string)dispute["reason"]!, (int)dispute["amount"]!));
        Assert.Equal("charge_disputed", (await stripe.PostAsync("/v1/refunds", $"payment_intent={paid["id"]}"))["error.code"]);

        await stripe.ControlAsync($"stripe/disputes/{dispute["id"]}/close", new JsonObject { ["status"] = "lost" });
        Assert.Equal("lost", (await stripe.GetAsync("/v1/disputes/" + dispute["id"]))["status"]);
        Assert.Equal(["charge.dispute.created", "charge.dispute.funds_withdrawn", "charge.dispute.closed"], (await stripe.EventsAsync())[^3..]);

        var other = await stripe.PostAsync("/v1/payment_intents", Paid);
        Assert.Equal(700, (int)(await stripe.ControlAsync("stripe/disputes", new JsonObject { ["payment_intent"] = other["id"], ["amount"] = 700 }))["amount"]!);
        Assert.Equal("true", (await stripe.GetAsync("/v1/charges/" + other["latest_charge"]))["disputed"]);
    }

    [Theory]
    [InlineData("pm_card_visa", "authorized", "normal")]
    [InlineData("pm_card_riskLevelElevated", "manual_review", "elevated")]
    [InlineData("pm_card_riskLevelHighest", "authorized", "highest")]
    public async Task A_charge_says_how_risky_its_card_is(string method, string type, string risk)
    {
        await using var stripe = await Emulated.StartAsync();
        var paid = await stripe.PostAsync("/v1/payment_intents", Paid.Replace("pm_card_visa", method, StringComparison.Ordinal) + "&expand[]=latest_charge");
        Assert.Equal(type, paid["latest_charge.outcome.type"]);
        Assert.Equal(risk, paid["latest_charge.outcome.risk_level"]);
        Assert.Equal(16, paid["latest_charge.payment_method_details.card.fingerprint"]!.Length);
    }
}
