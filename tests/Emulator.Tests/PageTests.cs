using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Tests;

/// <summary>The pages a shopper sees at Stripe: 3-D Secure and the hosted checkout.</summary>
public sealed class PageTests
{
    private static readonly (string, string)[] Typed = [("email", "ada@example.com"), ("number", "4242 4242 4242 4242"), ("expiry", "12 / 44"), ("cvc", "123"), ("name", "Ada M")];

    [Theory]
    [InlineData("complete", "requires_capture", "succeeded", "payment_intent.amount_capturable_updated")]
    [InlineData("fail", "requires_payment_method", "failed", "payment_intent.payment_failed")]
    public async Task A_bank_asks_the_shopper_who_completes_or_fails(string outcome, string status, string redirect, string happened)
    {
        await using var stripe = await Emulated.StartAsync();
        var asked = await stripe.PostAsync("/v1/payment_intents",
            "amount=500&currency=eur&capture_method=manual&confirm=true&payment_method=pm_card_threeDSecure2Required&return_url=http://shop.example/back?cart=1");
        Assert.Equal(("requires_action", "redirect_to_url"), (asked["status"], asked["next_action.type"]));
        Assert.Equal("payment_intent.requires_action", (await stripe.EventsAsync())[^1]);
        var page = await stripe.PageAsync(asked["next_action.redirect_to_url.url"]!);
        Assert.Contains("5.00 EUR", page.Text, StringComparison.Ordinal);

        var back = await stripe.PageAsync(asked["next_action.redirect_to_url.url"]!, ("outcome", outcome));
        Assert.Equal($"http://shop.example/back?cart=1&payment_intent={asked["id"]}&payment_intent_client_secret={asked["client_secret"]}&redirect_status={redirect}", back.Location);
        var after = await stripe.GetAsync($"/v1/payment_intents/{asked["id"]}", "expand[]=latest_charge");
        Assert.Equal(status, after["status"]);
        Assert.Equal(outcome == "complete" ? null : "payment_intent_authentication_failure", after["last_payment_error.code"]);
        if (outcome == "complete") Assert.Equal("authenticated", after["latest_charge.payment_method_details.card.three_d_secure.result"]);
        Assert.Equal(happened, (await stripe.EventsAsync())[^1]);
        Assert.Equal(404, (await stripe.PageAsync($"/3d_secure/{asked["id"]}?client_secret=wrong")).Status);
    }

    [Fact]
    public async Task A_card_may_be_declined_after_its_bank_was_asked_and_no_shopper_is_asked_who_is_not_there()
    {
        await using var stripe = await Emulated.StartAsync();
        const string form = "amount=500&currency=usd&confirm=true&use_stripe_sdk=true&payment_method=";
        var asked = await stripe.PostAsync("/v1/payment_intents", form + "pm_card_threeDSecureRequiredChargeDeclined");
        Assert.Equal("use_stripe_sdk", asked["next_action.type"]);
        await stripe.PageAsync(asked["next_action.use_stripe_sdk.stripe_js"]!, ("outcome", "complete"));
        Assert.Equal("card_declined", (await stripe.GetAsync($"/v1/payment_intents/{asked["id"]}"))["last_payment_error.code"]);
        var absent = await stripe.PostAsync("/v1/payment_intents", form + "pm_card_authenticationRequired&off_session=true");
        Assert.Equal((402, "authentication_required"), (absent.Status, absent["error.decline_code"]));
        Assert.Empty((JsonObject)(await stripe.ControlAsync("state"))["totals"]!);
    }

