using System.Diagnostics;
using System.Globalization;
using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Options;

namespace HeadlessPro.Modules.Tests.Identity;

/// <summary>
/// Whether the time of an answer tells what its words do not. Known and unknown are asked by turns; the figure is how often, of two answers, the known
/// one's took longer: a half when time tells nothing. <c>TIMINGS=1000</c> for the long run.
/// </summary>
public class SameTimeTests(SameTimeTests.Shop app, ITestOutputHelper output) : IClassFixture<SameTimeTests.Shop>
{
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("TIMINGS") ?? "60", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData("/auth/customer/emailpass", "email")]
    [InlineData("/auth/user/emailpass", "email")]
    [InlineData("/auth/customer/emailpass/reset-password", "identifier")]
    [InlineData("/auth/customer/magic-link", "email")]
    [InlineData("/auth/customer/one-time-code", "email")]
    public async Task Of_a_known_and_an_unknown_address(string path, string field)
    {
        using var person = await Person.Join(app);
        // Asked about as often: what is asked for the first time costs a row more.
        var nobody = Person.NewEmail();
        object Body(string address) => field == "identifier"
            ? new { identifier = address }
            : path.EndsWith("emailpass", StringComparison.Ordinal) ? new { email = address, password = "wrong-horse-battery" } : new { email = address };
        await Compare(path, () => Time(app.Store, path, Body(person.Email)), () => Time(app.Store, path, Body(nobody)));
    }

    [Theory]
    [InlineData(500)]
    [InlineData(20_000)]
    public async Task Of_an_account_whose_hash_came_along_from_another_shop_and_an_unknown_address(int iterations)
    {
        var (email, nobody) = (Person.NewEmail(), Person.NewEmail());
        var hash = new PasswordHasher<string>(Options.Create(new PasswordHasherOptions { IterationCount = iterations })).HashPassword(email, Person.Password);
        Assert.Equal(1, (int)(await app.Admin.PostJson("/admin/customers/import", new { customers = new[] { new { email, password_hash = hash } } }))["imported"]!);
        const string path = "/auth/customer/emailpass";
        object Body(string address) => new { email = address, password = "wrong-horse-battery" };
        await Compare($"{iterations} iterations", () => Time(app.Store, path, Body(email)), () => Time(app.Store, path, Body(nobody)));
    }

    [Fact]
    public async Task Of_an_address_that_is_somebody_elses_and_one_that_is_nobodys()
    {
        using var owner = await Person.Join(app);
        using var stranger = await Person.Join(app);
        var entry = (await owner.Client.PostJson("/store/customers/me/addresses", new { city = "Cape Town" }))["customer"]!["addresses"]![0]!["id"]!;
        await Compare("another's address", () => Time(stranger.Client, $"/store/customers/me/addresses/{entry}", null), () => Time(stranger.Client, "/store/customers/me/addresses/cuaddr_01M7XESKKC7JM10TENH30FRX3Y", null));
    }

    private async Task Compare(string what, Func<Task<double>> known, Func<Task<double>> unknown)
    {
        var (ours, others) = (new List<double>(), new List<double>());
        for (var i = -5; i < Rounds; i++)
        {
            // By lot: what one leaves to be done in the background, a mail perhaps, must not always fall on the other.
            var isKnownFirst = Random.Shared.Next(2) == 0;
            var (first, second) = isKnownFirst ? (known, unknown) : (unknown, known);
            var (a, b) = (await first(), await second());
            if (i < 0) continue;
            ours.Add(isKnownFirst ? a : b);
            others.Add(isKnownFirst ? b : a);
        }

        var longer = ours.Sum(k => others.Count(u => u < k) + (0.5 * others.Count(u => u == k))) / ((double)ours.Count * others.Count);
        // Chance alone stays within five standard errors.
        var allowed = 5 * Math.Sqrt((ours.Count + others.Count + 1) / (12.0 * ours.Count * others.Count));
        output.WriteLine($"{what}: {Rounds} each, medians {Median(ours):0.00} and {Median(others):0.00} ms, the known one's longer in {longer:P1} (chance: 50 ± {100 * allowed:0.0} %)");
        Assert.True(Math.Abs(longer - 0.5) < allowed, $"{what}: the known one's answer takes longer in {longer:P1}, chance allows 50 ± {100 * allowed:0.0} %");
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);

    private static async Task<double> Time(HttpClient client, string path, object? body)
    {
        var since = Stopwatch.GetTimestamp();
        using var content = body is null ? null : new StringContent(System.Text.Json.JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json");
        using var answer = content is null ? await client.GetAsync(new Uri(path, UriKind.Relative)) : await client.PostAsync(new Uri(path, UriKind.Relative), content);
        await answer.Content.ReadAsStringAsync();
        return Stopwatch.GetElapsedTime(since).TotalMilliseconds;
    }

    public sealed class Shop : HpApp
    {
        protected override string[] Arguments =>
        [
            "--RateLimits:PerMinute=1000000", "--RateLimits:SignInPerMinute=1000000", "--Identity:PasswordIterations=5000",
            .. ((string[])["sign_in", "mail", "register"]).SelectMany(what => ((string[])["PerAccount", "PerAddress"]).Select(limit => $"--Identity:Throttle:{what}:{limit}=1000000")),
        ];
    }
}
