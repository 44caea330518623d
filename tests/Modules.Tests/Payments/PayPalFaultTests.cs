using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Payments.Providers.PayPal;
using static HeadlessPro.Modules.Tests.Payments.PayPalEmulator;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>PayPal's answers get lost, are late or are none, in every call of the provider: the right answer or none, and nothing twice.</summary>
public sealed class PayPalFaultTests : IAsyncLifetime
{
    private readonly PayPalEmulator _payPal = new() { Attempt = TimeSpan.FromSeconds(0.5) };

    public ValueTask InitializeAsync() => _payPal.InitializeAsync();

    public ValueTask DisposeAsync() => _payPal.DisposeAsync();

    [Theory]
    [InlineData("500")]
    [InlineData("429:0")]
    [InlineData("cut")]
    [InlineData("lost")]
    [InlineData("500-after")]
    [InlineData("late:0.8")]
    [InlineData("delay:0.8")]
    public async Task One_answer_that_does_not_come_is_made_up_for(string fault)
    {
        var cases = await Cases(_payPal.Provider);
        foreach (var (_, method, path, _, _, _) in cases) await _payPal.Fault(fault, path, method: method);
        Assert.Equal(cases.Select(c => c.Name + " " + c.Right), await Task.WhenAll(cases.Select(async c => c.Name + " " + Text(await Answer(c)))));
        await AssertMovedOnce(cases);

        // All tries may come while PayPal is still at the first.
        async Task<Result<ProviderSnapshot>> Answer(Case one)
        {
            var answer = await one.Call();
            if (answer.IsOk || !fault.StartsWith("delay", StringComparison.Ordinal)) return answer;
            await Task.Delay(TimeSpan.FromSeconds(0.8));
            return await one.Call();
        }
    }

    [Theory]
    [InlineData("500")]
    [InlineData("429:30")]
    [InlineData("cut")]
    [InlineData("delay:2.4")]
    public async Task When_no_answer_comes_nobody_knows_and_the_same_call_later_is_right(string fault)
    {
        using var client = new PayPalClient(_payPal.Options with { Total = TimeSpan.FromSeconds(2) }, TimeProvider.System, _payPal.Log);
        var cases = await Cases(new PayPalProvider(_payPal.Options, client));
        foreach (var (_, method, path, _, _, _) in cases) await _payPal.Fault(fault, path, times: 100, method: method);
        var errors = await Task.WhenAll(cases.Select(async c => (await c.Call()).Error));
        Assert.All(errors, e => Assert.Equal((ErrorType.Unavailable, "payment_provider_unavailable"), (e!.Type, e.Code)));
        await _payPal.NoFaults();
        if (fault.StartsWith("delay", StringComparison.Ordinal)) await Task.Delay(TimeSpan.FromSeconds(2.4));
        Assert.Equal(cases.Select(c => c.Name + " " + c.Right), await Task.WhenAll(cases.Select(async c => c.Name + " " + Text(await c.Call()))));
        await AssertMovedOnce(cases);
    }

    [Fact]
    public async Task A_movement_that_was_made_but_cannot_be_read_is_told_later()
    {
        var (capturing, voiding) = (await _payPal.Authorized(600), await _payPal.Authorized(800));
        var (capture, release) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await _payPal.Fault("500", "/v2/checkout/orders/*", times: 100, method: "GET");
        Assert.Equal("payment_provider_unavailable", Text(await _payPal.Provider.Capture(capturing, 250, capture, default)));
        Assert.Equal("payment_provider_unavailable", Text(await _payPal.Provider.Void(voiding, release, default)));
        await _payPal.NoFaults();
        Assert.Equal("Authorized 600: capture 250", Text(await _payPal.Provider.Capture(capturing, 250, capture, default)));
        Assert.Equal("Canceled 800: void 800", Text(await _payPal.Provider.Void(voiding, release, default)));
        Assert.Equal("authorization 600, capture 250", await _payPal.Moved(capturing.Session.Reference));
        Assert.Equal("authorization 800, void 800", await _payPal.Moved(voiding.Session.Reference));
    }

