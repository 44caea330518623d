using System.Net;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Platform.Tests.Web;

/// <summary>Behind a proxy at 127.0.0.1 whose clients are limited to 5 requests a minute, 2 to sign in; 203.0.113.9 asks for many.</summary>
public class RateLimitTests : IAsyncLifetime
{
    private PlatformDatabase _database = null!;
    private PlatformHost _host = null!;

    public async ValueTask InitializeAsync()
    {
        _database = await PlatformDatabase.Create();
        _host = await Start();
    }

    public async ValueTask DisposeAsync()
    {
        await _host.DisposeAsync();
        await _database.DisposeAsync();
    }

    [Fact]
    public async Task A_client_is_told_what_is_left_and_refused_beyond_it_and_others_are_not()
    {
        var first = await Ask("198.51.100.1");
        Assert.Equal((HttpStatusCode.OK, "5", "4"), (first.Status, first.Header("RateLimit-Limit"), first.Header("RateLimit-Remaining")));
        for (var i = 0; i < 3; i++) await Ask("198.51.100.1");
        Assert.Equal("0", (await Ask("198.51.100.1")).Header("RateLimit-Remaining"));

        var refused = await Ask("198.51.100.1");

        Assert.Equal(HttpStatusCode.TooManyRequests, refused.Status);
        Assert.Equal("too_many_requests", (string)JsonNode.Parse(refused.Body)!["code"]!);
        Assert.InRange(int.Parse(refused.Header("Retry-After")), 1, 60);
        Assert.Equal(HttpStatusCode.OK, (await Ask("198.51.100.2")).Status);
    }

    [Fact]
    public async Task What_a_client_says_of_itself_is_not_believed()
    {
        // The proxy appends whom it saw; what stands before that is the client's own word.
        for (var i = 0; i < 5; i++) await Ask($"10.1.1.{i}, 198.51.100.3");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await Ask("10.9.9.9, 198.51.100.3")).Status);
    }

    [Fact]
    public async Task An_address_of_version_6_is_a_client_by_its_network()
    {
        for (var i = 0; i < 5; i++) await Ask($"2001:db8:1:1::{i}");
        Assert.Equal(HttpStatusCode.TooManyRequests, (await Ask("2001:db8:1:1:ffff::1")).Status);
        Assert.Equal(HttpStatusCode.OK, (await Ask("2001:db8:1:2::1")).Status);
    }

    [Fact]
    public async Task Who_is_exempt_asks_as_often_as_they_like_and_health_is_always_told()
    {
        for (var i = 0; i < 12; i++) Assert.Equal(HttpStatusCode.OK, (await Ask("203.0.113.9")).Status);
        for (var i = 0; i < 12; i++) Assert.Equal(HttpStatusCode.OK, (await Ask("198.51.100.4", "/health")).Status);
    }

    [Fact]
    public async Task Signing_in_is_limited_more_and_by_itself_however_its_path_is_spelled()
    {
        for (var i = 0; i < 2; i++) Assert.Equal(HttpStatusCode.OK, (await Ask("198.51.100.5", i == 0 ? "/AUTH/customer/emailpass" : "/auth/customer/emailpass", "{}")).Status);
        foreach (var path in (string[])["/auth/customer/emailpass", "/Auth/customer/EmailPass"])
            Assert.Equal(HttpStatusCode.TooManyRequests, (await Ask("198.51.100.5", path, "{}")).Status);
        Assert.Equal(HttpStatusCode.OK, (await Ask("198.51.100.5")).Status);
    }

    [Fact]
    public async Task Hosts_count_together()
    {
        await using var other = await Start();
        for (var i = 0; i < 3; i++) await Ask("198.51.100.6");
        for (var i = 0; i < 2; i++) await Ask("198.51.100.6", at: other);

        // Each has told the other within a moment.
        await Eventually.IsTrue(async () => await _database.Ask<decimal>("select coalesce(sum(count), 0) from platform.request_counts where client = '198.51.100.6'") == 5);
        await Eventually.IsTrue(async () => (await Ask("198.51.100.6", at: other)).Status == HttpStatusCode.TooManyRequests);
        await Eventually.IsTrue(async () => (await Ask("198.51.100.6")).Status == HttpStatusCode.TooManyRequests);
    }

    private Task<PlatformHost> Start() => PlatformHost.Start(
        _database, services => services.AddSingleton<TimeProvider>(new OneMinute()), app =>
        {
            app.MapGet("/store/things", () => "things");
            app.MapPost("/auth/customer/emailpass", () => "in");
        },
        "--TRUSTED_PROXIES=127.0.0.1", "--RateLimits:PerMinute=5", "--RateLimits:SignInPerMinute=2", "--RateLimits:Exempt=203.0.113.9");

    private async Task<Answer> Ask(string from, string path = "/store/things", string? body = null, PlatformHost? at = null)
    {
        using var request = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, path);
        request.Headers.Add("X-Forwarded-For", from);
        if (body is not null) request.Content = new StringContent(body);
        using var response = await (at ?? _host).Http.SendAsync(request);
        return new Answer(response.StatusCode, response.Headers.ToDictionary(h => h.Key, h => h.Value.First(), StringComparer.OrdinalIgnoreCase), await response.Content.ReadAsStringAsync());
    }

    // Counting begins anew with each minute, which a test must not meet.
    private sealed class OneMinute : TimeProvider
    {
        private readonly DateTimeOffset _now = DateTimeOffset.UtcNow;

        public override DateTimeOffset GetUtcNow() => _now;
    }

    private sealed record Answer(HttpStatusCode Status, Dictionary<string, string> Headers, string Body)
    {
        public string Header(string name) => Headers.GetValueOrDefault(name, "");
    }
}
