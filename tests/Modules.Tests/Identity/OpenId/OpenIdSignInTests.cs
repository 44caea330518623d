using System.Text.Json.Nodes;
using System.Web;

namespace HeadlessPro.Modules.Tests.Identity.OpenId;

/// <summary>Customers who sign in at a provider: the whole way, as a storefront goes it.</summary>
public class OpenIdSignInTests(OpenIdShop shop) : IClassFixture<OpenIdShop>
{
    [Fact]
    public async Task Somebody_new_becomes_a_customer_and_is_the_same_one_next_time()
    {
        var email = Person.NewEmail();
        await shop.Provider.Knows(email, also: new JsonObject { ["given_name"] = "Naledi", ["family_name"] = "Mokoena" });
        using var browser = shop.Browser();
        var underWay = await shop.Scalar<long>("select count(*) from identity.openid_attempts");
        var location = new Uri((string)(await browser.PostJson("/auth/customer/main", new { login_hint = email }))["location"]!);
        Assert.Equal(shop.Provider.Url + "/openid/main/authorize", location.GetLeftPart(UriPartial.Path));
        var sent = HttpUtility.ParseQueryString(location.Query);
        Assert.Equal(
            ("code", "the-shop", OpenIdShop.Callback, "openid email profile", "S256"),
            (sent["response_type"], sent["client_id"], sent["redirect_uri"], sent["scope"], sent["code_challenge_method"]));
        Assert.Equal((43, 43, 43), (sent["state"]!.Length, sent["nonce"]!.Length, sent["code_challenge"]!.Length));
        Assert.Equal(0L, await shop.Scalar<long>($"select count(*) from identity.openid_attempts where position('{sent["state"]}' in openid_attempts::text) > 0 or position('{sent["nonce"]}' in openid_attempts::text) > 0"));

        var back = await shop.Provider.Approve(location.OriginalString);
        Assert.Equal(OpenIdShop.Callback, back.GetLeftPart(UriPartial.Path));
        var first = (string)(await browser.GetJson("/auth/customer/main/callback" + back.Query))["token"]!;
        var claims = SignInTests.Claims(first);
        Assert.Equal(("", "main"), ((string)claims["actor_id"]!, (string)claims["auth_provider"]!));
        Assert.Equal($$"""{"email":"{{email}}","given_name":"Naledi","family_name":"Mokoena"}""", claims["user_metadata"]!.ToJsonString());

        using var somebody = OpenIdShop.With(shop.Browser(), first);
        var customer = (await somebody.PostJson("/store/customers", new { email, first_name = "Naledi" }))["customer"]!;
        var refreshed = (string)(await somebody.PostJson("/auth/token/refresh"))["token"]!;
        Assert.Equal((string)customer["id"]!, (string)SignInTests.Claims(refreshed)["actor_id"]!);
        Assert.Equal("{}", SignInTests.Claims(refreshed)["user_metadata"]!.ToJsonString());

        using var later = shop.Browser();
        var second = await shop.SignIn(later, email);
        Assert.Equal(underWay, await shop.Scalar<long>("select count(*) from identity.openid_attempts"));
        Assert.Equal((string)customer["id"]!, (string)SignInTests.Claims(second)["actor_id"]!);
        using var signedIn = OpenIdShop.With(shop.Browser(), second);
        Assert.Equal(email, (string)(await signedIn.GetJson("/store/customers/me"))["customer"]!["email"]!);
    }

    [Fact]
    public async Task The_providers_are_listed_for_customers_and_not_for_staff()
    {
        var listed = (await shop.Store.GetJson("/auth/customer/providers"))["providers"]!.AsArray().Select(p => p!.ToJsonString()).ToList();
        Assert.Contains("""{"id":"main","identifier":"main","display_name":"Main street","flow":"redirect"}""", listed);
        Assert.DoesNotContain((await shop.Store.GetJson("/auth/user/providers"))["providers"]!.AsArray(), p => (string)p!["id"]! == "main");
        await shop.Store.PostJson("/auth/user/main", new { }, 401);
        await shop.Store.PostJson("/auth/customer/main/register", new { email = "a@example.com", password = "x" }, 401);
    }

