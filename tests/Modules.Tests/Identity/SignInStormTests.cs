using System.Collections.Concurrent;
using System.Net;
using System.Text;

namespace HeadlessPro.Modules.Tests.Identity;

/// <summary>Passwords take a core for a while, on purpose: very many at once must not take the shop along.</summary>
public class SignInStormTests(SignInStormTests.Shop shop) : IClassFixture<SignInStormTests.Shop>
{
    [Fact]
    public async Task Those_too_many_are_refused_at_once_and_everybody_else_is_served()
    {
        using var cut = new CancellationTokenSource();
        var answers = new ConcurrentBag<(HttpStatusCode Status, TimeSpan? RetryAfter)>();
        var storm = Enumerable.Range(0, 40 * Math.Max(1, Environment.ProcessorCount / 2)).Select(async i =>
        {
            using var body = new StringContent($$"""{"email":"nobody-{{i}}@example.com","password":"wrong-password"}""", Encoding.UTF8, "application/json");
            using var answer = await shop.Store.PostAsync(new Uri("/auth/customer/emailpass", UriKind.Relative), body, cut.Token);
            answers.Add((answer.StatusCode, answer.Headers.RetryAfter?.Delta));
        }).ToList();
        for (var i = 0; answers.Count(a => a.Status == HttpStatusCode.ServiceUnavailable) < 5; i++)
        {
            Assert.True(i < 1200, "Nobody is refused");
            await Task.Delay(25);
        }

        await shop.Store.GetJson("/store/regions");
        Assert.Contains(storm, s => !s.IsCompleted);
        Assert.All(answers.Where(a => a.Status == HttpStatusCode.ServiceUnavailable), a => Assert.Equal(TimeSpan.FromSeconds(1), a.RetryAfter));
        await cut.CancelAsync();
        await Task.WhenAll(storm.Select(s => s.ContinueWith(_ => { }, TaskScheduler.Default)));
    }

    public class Shop : HpApp
    {
        // Half a second each.
        protected override string[] Arguments => ["--Identity:PasswordIterations=1000000"];
    }
}
