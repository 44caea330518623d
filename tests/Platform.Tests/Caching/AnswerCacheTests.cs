using System.Net;
using System.Text;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Caching;
using HeadlessPro.Platform.Events;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Platform.Tests.Caching;

// Alone, for other tests' hosts come and go, and each says once that signals may have been lost.
[CollectionDefinition(nameof(AnswerCacheTests), DisableParallelization = true)]
public sealed class AnswerCacheCollection;

[Collection(nameof(AnswerCacheTests))]
public class AnswerCacheTests : IAsyncLifetime
{
    private PlatformDatabase _database = null!;

    public async ValueTask InitializeAsync() => _database = await PlatformDatabase.Create();

    public async ValueTask DisposeAsync() => await _database.DisposeAsync();

    // A topic per test: signals reach every host of the process.
    private readonly string _topic = $"t{Guid.NewGuid():N}.";

    [Fact]
    public async Task An_answer_is_made_once_and_anew_after_an_event_of_its_topic()
    {
        var made = 0;
        await using var host = await Start(() => Results.Text($"{{\"made\":{++made}}}", "application/json"));

        Assert.Equal("""{"made":1}""", await host.Http.GetStringAsync("/answer"));
        Assert.Equal("""{"made":1}""", await host.Http.GetStringAsync("/answer"));
        LocalSignals.Raise("elsewhere.changed");
        Assert.Equal("""{"made":1}""", await host.Http.GetStringAsync("/answer"));

        LocalSignals.Raise(_topic + "changed");
        Assert.Equal("""{"made":2}""", await host.Http.GetStringAsync("/answer"));
        LocalSignals.Raise(LocalSignals.Everything);
        Assert.Equal("""{"made":3}""", await host.Http.GetStringAsync("/answer"));
    }

    [Fact]
    public async Task Every_query_has_an_answer_of_its_own_however_it_is_spelled()
    {
        var made = 0;
        await using var host = await Start(() => Results.Text($"{++made}"));

        string[] queries = ["", "?a=1&b=2", "?a=1&b=3", "?a=1&a=2", "?a=2&a=1", "?a%011%00b=2", "?a=1%26b=2", "?a=1%00b%012"];
        for (var i = 0; i < queries.Length; i++) Assert.Equal($"{i + 1}", await host.Http.GetStringAsync("/answer" + queries[i]));
        for (var i = 0; i < queries.Length; i++) Assert.Equal($"{i + 1}", await host.Http.GetStringAsync("/answer" + queries[i]));
    }

    [Fact]
    public async Task Whoever_signs_in_gets_an_answer_of_their_own()
    {
        var made = 0;
        await using var host = await Start(() => Results.Text($"{++made}"));
        Assert.Equal("1", await host.Http.GetStringAsync("/answer"));

        using var request = new HttpRequestMessage(HttpMethod.Get, "/answer");
        request.Headers.Add("Authorization", "Bearer x");
        Assert.Equal("2", await (await host.Http.SendAsync(request)).Content.ReadAsStringAsync());
        Assert.Equal("1", await host.Http.GetStringAsync("/answer"));
    }

    [Fact]
    public async Task A_hundred_at_once_wait_for_one_answer()
    {
        var made = 0;
        var go = new TaskCompletionSource();
        await using var host = await Start(async () => { Interlocked.Increment(ref made); await go.Task; return Results.Text("one"); });
        var all = Enumerable.Range(0, 100).Select(_ => host.Http.GetStringAsync("/answer")).ToList();
        await Eventually.IsTrue(() => made == 1);
        await Task.Delay(100);
        go.SetResult();

        Assert.All(await Task.WhenAll(all), answer => Assert.Equal("one", answer));
        Assert.Equal(1, made);
    }

    [Fact]
    public async Task An_answer_made_from_old_rows_while_they_change_is_not_served_to_those_who_ask_later()
    {
        var row = "old";
        var reading = new SemaphoreSlim(0);
        var go = new TaskCompletionSource();
        await using var host = await Start(async () =>
        {
            var read = row;
            reading.Release();
            if (read == "old") await go.Task;
            return Results.Text(read);
        });
        var early = host.Http.GetStringAsync("/answer");
        await reading.WaitAsync();
        row = "new";
        LocalSignals.Raise(_topic + "changed");

        // Not even by waiting for the one that is still being made.
        Assert.Equal("new", await host.Http.GetStringAsync("/answer"));
        go.SetResult();
        Assert.Equal("old", await early);
        Assert.Equal("new", await host.Http.GetStringAsync("/answer"));
    }

    [Fact]
    public async Task Refusals_and_failures_are_not_kept()
    {
        var made = 0;
        await using var host = await Start(() => ++made switch
        {
            1 => Reply.Error(Error.NotFound("not yet")),
            2 => throw new ErrorException(Error.Invalid("nor now")),
            3 => throw new InvalidOperationException("bug"),
            _ => Results.Text("there"),
        });

        Assert.Equal(HttpStatusCode.NotFound, (await host.Http.GetAsync("/answer")).StatusCode);
        Assert.Equal(HttpStatusCode.BadRequest, (await host.Http.GetAsync("/answer")).StatusCode);
        Assert.Equal(HttpStatusCode.InternalServerError, (await host.Http.GetAsync("/answer")).StatusCode);
        Assert.Equal("there", await host.Http.GetStringAsync("/answer"));
        Assert.Equal("there", await host.Http.GetStringAsync("/answer"));
        Assert.Equal(4, made);
    }

