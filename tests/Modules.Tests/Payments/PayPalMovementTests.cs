using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Payments.Providers;
using static HeadlessPro.Modules.Tests.Payments.PayPalEmulator;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>PayPal after the promise: captures, refunds, voids, and what others do there.</summary>
public sealed class PayPalMovementTests(PayPalEmulator payPal) : IClassFixture<PayPalEmulator>
{
    [Fact]
    public async Task Captures_in_parts_stay_open_until_nothing_is_left()
    {
        var payment = await payPal.Authorized(2000);
        var (first, second) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        Assert.Equal("Authorized 2000: capture 1250", Text(await payPal.Provider.Capture(payment, 1250, first, default)));
        Assert.Equal("Authorized 2000: capture 1250", Text(await payPal.Provider.Capture(payment, 1250, first, default)));
        var tooMuch = (await payPal.Provider.Capture(payment, 751, Guid.CreateVersion7(), default)).Error!;
        Assert.Equal((ErrorType.NotAllowed, "max_capture_amount_exceeded", "That is more than is left of what was promised"), (tooMuch.Type, tooMuch.Code, tooMuch.Message));
        var captured = Ok(await payPal.Provider.Capture(payment, 750, second, default));
        Assert.Equal("Authorized 2000: capture 1250, capture 750", Text(captured));
        Assert.Equal([first, second], captured.Movements.Select(m => m.Key!.Value));
        var held = await payPal.Order(payment.Session.Reference);
        Assert.Equal(((JsonArray)held["captures"]!).Select(c => (string)c!["id"]!), captured.Movements.Select(m => m.Reference));
        Assert.Equal("authorization 2000, capture 1250, capture 750", await payPal.Moved(payment.Session.Reference));
        Assert.Equal("authorization_already_captured", (await payPal.Provider.Capture(payment, 1, Guid.CreateVersion7(), default)).Error!.Code);
    }

    [Fact]
    public async Task What_a_capture_leaves_can_be_let_go_and_a_promise_as_a_whole()
    {
        var part = await payPal.Authorized(2000);
        await payPal.Provider.Capture(part, 500, Guid.CreateVersion7(), default);
        var key = Guid.CreateVersion7();
        var voided = Ok(await payPal.Provider.Void(part, key, default));
        Assert.Equal("Authorized 2000: capture 500, void 1500", Text(voided));
        Assert.Equal((part.Reference + ":released", key), (voided.Movements[1].Reference, voided.Movements[1].Key));
        Assert.Equal("Authorized 2000: capture 500, void 1500", Text(await payPal.Provider.Void(part, Guid.CreateVersion7(), default)));
        Assert.Equal("authorization_voided", (await payPal.Provider.Capture(part, 100, Guid.CreateVersion7(), default)).Error!.Code);
        Assert.Equal("authorization 2000, capture 500, void 1500", await payPal.Moved(part.Session.Reference));

        var whole = await payPal.Authorized(900);
        Assert.Equal("Canceled 900: void 900", Text(await payPal.Provider.Void(whole, key, default)));
        var found = Ok(await payPal.Provider.Find(whole.Session, default));
        Assert.Equal((whole.Reference, (Guid?)null), (found.PaymentReference, found.Movements[0].Key));

        var taken = await payPal.Authorized(100);
        await payPal.Provider.Capture(taken, 100, Guid.CreateVersion7(), default);
        Assert.Equal("Authorized 100: capture 100", Text(await payPal.Provider.Void(taken, key, default)));
    }

    [Fact]
    public async Task The_last_of_several_captures_made_by_hand_releases_the_rest()
    {
        var payment = await payPal.Authorized(1000);
        await payPal.ByHand($"/v2/payments/authorizations/{payment.Reference}/capture", Body("4.00", ("final_capture", true)));
        var found = Ok(await payPal.Provider.Find(payment.Session, default));
        Assert.Equal("Authorized 1000: capture 400, void 600", Text(found));
        Assert.All(found.Movements, m => Assert.Null(m.Key));
    }

