using System.Net;
using System.Text;
using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using HeadlessPro.Tests.Support;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Platform.Tests.Web;

public class IdempotencyTests : IAsyncLifetime
{
    private PlatformDatabase _database = null!;
    private int _runs;

    public async ValueTask InitializeAsync() => _database = await PlatformDatabase.Create();

    public async ValueTask DisposeAsync() => await _database.DisposeAsync();

    [Fact]
    public async Task The_same_request_gets_the_first_answer_again_byte_for_byte()
    {
        await using var host = await Start();
        var first = await Post(host, "k1", """{"a":1}""");
        var second = await Post(host, "k1", """{"a":1}""");

        Assert.Equal((HttpStatusCode.Created, """{"run":1,"body":"{\"a\":1}"}"""), (first.StatusCode, await Text(first)));
        Assert.Equal((first.StatusCode, await Text(first)), (second.StatusCode, await Text(second)));
        Assert.Equal(first.Content.Headers.ContentType, second.Content.Headers.ContentType);
        Assert.False(first.Headers.Contains("Idempotency-Replayed"));
        Assert.True(second.Headers.Contains("Idempotency-Replayed"));
        Assert.Equal(1, _runs);
    }

    [Fact]
    public async Task Without_a_key_or_with_another_one_the_request_runs_again()
    {
        await using var host = await Start();
        await Post(host, "k1", "{}");
        await Post(host, "k2", "{}");
        await Post(host, null, "{}");
        await Post(host, null, "{}");
        Assert.Equal(4, _runs);
    }

    [Theory]
    [InlineData("/store/things", """{"a":2}""")]
    [InlineData("/store/things", "")]
    [InlineData("/store/things?x=1", """{"a":1}""")]
    [InlineData("/store/others", """{"a":1}""")]
    public async Task The_key_with_another_request_is_refused_and_changes_nothing(string path, string body)
    {
        await using var host = await Start();
        await Post(host, "k1", """{"a":1}""");

        var refused = await Post(host, "k1", body, path);

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
        Assert.Equal("idempotency_key_reused", JsonDocument.Parse(await Text(refused)).RootElement.GetProperty("code").GetString());
        Assert.Equal(1, _runs);
        Assert.Equal("""{"run":1,"body":"{\"a\":1}"}""", await Text(await Post(host, "k1", """{"a":1}""")));
    }

    [Fact]
    public async Task Two_api_keys_do_not_share_idempotency_keys()
    {
        await using var host = await Start();
        await Post(host, "k1", """{"a":1}""");
        var other = await Post(host, "k1", """{"a":2}""", apiKey: "pk_other");
        Assert.Equal(HttpStatusCode.Created, other.StatusCode);
        Assert.Equal(2, _runs);
    }

    [Fact]
    public async Task Of_fifty_at_once_on_two_hosts_one_runs_and_all_get_its_answer()
    {
        await using var one = await Start(150);
        await using var two = await Start(150);
        var all = await Task.WhenAll(Enumerable.Range(0, 50).Select(i => Post(i % 2 == 0 ? one : two, "k1", """{"a":1}""")));

        var texts = await Task.WhenAll(all.Select(Text));
        Assert.All(all, answer => Assert.Equal(HttpStatusCode.Created, answer.StatusCode));
        Assert.Equal(["""{"run":1,"body":"{\"a\":1}"}"""], texts.Distinct());
        Assert.Equal(1, _runs);
    }

    [Fact]
    public async Task Two_hundred_different_ones_at_once_do_not_use_up_the_connections()
    {
        await using var host = await Start(20);
        var all = await Task.WhenAll(Enumerable.Range(0, 200).Select(i => Post(host, $"k{i}", "{}", "/store/slow-rows")));
        Assert.All(all, answer => Assert.Equal(HttpStatusCode.OK, answer.StatusCode));
    }

