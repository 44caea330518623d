using HeadlessPro.Contracts;
using HeadlessPro.Payments.Providers;
using static HeadlessPro.Modules.Tests.Payments.StripeEmulator;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>Whatever goes wrong in whichever call: its answer is right, or says that nobody knows and the next is right; nothing happens twice.</summary>
public sealed class StripeFaultTests : IAsyncLifetime
{
    private readonly StripeEmulator _stripe = new();

    public ValueTask InitializeAsync() => _stripe.InitializeAsync();

    public ValueTask DisposeAsync() => _stripe.DisposeAsync();

    [Theory]
    [InlineData("500", 1)]
    [InlineData("429:0", 1)]
    [InlineData("429:1", 1)]
    [InlineData("cut", 1)]
    [InlineData("500-after", 1)]
    [InlineData("lost", 1)]
    [InlineData("late:0.6", 1)]
    [InlineData("delay:0.6", 1)]
    [InlineData("500", 5)]
    [InlineData("429:0", 5)]
    [InlineData("429:9", 5)]
    [InlineData("cut", 5)]
    [InlineData("delay:2.5", 5)]
    public async Task Every_call_survives(string fault, int times)
    {
        var (capture, refund) = (Guid.NewGuid(), Guid.NewGuid());
        var (session, changed, found, closed) = (Session(), await Opened(), await Opened(), await _stripe.Paid());
        var (captured, voided, refunded, page) = (await _stripe.Paid(), await _stripe.Paid(), await _stripe.Paid(), await _stripe.Opened(_stripe.Hosted, Session()));
        Assert.True((await _stripe.Cards.Capture(refunded, 5000, Guid.NewGuid(), default)).IsOk);
        (string Path, Func<Task<Result<ProviderSnapshot>>> Call)[] calls =
        [
            ("/v1/payment_intents", () => _stripe.Cards.Open(session, default)),
            ($"/v1/payment_intents/{changed.Reference}", () => _stripe.Cards.Open(changed with { Amount = 6000 }, default)),
            ($"/v1/payment_intents/{found.Reference}", () => _stripe.Cards.Find(found, default)),
            ($"/v1/payment_intents/{closed.Reference}/cancel", () => _stripe.Cards.Close(closed.Session, default)),
            ($"/v1/payment_intents/{captured.Reference}/capture", () => _stripe.Cards.Capture(captured, 3000, capture, default)),
            ($"/v1/payment_intents/{voided.Reference}/cancel", () => _stripe.Cards.Void(voided, voided.Session.Id, default)),
            ("/v1/refunds", () => _stripe.Cards.Refund(refunded, 1200, refund, null, default)),
            ($"/v1/checkout/sessions/{page.Reference}/expire", () => _stripe.Hosted.Close(page, default)),
            ("/v1/checkout/sessions", () => _stripe.Hosted.Open(session, default)),
        ];
        foreach (var (path, _) in calls) await _stripe.Fault(fault, path, times);
        var first = await Task.WhenAll(calls.Select(c => c.Call()));
        if (times == 1) Assert.All(first, a => Assert.Null(a.Error));
        else Assert.All(first, a => Assert.Equal(ErrorType.Unavailable, a.Error?.Type));

        await _stripe.NoFaults();
        if (fault.StartsWith("delay", StringComparison.Ordinal)) await Task.Delay(TimeSpan.FromSeconds(times == 1 ? 0.3 : 2.6));
        var again = await Task.WhenAll(calls.Select(c => c.Call()));
        Assert.All(again, a => Assert.Null(a.Error));
        Assert.Equal((ProviderState.Pending, 5000L), (again[0].Value!.State, again[0].Value!.Amount));
        Assert.Equal((changed.Reference, 6000L), (again[1].Value!.Reference, again[1].Value!.Amount));
        Assert.Equal(found.Reference, again[2].Value!.Reference);
        Assert.Equal((ProviderState.Canceled, "void 5000 pi"), (again[3].Value!.State, Line(again[3])));
        Assert.Equal("capture 3000 ch by us, void 2000 pi:released", Line(again[4], capture));
        Assert.Equal("void 5000 pi by us", Line(again[5], voided.Session.Id));
        Assert.EndsWith(", refund 1200 re by us", Line(again[6], refund), StringComparison.Ordinal);
        Assert.Equal([ProviderState.Canceled, ProviderState.Pending], again[7..].Select(a => a.Value!.State));

        // Five cards were on hold for 50.00 each and one page was opened twice at most; of intents there are as many as were asked for.
        Assert.Equal(
            """{"authorization":20000,"capture":8000,"refund":1200,"void":12000}""",
            Sorted((await _stripe.Control("state"))["totals"]!["stripe"]!["eur"]!));
        var held = (await _stripe.Control("state"))["stripe"]!;
        Assert.Equal((7, 2), (((System.Text.Json.Nodes.JsonArray)held["payment_intents"]!).Count, ((System.Text.Json.Nodes.JsonArray)held["checkout_sessions"]!).Count));

        Task<ProviderSession> Opened() => _stripe.Opened(_stripe.Cards, Session());
    }

    private static string Sorted(System.Text.Json.Nodes.JsonNode totals) =>
        "{" + string.Join(',', ((System.Text.Json.Nodes.JsonObject)totals).OrderBy(p => p.Key, StringComparer.Ordinal).Select(p => $"\"{p.Key}\":{p.Value}")) + "}";
}