    [Fact]
    public async Task A_refund_spans_captures_and_its_repetition_gives_nothing_more()
    {
        var payment = await payPal.Authorized(3000);
        foreach (var amount in new[] { 1000, 800, 700 }) Ok(await payPal.Provider.Capture(payment, amount, Guid.CreateVersion7(), default));
        var (small, large) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        Assert.Equal("Authorized 3000: capture 1000, capture 800, capture 700, refund 300", Text(await payPal.Provider.Refund(payment, 300, small, "damaged", default)));
        // Also once what was shown of it is forgotten, with who paid.
        payment = payment with { Session = payment.Session with { Data = "{}" } };
        var refunded = Ok(await payPal.Provider.Refund(payment, 1600, large, null, default));
        Assert.Equal("Authorized 3000: capture 1000, capture 800, capture 700, refund 300, refund 700, refund 800, refund 100", Text(refunded));
        Assert.Equal([small, large, large, large], refunded.Movements.Skip(3).Select(m => m.Key!.Value));
        Assert.Equal(7, Ok(await payPal.Provider.Refund(payment, 1600, large, null, default)).Movements.Count);
        Assert.Equal("refund_amount_exceeded", Text(await payPal.Provider.Refund(payment, 601, Guid.CreateVersion7(), null, default)));
        Assert.Equal("authorization 3000, capture 1000, capture 800, capture 700, refund 300, refund 700, refund 800, refund 100", await payPal.Moved(payment.Session.Reference));
    }

