using System.Text.Json.Nodes;
using HeadlessPro.Host;
using HeadlessPro.Identity.Mfa;

namespace HeadlessPro.Modules.Tests.Identity.Apps;

/// <summary>Refresh tokens: each once, and one that comes again ends all, on every host.</summary>
public class RefreshTests(RefreshTests.Shop app) : IClassFixture<RefreshTests.Shop>
{
    private const string Scope = "account:read purchases:read offline_access";

    [Fact]
    public async Task Each_token_is_used_once_and_gives_the_next_and_none_stands_in_the_database()
    {
        var (planner, person, given) = await Begin();
        using var _ = person;
        var first = (string)given["refresh_token"]!;
        var second = await Refresh(planner, first);
        Assert.NotEqual(first, (string)second["refresh_token"]!);
        Assert.Equal("account:read offline_access purchases:read", string.Join(' ', ((string)second["scope"]!).Split(' ').Order(StringComparer.Ordinal)));
        await Me((string)second["access_token"]!, 200);
        var third = await Refresh(planner, (string)second["refresh_token"]!);
        await Me((string)third["access_token"]!, 200);
        foreach (var token in (string[])[first, (string)second["refresh_token"]!, (string)third["refresh_token"]!])
            Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.refresh_tokens t where t::text like '%{token[3..]}%'"));
        var asked = await planner.Introspect((string)third["refresh_token"]!);
        Assert.Equal((true, person.Id), ((bool)asked["active"]!, (string)asked["sub"]!));
        Assert.Equal("""{"active":false}""", (await planner.Introspect(first)).ToJsonString());
    }

    [Fact]
    public async Task Without_offline_access_or_where_the_app_may_not_there_is_none()
    {
        var planner = await RegisteredApp.Register(app, ["account:read", "offline_access"], "customer");
        var other = await RegisteredApp.Register(app, ["account:read", "offline_access"], "customer", grants: ["authorization_code"]);
        using var person = await Person.Join(app);
        using var browser = new AppPerson(app);
        Assert.Null((await AppPerson.Exchange(planner, await browser.Allow(planner, "account:read", person.Email)))["refresh_token"]);
        Assert.Null((await AppPerson.Exchange(other, await browser.Allow(other, "account:read offline_access", person.Email)))["refresh_token"]);
        Assert.Equal("unauthorized_client", (string)(await other.Ask("/oauth/token", 400, ("grant_type", "refresh_token"), ("refresh_token", "rt_x")))["error"]!);
    }

    [Fact]
    public async Task A_token_that_was_used_before_ends_all_that_came_of_it_on_every_host()
    {
        var (planner, person, given) = await Begin();
        using var _ = person;
        var first = (string)given["refresh_token"]!;
        var second = await Refresh(planner, first);
        var third = await Refresh(planner, (string)second["refresh_token"]!);
        var token = (string)third["access_token"]!;
        await Me(token, 200);
        await Me(token, 200, app.Other);
        // The thief's: its answer was used meanwhile, also within the seconds of grace.
        await Refresh(planner, first, 400);
        await Me(token, 401);
        await Soon(() => Status(token, app.Other), 401);
        await Refresh(planner, (string)third["refresh_token"]!, 400);
        Assert.Equal("""{"active":false}""", (await planner.Introspect(token)).ToJsonString());
        await person.Client.GetJson("/store/customers/me");
        Assert.Equal(1L, await app.Scalar<long>($"select count(*) from audit.entries where action = 'refresh_token_reused' and resource_id = '{planner.Id}'"));
        Assert.Equal(1L, await app.Scalar<long>($"select count(*) from audit.entries where action = 'app_allowed' and resource_id = '{planner.Id}' and actor_id = '{person.Id}'"));
    }

    [Fact]
    public async Task The_same_request_again_within_seconds_gets_the_same_next_token_and_later_the_end()
    {
        var (planner, person, given) = await Begin();
        using var _ = person;
        var first = (string)given["refresh_token"]!;
        var answers = await Task.WhenAll(Refresh(planner, first), Refresh(planner, first, client: app.Other), Refresh(planner, first));
        var next = Assert.Single(answers.Select(a => (string)a["refresh_token"]!).Distinct());
        foreach (var answer in answers) await Me((string)answer["access_token"]!, 200);
        await app.Scalar<object>("update identity.refresh_tokens set used_at = used_at - interval '11 seconds' where used_at is not null");
        await Refresh(planner, first, 400);
        await Refresh(planner, next, 400);
        await Me((string)answers[0]["access_token"]!, 401);
    }

