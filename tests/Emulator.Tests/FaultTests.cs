using System.Diagnostics;
using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Tests;

/// <summary>What goes wrong on request, in calls and in webhooks.</summary>
public sealed class FaultTests
{
    private const string Paid = "amount=500&currency=usd&confirm=true&payment_method_types[]=card&payment_method=pm_card_visa";

    [Fact]
    public async Task An_error_before_the_work_leaves_nothing_and_frees_the_key()
    {
        await using var stripe = await Emulated.StartAsync();
        await stripe.FaultAsync("500", "/v1/payment_intents");
        await stripe.FaultAsync("429:7", "/v1/payment_intents");
        var broken = await stripe.PostAsync("/v1/payment_intents", Paid, "Idempotency-Key: a");
        Assert.Equal((500, "api_error"), (broken.Status, broken["error.type"]));
        var busy = await stripe.PostAsync("/v1/payment_intents", Paid, "Idempotency-Key: a");
        Assert.Equal((429, "rate_limit", "7"), (busy.Status, busy["error.code"], busy.Headers["Retry-After"]));
        await Assert.ThrowsAsync<HttpRequestException>(() => stripe.PostAsync("/v1/payment_intents", Paid, "Idempotency-Key: a", "X-Emulate: cut"));
        Assert.Empty((JsonArray)(await stripe.ControlAsync("state"))["stripe"]!["payment_intents"]!);
        Assert.Equal("succeeded", (await stripe.PostAsync("/v1/payment_intents", Paid, "Idempotency-Key: a"))["status"]);
    }

    [Theory]
    [InlineData("lost")]
    [InlineData("500-after")]
    public async Task Work_whose_answer_is_lost_was_done_once(string fault)
    {
        await using var stripe = await Emulated.StartAsync();
        await stripe.FaultAsync(fault, "/v1/*");
        if (fault == "lost") await Assert.ThrowsAsync<HttpRequestException>(() => stripe.PostAsync("/v1/payment_intents", Paid, "Idempotency-Key: a"));
        else Assert.Equal(500, (await stripe.PostAsync("/v1/payment_intents", Paid, "Idempotency-Key: a")).Status);
        var again = await stripe.PostAsync("/v1/payment_intents", Paid, "Idempotency-Key: a");
        Assert.Equal(("succeeded", "true"), (again["status"], again.Headers["Idempotent-Replayed"]));
        Assert.Equal("""{"stripe":{"usd":{"authorization":500,"capture":500}}}""", (await stripe.ControlAsync("state"))["totals"]!.ToJsonString());
    }

    [Theory]
    [InlineData("delay:1", 0)]
    [InlineData("late:1", 1)]
    public async Task A_slow_answer_s_work_is_done_although_the_caller_went(string fault, int doneAtOnce)
    {
        await using var stripe = await Emulated.StartAsync();
        var slow = stripe.PostAsync("/v1/payment_intents", Paid, "X-Emulate: " + fault);
        await Task.Delay(200);
        Assert.Equal(doneAtOnce, ((JsonArray)(await stripe.ControlAsync("state"))["stripe"]!["payment_intents"]!).Count);
        Assert.Equal("succeeded", (await slow)["status"]);
    }

    [Fact]
    public async Task A_fault_waits_for_its_call_and_is_used_up()
    {
        await using var stripe = await Emulated.StartAsync();
        await stripe.ControlAsync("faults", new JsonObject { ["fault"] = "500", ["method"] = "POST", ["path"] = "/v1/payment_intents/*/capture", ["times"] = 2, ["skip"] = 1 });
        var id = (await stripe.PostAsync("/v1/payment_intents", "amount=500&currency=usd"))["id"];
        int[] expected = [400, 500, 500, 400];
        foreach (var status in expected) Assert.Equal(status, (await stripe.PostAsync($"/v1/payment_intents/{id}/capture", "")).Status);
        Assert.Equal(400, (await stripe.JsonAsync("POST", "/_emulator/faults", new JsonObject { ["fault"] = "nonsense" })).Status);
    }

    [Fact]
    public async Task A_refused_webhook_comes_again_before_the_next_of_its_payment()
    {
        await using var stripe = await Emulated.StartAsync();
        stripe.Refusals.Left = 2;
        await stripe.PostAsync("/v1/payment_intents", Paid);
        Assert.Equal(["payment_intent.created", "payment_intent.created", "payment_intent.created", "charge.succeeded", "payment_intent.succeeded"], await stripe.EventsAsync());
        Assert.Single(stripe.Hooks.Take(3).Select(h => h.Id).Distinct());
        var deliveries = (JsonArray)(await stripe.ControlAsync("state"))["webhooks"]!;
        Assert.Equal([500, 500, 200], ((JsonArray)deliveries[0]!["attempts"]!).Select(a => (int)a!["status"]!));
        Assert.Equal(["delivered", "delivered", "delivered"], deliveries.Select(d => (string)d!["state"]!));

        stripe.Refusals.Left = 100;
        await stripe.PostAsync("/v1/payment_intents", "amount=500&currency=usd");
        await stripe.EventsAsync();
        Assert.Equal("failed", (string)((JsonArray)(await stripe.ControlAsync("state"))["webhooks"]!)[^1]!["state"]!);
    }