    [Fact]
    public async Task A_client_that_has_the_answer_already_is_told_so_until_it_changes()
    {
        var text = "first";
        await using var host = await Start(() => Results.Text(text, "application/json"));
        var first = await host.Http.GetAsync("/answer");
        var etag = first.Headers.ETag!.ToString();
        Assert.Equal("application/json", first.Content.Headers.ContentType!.ToString());

        var again = await Conditional(host, etag);
        Assert.Equal(HttpStatusCode.NotModified, again.StatusCode);
        Assert.Equal("", await again.Content.ReadAsStringAsync());
        Assert.Equal(etag, again.Headers.ETag!.ToString());

        text = "second";
        LocalSignals.Raise(_topic + "changed");
        var changed = await Conditional(host, etag);
        Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
        Assert.Equal("second", await changed.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task Memory_stays_within_its_bound_and_what_is_asked_for_most_lately_stays()
    {
        var made = 0;
        await using var host = await Start(() => { made++; return Results.Text(new string('x', 10_000)); }, "--Cache:Megabytes=1");
        for (var i = 0; i < 300; i++) await host.Http.GetStringAsync($"/answer?n={i}");

        Assert.InRange(host.Services.GetRequiredService<AnswerCache>().Used, 500_000, 1024 * 1024);
        await host.Http.GetStringAsync("/answer?n=299");
        Assert.Equal(300, made);
        await host.Http.GetStringAsync("/answer?n=0");
        Assert.Equal(301, made);
    }

    [Fact]
    public async Task An_answer_of_documents_is_known_again_when_they_are_the_same_and_counts_with_all_it_holds()
    {
        string[] names = ["one", "two"];
        var (count, made) = (2, 0);
        await using var host = await Start(() => Made(Reply.Page("goods", new ListPage<Document>(
            names.Select(name => new Document(Encoding.UTF8.GetBytes($$"""{"name":"{{name}}{{new string('x', 9000)}}"}"""))).ToList(), count, new Paging(20, 0)))));
        IResult Made(IResult page)
        {
            made++;
            return page;
        }

        var first = await host.Http.GetAsync("/answer");
        var etag = first.Headers.ETag!.ToString();
        var x = new string('x', 9000);
        Assert.Equal($$"""{"goods":[{"name":"one{{x}}"},{"name":"two{{x}}"}],"count":2,"offset":0,"limit":20}""", await first.Content.ReadAsStringAsync());
        // Asked for once, as most lists are, it is not kept; asked for again it is, and counts with its documents, which cannot go before it.
        Assert.Equal(0, host.Services.GetRequiredService<AnswerCache>().Used);
        for (var again = 0; again < 3; again++) await host.Http.GetStringAsync("/answer");
        Assert.Equal(2, made);
        Assert.InRange(host.Services.GetRequiredService<AnswerCache>().Used, 18_000, 20_500);

        LocalSignals.Raise(_topic + "changed");
        Assert.Equal(HttpStatusCode.NotModified, (await Conditional(host, etag)).StatusCode);
        foreach (var change in new[] { () => count = 3, () => names.AsSpan().Reverse(), (Action)(() => names = ["one"]), () => names = [] })
        {
            change();
            LocalSignals.Raise(_topic + "changed");
            var changed = await Conditional(host, etag);
            Assert.Equal(HttpStatusCode.OK, changed.StatusCode);
            Assert.Equal($$"""{"goods":[{{string.Join(',', names.Select(name => $$"""{"name":"{{name}}{{x}}"}"""))}}],"count":{{count}},"offset":0,"limit":20}""",
                await changed.Content.ReadAsStringAsync());
            etag = changed.Headers.ETag!.ToString();
        }
    }

    [Fact]
    public async Task What_answers_share_is_made_once_for_all_who_ask_until_its_topic_is_dropped()
    {
        await using var host = await Start(() => Results.Text(""));
        var cache = host.Services.GetRequiredService<AnswerCache>();
        var made = 0;
        var go = new TaskCompletionSource();
        Task<string> Ask(int? size = 1) => cache.GetOrMake("shared", [_topic], async () => { var mine = ++made; await go.Task; return $"{mine}"; }, _ => size, default);

        var all = Enumerable.Range(0, 100).Select(_ => Ask()).ToList();
        go.SetResult();
        Assert.All(await Task.WhenAll(all), value => Assert.Equal("1", value));
        Assert.Equal("1", await Ask());
        LocalSignals.Raise(_topic + "changed");
        Assert.Equal("2", await Ask(size: null));
        Assert.Equal("3", await Ask());
        await Assert.ThrowsAsync<InvalidOperationException>(() => cache.GetOrMake<string>("fails", [_topic], () => throw new InvalidOperationException(), _ => 1, default));
        Assert.Equal("works", await cache.GetOrMake("fails", [_topic], () => Task.FromResult("works"), _ => 1, default));
    }

    private static Task<HttpResponseMessage> Conditional(PlatformHost host, string etag)
    {
        var request = new HttpRequestMessage(HttpMethod.Get, "/answer");
        request.Headers.Add("If-None-Match", etag);
        return host.Http.SendAsync(request);
    }

    private Task<PlatformHost> Start(Func<IResult> make, params string[] args) => Start(() => Task.FromResult(make()), args);

    private async Task<PlatformHost> Start(Func<Task<IResult>> make, params string[] args)
    {
        var listening = new TaskCompletionSource();
        using var subscription = LocalSignals.Subscribe(_topic, () => listening.TrySetResult());
        var host = await PlatformHost.Start(_database, map: app =>
            app.MapGet("/answer", (HttpContext http, AnswerCache cache) => cache.GetOrCreate(http, [_topic], make)), args: args);
        await listening.Task;
        // The signal may still be on its way to the cache, which hears it last.
        await Task.Delay(200);
        return host;
    }
}