    [Fact]
    public async Task A_token_is_its_app_s_and_gives_no_more_than_was_allowed()
    {
        var (planner, person, given) = await Begin();
        using var _ = person;
        var first = (string)given["refresh_token"]!;
        var other = await RegisteredApp.Register(app, ["account:read", "offline_access"], "customer");
        await Refresh(other, first, 400);
        await other.Ask("/oauth/revoke", 200, ("token", first));
        Assert.Equal("invalid_scope", (string)(await planner.Ask("/oauth/token", 400, ("grant_type", "refresh_token"), ("refresh_token", first), ("scope", "account:read account:write")))["error"]!);
        var wider = await planner.Ask("/oauth/token", 200, ("grant_type", "refresh_token"), ("refresh_token", first), ("scope", "account:read"));
        Assert.Equal("account:read", (string)wider["scope"]!);
        using var client = Person.With(app, (string)wider["access_token"]!);
        await client.GetJson("/store/customers/me");
        await client.PostJson("/store/customers/me", new { first_name = "x" }, 403);
        // Less in this one token only.
        await client.GetJson("/store/orders", 403);
        using var whole = Person.With(app, (string)(await Refresh(planner, (string)wider["refresh_token"]!))["access_token"]!);
        await whole.GetJson("/store/orders");
    }

    [Fact]
    public async Task It_ends_when_the_app_stays_away_too_long_and_some_time_after_the_sign_in()
    {
        var (planner, person, given) = await Begin();
        using var _ = person;
        var first = (string)given["refresh_token"]!;
        Assert.InRange(await Days(person), 13.9, 14.0);
        await app.Scalar<object>("update identity.sessions set created_at = now() - interval '80 days' where app_id is not null");
        var second = (string)(await Refresh(planner, first))["refresh_token"]!;
        Assert.InRange(await Days(person), 9.9, 10.0);
        await app.Scalar<object>("update identity.sessions set expires_at = now() - interval '1 second' where app_id is not null");
        await Refresh(planner, second, 400);
    }

    [Fact]
    public async Task Whoever_revokes_the_app_signs_out_everywhere_or_is_gone_ends_it()
    {
        var (planner, person, given) = await Begin();
        using var _ = person;
        await planner.Ask("/oauth/revoke", 200, ("token", (string)given["refresh_token"]!));
        await Me((string)given["access_token"]!, 401);
        await Refresh(planner, (string)given["refresh_token"]!, 400);

        var again = await Allow(planner, person);
        await person.Client.DeleteJson("/auth/sessions");
        await Me((string)again["access_token"]!, 401);
        await Refresh(planner, (string)again["refresh_token"]!, 400);

        var third = await Allow(planner, person);
        await app.Admin.PostJson($"/admin/apps/{planner.Id}", new { scopes = new[] { "account:read", "offline_access" } });
        var less = await Refresh(planner, (string)third["refresh_token"]!);
        Assert.Equal("account:read offline_access", string.Join(' ', ((string)less["scope"]!).Split(' ').Order(StringComparer.Ordinal)));
        await app.Admin.DeleteJson($"/admin/apps/{planner.Id}");
        await Me((string)less["access_token"]!, 401);
        Assert.Equal("invalid_client", (string)(await planner.Ask("/oauth/token", 401, ("grant_type", "refresh_token"), ("refresh_token", (string)less["refresh_token"]!)))["error"]!);
    }

    [Fact]
    public async Task An_app_that_may_not_come_back_any_more_does_not_and_one_that_gives_back_an_old_token_is_out()
    {
        var (planner, person, given) = await Begin();
        using var _ = person;
        await app.Admin.PostJson($"/admin/apps/{planner.Id}", new { scopes = new[] { "account:read", "purchases:read" } });
        await Refresh(planner, (string)given["refresh_token"]!, 400);

        var (other, somebody, first) = await Begin();
        using var __ = somebody;
        var second = await Refresh(other, (string)first["refresh_token"]!);
        await other.Ask("/oauth/revoke", 200, ("token", (string)first["refresh_token"]!));
        await Me((string)second["access_token"]!, 401);
        await Refresh(other, (string)second["refresh_token"]!, 400);
    }

    [Fact]
    public async Task Of_a_colleague_who_was_removed_nothing_is_left()
    {
        var planner = await RegisteredApp.Register(app, ["orders:read", "offline_access"]);
        using var colleague = await Colleague.Join(app, "support");
        using var browser = new AppPerson(app);
        var given = await AppPerson.Exchange(planner, await browser.Allow(planner, "orders:read offline_access", colleague.Email));
        using var client = Colleague.With(app, (string)given["access_token"]!);
        await client.GetJson("/admin/orders");
        await app.Admin.DeleteJson($"/admin/users/{colleague.Id}");
        await client.GetJson("/admin/orders", 401);
        await Refresh(planner, (string)given["refresh_token"]!, 400);
    }

