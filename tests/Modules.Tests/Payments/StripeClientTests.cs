using System.Diagnostics;
using HeadlessPro.Contracts;
using HeadlessPro.Payments.Providers.Stripe;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>Calls of Stripe's API: what is sent, what comes of answers that are lost, late or wrong, and what is never told.</summary>
public sealed class StripeClientTests : IAsyncLifetime
{
    private readonly StripeEmulator _stripe = new();

    public ValueTask InitializeAsync() => _stripe.InitializeAsync();

    public ValueTask DisposeAsync() => _stripe.DisposeAsync();

    [Theory]
    [InlineData("500")]
    [InlineData("429:0")]
    [InlineData("cut")]
    [InlineData("500-after")]
    [InlineData("lost")]
    [InlineData("late:0.8")]
    [InlineData("delay:0.5")]
    public async Task A_call_whose_first_answer_does_not_come_is_made_again_and_works_once(string fault)
    {
        await _stripe.Fault(fault);
        var intent = await Create("a");
        Assert.Equal("requires_payment_method", intent.Value!.Status);
        Assert.Equal(1, await Intents());
        Assert.Equal(intent.Value.Id, (await Create("a")).Value!.Id);
    }

    [Theory]
    [InlineData("500")]
    [InlineData("429:0")]
    [InlineData("cut")]
    [InlineData("429:30")]
    [InlineData("delay:3")]
    public async Task A_call_that_gets_no_answer_at_all_says_that_nobody_knows_and_works_when_it_is_made_later(string fault)
    {
        await _stripe.Fault(fault, times: 4);
        var watch = Stopwatch.StartNew();
        var intent = await Create("a");
        Assert.Equal((ErrorType.Unavailable, "payment_provider_unavailable"), (intent.Error!.Type, intent.Error.Code));
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(2.5));
        Assert.Equal(0, await Intents());
        await _stripe.NoFaults();
        if (fault.StartsWith("delay", StringComparison.Ordinal)) await Task.Delay(TimeSpan.FromSeconds(2));
        Assert.True((await Create("a")).IsOk);
        Assert.Equal(1, await Intents());
    }

    [Fact]
    public async Task Who_is_told_when_to_try_again_waits_that_long()
    {
        await _stripe.Fault("429:1");
        var watch = Stopwatch.StartNew();
        Assert.True((await Create("a")).IsOk);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0.95, 1.6);
    }

    [Fact]
    public async Task A_provider_that_is_not_there_and_keys_that_are_wrong_are_no_refusals()
    {
        using var nowhere = new StripeClient(StripeEmulator.Quick("http://127.0.0.1:9"), TimeProvider.System, _stripe.Log);
        Assert.Equal(ErrorType.Unavailable, (await Create("a", nowhere)).Error!.Type);
        using var wrong = new StripeClient(_stripe.Options with { ApiKey = "sk_test_invalid" }, TimeProvider.System, _stripe.Log);
        Assert.Equal(ErrorType.Unavailable, (await Create("a", wrong)).Error!.Type);
        Assert.Equal(0, await Intents());
    }

    [Theory]
    [InlineData("amount=10&currency=usd", ErrorType.NotAllowed, "amount_too_small", "The amount is below the least that can be paid this way")]
    [InlineData("amount=500&currency=usd&surprise=1", ErrorType.NotAllowed, "parameter_unknown", "Stripe refused the request: parameter_unknown")]
    [InlineData("amount=500&currency=usd&confirm=true&off_session=true&payment_method=pm_card_chargeDeclined", ErrorType.PaymentAuthorization, "payment_refused",
        "The payment was refused: Your card was declined. Try another way to pay")]
    public async Task Refusals_are_told_in_our_words(string form, ErrorType type, string code, string message)
    {
        var fields = new StripeForm();
        foreach (var field in form.Split('&')) fields.Add(field.Split('=')[0], field.Split('=')[1]);
        var refused = await _stripe.Client.Post("/v1/payment_intents", fields, "a", StripeJson.Default.StripeIntent, default);
        Assert.Equal(new Error(type, code, message), refused.Error);
    }

    [Fact]
    public async Task The_same_key_with_other_content_is_refused_and_changes_nothing()
    {
        Assert.True((await Create("a")).IsOk);
        var other = await _stripe.Client.Post("/v1/payment_intents", new() { { "amount", 600 }, { "currency", "eur" } }, "a", StripeJson.Default.StripeIntent, default);
        Assert.Equal("idempotency_error", other.Error!.Code);
        Assert.Equal(1, await Intents());
    }

    [Fact]
    public async Task Neither_keys_nor_client_secrets_nor_cards_are_logged()
    {
        var intent = (await Create("a")).Value!;
        await _stripe.Fault("500", times: 4);
        await _stripe.Client.Get($"/v1/payment_intents/{intent.Id}", new() { { "client_secret", intent.ClientSecret } }, StripeJson.Default.StripeIntent, default);
        await _stripe.Client.Post($"/v1/payment_intents/{intent.Id}/confirm", new() { { "off_session", "true" }, { "payment_method", "pm_card_chargeDeclined" } }, "b",
            StripeJson.Default.StripeIntent, default);
        var log = string.Join('\n', _stripe.Log.All);
        Assert.Contains($"Stripe answered /v1/payment_intents/{intent.Id} with 500 (req_", log, StringComparison.Ordinal);
        Assert.Contains("card_error card_declined generic_decline", log, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", log, StringComparison.Ordinal);
        Assert.DoesNotContain("sk_test", log, StringComparison.Ordinal);
        Assert.DoesNotContain("4242", log, StringComparison.Ordinal);
        Assert.DoesNotContain("sk_test", $"{_stripe.Options}", StringComparison.Ordinal);
    }

    private Task<Result<StripeIntent>> Create(string key, StripeClient? client = null) => (client ?? _stripe.Client).Post(
        "/v1/payment_intents", new() { { "amount", 500 }, { "currency", "eur" }, { "metadata", "cart_id", "a&b=ü" } }, key, StripeJson.Default.StripeIntent, default);

    private async Task<int> Intents() => ((System.Text.Json.Nodes.JsonArray)(await _stripe.Control("state"))["stripe"]!["payment_intents"]!).Count;
}