    [Fact]
    public async Task Refusals_are_answered_again_but_failures_free_the_key()
    {
        await using var host = await Start();
        var refused = await Post(host, "k1", "{}", "/store/refused");
        var again = await Post(host, "k1", "{}", "/store/refused");
        Assert.Equal((HttpStatusCode.BadRequest, await Text(refused)), (again.StatusCode, await Text(again)));
        Assert.Equal(1, _runs);

        Assert.Equal(HttpStatusCode.InternalServerError, (await Post(host, "k2", "{}", "/store/fails-once")).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await Post(host, "k2", "{}", "/store/fails-once")).StatusCode);
        Assert.Equal(0, await _database.Ask<long>("select count(*) from platform.idempotency where status >= 500 or status is null"));
    }

    [Fact]
    public async Task The_claim_of_a_host_that_died_in_the_middle_is_void_and_that_of_a_living_one_is_waited_for()
    {
        await using var host = await Start(500);
        var running = Post(host, "k1", "{}");
        await Eventually.IsTrue(() => _runs == 1);
        // As if another host ran it: the living host's number stays, only our gate does not know of it.
        await using var other = await Start();
        var waiting = Post(other, "k1", "{}");
        await Task.Delay(100);
        Assert.False(waiting.IsCompleted);
        Assert.Equal(await Text(await running), await Text(await waiting));
        Assert.Equal(1, _runs);

        await _database.Do("update platform.idempotency set status = null, content_type = null, body = null, host = 1");
        Assert.Equal("""{"run":2,"body":"{}"}""", await Text(await Post(other, "k1", "{}")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("a\u007fb")]
    [InlineData(null)]
    public async Task A_key_that_is_empty_too_long_or_unprintable_is_refused(string? key)
    {
        await using var host = await Start();
        var refused = await Post(host, key ?? new string('k', 256), "{}");
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Contains("Idempotency-Key", await Text(refused));
        Assert.Equal(0, _runs);
        Assert.Equal(HttpStatusCode.Created, (await Post(host, new string('k', 255), "{}")).StatusCode);
    }

    [Fact]
    public async Task A_client_that_hangs_up_finds_the_answer_when_it_asks_again()
    {
        await using var host = await Start(300);
        using var impatient = new CancellationTokenSource(100);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => host.Http.SendAsync(Request("k1", "{}", "/store/things", "pk_test"), impatient.Token));

        Assert.Equal("""{"run":1,"body":"{}"}""", await Text(await Post(host, "k1", "{}")));
        Assert.Equal(1, _runs);
    }

    [Fact]
    public async Task It_costs_two_statements_at_first_and_one_again_and_is_forgotten_after_a_day()
    {
        await using var host = await Start();
        Assert.Equal(2, (await RoundTrips.Of(() => Post(host, "k1", "{}"))).Count);
        Assert.Equal(1, (await RoundTrips.Of(() => Post(host, "k1", "{}"))).Count);

        await _database.Do("update platform.idempotency set created_at = now() - interval '25 hours'");
        Assert.Equal("""{"run":2,"body":"{\"new\":true}"}""", await Text(await Post(host, "k1", """{"new":true}""")));
        await _database.Do("update platform.idempotency set created_at = now() - interval '25 hours'");
        await host.Services.GetRequiredService<HeadlessPro.Platform.Jobs.JobRunner>().RunNow("platform.trim_idempotency", CancellationToken.None);
        Assert.Equal(0, await _database.Ask<long>("select count(*) from platform.idempotency"));
    }

    [Fact]
    public async Task What_was_carried_out_does_not_run_again_when_its_answer_cannot_be_read_any_more()
    {
        await using var host = await Start();
        foreach (var path in (string[])["/store/secrets", "/store/things"]) Assert.True((await Post(host, path, "{}", path)).IsSuccessStatusCode);
        Assert.Equal("secret", await Text(await Post(host, "/store/secrets", "{}", "/store/secrets")));
        await _database.Do("update platform.idempotency set body = case when key like '%secrets' then '\\x00'::bytea end");

        foreach (var path in (string[])["/store/secrets", "/store/things"])
        {
            var refused = await Post(host, path, "{}", path);
            Assert.Equal((HttpStatusCode.UnprocessableEntity, "idempotency_answer_gone"), (refused.StatusCode, JsonDocument.Parse(await Text(refused)).RootElement.GetProperty("code").GetString()));
        }

        Assert.Equal(2, _runs);
    }

    private Task<PlatformHost> Start(int milliseconds = 0) => PlatformHost.Start(_database, services => services.AddSingleton<IApiKeys, FixedKeys>(), app =>
    {
        var store = app.MapGroup("/store").RequirePublishableKey();
        store.MapPost("/things", async (HttpContext http) =>
        {
            var run = Interlocked.Increment(ref _runs);
            using var reader = new StreamReader(http.Request.Body);
            var body = await reader.ReadToEndAsync(http.RequestAborted);
            await Task.Delay(milliseconds, http.RequestAborted);
            return Results.Text($$"""{"run":{{run}},"body":{{JsonSerializer.Serialize(body, Relaxed)}}}""", "application/json", statusCode: 201);
        });
        store.MapPost("/secrets", () => { _runs++; return Results.Text("secret"); }).ShowsSecret();
        store.MapPost("/others", () => "never");
        store.MapPost("/refused", () => { _runs++; throw new ErrorException(Error.Invalid("no")); });
        store.MapPost("/fails-once", () => ++_runs > 2 ? "fine" : throw new InvalidOperationException("bug"));
        store.MapPost("/slow-rows", async (HeadlessPro.Platform.Data.Db db, CancellationToken ct) =>
        {
            await using var command = db.Command("select pg_sleep(0.02)");
            await command.ExecuteNonQueryAsync(ct);
        });
    });

    private static readonly JsonSerializerOptions Relaxed = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static Task<HttpResponseMessage> Post(PlatformHost host, string? key, string body, string path = "/store/things", string apiKey = "pk_test") =>
        host.Http.SendAsync(Request(key, body, path, apiKey));

    private static HttpRequestMessage Request(string? key, string body, string path, string apiKey)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("x-publishable-api-key", apiKey);
        if (key is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return request;
    }

    private static Task<string> Text(HttpResponseMessage response) => response.Content.ReadAsStringAsync();

    /// <summary>Stands for the Identity module, which the platform does not know.</summary>
    private sealed class FixedKeys : IApiKeys
    {
        public Task<Result<ApiKeyInfo>> Resolve(ResolveApiKey request, CancellationToken ct) => Task.FromResult<Result<ApiKeyInfo>>(
            new ApiKeyInfo(new Guid(System.Security.Cryptography.MD5.HashData(Encoding.UTF8.GetBytes(request.Token))), ApiKeyType.Publishable, "", [], [], null));

        public Task<Result<ApiKeyInfo>> Ensure(EnsureApiKey request, CancellationToken ct) => throw new NotSupportedException();

        public Task<Result<ApiKeyInfo>> LinkChannels(LinkKeyChannels request, CancellationToken ct) => throw new NotSupportedException();
    }
}
