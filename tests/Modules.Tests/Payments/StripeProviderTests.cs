using System.Net;
using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Payments.Providers;
using static HeadlessPro.Modules.Tests.Payments.StripeEmulator;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>Payment intents: opened and changed by the shop, paid by the shopper's browser, told as what Stripe holds.</summary>
public sealed class StripeProviderTests(StripeEmulator stripe) : IClassFixture<StripeEmulator>
{
    [Fact]
    public async Task A_session_is_an_intent_of_its_amount_that_only_holds_the_money()
    {
        var session = Session(4999);
        var opened = (await stripe.Cards.Open(session, default)).Value!;
        Assert.Equal((ProviderState.Pending, 4999L, "eur", null, null), (opened.State, opened.Amount, opened.CurrencyCode, opened.PaymentReference, opened.Reason));
        var data = (JsonObject)JsonNode.Parse(opened.Data)!;
        Assert.Equal(["amount", "capture_method", "client_secret", "created", "currency", "id", "object", "status"], data.Select(p => p.Key).Order(StringComparer.Ordinal));
        Assert.Equal((opened.Reference, 4999L, "manual", "requires_payment_method"), ((string?)data["id"], (long)data["amount"]!, (string)data["capture_method"]!, (string)data["status"]!));
        Assert.StartsWith(opened.Reference + "_secret_", (string)data["client_secret"]!, StringComparison.Ordinal);
        var held = (await stripe.Control("state?payment=" + opened.Reference))["stripe"]!["payment_intents"]![0]!["metadata"]!;
        Assert.Equal($$"""{"session_id":"{{session.Id}}","cart_id":"{{session.CartId}}"}""", held.ToJsonString());
    }

    [Theory]
    [InlineData(5, "isk", 500)]
    [InlineData(700, "jpy", 700)]
    [InlineData(5120, "kwd", 5120)]
    public async Task Amounts_are_counted_as_Stripe_does_and_told_as_we_do(long amount, string currency, long units)
    {
        var session = await stripe.Opened(stripe.Cards, Session(amount, currency));
        Assert.Equal(units, (long)JsonNode.Parse(session.Data)!["amount"]!);
        await stripe.Confirm(session);
        var captured = await stripe.Cards.Capture(new ProviderPayment(session, session.Reference!, amount, 0), amount, Guid.NewGuid(), default);
        Assert.Equal((amount, amount), (captured.Value!.Amount, captured.Value.Movements.Single().Amount));
    }

    [Fact]
    public async Task What_Stripe_cannot_take_opens_nothing()
    {
        Assert.Equal("amount_not_payable", (await stripe.Cards.Open(Session(5124, "kwd"), default)).Error!.Code);
        Assert.Equal("amount_too_small", (await stripe.Cards.Open(Session(10), default)).Error!.Code);
    }

    [Fact]
    public async Task A_session_opened_again_is_the_same_intent_of_the_new_amount()
    {
        var session = await stripe.Opened(stripe.Cards, Session());
        var changed = (await stripe.Cards.Open(session with { Amount = 6100, CurrencyCode = "usd" }, default)).Value!;
        Assert.Equal((session.Reference, 6100L, "usd", ProviderState.Pending), (changed.Reference, changed.Amount, changed.CurrencyCode, changed.State));
        Assert.Equal(5000L, (await stripe.Cards.Open(session, default)).Value!.Amount);
        Assert.Equal(6100L, (await stripe.Cards.Open(session with { Amount = 6100 }, default)).Value!.Amount);
        Assert.Equal(6100L, (await stripe.Cards.Find(session, default)).Value!.Amount);
    }

    [Fact]
    public async Task An_opening_of_which_we_do_not_know_is_answered_again_and_is_in_no_other_amount_s_way()
    {
        var session = Session();
        var first = (await stripe.Cards.Open(session, default)).Value!;
        Assert.Equal(first.Reference, (await stripe.Cards.Open(session, default)).Value!.Reference);
        var other = (await stripe.Cards.Open(session with { Amount = 6000 }, default)).Value!;
        Assert.Equal((6000L, false), (other.Amount, other.Reference == first.Reference));
    }

    [Fact]
    public async Task An_intent_that_was_canceled_or_is_of_another_account_is_replaced()
    {
        var session = await stripe.Opened(stripe.Cards, Session());
        await stripe.Form($"/v1/payment_intents/{session.Reference}/cancel", "");
        var second = await stripe.Opened(stripe.Cards, session);
        Assert.NotEqual(session.Reference, second.Reference);
        Assert.Equal(ProviderState.Pending, (await stripe.Cards.Find(second, default)).Value!.State);
        await stripe.Form($"/v1/payment_intents/{second.Reference}/cancel", "");
        Assert.DoesNotContain((await stripe.Cards.Open(second, default)).Value!.Reference, new[] { session.Reference, second.Reference });
        var unknown = (await stripe.Cards.Open(session with { Reference = "pi_elsewhere" }, default)).Value!;
        Assert.Equal((ProviderState.Pending, 5000L), (unknown.State, unknown.Amount));
    }

