using HeadlessPro.Payments;
namespace HeadlessPro.Modules.Tests.Payments.Proof;

/// <summary>
/// Every way in which an answer of Stripe can fail, in every call of every flow: people hear what is the matter, what was begun is finished
/// or given back, and books and provider agree in the end. <c>PAYMENT_FAULTS=all</c> tries each with each, otherwise they take turns.
/// </summary>
public sealed class CardFaultTests(CardShop shop) : IClassFixture<CardShop>
{
    private static readonly string[] Once = ["500", "429:0", "429:1", "cut", "500-after", "lost", "late:1.5", "delay:1.5"];
    private static readonly string[] Always = ["500", "429:0", "429:9", "cut", "delay:5"];
    private static readonly bool IsFull = Environment.GetEnvironmentVariable("PAYMENT_FAULTS") == "all";

    private readonly CardFlows _flows = new(shop);

    [Fact]
    public Task What_fails_once_is_asked_again_and_nobody_notices() => Try(Once, each: 3, times: 1, CardFlows.WithStripe);

    [Fact]
    public Task Without_an_answer_people_are_told_so_and_what_was_begun_is_finished_later() => Try(Always, each: 2, times: 1000, CardFlows.WithoutStripe);

    [Fact]
    public async Task A_session_that_could_not_be_opened_is_opened_when_it_is_asked_for_again()
    {
        var variant = await shop.Voucher(stock: null);
        var carts = await Task.WhenAll(Enumerable.Range(0, Once.Length).Select(_ => shop.ReadyCart((variant, 1))));
        foreach (var fault in new[] { "500", "cut", "delay:5", "429:0" }) await shop.Stripe.Fault(fault, "/v1/payment_intents", carts.Length);
        Assert.All(await Task.WhenAll(carts.Select(Open)), a => Assert.Equal("503 payment_provider_unavailable", a));
        await shop.Stripe.NoFaults();
        foreach (var fault in Once) await shop.Stripe.Fault(fault, "/v1/payment_intents");
        Assert.All(await Task.WhenAll(carts.Select(Open)), a => Assert.Equal("200", a));
        Assert.Empty((await shop.Stripe.Control("faults"))["faults"]!.AsArray());

        var opened = await Task.WhenAll(carts.Select(shop.OpenCards));
        Assert.Equal(carts.Length, opened.DistinctBy(o => o.Intent).Count());
        foreach (var cart in opened)
        {
            await shop.Stripe.Confirm(cart.ClientSecret);
            await shop.Complete(cart.Cart);
            Assert.Equal("order pending; authorization 25000", await shop.Books(cart));
        }

        await shop.Quiet();
        Assert.Equal("", await shop.Uneven());

        async Task<string> Open(string cart)
        {
            var collection = (await shop.Store.PostJson("/store/payment-collections", new { cart_id = cart }))["payment_collection"]!["id"];
            return await CardFlows.Ask(shop.Store, $"/store/payment-collections/{collection}/payment-sessions", $$"""{"provider_id":"{{CardShop.Cards}}"}""");
        }
    }

    [Fact]
    public async Task A_refund_whose_answer_fails_is_given_once()
    {
        var carts = new List<(string Flow, CardCart Cart)>();
        foreach (var _ in Once) carts.Add(("refund", await _flows.Prepare("refund")));
        await shop.Quiet();
        foreach (var fault in new[] { "500", "cut", "delay:5", "429:0" }) await shop.Stripe.Fault(fault, "/v1/refunds", carts.Count);
        Assert.All(await Task.WhenAll(carts.Select(c => _flows.Do("refund", c.Cart))), a => Assert.Equal("503 payment_provider_unavailable", a));
        await shop.Stripe.NoFaults();
        foreach (var fault in Once) await shop.Stripe.Fault(fault, "/v1/refunds");
        await _flows.GoOn(carts);
        foreach (var (_, cart) in carts) Assert.Null(await _flows.Problem("refund", cart));
        Assert.Equal("", await shop.Uneven());
    }

    private async Task Try(string[] faults, int each, int times, Func<string, string> answer)
    {
        await shop.HearWebhooks(false);
        var turn = 0;
        var cases = CardFlows.All.SelectMany(f => f.Calls.SelectMany(call => IsFull ? faults.Select(fault => new Case(f.Flow, call, fault))
            : Enumerable.Range(0, each).Select(_ => new Case(f.Flow, call, faults[turn++ % faults.Length])))).ToList();
        var begun = new (string Flow, CardCart Cart)[cases.Count];
        await Parallel.ForAsync(0, cases.Count, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) => begun[i] = (cases[i].Flow, await _flows.Prepare(cases[i].Flow)));
        await shop.Quiet();
        foreach (var (one, (_, cart)) in cases.Zip(begun))
            if (one.Call.Split(' ') is [var method, var path, var skip])
                await shop.Stripe.Fault(one.Fault, "*" + path.Replace("#", cart.Intent, StringComparison.Ordinal), times, method, int.Parse(skip));

        var answers = await Task.WhenAll(begun.Select(b => _flows.Do(b.Flow, b.Cart)));
        // A canceled order's money follows by itself, maybe in a round of the job that somebody else began.
        await shop.Heard();
        var unused = await Unused(times);
        for (var tries = 0; unused.Count > 0 && tries < 100; tries++)
        {
            await shop.Job(FinishOperations.Name);
            unused = await Unused(times);
            if (unused.Count > 0) await Task.Delay(200);
        }

        await shop.Stripe.NoFaults();
        await _flows.GoOn(begun);
        await shop.HearWebhooks(true);

        var problems = new List<string>();
        foreach (var ((one, (flow, cart)), said) in cases.Zip(begun).Zip(answers))
        {
            if (said != answer(flow)) problems.Add($"{one}: answered {said}");
            if (await _flows.Problem(flow, cart) is { } problem) problems.Add($"{one}: {problem}");
        }

        Assert.True(problems.Count == 0, $"{problems.Count} of {cases.Count}:\n{string.Join('\n', problems)}");
        Assert.True(unused.Count == 0, string.Join('\n', unused));
        Assert.Equal("", await shop.Uneven());
    }

    private async Task<List<string>> Unused(int times) =>
        [.. (await shop.Stripe.Control("faults"))["faults"]!.AsArray().Where(f => (int)f!["left"]! == times).Select(f => f!.ToJsonString())];

    private sealed record Case(string Flow, string Call, string Fault);
}