    [Fact]
    public async Task A_shopper_pays_on_the_hosted_page_after_a_declined_card()
    {
        await using var stripe = await Emulated.StartAsync();
        var session = await Session(stripe, "&payment_intent_data[capture_method]=manual&payment_intent_data[metadata][cart]=c1&metadata[cart]=c1&client_reference_id=c1");
        Assert.Equal(("open", "unpaid", "3500", null), (session["status"], session["payment_status"], session["amount_total"], session["payment_intent"]));
        var page = await stripe.PageAsync(session["url"]!);
        Assert.Contains("35.00 USD", page.Text, StringComparison.Ordinal);
        Assert.Contains("Pot &lt;b&gt; &#xD7; 2", page.Text.Replace("×", "&#xD7;", StringComparison.Ordinal), StringComparison.Ordinal);

        var declined = await stripe.PageAsync(session["url"]!, With("number", "4000 0000 0000 9995"));
        Assert.Equal(402, declined.Status);
        Assert.Contains("insufficient funds", declined.Text, StringComparison.Ordinal);
        Assert.Contains("ada@example.com", declined.Text, StringComparison.Ordinal);
        var paid = await stripe.PageAsync(session["url"]!, Typed);
        Assert.Equal("http://shop.example/done?session=" + session["id"], paid.Location);

        var after = await stripe.GetAsync("/v1/checkout/sessions/" + session["id"], "expand[]=payment_intent.latest_charge&expand[]=line_items");
        Assert.Equal(("complete", "unpaid", "ada@example.com", null), (after["status"], after["payment_status"], after["customer_details.email"], after["url"]));
        Assert.Equal(("requires_capture", "3500", "c1"), (after["payment_intent.status"], after["payment_intent.amount_capturable"], after["payment_intent.metadata.cart"]));
        Assert.Equal("2", after["line_items.data.0.quantity"]);
        Assert.Equal(["payment_intent.created", "charge.failed", "payment_intent.payment_failed", "charge.succeeded", "payment_intent.amount_capturable_updated",
            "checkout.session.completed"], await stripe.EventsAsync());
        Assert.Equal(paid.Location, (await stripe.PageAsync(session["url"]!, Typed)).Location);
        Assert.Equal("""{"stripe":{"usd":{"authorization":3500}}}""", (await stripe.ControlAsync("state"))["totals"]!.ToJsonString());
        await stripe.PostAsync($"/v1/payment_intents/{after["payment_intent.id"]}/capture", "");
        Assert.Equal("paid", (await stripe.GetAsync("/v1/checkout/sessions/" + session["id"]))["payment_status"]);
    }

    [Fact]
    public async Task The_hosted_page_leads_over_the_bank_s_page_and_back_to_itself_when_that_fails()
    {
        await using var stripe = await Emulated.StartAsync();
        var session = await Session(stripe);
        var bank = (await stripe.PageAsync(session["url"]!, With("number", "4000002760003184"))).Location!;
        var back = (await stripe.PageAsync(bank, ("outcome", "fail"))).Location!;
        Assert.Equal(session["url"], back);
        Assert.Contains("failed authentication", (await stripe.PageAsync(back)).Text, StringComparison.Ordinal);
        bank = (await stripe.PageAsync(session["url"]!, With("number", "4000002760003184"))).Location!;
        Assert.Equal("http://shop.example/done?session=" + session["id"], (await stripe.PageAsync(bank, ("outcome", "complete"))).Location);
        Assert.Equal("paid", (await stripe.GetAsync("/v1/checkout/sessions/" + session["id"]))["payment_status"]);
        Assert.Equal("checkout.session.completed", (await stripe.EventsAsync())[^1]);
    }

    [Fact]
    public async Task A_session_ends_when_it_is_expired_or_its_time_is_over()
    {
        await using var stripe = await Emulated.StartAsync();
        var (first, second) = (await Session(stripe), await Session(stripe));
        Assert.Equal("expired", (await stripe.PostAsync($"/v1/checkout/sessions/{first["id"]}/expire", ""))["status"]);
        Assert.Equal(400, (await stripe.PostAsync($"/v1/checkout/sessions/{first["id"]}/expire", "")).Status);
        Assert.Equal(409, (await stripe.PageAsync(first["url"]!, Typed)).Status);
        Assert.Equal(["checkout.session.expired"], await stripe.EventsAsync());
        await stripe.PageAsync(second["url"]!, With("number", "4000000000000002"));
        await stripe.ControlAsync("clock", new JsonObject { ["advance_days"] = 1.1 });
        Assert.Equal("expired", (await stripe.GetAsync("/v1/checkout/sessions/" + second["id"]))["status"]);
        Assert.Contains("expired", (await stripe.PageAsync(second["url"]!)).Text, StringComparison.Ordinal);
        Assert.Equal(["checkout.session.expired", "payment_intent.created", "charge.failed", "payment_intent.payment_failed", "payment_intent.canceled", "checkout.session.expired"],
            await stripe.EventsAsync());
    }

    private static Task<Answer> Session(Emulated stripe, string more = "") => stripe.PostAsync("/v1/checkout/sessions",
        "mode=payment&success_url=http://shop.example/done?session={CHECKOUT_SESSION_ID}&cancel_url=http://shop.example/cart&line_items[0][quantity]=2"
        + "&line_items[0][price_data][currency]=usd&line_items[0][price_data][unit_amount]=1500&line_items[0][price_data][product_data][name]=Pot <b>"
        + "&line_items[1][quantity]=1&line_items[1][price_data][currency]=usd&line_items[1][price_data][unit_amount]=500&line_items[1][price_data][product_data][name]=Shipping" + more);

    private static (string, string)[] With(string name, string value) => [.. Typed.Select(t => t.Item1 == name ? (name, value) : t)];
}
