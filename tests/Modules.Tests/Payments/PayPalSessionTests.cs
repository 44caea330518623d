using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Payments.Providers;
using static HeadlessPro.Modules.Tests.Payments.PayPalEmulator;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>PayPal until the promise: opening, changing, approving, authorizing, closing.</summary>
public sealed class PayPalSessionTests(PayPalEmulator payPal) : IClassFixture<PayPalEmulator>
{
    [Fact]
    public async Task Opening_makes_an_order_that_the_shopper_can_approve_and_opening_again_answers_the_same()
    {
        var session = Session(1234, input: """{"return_url": "https://shop.example/back?cart=1", "cancel_url": "https://shop.example/cart"}""");
        var opened = Ok(await payPal.Provider.Open(session, default));
        var order = await payPal.Order(opened.Reference);
        Assert.Equal(("AUTHORIZE", 1234L, "EUR", $"{session.Id}"), ((string)order["intent"]!, (long)order["amount"]!, (string)order["currency"]!, (string)order["custom_id"]!));
        Assert.Equal((ProviderState.Pending, 1234L, "eur", null, null), (opened.State, opened.Amount, opened.CurrencyCode, opened.PaymentReference, opened.Means));
        var data = JsonNode.Parse(opened.Data)!;
        Assert.Equal((opened.Reference, "PAYER_ACTION_REQUIRED", "12.34", "EUR"),
            ((string)data["id"]!, (string)data["status"]!, (string)data["amount"]!, (string)data["currency"]!));
        Assert.Contains("12.34 EUR", await payPal.Page((string)data["approve_url"]!), StringComparison.Ordinal);

        // The answer may have been lost: without the reference it is still the same order.
        Assert.Equal(opened.Reference, Ok(await payPal.Provider.Open(session, default)).Reference);
        Assert.Equal(opened.Reference, Ok(await payPal.Provider.Open(After(session, opened), default)).Reference);
        Assert.StartsWith("https://shop.example/back?cart=1&token=" + opened.Reference, await payPal.Approve(After(session, opened)), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_order_nobody_has_approved_takes_the_new_amount()
    {
        var session = await payPal.Opened(1000);
        var changed = Ok(await payPal.Provider.Open(session with { Amount = 1999 }, default));
        Assert.Equal((session.Reference, 1999L, ProviderState.Pending), (changed.Reference, changed.Amount, changed.State));
        Assert.Equal("19.99", (string)JsonNode.Parse(changed.Data)!["amount"]!);
        await payPal.Approve(session);
        Assert.Equal("Authorized 1999", Text(await payPal.Provider.Authorize(session with { Amount = 1999 }, default)));
    }

    [Fact]
    public async Task An_order_approved_for_another_amount_is_never_asked_for_and_is_replaced()
    {
        var session = (await payPal.Approved(1000)) with { Amount = 2000 };
        var asked = Ok(await payPal.Provider.Authorize(session, default));
        Assert.Equal((ProviderState.Pending, 1000L, "The amount has changed since it was approved at PayPal"), (asked.State, asked.Amount, asked.Reason));
        Assert.Equal("", await payPal.Moved(session.Reference));

        var replaced = Ok(await payPal.Provider.Open(session, default));
        Assert.NotEqual(session.Reference, replaced.Reference);
        Assert.Equal((ProviderState.Pending, 2000L), (replaced.State, replaced.Amount));
        Assert.Equal(replaced.Reference, Ok(await payPal.Provider.Open(session, default)).Reference);
        Assert.Equal("", await payPal.Moved(session.Reference));
    }

    [Fact]
    public async Task An_order_approved_while_its_amount_changes_is_replaced_for_nobody_knows_what_the_shopper_saw()
    {
        var session = await payPal.Opened(1000);
        await payPal.Fault("late:1", "/v2/checkout/orders/" + session.Reference, method: "PATCH");
        var opening = payPal.Provider.Open(session with { Amount = 1500 }, default);
        while ((long)(await payPal.Order(session.Reference))["amount"]! != 1500) await Task.Delay(10);
        await payPal.Approve(session);
        var replaced = Ok(await opening);
        Assert.Equal((ProviderState.Pending, 1500L, false), (replaced.State, replaced.Amount, replaced.Reference == session.Reference));
    }

    [Fact]
    public async Task A_replacement_sends_the_shopper_where_the_first_order_did()
    {
        var session = Session(1000, input: """{"return_url": "https://shop.example/back"}""");
        session = After(session, Ok(await payPal.Provider.Open(session, default)));
        await payPal.Approve(session);
        var replaced = After(session, Ok(await payPal.Provider.Open(session with { Amount = 900 }, default)));
        Assert.NotEqual(session.Reference, replaced.Reference);
        Assert.StartsWith("https://shop.example/back?token=" + replaced.Reference, await payPal.Approve(replaced), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Each_order_of_a_session_is_asked_for_by_itself_and_made_in_its_own_currency()
    {
        var first = await payPal.Approved(1000);
        Assert.Equal("Authorized 1000", Text(await payPal.Provider.Authorize(first, default)));
        var other = first with { Amount = 2000, Reference = null };
        other = After(other, Ok(await payPal.Provider.Open(other, default)));
        await payPal.Approve(other);
        Assert.Equal("Authorized 2000", Text(await payPal.Provider.Authorize(other, default)));

        var dollars = Ok(await payPal.Provider.Open(other with { CurrencyCode = "usd", Reference = null }, default));
        Assert.Equal(("usd", false), (dollars.CurrencyCode, dollars.Reference == other.Reference));
    }

    [Fact]
    public async Task What_is_approved_or_promised_for_the_amount_is_answered_as_it_stands()
    {
        var session = await payPal.Approved(1000);
        Assert.Equal((session.Reference, ProviderState.Pending), (Ok(await payPal.Provider.Open(session, default)).Reference, Ok(await payPal.Provider.Open(session, default)).State));
        Assert.Equal("Authorized 1000", Text(await payPal.Provider.Authorize(session, default)));
        var opened = Ok(await payPal.Provider.Open(session with { Amount = 3000 }, default));
        Assert.Equal((session.Reference, ProviderState.Authorized, 1000L), (opened.Reference, opened.State, opened.Amount));
    }

    [Fact]
    public async Task Only_an_approved_order_is_authorized_and_once()
    {
        var session = await payPal.Opened(5000);
        Assert.Equal("Pending 5000", Text(await payPal.Provider.Find(session, default)));
        var asked = Ok(await payPal.Provider.Authorize(session, default));
        Assert.Equal((ProviderState.RequiresMore, null), (asked.State, asked.Reason));
        await payPal.Approve(session);
        Assert.Equal("Pending 5000", Text(await payPal.Provider.Find(session, default)));
        Assert.Equal("", await payPal.Moved(session.Reference));

        var both = await Task.WhenAll(payPal.Provider.Authorize(session, default), payPal.Provider.Authorize(session, default));
        var promised = Ok(both[0]);
        Assert.Equal(promised.PaymentReference, Ok(both[1]).PaymentReference);
        Assert.Equal((string)(await payPal.Order(session.Reference))["authorizations"]![0]!["id"]!, promised.PaymentReference);
        Assert.Equal((ProviderState.Authorized, 5000L, "eur", session.Reference), (promised.State, promised.Amount, promised.CurrencyCode, promised.Reference));
        Assert.Empty(promised.Movements);
        Assert.InRange(promised.LapsesAt!.Value - DateTimeOffset.UtcNow, TimeSpan.FromDays(28.9), TimeSpan.FromDays(29));
        Assert.Equal(("paypal", null, null, "us", null), (promised.Means!.Kind, promised.Means.Brand, promised.Means.Last4, promised.Means.Country, promised.Means.Risk));
        Assert.Equal(13, promised.Means.Fingerprint!.Length);
        Assert.DoesNotContain("ada", promised.Data, StringComparison.OrdinalIgnoreCase);
        Assert.Null(JsonNode.Parse(promised.Data)!["approve_url"]);

        Assert.Equal(promised.PaymentReference, Ok(await payPal.Provider.Find(session, default)).PaymentReference);
        Assert.Equal(promised.PaymentReference, Ok(await payPal.Provider.Authorize(session, default)).PaymentReference);
        Assert.Equal("authorization 5000", await payPal.Moved(session.Reference));
    }

    [Fact]
    public async Task A_payer_whose_bank_declines_can_choose_another_means()
    {
        var session = await payPal.Opened(700);
        await payPal.Approve(session, declines: true);
        var declined = Ok(await payPal.Provider.Authorize(session, default));
        Assert.Equal((ProviderState.Pending, "PayPal could not take the money from the means of payment that was chosen there"), (declined.State, declined.Reason));
        Assert.NotNull(JsonNode.Parse(declined.Data)!["approve_url"]);
        foreach (var again in new[] { Ok(await payPal.Provider.Authorize(session, default)), Ok(await payPal.Provider.Find(session, default)) })
        {
            Assert.Equal((declined.State, declined.Reason), (again.State, again.Reason));
            Assert.Equal("PayPal could not take the money from the means of payment that was chosen there.", (string)JsonNode.Parse(again.Data)!["last_payment_error"]!["message"]!);
        }

        await payPal.Approve(session);
        var promised = Ok(await payPal.Provider.Authorize(session, default));
        Assert.Equal(("Authorized 700", null), (Text(promised), JsonNode.Parse(promised.Data)!["last_payment_error"]));
        Assert.Equal("authorization 700", await payPal.Moved(session.Reference));
    }

    [Fact]
    public async Task Closing_lets_a_promise_go_and_shows_no_way_to_pay()
    {
        var opened = await payPal.Opened(100);
        var approved = await payPal.Approved(200);
        var authorized = (await payPal.Authorized(300)).Session;
        var closed = Ok(await payPal.Provider.Close(opened, default));
        Assert.Equal((ProviderState.Canceled, null), (closed.State, JsonNode.Parse(closed.Data)!["approve_url"]));
        Assert.Equal("Canceled 200", Text(await payPal.Provider.Close(approved, default)));
        Assert.Equal("Canceled 300: void 300", Text(await payPal.Provider.Close(authorized, default)));
        Assert.Equal("Canceled 300: void 300", Text(await payPal.Provider.Close(authorized, default)));
        Assert.Equal(("", "", "authorization 300, void 300"), (await payPal.Moved(opened.Reference), await payPal.Moved(approved.Reference), await payPal.Moved(authorized.Reference)));
    }

    [Fact]
    public async Task An_order_that_PayPal_has_forgotten_cannot_be_paid_and_is_replaced()
    {
        var gone = (await payPal.Opened(100)) with { Reference = "5O190127TN364715T" };
        Assert.Equal("Canceled 100", Text(await payPal.Provider.Find(gone, default)));
        Assert.Equal("Canceled 100", Text(await payPal.Provider.Authorize(gone, default)));
        Assert.Equal("Canceled 100", Text(await payPal.Provider.Close(gone, default)));
        var replaced = Ok(await payPal.Provider.Open(gone, default));
        Assert.Equal((ProviderState.Pending, false), (replaced.State, replaced.Reference == gone.Reference));
    }

    [Theory]
    [InlineData(500, "jpy", "500")]
    [InlineData(129900, "huf", "1299")]
    [InlineData(5, "usd", "0.05")]
    public async Task Amounts_have_the_decimals_that_PayPal_wants(long minor, string currency, string value)
    {
        var opened = Ok(await payPal.Provider.Open(Session(minor, currency), default));
        Assert.Equal((value, minor), ((string)JsonNode.Parse(opened.Data)!["amount"]!, opened.Amount));
    }

    [Theory]
    [InlineData(1000, "zar", "payment_currency_not_supported", "PayPal does not take ZAR: choose another way to pay")]
    [InlineData(1000, "kwd", "payment_currency_not_supported", "PayPal does not take KWD: choose another way to pay")]
    [InlineData(129950, "huf", "payment_amount_not_supported", "PayPal takes HUF without decimals only, not 1299.5: choose another way to pay")]
    [InlineData(0, "eur", "payment_amount_not_supported", "PayPal takes amounts above zero only")]
    public async Task What_PayPal_cannot_take_exactly_is_refused_before_it_is_asked(long minor, string currency, string code, string message)
    {
        var before = await payPal.Orders();
        Assert.Equal(Error.NotAllowed(message, code), (await payPal.Provider.Open(Session(minor, currency), default)).Error);
        Assert.Equal(before, await payPal.Orders());
    }

    [Theory]
    [InlineData("""{"success_url": "https://shop.example"}""", "Invalid request: Unrecognized fields: 'data.success_url'")]
    [InlineData("""{"return_url": "/back"}""", "Invalid request: Field 'data.return_url' must be an absolute http or https address")]
    [InlineData("""{"return_url": "javascript:alert(1)"}""", "Invalid request: Field 'data.return_url' must be an absolute http or https address")]
    [InlineData("""{"cancel_url": 7}""", "Invalid request: Field 'data.cancel_url' must be an absolute http or https address")]
    public async Task Fields_of_the_request_that_are_none_are_refused_by_name(string input, string message)
    {
        var before = await payPal.Orders();
        Assert.Equal(Error.Invalid(message), (await payPal.Provider.Open(Session(1000, input: input), default)).Error);
        Assert.Equal(before, await payPal.Orders());
    }
}