    [Fact]
    public async Task Nobody_is_given_back_more_than_was_taken()
    {
        var payment = await payPal.Authorized(1000);
        var none = (await payPal.Provider.Refund(payment, 1, Guid.CreateVersion7(), null, default)).Error!;
        Assert.Equal((ErrorType.NotAllowed, "refund_amount_exceeded", "That is more than can be refunded"), (none.Type, none.Code, none.Message));
        Ok(await payPal.Provider.Capture(payment, 1000, Guid.CreateVersion7(), default));
        var together = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => payPal.Provider.Refund(payment, 300, Guid.CreateVersion7(), null, default)));
        Assert.Equal((3, 5), (together.Count(r => r.IsOk), together.Count(r => Text(r) == "refund_amount_exceeded")));
        Assert.Equal("authorization 1000, capture 1000, refund 300, refund 300, refund 300", await payPal.Moved(payment.Session.Reference));
    }

    [Fact]
    public async Task Refunds_made_by_hand_at_PayPal_are_found_and_are_nobody_s_operation()
    {
        var payment = await payPal.Authorized(1000);
        var key = Guid.CreateVersion7();
        var capture = Ok(await payPal.Provider.Capture(payment, 1000, key, default)).Movements[0].Reference;
        // PayPal's own page may put the capture's invoice on the refund.
        await payPal.ByHand($"/v2/payments/captures/{capture}/refund", Body("2.50", ("invoice_id", key.ToString())));
        await payPal.ByHand($"/v2/payments/captures/{capture}/refund", Body("1.00"));
        var found = Ok(await payPal.Provider.Find(payment.Session, default));
        Assert.Equal("Authorized 1000: capture 1000, refund 250, refund 100", Text(found));
        Assert.Equal([key, null, null], found.Movements.Select(m => m.Key));
        Assert.Equal(3, found.Movements.Select(m => m.Reference).Distinct().Count());
        Assert.Equal("refund_amount_exceeded", Text(await payPal.Provider.Refund(payment, 651, Guid.CreateVersion7(), null, default)));
        Assert.Equal("authorization 1000, capture 1000, refund 250, refund 100", await payPal.Moved(payment.Session.Reference));
    }

    [Fact]
    public async Task A_capture_that_PayPal_looks_at_first_is_neither_taken_nor_refused_until_it_has()
    {
        foreach (var agrees in new[] { true, false })
        {
            var payment = await payPal.Authorized(1000, email: "pending@example.com");
            var key = Guid.CreateVersion7();
            for (var i = 0; i < 2; i++)
            {
                var waiting = (await payPal.Provider.Capture(payment, 1000, key, default)).Error!;
                Assert.Equal((ErrorType.Conflict, "payment_in_review"), (waiting.Type, waiting.Code));
            }

            Assert.Equal("payment_in_review", Text(await payPal.Provider.Void(payment, Guid.CreateVersion7(), default)));

            Assert.Equal("Authorized 1000", Text(await payPal.Provider.Find(payment.Session, default)));
            var capture = (await payPal.Order(payment.Session.Reference))["captures"]!.AsArray().Single()!["id"];
            await payPal.Control($"paypal/captures/{capture}/settle", new JsonObject { ["status"] = agrees ? "COMPLETED" : "DENIED" });
            Assert.Equal(agrees ? "Authorized 1000: capture 1000" : "capture_denied", Text(await payPal.Provider.Capture(payment, 1000, key, default)));
            Assert.Equal(agrees ? "Authorized 1000: capture 1000" : "Canceled 1000: void 1000", Text(await payPal.Provider.Find(payment.Session, default)));
            Assert.Equal(agrees ? "authorization 1000, capture 1000" : "authorization 1000, void 1000", await payPal.Moved(payment.Session.Reference));
        }
    }

    [Fact]
    public async Task While_PayPal_looks_at_a_capture_nothing_more_is_captured_and_the_capture_is_known_when_its_request_is_forgotten()
    {
        var payment = await payPal.Authorized(1000, email: "pending@example.com");
        var key = Guid.CreateVersion7();
        Assert.Equal("payment_in_review", Text(await payPal.Provider.Capture(payment, 300, key, default)));
        Assert.Equal("capture_in_review", Text(await payPal.Provider.Capture(payment, 300, Guid.CreateVersion7(), default)));
        // Once PayPal has forgotten the first request, the same again would take the money again: it must not be made.
        await payPal.Fault("500", $"/v2/payments/authorizations/{payment.Reference}/capture", times: 100);
        Assert.Equal("payment_in_review", Text(await payPal.Provider.Capture(payment, 300, key, default)));
        var capture = (await payPal.Order(payment.Session.Reference))["captures"]!.AsArray().Single()!["id"];
        await payPal.Control($"paypal/captures/{capture}/settle", new JsonObject { ["status"] = "COMPLETED" });
        Assert.Equal("Authorized 1000: capture 300", Text(await payPal.Provider.Capture(payment, 300, key, default)));
        await payPal.NoFaults();
        Assert.Equal("authorization 1000, capture 300", await payPal.Moved(payment.Session.Reference));
    }

    [Fact]
    public async Task Disputes_are_asked_for_where_somebody_says_that_there_are_some()
    {
        var payment = await payPal.Authorized(1000);
        var capture = Ok(await payPal.Provider.Capture(payment, 1000, Guid.CreateVersion7(), default)).Movements[0].Reference;
        var dispute = (string)(await payPal.Control("paypal/disputes", new JsonObject { ["capture"] = capture, ["amount"] = 400 }))["dispute_id"]!;
        await payPal.Fault("500", "/v1/customer/disputes", times: 4);
        Assert.Equal("Authorized 1000: capture 1000", Text(await payPal.Provider.Find(payment.Session, default)));
        var disputed = payment.Session with { IsDisputed = true };
        Assert.Equal("payment_provider_unavailable", Text(await payPal.Provider.Find(disputed, default)));
        var found = Ok(await payPal.Provider.Find(disputed, default));
        Assert.Equal(("Authorized 1000: capture 1000, dispute 400", dispute), (Text(found), found.Movements[1].Reference));
        await payPal.Control($"paypal/disputes/{dispute}/resolve", new JsonObject { ["outcome"] = "RESOLVED_SELLER_FAVOUR" });
        Assert.Equal("Authorized 1000: capture 1000, dispute 400, dispute_reversal 400", Text(await payPal.Provider.Find(disputed, default)));
    }

    [Fact]
    public async Task A_part_that_was_denied_after_the_rest_was_released_is_let_go_by_itself()
    {
        var payment = await payPal.Authorized(1000, email: "pending@example.com");
        await payPal.ByHand($"/v2/payments/authorizations/{payment.Reference}/capture", Body("4.00", ("final_capture", true)));
        Assert.Equal("Authorized 1000: void 600", Text(await payPal.Provider.Find(payment.Session, default)));
        var capture = (string)(await payPal.Order(payment.Session.Reference))["captures"]!.AsArray().Single()!["id"]!;
        await payPal.Control($"paypal/captures/{capture}/settle", new JsonObject { ["status"] = "DENIED" });
        var found = Ok(await payPal.Provider.Find(payment.Session, default));
        Assert.Equal("Canceled 1000: void 400, void 600", Text(found));
        Assert.Equal([capture + ":denied", payment.Reference + ":released"], found.Movements.Select(m => m.Reference));
    }

    [Fact]
    public async Task A_promise_of_an_order_that_was_replaced_meanwhile_can_still_be_captured_and_let_go()
    {
        var late = await payPal.Authorized(1000);
        var replaced = await payPal.Opened(1200);
        var payment = late with { Session = late.Session with { Reference = replaced.Reference } };
        var captured = Ok(await payPal.Provider.Capture(payment, 300, Guid.CreateVersion7(), default));
        Assert.Equal((late.Reference, late.Session.Reference), (captured.PaymentReference, captured.Reference));
        Assert.Equal("Authorized 1000: capture 300, void 700", Text(await payPal.Provider.Void(payment, Guid.CreateVersion7(), default)));
        Assert.Equal("Authorized 1000: capture 300, refund 300, void 700", Text(await payPal.Provider.Refund(payment, 300, Guid.CreateVersion7(), null, default)));
        Assert.Equal("Pending 1200", Text(await payPal.Provider.Find(replaced, default)));
    }

    [Fact]
    public async Task What_PayPal_does_not_know_is_not_to_be_captured()
    {
        var payment = new ProviderPayment(await payPal.Opened(100), "0AAAAAAAAAAAAAAAA", 100, 0);
        Assert.Equal(ErrorType.NotFound, (await payPal.Provider.Capture(payment, 100, Guid.CreateVersion7(), default)).Error!.Type);
        Assert.Equal(ErrorType.NotFound, (await payPal.Provider.Void(payment, Guid.CreateVersion7(), default)).Error!.Type);
        Assert.Equal(ErrorType.NotFound, (await payPal.Provider.Refund(payment, 100, Guid.CreateVersion7(), null, default)).Error!.Type);
    }

    private static JsonObject Body(string value, params (string Name, JsonNode Value)[] more)
    {
        var body = new JsonObject { ["amount"] = new JsonObject { ["currency_code"] = "EUR", ["value"] = value } };
        foreach (var (name, field) in more) body[name] = field;
        return body;
    }
}

/// <summary>A promise that lapses; its clock is its own.</summary>
public sealed class PayPalLapseTests(PayPalEmulator payPal) : IClassFixture<PayPalEmulator>
{
    [Fact]
    public async Task After_29_days_what_was_not_captured_is_let_go()
    {
        var (whole, part) = (await payPal.Authorized(1000), await payPal.Authorized(1000));
        Ok(await payPal.Provider.Capture(part, 250, Guid.CreateVersion7(), default));
        await payPal.Control("clock", new JsonObject { ["advance_days"] = 30 });
        await Task.Delay(1100);
        Assert.Equal("Canceled 1000: void 1000", Text(await payPal.Provider.Find(whole.Session, default)));
        Assert.Equal("Authorized 1000: capture 250, void 750", Text(await payPal.Provider.Find(part.Session, default)));
        Assert.Equal("authorization_expired", (await payPal.Provider.Capture(whole, 1000, Guid.CreateVersion7(), default)).Error!.Code);
        Assert.Equal("Canceled 1000: void 1000", Text(await payPal.Provider.Void(whole, Guid.CreateVersion7(), default)));
    }
}
