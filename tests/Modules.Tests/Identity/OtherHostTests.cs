using System.Diagnostics;
using System.Globalization;

namespace HeadlessPro.Modules.Tests.Identity;

/// <summary>What is taken away at one host is gone at another, a process of its own that knew it; <c>REVOCATIONS=200</c> for the long run, which says how long it took.</summary>
public class OtherHostTests(OtherHostTests.TwoHosts shop, ITestOutputHelper output) : IClassFixture<OtherHostTests.TwoHosts>
{
    // Without the signal a host would go on for half a minute.
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(1);

    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("REVOCATIONS") ?? "1", CultureInfo.InvariantCulture);

    [Fact]
    public Task A_session_that_is_ended() => Measure(async () =>
    {
        var (person, elsewhere) = (await Person.Join(shop), (Person?)null);
        elsewhere = await Person.SignIn(shop, person.Email);
        return (shop.There(person.Token), "/store/customers/me", 401, () => elsewhere.Client.DeleteJson("/auth/sessions"));
    });

    [Fact]
    public Task A_session_of_who_chose_a_new_password() => Measure(async () =>
    {
        var (person, elsewhere) = (await Person.Join(shop), (Person?)null);
        elsewhere = await Person.SignIn(shop, person.Email);
        return (shop.There(person.Token), "/store/customers/me", 401, () => elsewhere.Client.PostJson("/auth/password", new { current_password = Person.Password, password = "another-long-one" }));
    });

    [Fact]
    public Task A_role_that_is_taken() => Measure(async () =>
    {
        var thabo = await Colleague.Join(shop, "support");
        return (shop.There(thabo.Token), "/admin/orders", 403, () => shop.Admin.PostJson($"/admin/users/{thabo.Id}", new { roles = Array.Empty<string>() }));
    });

    [Fact]
    public Task A_colleague_who_is_deactivated() => Measure(async () =>
    {
        var thabo = await Colleague.Join(shop, "support");
        return (shop.There(thabo.Token), "/admin/orders", 401, () => shop.Admin.PostJson($"/admin/users/{thabo.Id}/deactivate"));
    });

    [Fact]
    public Task A_secret_key_that_is_revoked() => Measure(async () =>
    {
        var key = (await shop.Admin.PostJson("/admin/api-keys", new { title = "Feed", type = "secret", permissions = new[] { "orders:read" } }))["api_key"]!;
        return (shop.There((string)key["token"]!), "/admin/orders", 401, () => shop.Admin.PostJson($"/admin/api-keys/{key["id"]}/revoke"));
    });

    private async Task Measure(Func<Task<(HttpClient There, string Path, int Refusal, Func<Task> Take)>> prepare)
    {
        var took = new List<double>();
        for (var round = 0; round < Rounds; round++)
        {
            var (there, path, refusal, take) = await prepare();
            using (there)
            {
                await there.GetJson(path);
                await there.GetJson(path);
                await take();
                var since = Stopwatch.StartNew();
                int status;
                while ((status = await Status(there, path)) == 200 && since.Elapsed < Soon) await Task.Delay(5);
                Assert.Equal(refusal, status);
                took.Add(since.Elapsed.TotalMilliseconds);
            }
        }

        took.Sort();
        output.WriteLine($"{Rounds} rounds, refused at the other host after {took[took.Count / 2]:0} ms (median), {took[^1]:0} ms (longest)");
    }

    private static async Task<int> Status(HttpClient client, string path)
    {
        using var answer = await client.GetAsync(new Uri(path, UriKind.Relative));
        return (int)answer.StatusCode;
    }

    public sealed class TwoHosts : HpApp
    {
        private HostProcess _there = null!;

        protected override string[] Arguments => ["--RateLimits:PerMinute=1000000", "--Identity:Throttle:sign_in:PerAddress=1000000", "--Identity:Throttle:register:PerAddress=1000000"];

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            _there = await HostProcess.Start(ConnectionString, ("RateLimits__PerMinute", "1000000"));
        }

        public override async ValueTask DisposeAsync()
        {
            _there.Dispose();
            await base.DisposeAsync();
        }

        /// <summary>A client of the other host, with a token or a secret key.</summary>
        internal HttpClient There(string token)
        {
            var client = AsShopper(new HttpClient { BaseAddress = _there.Store.BaseAddress });
            client.DefaultRequestHeaders.Authorization = new("Bearer", token);
            return client;
        }
    }
}
