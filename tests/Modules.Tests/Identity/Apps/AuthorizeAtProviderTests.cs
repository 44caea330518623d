using System.Net;
using System.Text.Json.Nodes;
using System.Web;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Mfa;
using HeadlessPro.Modules.Tests.Identity.OpenId;

namespace HeadlessPro.Modules.Tests.Identity.Apps;

/// <summary>Who signs in at a provider lets apps in, too: from the page there and back, with the same request.</summary>
public class AuthorizeAtProviderTests(OpenIdShop shop) : IClassFixture<OpenIdShop>
{
    [Fact]
    public async Task A_customer_of_a_provider_lets_an_app_in_that_gets_what_it_asked_for()
    {
        var planner = await RegisteredApp.Register(shop, ["account:read", "openid", "email"], "customer");
        var (email, customer) = await Customer();
        using var browser = new AppPerson(shop);
        await browser.Go(AppPerson.Query(planner, "openid account:read", ("nonce", "n-1"), ("login_hint", email)));
        Assert.Contains("<button class=\"second\" name=\"provider\" value=\"main\">Continue with Main street</button>", browser.Page);
        Assert.DoesNotContain("value=\"work\"", browser.Page);
        Assert.Contains("name=\"password\"", browser.Page);
        var callback = await Approve(browser, "main");
        Assert.Equal($"{shop.BaseAddress}oauth/customer/main/callback", callback.GetLeftPart(UriPartial.Path));
        Assert.Equal(HttpStatusCode.OK, await browser.Go(callback.PathAndQuery));
        Assert.Contains("Stock planner asks for access", browser.Page);
        Assert.Contains($"You are signed in as <strong>{email}</strong>", browser.Page);
        Assert.Contains("<li>See your profile and address book</li>", browser.Page);
        Assert.DoesNotContain("See your e-mail address", browser.Page);
        await browser.Decide(true);
        Assert.Equal("st ate&1", browser.Answer("state"));
        var given = await AppPerson.Exchange(planner, browser.Answer("code")!);
        var id = RegisteredApp.Claims((string)given["id_token"]!);
        Assert.Equal((customer, "n-1"), ((string)id["sub"]!, (string)id["nonce"]!));
        using var client = Person.With(shop, (string)given["access_token"]!);
        Assert.Equal(customer, (string)(await client.GetJson("/store/customers/me"))["customer"]!["id"]!);
        Assert.Equal("main app", await shop.Scalar<string>(
            $"select string_agg(provider, ' ' order by created_at) from identity.sessions where created_at >= (select max(created_at) from identity.sessions where provider = 'main') and identity_id = (select identity_id from identity.customers where email = '{email}')"));
        Assert.Equal("main", await shop.Scalar<string>($"select details ->> 'provider' from audit.entries where action = 'signed_in' and actor_id = '{customer}' order by id desc limit 1"));

        // What was allowed once is not asked again, and the provider's form leads no further than to us.
        await browser.Go(AppPerson.Query(planner, "account:read", ("prompt", "login"), ("login_hint", email)));
        callback = await Approve(browser, "main");
        Assert.Equal(HttpStatusCode.OK, await browser.Go(callback.PathAndQuery));
        Assert.Null(browser.Last.Headers.Location);
        Assert.NotNull(browser.Answer("code"));
        await browser.Go(callback.PathAndQuery);
        Assert.Contains("Go back to the app and begin again", browser.Page);
    }

    [Fact]
    public async Task What_the_app_wants_asked_anew_the_provider_is_told_to_ask()
    {
        var planner = await RegisteredApp.Register(shop, ["account:read"], "customer");
        using var browser = new AppPerson(shop);
        foreach (var (prompt, provider, asked) in new[] { (null, "main", null), ("login consent", "main", "login"), ("select_account", "main", "login"), ("consent", "main", null), ("login", "gmail", "select_account") })
        {
            await browser.Go(AppPerson.Query(planner, "account:read", ("prompt", prompt)));
            await browser.Send("/oauth/sign-in/provider", ("provider", provider));
            Assert.Equal(asked, browser.Answer("prompt"));
        }

        // So it is told where somebody wants to be somebody else.
        var (email, _) = await Customer();
        await Return(browser, planner, "account:read", "main", email);
        await browser.Send("/oauth/sign-in", ("other", "1"));
        await browser.Send("/oauth/sign-in/provider", ("provider", "main"));
        Assert.Equal("login", browser.Answer("prompt"));
    }