    [Fact]
    public async Task A_second_factor_is_asked_for_on_the_way_and_counts_for_the_app()
    {
        var planner = await RegisteredApp.Register(app, ["account:read"], "customer");
        using var person = await Person.Join(app);
        await app.Scalar<object>($"update identity.sign_ins set verified_at = now() where subject = '{person.Email}'");
        var setup = await person.Client.PostJson("/auth/mfa/factors", new { provider = "totp" });
        var (secret, step) = (MfaTests.FromBase32((string)setup["secret"]!), Totp.StepAt(DateTimeOffset.UtcNow));
        await person.Client.PostJson($"/auth/mfa/factors/{setup["mfa_factor"]!["id"]}/verify", new { code = Totp.CodeOf(secret, step) });
        using var browser = new AppPerson(app);
        await browser.Go(AppPerson.Query(planner, "account:read"));
        await browser.SignIn(person.Email);
        Assert.Contains("Enter your code", browser.Page);
        await browser.Send("/oauth/sign-in/code", ("code", "000000"));
        Assert.Contains("The code is wrong, or was used before.", browser.Page);
        await browser.Send("/oauth/sign-in/code", ("code", Totp.CodeOf(secret, step + 1)));
        Assert.Contains("asks for access", browser.Page);
        await browser.Decide(true);
        var given = await AppPerson.Exchange(planner, browser.Answer("code")!);
        await Me((string)given["access_token"]!, 200);
        Assert.Equal(1L, await app.Scalar<long>($"select count(*) from identity.sessions where app_id is not null and second_factor_at is not null and identity_id = (select identity_id from identity.customers where email = '{person.Email}')"));
    }

    private async Task<(RegisteredApp App, Person Person, JsonNode Given)> Begin()
    {
        var planner = await RegisteredApp.Register(app, ["account:read", "purchases:read", "offline_access"], "customer");
        var person = await Person.Join(app);
        return (planner, person, await Allow(planner, person));
    }

    private async Task<JsonNode> Allow(RegisteredApp planner, Person person)
    {
        using var browser = new AppPerson(app);
        return await AppPerson.Exchange(planner, await browser.Allow(planner, Scope, person.Email));
    }

    private static async Task<JsonNode> Refresh(RegisteredApp planner, string token, int status = 200, HttpClient? client = null)
    {
        using var own = planner.Shop.Client();
        var answer = await planner.Ask(client ?? own, "/oauth/token", status, ("grant_type", "refresh_token"), ("refresh_token", token));
        if (status == 400) Assert.Equal("invalid_grant", (string)answer["error"]!);
        return answer;
    }

    private async Task Me(string token, int status, HttpClient? client = null) => Assert.Equal(status, await Status(token, client));

    private async Task<int> Status(string token, HttpClient? client = null)
    {
        using var own = app.Client();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/store/customers/me") { Headers = { { "Authorization", "Bearer " + token }, { "x-publishable-api-key", HpApp.PublishableKey } } };
        using var answer = await (client ?? own).SendAsync(request);
        return (int)answer.StatusCode;
    }

    private static async Task Soon(Func<Task<int>> ask, int status)
    {
        for (var i = 0; i < 200 && await ask() != status; i++) await Task.Delay(25);
        Assert.Equal(status, await ask());
    }

    private async Task<double> Days(Person person) => await app.Scalar<double>(
        $"select (extract(epoch from max(expires_at) - now()) / 86400)::float8 from identity.sessions where app_id is not null and identity_id = (select identity_id from identity.customers where email = '{person.Email}')");

    public class Shop : HpApp
    {
        private Microsoft.AspNetCore.Builder.WebApplication _other = null!;

        /// <summary>Another host of the same shop.</summary>
        public HttpClient Other { get; private set; } = null!;

        protected override string[] Arguments => ["--PUBLIC_URL=https://api.shop.example"];

        public override async ValueTask InitializeAsync()
        {
            await base.InitializeAsync();
            _other = await HostApp.Build(
                ["serve", "--port=0", $"--DATABASE_URL={ConnectionString}", "--Logging:LogLevel:Default=Warning", "--Identity:PasswordIterations=1000", .. Arguments], _ => { });
            await _other.StartAsync();
            Other = new HttpClient { BaseAddress = new Uri(_other.Urls.First()) };
        }

        public override async ValueTask DisposeAsync()
        {
            GC.SuppressFinalize(this);
            Other.Dispose();
            await _other.StopAsync();
            await _other.DisposeAsync();
            await base.DisposeAsync();
        }
    }
}