    [Fact]
    public async Task What_was_paid_meanwhile_is_not_replaced_when_the_amount_changes()
    {
        var payment = await stripe.Paid();
        var opened = (await stripe.Cards.Open(payment.Session with { Amount = 7000 }, default)).Value!;
        Assert.Equal((ProviderState.Authorized, 5000L, payment.Reference), (opened.State, opened.Amount, opened.PaymentReference));
    }

    [Fact]
    public async Task A_card_on_hold_is_a_promise_with_its_means_and_its_end()
    {
        var before = DateTimeOffset.UtcNow.AddSeconds(-1);
        var payment = await stripe.Paid("pm_card_de");
        var held = (await stripe.Cards.Authorize(payment.Session, default)).Value!;
        Assert.Equal((ProviderState.Authorized, payment.Reference, payment.Reference, 5000L, 0), (held.State, held.Reference, held.PaymentReference, held.Amount, held.Movements.Count));
        Assert.InRange(held.LapsesAt!.Value, before.AddDays(7), DateTimeOffset.UtcNow.AddDays(7));
        Assert.Equal(new ProviderMeans("card", "visa", "0016", "de", held.Means!.Fingerprint, "normal"), held.Means);
        Assert.Equal(16, held.Means.Fingerprint!.Length);
        Assert.Equal("requires_capture", (string)JsonNode.Parse(held.Data)!["status"]!);
        Assert.Equal((null, null), (JsonNode.Parse(held.Data)!["client_secret"], JsonNode.Parse(held.Data)!["next_action"]));
        var other = (await stripe.Cards.Find((await stripe.Paid("pm_card_riskLevelElevated")).Session, default)).Value!;
        Assert.Equal(("elevated", "us", false), (other.Means!.Risk, other.Means.Country, other.Means.Fingerprint == held.Means.Fingerprint));
    }

    [Fact]
    public async Task A_refused_card_says_why_and_another_may_be_tried()
    {
        var session = await stripe.Opened(stripe.Cards, Session());
        await stripe.Confirm(session, "pm_card_chargeDeclinedInsufficientFunds", HttpStatusCode.PaymentRequired);
        var refused = (await stripe.Cards.Authorize(session, default)).Value!;
        Assert.Equal((ProviderState.Pending, "Your card has insufficient funds.", null, "9995"), (refused.State, refused.Reason, refused.PaymentReference, refused.Means!.Last4));
        Assert.StartsWith("ch_", refused.RefusedTry, StringComparison.Ordinal);
        Assert.Equal(16, refused.Means.Fingerprint!.Length);
        Assert.Equal(refused.RefusedTry, (await stripe.Cards.Find(session, default)).Value!.RefusedTry);
        await stripe.Confirm(session);
        var paid = (await stripe.Cards.Authorize(session, default)).Value!;
        Assert.Equal((ProviderState.Authorized, null), (paid.State, paid.Reason));
    }

    [Theory]
    [InlineData("complete", "Authorized", null)]
    [InlineData("fail", "Pending", "Your bank could not confirm that this payment is yours.")]
    public async Task A_bank_that_wants_to_see_the_shopper_is_waited_for(string outcome, string after, string? reason)
    {
        var session = await stripe.Opened(stripe.Cards, Session());
        var asked = await stripe.Confirm(session, "pm_card_authenticationRequired");
        var waiting = (await stripe.Cards.Authorize(session, default)).Value!;
        Assert.Equal(ProviderState.RequiresMore, waiting.State);
        Assert.Equal("use_stripe_sdk", (string)JsonNode.Parse(waiting.Data)!["next_action"]!["type"]!);
        await stripe.Submit((string)asked["next_action"]!["use_stripe_sdk"]!["stripe_js"]!, ("outcome", outcome));
        var found = (await stripe.Cards.Authorize(session, default)).Value!;
        Assert.Equal((after, reason), ($"{found.State}", found.Reason));
    }

    [Fact]
    public async Task Sessions_without_an_intent_wait_and_close()
    {
        Assert.Equal((ProviderState.Pending, null), ((await stripe.Cards.Find(Session(), default)).Value!.State, (await stripe.Cards.Find(Session(), default)).Value!.Reference));
        Assert.Equal(ProviderState.Canceled, (await stripe.Cards.Close(Session(), default)).Value!.State);
        var elsewhere = Session() with { Reference = "pi_elsewhere" };
        Assert.Equal("resource_missing", (await stripe.Cards.Find(elsewhere, default)).Error!.Code);
        Assert.Equal(ProviderState.Canceled, (await stripe.Cards.Close(elsewhere, default)).Value!.State);
    }