    [Fact]
    public async Task A_person_chooses_who_to_be_on_the_provider_s_page_and_may_decline()
    {
        var email = Person.NewEmail();
        using var browser = shop.Browser();
        var location = (string)(await browser.PostJson("/auth/customer/main", new { login_hint = email, callback_url = "https://shop.example/other" }))["location"]!;
        var declined = await shop.Provider.Submit(location, ("email", email), ("outcome", "cancel"));
        var before = await shop.People();
        Assert.Equal("The provider did not sign you in: begin again", (string)(await browser.GetJson("/auth/customer/main/callback" + declined.Query, 401))["message"]!);
        Assert.Equal(before, await shop.People());

        location = (string)(await browser.PostJson("/auth/customer/main", new { login_hint = email, callback_url = "https://shop.example/other" }))["location"]!;
        var back = await shop.Provider.Submit(location, ("email", email), ("name", "Sipho Dube"), ("groups", ""), ("verified", "on"), ("outcome", "approve"));
        Assert.Equal("https://shop.example/other", back.GetLeftPart(UriPartial.Path));
        var query = HttpUtility.ParseQueryString(back.Query);
        var token = (string)(await browser.PostJson("/auth/customer/main/callback", new { code = query["code"], state = query["state"], iss = query["iss"] }))["token"]!;
        Assert.Equal("Sipho", (string)SignInTests.Claims(token)["user_metadata"]!["given_name"]!);
    }

    [Theory]
    [InlineData("https://evil.example/callback")]
    [InlineData("https://shop.example/auth/customer/main/callback/..")]
    [InlineData("https://shop.example/auth/customer/main/callback?x=1")]
    [InlineData("")]
    public async Task A_browser_is_sent_back_to_configured_pages_only(string callback)
    {
        using var browser = shop.Browser();
        var attempts = await shop.Scalar<long>("select count(*) from identity.openid_attempts");
        Assert.Contains("'callback_url'", (string)(await browser.PostJson("/auth/customer/main", new { callback_url = callback }, 400))["message"]!, StringComparison.Ordinal);
        Assert.Equal(attempts, await shop.Scalar<long>("select count(*) from identity.openid_attempts"));
    }