    [Fact]
    public async Task A_second_factor_is_asked_for_after_the_provider_as_after_a_password()
    {
        var planner = await RegisteredApp.Register(shop, ["account:read"], "customer");
        var (email, _) = await Customer();
        using var storefront = shop.Browser();
        using var signedIn = Person.With(shop, await shop.SignIn(storefront, email));
        var setup = await signedIn.PostJson("/auth/mfa/factors", new { provider = "totp" });
        var (secret, step) = (MfaTests.FromBase32((string)setup["secret"]!), Totp.StepAt(DateTimeOffset.UtcNow));
        await signedIn.PostJson($"/auth/mfa/factors/{setup["mfa_factor"]!["id"]}/verify", new { code = Totp.CodeOf(secret, step) });
        using var browser = new AppPerson(shop);
        await Return(browser, planner, "account:read", "main", email);
        Assert.Contains("Enter your code", browser.Page);
        await browser.Send("/oauth/sign-in/code", ("code", Totp.CodeOf(secret, step + 1)));
        Assert.Contains("asks for access", browser.Page);
        await browser.Decide(true);
        await AppPerson.Exchange(planner, browser.Answer("code")!);
        Assert.Equal("main", await shop.Scalar<string>($"select provider from identity.sessions where app_id is null and second_factor_at is not null and identity_id = (select identity_id from identity.customers where email = '{email}') order by created_at desc limit 1"));
    }