    [Fact]
    public async Task A_closed_session_cannot_be_paid_and_what_was_promised_is_let_go()
    {
        var open = await stripe.Opened(stripe.Cards, Session());
        for (var i = 0; i < 2; i++)
        {
            var closed = (await stripe.Cards.Close(open, default)).Value!;
            Assert.Equal((ProviderState.Canceled, null, 0), (closed.State, closed.PaymentReference, closed.Movements.Count));
            Assert.DoesNotContain("_secret_", closed.Data, StringComparison.Ordinal);
        }

        await stripe.Confirm(open, status: HttpStatusCode.BadRequest);
        var payment = await stripe.Paid();
        var let = await stripe.Cards.Close(payment.Session, default);
        Assert.Equal((ProviderState.Canceled, payment.Reference, "void 5000 pi"), (let.Value!.State, let.Value.PaymentReference, Line(let)));
        Assert.Equal("authorization 5000, void 5000", await stripe.Moved(payment.Reference));

        var taken = await stripe.Paid();
        await stripe.Cards.Capture(taken, 5000, Guid.NewGuid(), default);
        Assert.Equal(ProviderState.Authorized, (await stripe.Cards.Close(taken.Session, default)).Value!.State);
        Assert.Equal("authorization 5000, capture 5000", await stripe.Moved(taken.Reference));
    }

    [Theory]
    [InlineData("""{"setup_future_usage":"off_session"}""", true, null)]
    [InlineData("""{"setup_future_usage":"off_session"}""", false, "Invalid request: Field 'data.setup_future_usage' is for signed-in shoppers")]
    [InlineData("""{"setup_future_usage":"sometimes"}""", true, "Invalid request: Value for field 'data.setup_future_usage' must be one of: 'off_session', 'on_session'")]
    [InlineData("""{"setup_future_usage":7}""", true, "Invalid request: Value for field 'data.setup_future_usage' must be one of: 'off_session', 'on_session'")]
    [InlineData("""{"amount":1}""", true, "Invalid request: Unrecognized fields: 'data.amount'")]
    [InlineData("""{"success_url":"https://shop.example"}""", true, "Invalid request: Unrecognized fields: 'data.success_url'")]
    [InlineData("{}", false, null)]
    public async Task A_storefront_may_ask_to_keep_the_card_and_for_nothing_else(string input, bool signedIn, string? refusal)
    {
        await stripe.KeepCustomers();
        var opened = await stripe.Cards.Open(Session() with { Input = input, CustomerId = signedIn ? Guid.NewGuid() : null }, default);
        Assert.Equal(refusal, opened.Error?.Message);
        if (opened.IsOk && signedIn) Assert.Equal("off_session", (string)JsonNode.Parse(opened.Value!.Data)!["setup_future_usage"]!);
    }

    [Fact]
    public async Task A_shopper_s_account_has_one_name_at_Stripe_for_all_sessions_which_clients_do_not_see()
    {
        await stripe.KeepCustomers();
        var shopper = Guid.NewGuid();
        var first = await stripe.Opened(stripe.Cards, Session() with { CustomerId = shopper });
        var second = await stripe.Opened(stripe.Cards, Session() with { CustomerId = shopper });
        var guest = await stripe.Opened(stripe.Cards, Session());
        Assert.Null(await Customer(guest));
        await stripe.Cards.Open(guest with { CustomerId = shopper }, default);
        var name = await Customer(first);
        Assert.StartsWith("cus_", name, StringComparison.Ordinal);
        Assert.Equal((name, name), (await Customer(second), await Customer(guest)));
        foreach (var session in new[] { first, second }) Assert.DoesNotContain("cus", session.Data, StringComparison.Ordinal);

        // The amount changes without the shopper, and what replaces a canceled intent is theirs, too.
        await stripe.Cards.Open(first with { CustomerId = null, Amount = 6000 }, default);
        Assert.Equal(name, await Customer(first));
        await stripe.Form($"/v1/payment_intents/{first.Reference}/cancel", "");
        Assert.Equal(name, await Customer(await stripe.Opened(stripe.Cards, first with { CustomerId = null })));
    }

    [Fact]
    public async Task A_name_that_was_made_long_ago_stands_and_one_that_Stripe_does_not_know_any_more_is_replaced()
    {
        await stripe.KeepCustomers();
        var shopper = Guid.NewGuid();
        var name = await Customer(await stripe.Opened(stripe.Cards, Session() with { CustomerId = shopper }));
        // Stripe, which forgets keys after a day, is not asked for a new one.
        await stripe.Fault("500", "/v1/customers", times: 100, method: "POST");
        Assert.Equal(name, await Customer(await stripe.Opened(stripe.Cards, Session() with { CustomerId = shopper })));
        await stripe.NoFaults();

        await stripe.Form($"/v1/customers/{name}", "", method: "DELETE");
        var later = new List<string?>();
        for (var i = 0; i < 2; i++) later.Add(await Customer(await stripe.Opened(stripe.Cards, Session() with { CustomerId = shopper })));
        Assert.NotEqual(name, Assert.Single(later.Distinct()));
    }

    private async Task<string?> Customer(ProviderSession session) => (string?)(await stripe.Form($"/v1/payment_intents/{session.Reference}", ""))["customer"];
}
