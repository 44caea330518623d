using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Tests;

/// <summary>What holds for every call of Stripe's API: keys, idempotency, parameters, lists, expansion.</summary>
public sealed class CallTests
{
    [Theory]
    [InlineData("")]
    [InlineData("sk_live_0123456789")]
    [InlineData("sk_test_invalid")]
    [InlineData("pk_test_0123456789")]
    public async Task Only_secret_test_keys_get_in(string key)
    {
        await using var stripe = await Emulated.StartAsync();
        var refused = await stripe.StripeAsync("GET", "/v1/customers", key: key);
        Assert.Equal(401, refused.Status);
        Assert.Equal("invalid_request_error", refused["error.type"]);
        Assert.StartsWith("req_", refused.Headers["Request-Id"]);
    }

    [Fact]
    public async Task The_same_key_with_the_same_parameters_gets_the_same_answer()
    {
        await using var stripe = await Emulated.StartAsync();
        const string form = "amount=500&currency=usd&metadata[a]=1";
        var first = await stripe.PostAsync("/v1/payment_intents", form, "Idempotency-Key: abc", "Stripe-Version: 2025-03-31.basil");
        Assert.Equal("2025-03-31.basil", first.Headers["Stripe-Version"]);
        Assert.False(first.Headers.ContainsKey("Idempotent-Replayed"));
        var again = await stripe.PostAsync("/v1/payment_intents", "metadata[a]=1&currency=usd&amount=500", "Idempotency-Key: abc");
        Assert.Equal("true", again.Headers["Idempotent-Replayed"]);
        Assert.Equal(first.Body.ToJsonString(), again.Body.ToJsonString());
        var other = await stripe.PostAsync("/v1/payment_intents", "amount=501&currency=usd", "Idempotency-Key: abc");
        Assert.Equal((400, "idempotency_error"), (other.Status, other["error.type"]));
        Assert.Single((JsonArray)(await stripe.ControlAsync("state"))["stripe"]!["payment_intents"]!);
    }

    [Fact]
    public async Task A_key_in_use_is_a_conflict_until_its_call_has_ended()
    {
        await using var stripe = await Emulated.StartAsync();
        var slow = stripe.PostAsync("/v1/payment_intents", "amount=500&currency=usd", "Idempotency-Key: abc", "X-Emulate: delay:1");
        await Task.Delay(200);
        var rival = await stripe.PostAsync("/v1/payment_intents", "amount=500&currency=usd", "Idempotency-Key: abc");
        Assert.Equal((409, "idempotency_key_in_use"), (rival.Status, rival["error.code"]));
        Assert.Equal((await slow)["id"], (await stripe.PostAsync("/v1/payment_intents", "amount=500&currency=usd", "Idempotency-Key: abc"))["id"]);
    }

    [Fact]
    public async Task A_decline_is_kept_under_its_key_and_a_misspelt_call_is_not()
    {
        await using var stripe = await Emulated.StartAsync();
        const string declined = "amount=500&currency=usd&confirm=true&payment_method_types[]=card&payment_method=pm_card_chargeDeclined";
        var first = await stripe.PostAsync("/v1/payment_intents", declined, "Idempotency-Key: d");
        var again = await stripe.PostAsync("/v1/payment_intents", declined, "Idempotency-Key: d");
        Assert.Equal((402, 402, "true"), (first.Status, again.Status, again.Headers["Idempotent-Replayed"]));
        Assert.Equal(first["error.charge"], again["error.charge"]);
        Assert.Equal("parameter_unknown", (await stripe.PostAsync("/v1/payment_intents", "amonut=500&currency=usd", "Idempotency-Key: m"))["error.code"]);
        Assert.Equal(200, (await stripe.PostAsync("/v1/payment_intents", "amount=500&currency=usd", "Idempotency-Key: n")).Status);
    }

    [Theory]
    [InlineData("currency=usd", "parameter_missing", "amount")]
    [InlineData("amount=500", "parameter_missing", "currency")]
    [InlineData("amount=5.00&currency=usd", "parameter_invalid_integer", "amount")]
    [InlineData("amount=0&currency=usd", "parameter_invalid_integer", "amount")]
    [InlineData("amount=10&currency=usd", "amount_too_small", "amount")]
    [InlineData("amount=100000000&currency=usd", "amount_too_large", "amount")]
    [InlineData("amount=500&currency=usd&payment_method=pm_none", "resource_missing", "payment_method")]
    [InlineData("amount=500&currency=usd&customer=cus_none", "resource_missing", "customer")]
    public async Task A_wrong_parameter_is_named_and_nothing_is_made(string form, string code, string param)
    {
        await using var stripe = await Emulated.StartAsync();
        var refused = await stripe.PostAsync("/v1/payment_intents", form);
        Assert.Equal((code, param), (refused["error.code"], refused["error.param"]));
        Assert.Empty((JsonArray)(await stripe.ControlAsync("state"))["stripe"]!["payment_intents"]!);
        Assert.Empty(await stripe.EventsAsync());
    }