    [Fact]
    public async Task Staff_let_an_app_in_by_their_provider_and_a_customer_s_is_none_of_theirs()
    {
        var planner = await RegisteredApp.Register(shop, ["orders:read"]);
        var email = await Staff("work", "shop-support");
        using var browser = new AppPerson(shop);
        await browser.Go(AppPerson.Query(planner, "orders:read"));
        Assert.Equal(["office", "work"], Buttons(browser));
        var (before, attempts) = (await shop.People(), await Attempts());
        foreach (var provider in (string[])["main", "emailpass", "no-such"])
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await browser.Send("/oauth/sign-in/provider", ("provider", provider)));
            Assert.Contains("That way to sign in is not open here", browser.Page);
            Assert.Null(browser.Location);
        }

        Assert.Equal((attempts, before), (await Attempts(), await shop.People()));
        await Return(browser, planner, "orders:read", "work", email);
        await browser.Decide(true);
        var given = await AppPerson.Exchange(planner, browser.Answer("code")!);
        using var client = Colleague.With(shop, (string)given["access_token"]!);
        await client.GetJson("/admin/orders");

        var forCustomers = await RegisteredApp.Register(shop, ["account:read"], "customer");
        await browser.Go(AppPerson.Query(forCustomers, "account:read"));
        Assert.DoesNotContain("work", Buttons(browser));
        Assert.Equal(HttpStatusCode.Unauthorized, await browser.Send("/oauth/sign-in/provider", ("provider", "work")));
        // What was begun as a customer's ends as nothing of staff's, at a provider of both.
        await browser.Go(AppPerson.Query(forCustomers, "account:read", ("login_hint", await Staff("office"))));
        var callback = await Approve(browser, "office");
        before = await shop.People();
        Assert.Equal(HttpStatusCode.BadRequest, await browser.Go(callback.PathAndQuery.Replace("/customer/", "/user/", StringComparison.Ordinal)));
        Assert.Equal(HttpStatusCode.BadRequest, await browser.Go(callback.PathAndQuery.Replace("/office/", "/main/", StringComparison.Ordinal)));
        Assert.Equal(before, await shop.People());
    }

    [Fact]
    public async Task Somebody_who_is_no_member_of_staff_there_gets_nowhere_and_is_told_so()
    {
        var planner = await RegisteredApp.Register(shop, ["orders:read"]);
        var email = await Staff("work", "canteen");
        var before = await shop.People();
        using var browser = new AppPerson(shop);
        Assert.Equal(HttpStatusCode.Forbidden, await Return(browser, planner, "orders:read", "work", email));
        Assert.Contains("The provider does not make you a member of staff here", browser.Page);
        Assert.Contains("value=\"work\"", browser.Page);
        Assert.Equal(before, await shop.People());
    }

    [Fact]
    public async Task A_sign_in_ends_in_the_browser_that_began_it_or_not_at_all()
    {
        var planner = await RegisteredApp.Register(shop, ["account:read"], "customer");
        var (email, _) = await Customer();
        using var mallory = new AppPerson(shop);
        using var victim = new AppPerson(shop);
        await victim.Go(AppPerson.Query(planner, "account:read"));
        await mallory.Go(AppPerson.Query(planner, "account:read", ("login_hint", email)));
        var callback = await Approve(mallory, "main");
        var before = await shop.People();
        foreach (var query in (string[])[callback.Query, $"{callback.Query}&nonce={Number(mallory)}"])
        {
            Assert.Equal(HttpStatusCode.BadRequest, await victim.Go(callback.AbsolutePath + query));
            Assert.Contains("was opened in another browser", victim.Page);
        }

        using (var nobody = new AppPerson(shop)) Assert.Equal(HttpStatusCode.BadRequest, await nobody.Go(callback.PathAndQuery));
        // A storefront's sign-in does not end on this page, either, nor this page's at a storefront.
        using var storefront = shop.Browser();
        Assert.Equal(HttpStatusCode.BadRequest, await mallory.Go(callback.AbsolutePath + await shop.Return(storefront, email)));
        await storefront.GetJson("/auth/customer/main/callback" + callback.Query, 401);
        Assert.Equal(before, await shop.People());
        Assert.Equal(HttpStatusCode.OK, await mallory.Go(callback.PathAndQuery));
    }

    [Fact]
    public async Task A_request_that_was_tampered_with_or_that_the_app_may_no_longer_make_goes_nowhere()
    {
        var planner = await RegisteredApp.Register(shop, ["account:read", "purchases:read"], "customer");
        var (email, _) = await Customer();
        using var browser = new AppPerson(shop);
        await browser.Go(AppPerson.Query(planner, "account:read"));
        var (page, attempts) = (browser.Page, await Attempts());
        foreach (var changed in (string[])[page.Replace("name=\"request\" value=\"CfDJ", "name=\"request\" value=\"CfDK", StringComparison.Ordinal), page.Replace("name=\"request\"", "name=\"other\"", StringComparison.Ordinal)])
        {
            Assert.NotEqual(page, changed);
            browser.Page = changed;
            Assert.Equal(HttpStatusCode.BadRequest, await browser.Send("/oauth/sign-in/provider", ("provider", "main")));
            Assert.Null(browser.Location);
        }

        Assert.Equal(attempts, await Attempts());
        await browser.Go(AppPerson.Query(planner, "account:read purchases:read", ("login_hint", email)));
        var callback = await Approve(browser, "main");
        // What comes with the answer is not asked what the app wants.
        await shop.Admin.PostJson($"/admin/apps/{planner.Id}", new { scopes = new[] { "account:read" } });
        var before = await shop.People();
        Assert.Equal(HttpStatusCode.BadRequest, await browser.Go($"{callback.PathAndQuery}&redirect_uri=https%3A%2F%2Fevil.example&scope=account%3Aread"));
        Assert.Null(browser.Location);
        Assert.Equal(before, await shop.People());
    }

    [Fact]
    public async Task A_provider_that_refuses_or_is_not_there_leaves_the_page_with_its_other_ways_in()
    {
        var planner = await RegisteredApp.Register(shop, ["account:read"], "customer");
        using var person = await Person.Join(shop);
        using var browser = new AppPerson(shop);
        await browser.Go(AppPerson.Query(planner, "account:read"));
        await browser.Send("/oauth/sign-in/provider", ("provider", "main"));
        var cancelled = await shop.Provider.Submit(browser.Location!.OriginalString, ("outcome", "cancel"));
        var before = await shop.People();
        Assert.Equal(HttpStatusCode.Unauthorized, await browser.Go(cancelled.PathAndQuery));
        Assert.Contains("<p class=\"bad\" role=\"alert\">The provider did not sign you in: begin again.</p>", browser.Page);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, await browser.Send("/oauth/sign-in/provider", ("provider", "nowhere")));
        Assert.Contains("role=\"alert\"", browser.Page);
        Assert.Equal(before, await shop.People());
        await browser.SignIn(person.Email);
        await browser.Decide(true);
        await AppPerson.Exchange(planner, browser.Answer("code")!);
    }

    [Fact]
    public async Task Somebody_new_is_sent_to_the_shop_first()
    {
        var planner = await RegisteredApp.Register(shop, ["account:read"], "customer");
        var email = Person.NewEmail();
        await shop.Provider.Knows(email);
        const string open = "select count(*) from identity.sessions where revoked_at is null";
        var before = await shop.Scalar<long>(open);
        using var browser = new AppPerson(shop);
        Assert.Equal(HttpStatusCode.Forbidden, await Return(browser, planner, "account:read", "main", email));
        Assert.Contains("there is no account here for you yet", browser.Page);
        Assert.Equal(before, await shop.Scalar<long>(open));
        await browser.Go(AppPerson.Query(planner, "account:read"));
        Assert.Contains("name=\"password\"", browser.Page);
    }

    private async Task<Uri> Approve(AppPerson browser, string provider)
    {
        Assert.Equal(HttpStatusCode.OK, await browser.Send("/oauth/sign-in/provider", ("provider", provider)));
        Assert.StartsWith($"{shop.Provider.Url}/openid/{provider}/", browser.Location!.OriginalString, StringComparison.Ordinal);
        return await shop.Provider.Approve(browser.Location.OriginalString);
    }

    /// <summary>From the app to the provider, and back.</summary>
    private async Task<HttpStatusCode> Return(AppPerson browser, RegisteredApp planner, string scope, string provider, string email)
    {
        await browser.Go(AppPerson.Query(planner, scope, ("login_hint", email)));
        return await browser.Go((await Approve(browser, provider)).PathAndQuery);
    }

    private async Task<(string Email, string Id)> Customer()
    {
        var email = Person.NewEmail();
        await shop.Provider.Knows(email);
        using var browser = shop.Browser();
        using var client = Person.With(shop, await shop.SignIn(browser, email));
        return (email, (string)(await client.PostJson("/store/customers", new { email }))["customer"]!["id"]!);
    }

    private async Task<string> Staff(string realm, params string[] groups)
    {
        var email = Person.NewEmail();
        await shop.Provider.Knows(email, realm, new JsonObject { ["groups"] = new JsonArray([.. groups.Select(g => JsonValue.Create(g))]) });
        return email;
    }

    private static IEnumerable<string> Buttons(AppPerson browser) =>
        System.Text.RegularExpressions.Regex.Matches(browser.Page, "name=\"provider\" value=\"([^\"]+)\"").Select(m => m.Groups[1].Value);

    private string Number(AppPerson browser) => HttpUtility.UrlEncode(browser.Cookies.GetCookies(new Uri(shop.BaseAddress, "/oauth/x"))["headlesspro.oauth"]!.Value);

    private Task<long> Attempts() => shop.Scalar<long>("select count(*) from identity.openid_attempts where page is not null");
}

