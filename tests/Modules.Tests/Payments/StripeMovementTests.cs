using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Payments.Providers;
using static HeadlessPro.Modules.Tests.Payments.StripeEmulator;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>Money that moves at Stripe, asked for by us or by others: each movement is told once, under its own name, for what it is.</summary>
public sealed class StripeMovementTests(StripeEmulator stripe) : IClassFixture<StripeEmulator>
{
    private readonly Guid _key = Guid.NewGuid();

    [Fact]
    public async Task A_capture_is_told_with_the_key_it_was_asked_for_with()
    {
        var payment = await stripe.Paid();
        var captured = await stripe.Cards.Capture(payment, 5000, _key, default);
        Assert.Equal((ProviderState.Authorized, "capture 5000 ch by us", null), (captured.Value!.State, Line(captured, _key), captured.Value.LapsesAt));
        Assert.Equal(payment.Reference, captured.Value.PaymentReference);
        Assert.Equal(captured.Value.Movements, (await stripe.Cards.Find(payment.Session, default)).Value!.Movements);
        Assert.Equal(captured.Value.Movements, (await stripe.Cards.Capture(payment, 5000, _key, default)).Value!.Movements);
        Assert.Equal("authorization 5000, capture 5000", await stripe.Moved(payment.Reference));
    }

    [Fact]
    public async Task What_a_capture_lets_go_is_told_as_that_and_never_as_a_refund()
    {
        var payment = await stripe.Paid();
        var captured = await stripe.Cards.Capture(payment, 3000, _key, default);
        Assert.Equal(("capture 3000 ch by us, void 2000 pi:released", 5000L), (Line(captured, _key), captured.Value!.Amount));

        // A refund of the very amount that was let go is one all the same.
        var refunded = await stripe.Cards.Refund(payment, 2000, Guid.NewGuid(), null, default);
        Assert.Equal("capture 3000 ch by us, void 2000 pi:released, refund 2000 re by another", Line(refunded, _key));
        await stripe.Form("/v1/refunds", $"payment_intent={payment.Reference}&amount=700");
        Assert.Equal("capture 3000 ch by us, void 2000 pi:released, refund 2000 re by another, refund 700 re", Line(await stripe.Cards.Find(payment.Session, default), _key));
    }

    [Theory]
    [InlineData("duplicate", """{"operation_id":"KEY"}""", "duplicate")]
    [InlineData("wrong size", """{"operation_id":"KEY","reason":"wrong size"}""", null)]
    [InlineData(null, """{"operation_id":"KEY"}""", null)]
    public async Task Reasons_that_Stripe_knows_are_given_as_such_and_others_noted(string? reason, string metadata, string? known)
    {
        var payment = await Captured();
        var refunded = await stripe.Cards.Refund(payment, 1200, _key, reason, default);
        Assert.Equal("refund 1200 re by us", Line(refunded, _key).Split(", ")[1]);
        var refund = await stripe.Form($"/v1/refunds/{refunded.Value!.Movements[1].Reference}", "");
        Assert.Equal((metadata.Replace("KEY", $"{_key}"), known), (refund["metadata"]!.ToJsonString(), (string?)refund["reason"]));
    }

    [Fact]
    public async Task A_refund_that_is_repeated_after_Stripe_forgot_its_key_is_not_given_twice()
    {
        var payment = await Captured();
        // As if this key had been used days ago: the refund is there, the key is not.
        await stripe.Form("/v1/refunds", $"payment_intent={payment.Reference}&amount=1200&metadata[operation_id]={_key}");
        Assert.Equal("capture 5000 ch by another, refund 1200 re by us", Line(await stripe.Cards.Refund(payment, 1200, _key, null, default), _key));
        Assert.Equal("authorization 5000, capture 5000, refund 1200", await stripe.Moved(payment.Reference));
    }

    [Fact]
    public async Task A_capture_or_void_that_is_repeated_after_Stripe_forgot_its_key_is_told_as_done()
    {
        var payment = await stripe.Paid();
        await stripe.Form($"/v1/payment_intents/{payment.Reference}/capture", $"amount_to_capture=5000&metadata[operation_id]={_key}");
        Assert.Equal("capture 5000 ch by us", Line(await stripe.Cards.Capture(payment, 5000, _key, default), _key));
        Assert.Equal("authorization 5000, capture 5000", await stripe.Moved(payment.Reference));

        var gone = await stripe.Paid();
        await stripe.Form($"/v1/payment_intents/{gone.Reference}/cancel", "");
        var voided = await stripe.Cards.Void(gone, _key, default);
        Assert.Equal((ProviderState.Canceled, "void 5000 pi"), (voided.Value!.State, Line(voided, _key)));
        Assert.Equal("authorization 5000, void 5000", await stripe.Moved(gone.Reference));
    }