    [Fact]
    public async Task Lists_page_in_both_directions_and_by_time()
    {
        await using var stripe = await Emulated.StartAsync();
        var ids = new List<string>();
        for (var i = 0; i < 5; i++)
        {
            ids.Add((await stripe.PostAsync("/v1/payment_intents", $"amount={100 + i}&currency=usd"))["id"]!);
            if (i == 2) await stripe.ControlAsync("clock", new JsonObject { ["advance_seconds"] = 1000 });
        }

        ids.Reverse();
        async Task<string[]> Ids(string query) => [.. ((JsonArray)(await stripe.GetAsync("/v1/payment_intents", query)).Ok["data"]!).Select(x => (string)x!["id"]!)];
        Assert.Equal(ids[..2], await Ids("limit=2"));
        Assert.Equal(ids[2..4], await Ids("limit=2&starting_after=" + ids[1]));
        Assert.Equal(ids[1..3], await Ids("limit=2&ending_before=" + ids[3]));
        Assert.Equal(ids[..2], await Ids("created[gt]=" + (DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 500)));
        var last = await stripe.GetAsync("/v1/payment_intents", "limit=2&starting_after=" + ids[3]);
        Assert.Equal(("list", "false", "/v1/payment_intents"), (last["object"], last["has_more"], last["url"]));
        Assert.Equal("true", (await stripe.GetAsync("/v1/payment_intents", "limit=4"))["has_more"]);
    }

    [Fact]
    public async Task Ids_are_expanded_on_request_at_any_depth()
    {
        await using var stripe = await Emulated.StartAsync();
        var customer = await stripe.PostAsync("/v1/customers", "email=a@example.com");
        var paid = await stripe.PostAsync("/v1/payment_intents", $"amount=500&currency=usd&confirm=true&payment_method_types[]=card&payment_method=pm_card_visa&customer={customer["id"]}");
        await stripe.PostAsync("/v1/refunds", $"payment_intent={paid["id"]}&amount=100");
        var list = await stripe.GetAsync("/v1/refunds", "expand[]=data.charge.customer&expand[]=data.charge.refunds&expand[]=data.payment_intent");
        Assert.Equal("a@example.com", list["data.0.charge.customer.email"]);
        Assert.Equal("100", list["data.0.charge.refunds.data.0.amount"]);
        Assert.Equal("payment_intent", list["data.0.payment_intent.object"]);
        Assert.Equal(400, (await stripe.GetAsync("/v1/payment_intents/" + paid["id"], "expand[]=status_of_things")).Status);
    }

    [Fact]
    public async Task Cards_are_saved_for_a_customer_and_forgotten()
    {
        await using var stripe = await Emulated.StartAsync();
        var customer = await stripe.PostAsync("/v1/customers", "email=a@example.com&metadata[shop]=1");
        var method = await stripe.PostAsync("/v1/payment_methods", "type=card&card[number]=5555555555554444&card[exp_month]=1&card[exp_year]=40&card[cvc]=123&billing_details[name]=A");
        Assert.Equal(("mastercard", "4444", "A"), (method["card.brand"], method["card.last4"], method["billing_details.name"]));
        Assert.DoesNotContain("5555555555554444", method.Body.ToJsonString(), StringComparison.Ordinal);
        await stripe.PostAsync($"/v1/payment_methods/{method["id"]}/attach", $"customer={customer["id"]}");
        Assert.Equal(method["id"], (await stripe.GetAsync($"/v1/customers/{customer["id"]}/payment_methods", "type=card"))["data.0.id"]);
        Assert.Equal(400, (await stripe.PostAsync("/v1/payment_intents", $"amount=500&currency=usd&payment_method={method["id"]}")).Status);
        Assert.Equal("card_declined", (await stripe.PostAsync("/v1/payment_methods/pm_card_chargeDeclined/attach", $"customer={customer["id"]}"))["error.code"]);

        var kept = await stripe.PostAsync("/v1/payment_intents",
            $"amount=500&currency=usd&confirm=true&payment_method_types[]=card&payment_method=pm_card_amex&setup_future_usage=off_session&customer={customer["id"]}");
        Assert.Equal("succeeded", kept["status"]);
        Assert.Equal(["amex", "mastercard"], ((JsonArray)(await stripe.GetAsync("/v1/payment_methods", $"customer={customer["id"]}&type=card")).Body["data"]!).Select(m => (string)m!["card"]!["brand"]!));
        await stripe.PostAsync($"/v1/payment_methods/{method["id"]}/detach", "");
        Assert.Equal("true", (await stripe.StripeAsync("DELETE", $"/v1/customers/{customer["id"]}"))["deleted"]);
        Assert.Empty((JsonArray)(await stripe.GetAsync("/v1/payment_methods", $"customer={customer["id"]}&type=card")).Body["data"]!);
    }

    [Theory]
    [InlineData("4242424242424241", 12, 44, "123", "incorrect_number")]
    [InlineData("4242424242424242", 13, 44, "123", "invalid_expiry_month")]
    [InlineData("4242424242424242", 12, 20, "123", "invalid_expiry_year")]
    [InlineData("4242424242424242", 12, 44, "12", "invalid_cvc")]
    public async Task A_mistyped_card_is_refused(string number, int month, int year, string cvc, string code)
    {
        await using var stripe = await Emulated.StartAsync();
        var refused = await stripe.PostAsync("/v1/payment_methods", $"type=card&card[number]={number}&card[exp_month]={month}&card[exp_year]={year}&card[cvc]={cvc}");
        Assert.Equal((402, code), (refused.Status, refused["error.code"]));
    }
}