    [Fact]
    public async Task A_refund_that_was_cut_off_between_two_captures_gives_the_rest_only()
    {
        var payment = await Captured(600, 400);
        var second = (string)(await _payPal.Order(payment.Session.Reference))["captures"]![1]!["id"]!;
        await _payPal.Fault("500", $"/v2/payments/captures/{second}/refund", times: 4);
        var key = Guid.CreateVersion7();
        Assert.Equal("payment_provider_unavailable", Text(await _payPal.Provider.Refund(payment, 800, key, null, default)));
        Assert.Equal("authorization 1000, capture 600, capture 400, refund 600", await _payPal.Moved(payment.Session.Reference));
        Assert.Equal("Authorized 1000: capture 600, capture 400, refund 600, refund 200", Text(await _payPal.Provider.Refund(payment, 800, key, null, default)));
        Assert.Equal("authorization 1000, capture 600, capture 400, refund 600, refund 200", await _payPal.Moved(payment.Session.Reference));
    }

    [Fact]
    public async Task A_token_is_fetched_once_by_all_and_once_more_when_PayPal_refuses_it()
    {
        var session = await _payPal.Opened(100);
        await _payPal.Fault("late:0", "/v1/oauth2/token", times: 100);
        await _payPal.Control("paypal/revoke-tokens", []);
        var found = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => _payPal.Provider.Find(session, default)));
        Assert.All(found, f => Assert.Equal("Pending 100", Text(f)));
        Assert.Equal(99, await FaultsLeft());
        Assert.Equal("Pending 100", Text(await _payPal.Provider.Find(session, default)));
        Assert.Equal(99, await FaultsLeft());
    }

    [Fact]
    public async Task A_token_is_renewed_before_its_end()
    {
        var clock = new Clock();
        using var client = new PayPalClient(_payPal.Options, clock, _payPal.Log);
        var session = await _payPal.Opened(100);
        await _payPal.Fault("late:0", "/v1/oauth2/token", times: 100);
        foreach (var (hours, fetched) in new[] { (0d, 1), (8.98, 1), (9, 2), (17.5, 2) })
        {
            clock.Ahead = TimeSpan.FromHours(hours);
            Assert.True((await client.Order(session.Reference!, default)).IsOk);
            Assert.Equal(100 - fetched, await FaultsLeft());
        }
    }

    [Fact]
    public async Task Wrong_keys_and_a_PayPal_that_is_not_there_are_no_refusals_and_no_secret_is_logged()
    {
        var session = await _payPal.Approved(100);
        using var wrong = new PayPalClient(_payPal.Options with { ClientSecret = "invalid-secret-of-the-shop" }, TimeProvider.System, _payPal.Log);
        Assert.Equal("payment_provider_unavailable", (await wrong.Order(session.Reference!, default)).Error!.Code);
        using var nowhere = new PayPalClient(Account("http://127.0.0.1:9"), TimeProvider.System, _payPal.Log);
        Assert.Equal("payment_provider_unavailable", (await nowhere.Order(session.Reference!, default)).Error!.Code);
        await _payPal.Fault("500", "*/authorize", times: 4);
        Assert.Equal("payment_provider_unavailable", Text(await _payPal.Provider.Authorize(session, default)));
        Ok(await _payPal.Provider.Authorize(session, default));

        var log = string.Join('\n', _payPal.Log.All);
        Assert.Contains("PayPal answered GET v2/checkout/orders/" + session.Reference + " with 401: invalid_client", log, StringComparison.Ordinal);
        Assert.Contains("PayPal did not answer GET v2/checkout/orders/" + session.Reference, log, StringComparison.Ordinal);
        Assert.Contains($"PayPal answered POST v2/checkout/orders/{session.Reference}/authorize with 500: INTERNAL_SERVICE_ERROR (", log, StringComparison.Ordinal);
        foreach (var secret in new[] { "secret-of-the-shop", "client-of-the-shop", "A21AA", "Bearer", "Basic", "ada@", "Ada" }) Assert.DoesNotContain(secret, log, StringComparison.Ordinal);
        Assert.DoesNotContain("secret-of-the-shop", $"{_payPal.Options}", StringComparison.Ordinal);
    }

    // Each call of the provider on a payment of its own, with the request that goes wrong, the right answer and what is to have moved then.
    private async Task<List<Case>> Cases(PayPalProvider payPal)
    {
        var (fresh, open, unapproved, approved) = (Session(100), await _payPal.Opened(200), await _payPal.Opened(300), await _payPal.Approved(400));
        var (closing, capturing, refunding, voiding) = ((await _payPal.Authorized(500)).Session, await _payPal.Authorized(600), await Captured(700), await _payPal.Authorized(800));
        var (capture, refund, release) = (Guid.CreateVersion7(), Guid.CreateVersion7(), Guid.CreateVersion7());
        var taken = (string)(await _payPal.Order(refunding.Session.Reference))["captures"]![0]!["id"]!;
        return
        [
            new("open", "POST", "/v2/checkout/orders", () => payPal.Open(fresh, default), "Pending 100", (null, "")),
            new("change", "PATCH", "/v2/checkout/orders/" + open.Reference, () => payPal.Open(open with { Amount = 250 }, default), "Pending 250", (open.Reference, "")),
            new("find", "GET", "/v2/checkout/orders/" + unapproved.Reference, () => payPal.Find(unapproved, default), "Pending 300", (unapproved.Reference, "")),
            new("authorize", "POST", $"/v2/checkout/orders/{approved.Reference}/authorize", () => payPal.Authorize(approved, default), "Authorized 400",
                (approved.Reference, "authorization 400")),
            new("close", "POST", $"/v2/payments/authorizations/{Of(closing)}/void", () => payPal.Close(closing, default), "Canceled 500: void 500",
                (closing.Reference, "authorization 500, void 500")),
            new("capture", "POST", $"/v2/payments/authorizations/{capturing.Reference}/capture", () => payPal.Capture(capturing, 250, capture, default),
                "Authorized 600: capture 250", (capturing.Session.Reference, "authorization 600, capture 250")),
            new("refund", "POST", $"/v2/payments/captures/{taken}/refund", () => payPal.Refund(refunding, 150, refund, null, default),
                "Authorized 700: capture 700, refund 150", (refunding.Session.Reference, "authorization 700, capture 700, refund 150")),
            new("void", "POST", $"/v2/payments/authorizations/{voiding.Reference}/void", () => payPal.Void(voiding, release, default),
                "Canceled 800: void 800", (voiding.Session.Reference, "authorization 800, void 800")),
        ];

        string Of(ProviderSession session) => Ok(_payPal.Provider.Find(session, default).Result).PaymentReference!;
    }

    private async Task<ProviderPayment> Captured(params long[] amounts)
    {
        var payment = await _payPal.Authorized(amounts.Sum());
        foreach (var amount in amounts) Ok(await _payPal.Provider.Capture(payment, amount, Guid.CreateVersion7(), default));
        return payment;
    }

    private async Task AssertMovedOnce(List<Case> cases)
    {
        foreach (var (name, _, _, _, _, (order, moved)) in cases)
            if (order is not null) Assert.Equal(name + ": " + moved, name + ": " + await _payPal.Moved(order));
        Assert.Single(((JsonArray)(await _payPal.Control("state"))["paypal"]!["orders"]!), o => (long)o!["amount"]! == 100);
    }

    private async Task<int> FaultsLeft() => (int)(await _payPal.Control("faults"))["faults"]![0]!["left"]!;

    private sealed record Case(string Name, string Method, string Path, Func<Task<Result<ProviderSnapshot>>> Call, string Right, (string? Order, string Moved) Left);

    private sealed class Clock : TimeProvider
    {
        public TimeSpan Ahead { get; set; }

        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UtcNow + Ahead;
    }
}