    [Fact]
    public async Task A_void_lets_go_and_is_told_with_its_key()
    {
        var payment = await stripe.Paid();
        for (var i = 0; i < 2; i++)
        {
            var voided = await stripe.Cards.Void(payment, _key, default);
            Assert.Equal((ProviderState.Canceled, payment.Reference, "void 5000 pi by us"), (voided.Value!.State, voided.Value.PaymentReference, Line(voided, _key)));
        }

        Assert.Equal("authorization 5000, void 5000", await stripe.Moved(payment.Reference));
    }

    [Fact]
    public async Task A_promise_that_lapsed_is_told_as_let_go()
    {
        await using var later = new StripeEmulator();
        await later.InitializeAsync();
        var payment = await later.Paid();
        await later.Control("clock", new JsonObject { ["advance_days"] = 8 });
        var lapsed = await later.Cards.Find(payment.Session, default);
        Assert.Equal((ProviderState.Canceled, payment.Reference, "void 5000 pi", null), (lapsed.Value!.State, lapsed.Value.PaymentReference, Line(lapsed), lapsed.Value.LapsesAt));
        Assert.Equal("payment_intent_unexpected_state", (await later.Cards.Capture(payment, 5000, _key, default)).Error!.Code);
    }

    [Theory]
    [InlineData("won", ", dispute_reversal 5000 du")]
    [InlineData("lost", "")]
    public async Task A_dispute_is_told_and_what_came_of_it(string outcome, string after)
    {
        var payment = await Captured();
        var dispute = (string)(await stripe.Control("stripe/disputes", new JsonObject { ["payment_intent"] = payment.Reference }))["id"]!;
        Assert.Equal("capture 5000 ch by another, dispute 5000 du", Line(await stripe.Cards.Find(payment.Session, default)));
        var refused = await stripe.Cards.Refund(payment, 100, _key, null, default);
        Assert.Equal(("charge_disputed", ErrorType.NotAllowed), (refused.Error!.Code, refused.Error.Type));
        await stripe.Control($"stripe/disputes/{dispute}/close", new JsonObject { ["status"] = outcome });
        Assert.Equal("capture 5000 ch by another, dispute 5000 du" + after, Line(await stripe.Cards.Find(payment.Session, default)));
    }

    [Fact]
    public async Task What_Stripe_refuses_moves_nothing()
    {
        var held = await stripe.Paid();
        Assert.Equal("amount_too_large", (await stripe.Cards.Capture(held, 5001, Guid.NewGuid(), default)).Error!.Code);
        Assert.False((await stripe.Cards.Refund(held, 100, Guid.NewGuid(), null, default)).IsOk);
        Assert.Equal("authorization 5000", await stripe.Moved(held.Reference));

        var taken = await Captured();
        Assert.Equal("payment_intent_unexpected_state", (await stripe.Cards.Capture(taken, 1, Guid.NewGuid(), default)).Error!.Code);
        Assert.Equal("payment_intent_unexpected_state", (await stripe.Cards.Void(taken, Guid.NewGuid(), default)).Error!.Code);
        Assert.Equal("payment_refused", (await stripe.Cards.Refund(taken, 5001, Guid.NewGuid(), null, default)).Error!.Code);
        Assert.True((await stripe.Cards.Refund(taken, 5000, Guid.NewGuid(), null, default)).IsOk);
        Assert.Equal("charge_already_refunded", (await stripe.Cards.Refund(taken, 1, Guid.NewGuid(), null, default)).Error!.Code);
        Assert.Equal("authorization 5000, capture 5000, refund 5000", await stripe.Moved(taken.Reference));
    }

    private async Task<ProviderPayment> Captured()
    {
        var payment = await stripe.Paid();
        Assert.True((await stripe.Cards.Capture(payment, 5000, Guid.NewGuid(), default)).IsOk);
        return payment with { Captured = 5000 };
    }
}
