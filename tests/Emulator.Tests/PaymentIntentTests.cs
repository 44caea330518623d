using System.Security.Cryptography;
using System.Text;

namespace HeadlessPro.Emulator.Tests;

/// <summary>Stripe's payment intents, by plain HTTP.</summary>
public sealed class PaymentIntentTests
{
    private const string Card = "payment_method_types[]=card&payment_method=pm_card_visa";

    [Fact]
    public async Task A_payment_held_then_captured_in_part_lets_the_rest_go()
    {
        await using var stripe = await Emulated.StartAsync();
        var held = await stripe.PostAsync("/v1/payment_intents", $"amount=1000&currency=usd&capture_method=manual&confirm=true&metadata[cart]=c1&{Card}");
        Assert.Equal(200, held.Status);
        Assert.Equal("requires_capture", held["status"]);
        Assert.Equal("1000", held["amount_capturable"]);
        Assert.Equal("c1", held["metadata.cart"]);
        Assert.StartsWith(held["id"] + "_secret_", held["client_secret"]);

        var tooMuch = await stripe.PostAsync($"/v1/payment_intents/{held["id"]}/capture", "amount_to_capture=1001");
        Assert.Equal(400, tooMuch.Status);
        Assert.Equal("amount_too_large", tooMuch["error.code"]);

        var captured = await stripe.PostAsync($"/v1/payment_intents/{held["id"]}/capture", "amount_to_capture=700&expand[]=latest_charge");
        Assert.Equal("succeeded", captured["status"]);
        Assert.Equal("700", captured["amount_received"]);
        Assert.Equal("0", captured["amount_capturable"]);
        Assert.Equal("700", captured["latest_charge.amount_captured"]);
        Assert.Equal("300", captured["latest_charge.amount_refunded"]);
        Assert.Equal("false", captured["latest_charge.refunded"]);

        var again = await stripe.PostAsync($"/v1/payment_intents/{held["id"]}/capture", "");
        Assert.Equal(400, again.Status);
        Assert.Equal("payment_intent_unexpected_state", again["error.code"]);
        Assert.Equal("succeeded", again["error.payment_intent.status"]);
        Assert.Equal(["payment_intent.created", "charge.succeeded", "payment_intent.amount_capturable_updated", "charge.captured", "payment_intent.succeeded"], await stripe.EventsAsync());
        Assert.Equal("""{"stripe":{"usd":{"authorization":1000,"capture":700,"void":300}}}""", (await stripe.ControlAsync("state"))["totals"]!.ToJsonString());
    }

    [Fact]
    public async Task Webhooks_are_signed_over_time_and_body_and_look_like_stripe_s()
    {
        await using var stripe = await Emulated.StartAsync();
        var paid = await stripe.PostAsync("/v1/payment_intents", $"amount=500&currency=usd&confirm=true&{Card}", "Idempotency-Key: k1");
        await stripe.EventsAsync();
        var hook = stripe.Hooks.Single(h => h.Type == "payment_intent.succeeded");
        var signature = hook.Headers["Stripe-Signature"].Split(',').Select(p => p.Split('=')).ToDictionary(p => p[0], p => p[1]);
        byte[] signed = [.. Encoding.UTF8.GetBytes(signature["t"] + "."), .. hook.Body];
        var expected = HMACSHA256.HashData(Encoding.UTF8.GetBytes(Emulated.Secret), signed);
        Assert.Equal(Convert.ToHexStringLower(expected), signature["v1"]);
        Assert.InRange(long.Parse(signature["t"]), DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 5, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1);
        Assert.Equal("event", (string)hook.Event["object"]!);
        Assert.StartsWith("evt_", hook.Id);
        Assert.False((bool)hook.Event["livemode"]!);
        Assert.Equal("k1", (string)hook.Event["request"]!["idempotency_key"]!);
        Assert.Equal(paid.Headers["Request-Id"], (string)hook.Event["request"]!["id"]!);
        Assert.Equal(paid["id"], (string)hook.Event["data"]!["object"]!["id"]!);
        Assert.Equal("succeeded", (string)hook.Event["data"]!["object"]!["status"]!);
    }

    [Theory]
    [InlineData("pm_card_visa_chargeDeclined", "card_declined", "generic_decline")]
    [InlineData("pm_card_visa_chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds")]
    [InlineData("pm_card_chargeDeclinedExpiredCard", "expired_card", "expired_card")]
    [InlineData("pm_card_chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc")]
    [InlineData("pm_card_chargeDeclinedProcessingError", "processing_error", "processing_error")]
    [InlineData("pm_card_radarBlock", "card_declined", "fraudulent")]
    public async Task A_declined_card_leaves_the_intent_asking_for_another(string method, string code, string decline)
    {
        await using var stripe = await Emulated.StartAsync();
        var intent = await stripe.PostAsync("/v1/payment_intents", "amount=500&currency=usd&payment_method_types[]=card");
        var refused = await stripe.PostAsync($"/v1/payment_intents/{intent["id"]}/confirm", "payment_method=" + method);
        Assert.Equal(402, refused.Status);
        Assert.Equal("card_error", refused["error.type"]);
        Assert.Equal(code, refused["error.code"]);
        Assert.Equal(decline, refused["error.decline_code"]);
        Assert.StartsWith("ch_", refused["error.charge"]);
        Assert.Equal("requires_payment_method", refused["error.payment_intent.status"]);
        Assert.Equal(code, refused["error.payment_intent.last_payment_error.code"]);
        Assert.Null(refused["error.payment_intent.payment_method"]);
        Assert.Equal(["payment_intent.created", "charge.failed", "payment_intent.payment_failed"], await stripe.EventsAsync());

        var paid = await stripe.PostAsync($"/v1/payment_intents/{intent["id"]}/confirm", "payment_method=pm_card_visa");
        Assert.Equal("succeeded", paid["status"]);
        Assert.Null(paid["last_payment_error"]);
        Assert.Equal("""{"stripe":{"usd":{"authorization":500,"capture":500}}}""", (await stripe.ControlAsync("state"))["totals"]!.ToJsonString());
    }