    [Theory]
    [InlineData("webhook-drop", "payment_intent.created payment_intent.succeeded")]
    [InlineData("webhook-duplicate", "payment_intent.created charge.succeeded charge.succeeded payment_intent.succeeded")]
    [InlineData("webhook-reorder", "payment_intent.created payment_intent.succeeded charge.succeeded")]
    [InlineData("webhook-delay:0.3", "payment_intent.created payment_intent.succeeded charge.succeeded")]
    [InlineData("webhook-replay", "payment_intent.created charge.succeeded payment_intent.created payment_intent.succeeded")]
    public async Task Webhooks_are_lost_doubled_swapped_late_or_come_back(string fault, string arrived)
    {
        await using var stripe = await Emulated.StartAsync();
        await stripe.FaultAsync(fault, on: "charge.*");
        await stripe.PostAsync("/v1/payment_intents", Paid);
        Assert.Equal(arrived, string.Join(' ', await stripe.EventsAsync()));
    }

    [Theory]
    [InlineData("webhook-bad-signature", 0)]
    [InlineData("webhook-skew:-3600", -3600)]
    public async Task A_webhook_is_spoiled_once_and_right_when_it_comes_again(string fault, int skew)
    {
        await using var stripe = await Emulated.StartAsync();
        await stripe.FaultAsync(fault, on: "payment_intent.created");
        stripe.Refusals.Left = 1;
        await stripe.PostAsync("/v1/payment_intents", "amount=500&currency=usd");
        await stripe.EventsAsync();
        var (spoiled, right) = (Signature.Of(stripe.Hooks.First()), Signature.Of(stripe.Hooks.Last()));
        Assert.Equal((skew != 0, true), (spoiled.Holds, right.Holds));
        Assert.InRange(spoiled.Time - right.Time, skew - 3, skew);
    }

    [Fact]
    public async Task An_old_event_is_sent_again_with_its_age_and_a_clock_may_be_off()
    {
        await using var stripe = await Emulated.StartAsync();
        await stripe.PostAsync("/v1/payment_intents", "amount=500&currency=usd");
        await stripe.EventsAsync();
        var sent = stripe.Hooks.Single();
        await stripe.ControlAsync($"events/{sent.Id}/send", new JsonObject { ["times"] = 2, ["age_seconds"] = 600 });
        await stripe.EventsAsync();
        Assert.Equal([sent.Id, sent.Id, sent.Id], stripe.Hooks.Select(h => h.Id));
        Assert.InRange(DateTimeOffset.UtcNow.ToUnixTimeSeconds() - Signature.Of(stripe.Hooks.Last()).Time, 600, 605);
        await stripe.ControlAsync("webhooks/stripe", new JsonObject { ["skew_seconds"] = 900 });
        await stripe.PostAsync("/v1/payment_intents", "amount=500&currency=usd");
        await stripe.EventsAsync();
        Assert.InRange(Signature.Of(stripe.Hooks.Last()).Time - DateTimeOffset.UtcNow.ToUnixTimeSeconds(), 895, 901);
    }

    [Fact]
    public async Task A_reset_forgets_everything_but_where_webhooks_go()
    {
        await using var stripe = await Emulated.StartAsync();
        var paid = await stripe.PostAsync("/v1/payment_intents", Paid, "Idempotency-Key: a");
        await stripe.FaultAsync("500");
        await stripe.EventsAsync();
        await stripe.ControlAsync("reset", []);
        Assert.Equal(404, (await stripe.GetAsync($"/v1/payment_intents/{paid["id"]}")).Status);
        var state = await stripe.ControlAsync("state");
        Assert.Empty((JsonArray)state["webhooks"]!);
        Assert.Empty((JsonArray)state["movements"]!);
        stripe.Hooks.Clear();
        Assert.NotEqual(paid["id"], (await stripe.PostAsync("/v1/payment_intents", Paid, "Idempotency-Key: a"))["id"]);
        Assert.Equal(3, (await stripe.EventsAsync()).Length);
    }

    [Fact]
    public async Task Many_payments_at_once_are_told_quickly_and_each_in_order()
    {
        await using var stripe = await Emulated.StartAsync();
        var watch = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => stripe.PostAsync("/v1/payment_intents", Paid)));
        await stripe.EventsAsync();
        var byPayment = stripe.Hooks.GroupBy(h => (string)(h.Event["data"]!["object"]!["payment_intent"] ?? h.Event["data"]!["object"]!["id"])!).ToList();
        Assert.Equal(200, byPayment.Count);
        Assert.All(byPayment, p => Assert.Equal(["payment_intent.created", "charge.succeeded", "payment_intent.succeeded"], p.Select(h => h.Type)));
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{watch.Elapsed}");
    }
}
