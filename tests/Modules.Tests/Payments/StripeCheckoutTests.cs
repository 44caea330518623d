using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Payments.Providers.Stripe;
using static HeadlessPro.Modules.Tests.Payments.StripeEmulator;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>The hosted page: a shopper is sent there, pays or does not, and the intent it made holds the money.</summary>
public sealed class StripeCheckoutTests(StripeEmulator stripe) : IClassFixture<StripeEmulator>
{
    private const string Pages = """{"success_url":"https://shop.example/paid?session={CHECKOUT_SESSION_ID}","cancel_url":"https://shop.example/cart"}""";

    [Fact]
    public async Task A_session_is_a_page_to_send_the_shopper_to()
    {
        var session = Session(4999) with { Input = Pages };
        var opened = (await stripe.Hosted.Open(session, default)).Value!;
        Assert.Equal((ProviderState.Pending, 4999L, "eur", null), (opened.State, opened.Amount, opened.CurrencyCode, opened.PaymentReference));
        var data = (JsonObject)JsonNode.Parse(opened.Data)!;
        Assert.Equal(["id", "url", "status", "expires_at", "success_url", "cancel_url"], data.Select(p => p.Key));
        Assert.Equal((opened.Reference, $"{stripe.Options.ApiUrl}c/pay/{opened.Reference}", "open"), ((string?)data["id"], (string)data["url"]!, (string)data["status"]!));
        Assert.Equal("https://shop.example/paid?session={CHECKOUT_SESSION_ID}", (string)data["success_url"]!);
        Assert.Equal("authorization 4999", await Pay(session with { Reference = opened.Reference, Data = opened.Data }));
    }

    [Fact]
    public async Task Who_paid_there_is_led_back_and_has_promised_the_amount()
    {
        var session = await stripe.Opened(stripe.Hosted, Session() with { Input = Pages });
        Assert.Equal($"https://shop.example/paid?session={session.Reference}", await Submit(session));
        var held = (await stripe.Hosted.Authorize(session, default)).Value!;
        Assert.Equal((ProviderState.Authorized, session.Reference, 5000L, "visa", "4242"), (held.State, held.Reference, held.Amount, held.Means!.Brand, held.Means.Last4));
        Assert.StartsWith("pi_", held.PaymentReference, StringComparison.Ordinal);
        Assert.NotNull(held.LapsesAt);
        var metadata = (await stripe.Control("state?payment=" + held.PaymentReference))["stripe"]!;
        var expected = $$"""{"session_id":"{{session.Id}}","cart_id":"{{session.CartId}}"}""";
        Assert.Equal((expected, expected), (metadata["payment_intents"]![0]!["metadata"]!.ToJsonString(), metadata["checkout_sessions"]![0]!["metadata"]!.ToJsonString()));

        var payment = new ProviderPayment(session, held.PaymentReference!, 5000, 0);
        var (capture, refund) = (Guid.NewGuid(), Guid.NewGuid());
        Assert.Equal("capture 4000 ch by us, void 1000 pi:released", Line(await stripe.Hosted.Capture(payment, 4000, capture, default), capture));
        var refunded = await stripe.Hosted.Refund(payment, 500, refund, "other", default);
        Assert.Equal(("capture 4000 ch by another, void 1000 pi:released, refund 500 re by us", session.Reference), (Line(refunded, refund), refunded.Value!.Reference));
        Assert.Equal("complete", (string)JsonNode.Parse(refunded.Value.Data)!["status"]!);
    }

    [Fact]
    public async Task A_refused_card_and_a_bank_that_asks_are_told_while_the_page_is_open()
    {
        var session = await stripe.Opened(stripe.Hosted, Session());
        Assert.Null(await Submit(session, "4000000000009995"));
        var refused = (await stripe.Hosted.Find(session, default)).Value!;
        Assert.Equal((ProviderState.Pending, "Your card has insufficient funds.", null), (refused.State, refused.Reason, refused.PaymentReference));
        var bank = (await Submit(session, "4000002760003184"))!;
        Assert.Equal(ProviderState.RequiresMore, (await stripe.Hosted.Find(session, default)).Value!.State);
        Assert.Equal("https://shop.example/thanks", await stripe.Submit(bank, ("outcome", "complete")));
        Assert.Equal(ProviderState.Authorized, (await stripe.Hosted.Find(session, default)).Value!.State);
    }

    [Fact]
    public async Task An_unchanged_session_is_the_same_page_and_a_changed_one_another()
    {
        await stripe.KeepCustomers();
        var session = await stripe.Opened(stripe.Hosted, Session());
        Assert.Equal(session.Reference, (await stripe.Hosted.Open(session, default)).Value!.Reference);
        var dearer = await stripe.Opened(stripe.Hosted, session with { Amount = 6000 });
        var elsewhere = await stripe.Opened(stripe.Hosted, dearer with { Input = Pages });
        var kept = await stripe.Opened(stripe.Hosted, elsewhere with { Input = """{"setup_future_usage":"on_session"}""", CustomerId = Guid.NewGuid() });
        var again = await stripe.Opened(stripe.Hosted, kept);
        Assert.Equal(4, new[] { session, dearer, elsewhere, kept, again }.Select(s => s.Reference).Distinct().Count());
        Assert.Equal("https://shop.example/cart", (string)JsonNode.Parse(kept.Data)!["cancel_url"]!);
        foreach (var old in new[] { session, dearer, elsewhere })
            Assert.Equal(ProviderState.Canceled, (await stripe.Hosted.Find(old, default)).Value!.State);
        Assert.Equal("authorization 6000", await Pay(kept));
        Assert.Null(await Submit(session));
    }