    [Fact]
    public async Task A_cancelled_hold_is_let_go_and_stays_so()
    {
        await using var stripe = await Emulated.StartAsync();
        var held = await stripe.PostAsync("/v1/payment_intents", $"amount=1000&currency=usd&capture_method=manual&confirm=true&{Card}");
        var cancelled = await stripe.PostAsync($"/v1/payment_intents/{held["id"]}/cancel", "cancellation_reason=requested_by_customer");
        Assert.Equal("canceled", cancelled["status"]);
        Assert.Equal("requested_by_customer", cancelled["cancellation_reason"]);
        Assert.Equal(400, (await stripe.PostAsync($"/v1/payment_intents/{held["id"]}/capture", "")).Status);
        Assert.Equal(400, (await stripe.PostAsync($"/v1/payment_intents/{held["id"]}/cancel", "")).Status);
        Assert.Equal(["charge.refunded", "payment_intent.canceled"], (await stripe.EventsAsync())[^2..]);
        Assert.Equal("""{"stripe":{"usd":{"authorization":1000,"void":1000}}}""", (await stripe.ControlAsync("state"))["totals"]!.ToJsonString());
    }

    [Fact]
    public async Task An_authorization_lapses_after_seven_days()
    {
        await using var stripe = await Emulated.StartAsync();
        var held = await stripe.PostAsync("/v1/payment_intents", $"amount=1000&currency=usd&capture_method=manual&confirm=true&{Card}");
        await stripe.ControlAsync("clock", new() { ["advance_days"] = 6.9 });
        Assert.Equal("requires_capture", (await stripe.GetAsync($"/v1/payment_intents/{held["id"]}"))["status"]);
        await stripe.ControlAsync("clock", new() { ["advance_days"] = 0.2 });
        var lapsed = await stripe.GetAsync($"/v1/payment_intents/{held["id"]}");
        Assert.Equal("canceled", lapsed["status"]);
        Assert.Equal("automatic", lapsed["cancellation_reason"]);
        Assert.Equal("payment_intent.canceled", (await stripe.EventsAsync())[^1]);
    }

    [Fact]
    public async Task A_browser_confirms_with_the_publishable_key_and_the_secret_only()
    {
        await using var stripe = await Emulated.StartAsync();
        var intent = await stripe.PostAsync("/v1/payment_intents", "amount=500&currency=usd&metadata[cart]=c1");
        const string typed = "payment_method_data[type]=card&payment_method_data[card][number]=4242424242424242&payment_method_data[card][exp_month]=12"
            + "&payment_method_data[card][exp_year]=44&payment_method_data[card][cvc]=123";
        var path = $"/v1/payment_intents/{intent["id"]}";
        Assert.Equal(400, (await stripe.StripeAsync("POST", path + "/confirm", typed, "pk_test_shop")).Status);
        Assert.Equal(400, (await stripe.StripeAsync("POST", path + "/confirm", typed + "&client_secret=wrong", "pk_test_shop")).Status);
        Assert.Equal(401, (await stripe.StripeAsync("POST", path + "/capture", "", "pk_test_shop")).Status);
        Assert.Equal("requires_payment_method", (await stripe.GetAsync(path))["status"]);

        var paid = await stripe.StripeAsync("POST", path + "/confirm", typed + "&client_secret=" + intent["client_secret"], "pk_test_shop", "Origin: http://shop.example");
        Assert.Equal("succeeded", paid["status"]);
        Assert.Equal("*", paid.Headers["Access-Control-Allow-Origin"]);
        Assert.Null(paid["metadata"]);
        Assert.Equal("succeeded", (await stripe.StripeAsync("GET", path, "client_secret=" + intent["client_secret"], "pk_test_shop"))["status"]);
    }

    [Fact]
    public async Task The_amount_changes_until_it_is_held_and_not_after()
    {
        await using var stripe = await Emulated.StartAsync();
        var intent = await stripe.PostAsync("/v1/payment_intents", "amount=500&currency=usd&capture_method=manual&payment_method_types[]=card");
        var path = $"/v1/payment_intents/{intent["id"]}";
        Assert.Equal("650", (await stripe.PostAsync(path, "amount=650"))["amount"]);
        Assert.Equal("650", (await stripe.PostAsync(path + "/confirm", "payment_method=pm_card_visa"))["amount_capturable"]);
        var refused = await stripe.PostAsync(path, "amount=900");
        Assert.Equal(400, refused.Status);
        Assert.Equal("payment_intent_unexpected_state", refused["error.code"]);
        Assert.Equal("650", (await stripe.GetAsync(path))["amount"]);
        Assert.Equal("yes", (await stripe.PostAsync(path, "metadata[late]=yes"))["metadata.late"]);
    }
}