/// <summary>Where staff sign in at the provider only, the page says so and leads there.</summary>
public class AuthorizeSsoOnlyTests(SsoOnlyShop shop) : IClassFixture<SsoOnlyShop>
{
    [Fact]
    public async Task A_password_opens_nothing_but_one_s_and_the_provider_s_button_lets_the_app_in()
    {
        var planner = await RegisteredApp.Register(shop, ["orders:read"]);
        foreach (var employed in (string[])["colleague@example.com", SsoOnlyShop.BreakGlass]) await shop.Contract<IStaff>().Create(new CreateStaff(employed, Person.Password, "admin"), default);
        using var browser = new AppPerson(shop);
        await browser.Go(AppPerson.Query(planner, "orders:read"));
        Assert.Contains("<details><summary>Sign in with a password</summary>", browser.Page);
        var before = await shop.People();
        foreach (var (email, password) in new[] { ("colleague@example.com", Person.Password), (SsoOnlyShop.BreakGlass, "wrong-password-here") })
        {
            Assert.Equal(HttpStatusCode.Unauthorized, await browser.SignIn(email, password));
            Assert.Contains("The e-mail address or the password is wrong. Staff of this shop sign in with single sign-on, not with a password.", browser.Page);
            Assert.Contains("<button name=\"provider\" value=\"work\">Continue with work</button>", browser.Page);
            Assert.Null(browser.Location);
        }

        Assert.Equal(before, await shop.People());
        var known = Person.NewEmail();
        await shop.Provider.Knows(known, "work", new JsonObject { ["groups"] = new JsonArray("shop-support") });
        await browser.Go(AppPerson.Query(planner, "orders:read", ("login_hint", known)));
        await browser.Send("/oauth/sign-in/provider", ("provider", "work"));
        await browser.Go((await shop.Provider.Approve(browser.Location!.OriginalString)).PathAndQuery);
        await browser.Decide(true);
        var given = await AppPerson.Exchange(planner, browser.Answer("code")!);
        using var client = Colleague.With(shop, (string)given["access_token"]!);
        await client.GetJson("/admin/orders");

        using var admin = new AppPerson(shop);
        await admin.Allow(planner, "orders:read", SsoOnlyShop.BreakGlass);
    }
}