    [Fact]
    public async Task A_page_of_another_amount_is_still_the_shopper_s_and_keeps_the_card_as_asked()
    {
        await stripe.KeepCustomers();
        var session = await stripe.Opened(stripe.Hosted, Session() with { Input = """{"setup_future_usage":"off_session"}""", CustomerId = Guid.NewGuid() });
        var customer = (string?)(await Page(session))["customer"];
        Assert.StartsWith("cus_", customer, StringComparison.Ordinal);
        var dearer = await stripe.Opened(stripe.Hosted, session with { Amount = 6000, Input = null, CustomerId = null });
        Assert.NotEqual(session.Reference, dearer.Reference);
        var page = await Page(dearer);
        Assert.Equal((customer, "off_session", 6000L), ((string?)page["customer"], (string?)page["metadata"]!["setup_future_usage"], (long)page["amount_total"]!));
        Assert.Equal("authorization 6000", await Pay(dearer));

        Task<JsonNode> Page(ProviderSession of) => stripe.Form($"/v1/checkout/sessions/{of.Reference}", "", method: "GET");
    }

    [Fact]
    public async Task What_was_paid_meanwhile_is_not_replaced()
    {
        var session = await stripe.Opened(stripe.Hosted, Session());
        await Submit(session);
        var opened = (await stripe.Hosted.Open(session with { Amount = 7000 }, default)).Value!;
        Assert.Equal((ProviderState.Authorized, 5000L, session.Reference), (opened.State, opened.Amount, opened.Reference));
        await stripe.Hosted.Void(new ProviderPayment(session, opened.PaymentReference!, 5000, 0), Guid.NewGuid(), default);
        Assert.NotEqual(session.Reference, (await stripe.Hosted.Open(session, default)).Value!.Reference);
    }

    [Fact]
    public async Task A_closed_session_cannot_be_paid_and_what_was_promised_is_let_go()
    {
        var open = await stripe.Opened(stripe.Hosted, Session());
        Assert.Equal(ProviderState.Canceled, (await stripe.Hosted.Close(open, default)).Value!.State);
        Assert.Equal(ProviderState.Canceled, (await stripe.Hosted.Close(open, default)).Value!.State);
        Assert.Null(await Submit(open));
        Assert.Equal(ProviderState.Canceled, (await stripe.Hosted.Close(Session(), default)).Value!.State);
        Assert.Equal(ProviderState.Canceled, (await stripe.Hosted.Close(Session() with { Reference = "cs_elsewhere" }, default)).Value!.State);

        var paid = await stripe.Opened(stripe.Hosted, Session());
        await Submit(paid);
        var closed = await stripe.Hosted.Close(paid, default);
        Assert.Equal((ProviderState.Canceled, "void 5000 pi"), (closed.Value!.State, Line(closed)));
        Assert.Equal("authorization 5000, void 5000", await stripe.Moved(closed.Value.PaymentReference!));
    }

    [Fact]
    public async Task A_page_that_nobody_paid_in_time_is_canceled()
    {
        await using var later = new StripeEmulator();
        await later.InitializeAsync();
        var session = await later.Opened(later.Hosted, Session());
        await later.Control("clock", new JsonObject { ["advance_days"] = 2 });
        var expired = (await later.Hosted.Authorize(session, default)).Value!;
        Assert.Equal((ProviderState.Canceled, null, "expired"), (expired.State, expired.PaymentReference, (string)JsonNode.Parse(expired.Data)!["status"]!));
        Assert.NotEqual(session.Reference, (await later.Hosted.Open(session, default)).Value!.Reference);
    }

    [Theory]
    [InlineData("{}", "Invalid request: Field 'data.success_url' is required")]
    [InlineData("""{"success_url":"/paid"}""", "Invalid request: Field 'data.success_url' must be an absolute http or https address")]
    [InlineData("""{"success_url":"javascript:alert(1)"}""", "Invalid request: Field 'data.success_url' must be an absolute http or https address")]
    [InlineData("""{"success_url":"https://shop.example","cancel_url":5}""", "Invalid request: Field 'data.cancel_url' must be an absolute http or https address")]
    [InlineData("""{"success_url":"https://shop.example","line_items":[]}""", "Invalid request: Unrecognized fields: 'data.line_items'")]
    public async Task Pages_to_come_back_to_must_be_pages(string input, string refusal)
    {
        var unconfigured = new StripeCheckoutProvider(stripe.Client, new StripeIntents(null!, stripe.Client), stripe.Options);
        Assert.Equal(refusal, (await unconfigured.Open(Session() with { Input = input }, default)).Error!.Message);
    }

    private async Task<string> Pay(ProviderSession session)
    {
        await Submit(session);
        return await stripe.Moved((await stripe.Hosted.Find(session, default)).Value!.PaymentReference!);
    }

    private Task<string?> Submit(ProviderSession session, string number = "4242424242424242") => stripe.Submit(
        $"{stripe.Options.ApiUrl}c/pay/{session.Reference}", ("email", "shopper@example.com"), ("number", number), ("expiry", "12 / 40"), ("cvc", "123"), ("name", "A Shopper"));
}