    [Fact]
    public async Task What_came_back_is_good_once_and_only_in_the_browser_that_asked()
    {
        var email = Person.NewEmail();
        await shop.Provider.Knows(email);
        using var browser = shop.Browser();
        using var other = shop.Browser();
        await shop.Return(other, email);
        var query = await shop.Return(browser, email);
        var before = await shop.People();
        await other.GetJson("/auth/customer/main/callback" + query, 401);
        await shop.Store.GetJson("/auth/customer/main/callback" + query, 401);
        await browser.GetJson("/auth/customer/tenants/callback" + query, 401);
        await browser.GetJson("/auth/customer/main/callback" + query.Replace("state=", "state=x", StringComparison.Ordinal), 401);
        await browser.GetJson("/auth/customer/main/callback", 401);
        Assert.Equal(before, await shop.People());

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(async _ => (int)(await browser.GetAsync(new Uri("/auth/customer/main/callback" + query, UriKind.Relative))).StatusCode));
        Assert.Equal([200, 401, 401, 401], answers.Order());
        before = await shop.People();
        await browser.GetJson("/auth/customer/main/callback" + query, 401);
        Assert.Equal(before, await shop.People());
    }

    [Fact]
    public async Task A_code_that_was_used_or_belongs_to_another_sign_in_opens_nothing()
    {
        var email = Person.NewEmail();
        await shop.Provider.Knows(email);
        using var browser = shop.Browser();
        var used = HttpUtility.ParseQueryString(await shop.Return(browser, email));
        await browser.GetJson("/auth/customer/main/callback?" + used);
        var mine = HttpUtility.ParseQueryString(await shop.Return(browser, email));
        using var victims = shop.Browser();
        var stolen = HttpUtility.ParseQueryString(await shop.Return(victims, email));
        var before = await shop.People();
        foreach (var code in new[] { used["code"], stolen["code"], "made-up" })
        {
            (mine["code"], mine["state"]) = (code, HttpUtility.ParseQueryString(await shop.Return(browser, email))["state"]);
            await browser.GetJson("/auth/customer/main/callback?" + mine, 401);
        }

        Assert.Equal(before, await shop.People());
    }

    [Fact]
    public async Task A_sign_in_ends_after_ten_minutes()
    {
        var email = Person.NewEmail();
        await shop.Provider.Knows(email);
        using var browser = shop.Browser();
        var query = await shop.Return(browser, email);
        Assert.Equal("00:10:00", await shop.Scalar<string>("select max(expires_at - created_at)::text from identity.openid_attempts"));
        await shop.Scalar<object>("update identity.openid_attempts set expires_at = now()");
        await browser.GetJson("/auth/customer/main/callback" + query, 401);
    }

    [Fact]
    public async Task A_client_without_cookies_binds_the_sign_in_by_a_nonce_of_its_own()
    {
        var email = Person.NewEmail();
        await shop.Provider.Knows(email);
        const string nonce = "0123456789abcdef";
        await shop.Store.PostJson("/auth/customer/main", new { nonce = "short" }, 400);
        using var client = HpApp.AsShopper(new HttpClient(new SocketsHttpHandler { UseCookies = false }) { BaseAddress = shop.BaseAddress });
        var location = (string)(await client.PostJson("/auth/customer/main", new { login_hint = email, nonce }))["location"]!;
        var query = (await shop.Provider.Approve(location)).Query;
        await client.GetJson("/auth/customer/main/callback" + query, 401);
        await client.GetJson($"/auth/customer/main/callback{query}&nonce=0123456789abcdee", 401);
        await client.GetJson($"/auth/customer/main/callback{query}&nonce={nonce}");
    }

    [Fact]
    public async Task What_one_host_begins_another_ends()
    {
        var email = Person.NewEmail();
        await shop.Provider.Knows(email);
        using var other = await HostProcess.Start(shop.ConnectionString, [.. shop.Configured.Select(s => (s.Name.Replace(":", "__", StringComparison.Ordinal), s.Value))]);
        var location = (string)(await other.Store.PostJson("/auth/customer/main", new { login_hint = email, nonce = "0123456789abcdef" }))["location"]!;
        var query = (await shop.Provider.Approve(location)).Query;
        var token = (string)(await shop.Store.GetJson($"/auth/customer/main/callback{query}&nonce=0123456789abcdef"))["token"]!;
        using var here = OpenIdShop.With(shop.Browser(), token);
        await here.PostJson("/store/customers", new { first_name = "Naledi" });
        other.Store.DefaultRequestHeaders.Authorization = here.DefaultRequestHeaders.Authorization;
        Assert.Single((await other.Store.GetJson("/auth/sessions"))["sessions"]!.AsArray());
    }

    [Fact]
    public async Task A_provider_changes_its_keys_and_nobody_notices()
    {
        var email = Person.NewEmail();
        await shop.Provider.Knows(email);
        using var browser = shop.Browser();
        await shop.SignIn(browser, email);
        await shop.Provider.Control("openid/main/keys", new JsonObject { ["alg"] = "ES256", ["keep"] = true });
        await shop.SignIn(browser, email);
    }

    [Fact]
    public async Task What_the_token_does_not_say_is_asked_for()
    {
        var email = Person.NewEmail();
        await shop.Provider.Knows(email, "house");
        await shop.Provider.Control("openid/house/terse", []);
        using var browser = shop.Browser();
        var token = await shop.SignIn(browser, email, "house");
        Assert.Equal(email, (string)SignInTests.Claims(token)["user_metadata"]!["email"]!);
        var query = await shop.Return(browser, email, "house");
        await shop.Provider.Fault("openid-sub", "/openid/house/userinfo");
        var before = await shop.People();
        await browser.GetJson("/auth/customer/house/callback" + query, 401);
        Assert.Equal(before, await shop.People());
    }

    [Fact]
    public async Task A_second_factor_is_asked_for_after_the_provider()
    {
        var email = Person.NewEmail();
        await shop.Provider.Knows(email);
        using var browser = shop.Browser();
        using var somebody = OpenIdShop.With(shop.Browser(), await shop.SignIn(browser, email));
        await somebody.PostJson("/store/customers", new { });
        var setup = await somebody.PostJson("/auth/mfa/factors", new { provider = "totp" });
        await shop.Scalar<object>($"update identity.mfa_factors set enabled_at = now() where identity_id = (select identity_id from identity.sign_ins where subject = '{email}')");
        Assert.NotNull(setup["secret"]);
        var answer = await browser.GetJson("/auth/customer/main/callback" + await shop.Return(browser, email));
        Assert.Equal(("main", "totp"), ((string)answer["mfa_challenge"]!["auth_provider"]!, (string)answer["mfa_challenge"]!["methods"]![0]!));
        Assert.StartsWith("mfa_", (string)answer["token"]!, StringComparison.Ordinal);
    }
}
