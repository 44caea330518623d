using System.Net;
using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Identity.Apps;

/// <summary>A browser comes from an app, somebody signs in, allows, and goes back with a code.</summary>
public class AuthorizeTests(HpApp app) : IClassFixture<HpApp>
{
    [Fact]
    public async Task A_customer_lets_an_app_in_and_it_does_for_them_what_they_allowed_and_nothing_else()
    {
        var planner = await RegisteredApp.Register(app, ["account:read", "purchases:read", "openid", "email", "profile"], "customer");
        using var person = await Person.Join(app);
        using var browser = new AppPerson(app);
        Assert.Equal(HttpStatusCode.OK, await browser.Go(AppPerson.Query(planner, "openid email account:read", ("nonce", "n-1"))));
        Assert.Contains("to go on to <strong>Stock planner</strong>", browser.Page);
        Assert.Equal(HttpStatusCode.Unauthorized, await browser.SignIn(person.Email, "wrong-password-here"));
        Assert.Contains("The e-mail address or the password is wrong.", browser.Page);
        Assert.Equal(HttpStatusCode.OK, await browser.SignIn(person.Email));
        Assert.Null(browser.Location);
        Assert.Contains("Stock planner asks for access", browser.Page);
        Assert.Contains($"You are signed in as <strong>{person.Email}</strong>", browser.Page);
        foreach (var sentence in (string[])["Know that it is you", "See your e-mail address", "See your profile and address book"]) Assert.Contains($"<li>{sentence}</li>", browser.Page);
        Assert.DoesNotContain("See your orders", browser.Page);
        Assert.Equal(HttpStatusCode.OK, await browser.Decide(true));
        Assert.StartsWith(RegisteredApp.RedirectUri + "?", browser.Location!.ToString());
        Assert.Equal(("st ate&1", app.BaseAddress.ToString().TrimEnd('/')), (browser.Answer("state"), browser.Answer("iss")));

        var given = await AppPerson.Exchange(planner, browser.Answer("code")!);
        Assert.Equal(("Bearer", "account:read email openid"), ((string)given["token_type"]!, Sorted((string)given["scope"]!)));
        Assert.InRange((int)given["expires_in"]!, 890, 900);
        Assert.Null(given["refresh_token"]);
        var id = RegisteredApp.Claims((string)given["id_token"]!);
        Assert.Equal(
            (app.BaseAddress.ToString().TrimEnd('/'), planner.Id, person.Id, "n-1", person.Email, false),
            ((string)id["iss"]!, (string)id["aud"]!, (string)id["sub"]!, (string)id["nonce"]!, (string)id["email"]!, (bool)id["email_verified"]!));
        Assert.InRange((long)id["auth_time"]!, DateTimeOffset.UtcNow.ToUnixTimeSeconds() - 60, DateTimeOffset.UtcNow.ToUnixTimeSeconds() + 1);
        Assert.Null(id["name"]);

        var token = (string)given["access_token"]!;
        using var client = Person.With(app, token);
        Assert.Equal(person.Id, (string)(await client.GetJson("/store/customers/me"))["customer"]!["id"]!);
        Assert.Equal("""{"sub":"#","email":"@","email_verified":false}""".Replace("#", person.Id, StringComparison.Ordinal).Replace("@", person.Email, StringComparison.Ordinal), (await client.GetJson("/oauth/userinfo")).ToJsonString());
        using (var nobody = app.Client())
        using (var refused = await nobody.GetAsync("/oauth/userinfo"))
            Assert.Equal((HttpStatusCode.Unauthorized, "Bearer"), (refused.StatusCode, refused.Headers.WwwAuthenticate.ToString()));
        using (var refused = await client.GetAsync("/store/orders"))
        {
            Assert.Equal((HttpStatusCode.Forbidden, "Bearer error=\"insufficient_scope\", scope=\"purchases:read\""), (refused.StatusCode, refused.Headers.WwwAuthenticate.ToString()));
            Assert.Equal("insufficient_scope", (string)JsonNode.Parse(await refused.Content.ReadAsStringAsync())!["code"]!);
        }

        await client.PostJson("/store/customers/me", new { first_name = "Mallory" }, 403);
        foreach (var path in (string[])["/auth/token/refresh", "/auth/session", "/auth/mfa/factors", "/auth/password"]) await client.PostJson(path, new { }, 403);
        foreach (var path in (string[])["/auth/sessions", "/auth/consents"]) await client.GetJson(path, 403);
        await client.DeleteJson("/auth/sessions", status: 403);
        await client.GetJson("/admin/orders", 401);
        // What asks for nobody in particular takes it for a guest.
        await client.GetJson("/store/regions");
        Assert.Equal("Lerato", (string)(await person.Client.GetJson("/store/customers/me"))["customer"]!["first_name"]!);
        Assert.True((bool)(await planner.Introspect(token))["active"]!);
        Assert.Equal(person.Id, (string)(await planner.Introspect(token))["sub"]!);
    }

    [Fact]
    public async Task For_staff_an_app_does_what_they_may_and_no_more_than_they_allowed_also_when_their_role_is_cut()
    {
        var planner = await RegisteredApp.Register(app, ["orders:read", "products:read", "settings:read", "openid", "profile"]);
        var role = (await app.Admin.PostJson("/admin/roles", new { name = $"r-{Guid.NewGuid():N}"[..20], permissions = new[] { "orders:*", "settings:read" } }))["role"]!;
        using var colleague = await Colleague.Join(app, (string)role["name"]!);
        using var browser = new AppPerson(app);
        var given = await AppPerson.Exchange(planner, await browser.Allow(planner, "openid profile orders:read products:read", colleague.Email));
        var id = RegisteredApp.Claims((string)given["id_token"]!);
        Assert.Equal((colleague.Id, "Thabo Nkosi", "Thabo"), ((string)id["sub"]!, (string)id["name"]!, (string)id["given_name"]!));
        using var client = Colleague.With(app, (string)given["access_token"]!);
        await client.GetJson("/admin/orders");
        await client.GetJson("/admin/products", 403);
        await client.GetJson("/admin/regions", 403);
        await client.GetJson("/admin/users/me", 403);
        await client.PostJson("/admin/api-keys", new { title = "x", type = "secret" }, 403);
        await app.Admin.PostJson($"/admin/roles/{role["id"]}", new { permissions = new[] { "settings:read" } });
        await client.GetJson("/admin/orders", 403);
        await app.Admin.PostJson($"/admin/roles/{role["id"]}", new { permissions = new[] { "*" } });
        await client.GetJson("/admin/orders");
        await client.GetJson("/admin/products");
        await client.GetJson("/admin/regions", 403);
        await app.Admin.PostJson($"/admin/users/{colleague.Id}/deactivate", new { });
        await client.GetJson("/admin/orders", 401);
    }

    [Fact]
    public async Task A_code_is_good_once_for_its_app_its_address_and_whoever_began_and_a_second_use_ends_what_the_first_gave()
    {
        var planner = await RegisteredApp.Register(app, ["account:read"], "customer");
        var other = await RegisteredApp.Register(app, ["account:read"], "customer");
        using var person = await Person.Join(app);
        using var browser = new AppPerson(app);
        var code = await browser.Allow(planner, "account:read", person.Email);
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.app_codes c where c::text like '%{code[3..]}%'"));
        var before = await Sessions();
        async Task Refused(RegisteredApp by, params (string, string?)[] changes)
        {
            Assert.Equal("invalid_grant", (string)(await AppPerson.Exchange(by, code, 400, changes))["error"]!);
            Assert.Equal(before, await Sessions());
        }

        await Refused(other);
        await Refused(planner, ("redirect_uri", "https://app.example/elsewhere"));
        await Refused(planner, ("code_verifier", AppPerson.Verifier[..42] + "X"));
        await Refused(planner, ("code_verifier", AppPerson.Challenge));
        await Refused(planner, ("code_verifier", "short"));
        await Refused(planner, ("code", code + "x"));
        Assert.Equal("invalid_request", (string)(await AppPerson.Exchange(planner, code, 400, ("code_verifier", null)))["error"]!);
        Assert.Equal("invalid_client", (string)(await AppPerson.Exchange(planner with { Secret = null }, code, 401))["error"]!);

        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Status(planner, code)));
        // Whoever was first may be ended before the answer is out.
        Assert.InRange(answers.Count(a => a.Status == 200), 0, 1);
        foreach (var answer in answers.Where(a => a.Status == 200))
        {
            using var client = Person.With(app, (string)JsonNode.Parse(answer.Text)!["access_token"]!);
            await client.GetJson("/store/customers/me", 401);
        }

        Assert.Equal(1L, await app.Scalar<long>($"select count(*) from identity.sessions s where s.app_id is not null and s.identity_id = (select identity_id from identity.customers where email = '{person.Email}') and s.revoked_at is not null"));
        var good = (string)(await AppPerson.Exchange(planner, await browser.Allow(planner, "account:read", person.Email)))["access_token"]!;
        using var again = Person.With(app, good);
        await again.GetJson("/store/customers/me");
    }

    [Fact]
    public async Task A_code_that_is_too_old_or_of_somebody_who_has_signed_out_gives_nothing()
    {
        var planner = await RegisteredApp.Register(app, ["account:read"], "customer");
        using var person = await Person.Join(app);
        using var browser = new AppPerson(app);
        var late = await browser.Allow(planner, "account:read", person.Email);
        await app.Scalar<object>("update identity.app_codes set expires_at = now() - interval '1 second'");
        await AppPerson.Exchange(planner, late, 400);
        var next = await browser.Allow(planner, "account:read", person.Email);
        await person.Client.DeleteJson("/auth/sessions");
        await AppPerson.Exchange(planner, next, 400);
        await browser.Go(AppPerson.Query(planner, "account:read"));
        Assert.Contains("name=\"password\"", browser.Page);
    }

    [Fact]
    public async Task Only_to_an_address_of_the_app_is_anything_sent()
    {
        var planner = await RegisteredApp.Register(app, ["account:read"], "customer");
        using var browser = new AppPerson(app);
        foreach (var uri in (string?[])[null, "https://evil.example/callback", "https://app.example/callback/", "https://app.example/callback?x=1", "https://app.example/Callback", "https://app.example:8443/callback", "https://app.example/callback#x", "//evil.example", "javascript:alert(1)"])
        {
            Assert.Equal(HttpStatusCode.BadRequest, await browser.Go(AppPerson.Query(planner, "account:read", ("redirect_uri", uri))));
            Assert.Null(browser.Location);
            Assert.Contains("an address that is not registered for it", browser.Page);
        }

        Assert.Equal(HttpStatusCode.BadRequest, await browser.Go(AppPerson.Query(planner with { Id = "app_01M7XESKKC7JM10TENH30FRX3Y" }, "account:read")));
        Assert.Contains("This app is not known here", browser.Page);
        await browser.Go(AppPerson.Query(planner, "account:read") + "&state=again");
        Assert.Null(browser.Location);
        Assert.Equal(HttpStatusCode.BadRequest, browser.Last.StatusCode);
    }

    [Theory]
    [InlineData("response_type", "token", "unsupported_response_type")]
    [InlineData("response_type", null, "invalid_request")]
    [InlineData("code_challenge", null, "invalid_request")]
    [InlineData("code_challenge", "short", "invalid_request")]
    [InlineData("code_challenge_method", "plain", "invalid_request")]
    [InlineData("code_challenge_method", null, "invalid_request")]
    [InlineData("scope", null, "invalid_scope")]
    [InlineData("scope", "account:read account:write", "invalid_scope")]
    [InlineData("prompt", "none login", "invalid_request")]
    [InlineData("prompt", "none", "login_required")]
    [InlineData("max_age", "-1", "invalid_request")]
    [InlineData("response_mode", "fragment", "invalid_request")]
    [InlineData("request", "eyJhbGciOiJub25lIn0..", "request_not_supported")]
    [InlineData("request_uri", "https://evil.example/", "request_uri_not_supported")]
    public async Task What_is_wrong_with_a_request_is_told_to_the_app_with_its_state(string name, string? value, string error)
    {
        var planner = await RegisteredApp.Register(app, ["account:read"], "customer");
        using var browser = new AppPerson(app);
        Assert.Equal(HttpStatusCode.Redirect, await browser.Go(AppPerson.Query(planner, "account:read", (name, value))));
        Assert.StartsWith(RegisteredApp.RedirectUri + "?", browser.Location!.ToString());
        Assert.Equal((error, "st ate&1", app.BaseAddress.ToString().TrimEnd('/'), null), (browser.Answer("error"), browser.Answer("state"), browser.Answer("iss"), browser.Answer("code")));
    }

    [Fact]
    public async Task Who_declines_is_sent_back_with_that_and_nothing_is_given()
    {
        var planner = await RegisteredApp.Register(app, ["account:read"], "customer");
        using var person = await Person.Join(app);
        using var browser = new AppPerson(app);
        await browser.Go(AppPerson.Query(planner, "account:read"));
        await browser.SignIn(person.Email);
        await browser.Decide(false);
        Assert.Equal(("access_denied", null, "st ate&1"), (browser.Answer("error"), browser.Answer("code"), browser.Answer("state")));
        Assert.Equal(0, (int)(await person.Client.GetJson("/auth/consents"))["count"]!);
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from identity.app_codes c join identity.apps a on a.id = c.app_id where a.name = 'Stock planner' and c.given_in in (select id from identity.sessions where identity_id = (select identity_id from identity.customers where email = '{person.Email}'))"));
    }

    [Fact]
    public async Task What_was_allowed_is_remembered_listed_and_can_be_taken_back_with_all_that_came_of_it()
    {
        var planner = await RegisteredApp.Register(app, ["account:read", "purchases:read"], "customer");
        using var person = await Person.Join(app);
        using var browser = new AppPerson(app);
        var token = (string)(await AppPerson.Exchange(planner, await browser.Allow(planner, "account:read", person.Email)))["access_token"]!;
        await browser.Go(AppPerson.Query(planner, "account:read"));
        Assert.NotNull(browser.Answer("code"));
        await browser.Go(AppPerson.Query(planner, "account:read", ("prompt", "none")));
        Assert.NotNull(browser.Answer("code"));
        await browser.Go(AppPerson.Query(planner, "account:read purchases:read", ("prompt", "none")));
        Assert.Equal("consent_required", browser.Answer("error"));
        await browser.Go(AppPerson.Query(planner, "account:read", ("prompt", "consent")));
        Assert.Contains("asks for access", browser.Page);
        await browser.Go(AppPerson.Query(planner, "account:read purchases:read"));
        Assert.Contains("<li>See your orders</li>", browser.Page);

        var consent = Assert.Single((await person.Client.GetJson("/auth/consents"))["consents"]!.AsArray())!;
        Assert.Equal((planner.Id, "Stock planner", "account:read"), ((string)consent["app_id"]!, (string)consent["name"]!, (string)consent["scopes"]!.AsArray().Single()!));
        var session = (await person.Client.GetJson("/auth/sessions"))["sessions"]!.AsArray().Single(s => s!["app"] is not null)!;
        Assert.Equal(("Stock planner", "app"), ((string)session["app"]!["name"]!, (string)session["provider"]!));
        using var stranger = await Person.Join(app);
        await stranger.Client.DeleteJson($"/auth/consents/{planner.Id}", status: 404);
        using var client = Person.With(app, token);
        await client.GetJson("/store/customers/me");

        await browser.Go(AppPerson.Query(planner, "account:read"));
        var onItsWay = browser.Answer("code")!;
        await person.Client.DeleteJson($"/auth/consents/{planner.Id}");
        await AppPerson.Exchange(planner, onItsWay, 400);
        await client.GetJson("/store/customers/me", 401);
        Assert.Equal(0, (int)(await person.Client.GetJson("/auth/consents"))["count"]!);
        await person.Client.GetJson("/store/customers/me");
        await browser.Go(AppPerson.Query(planner, "account:read", ("prompt", "none")));
        Assert.Equal("consent_required", browser.Answer("error"));
        await person.Client.DeleteJson($"/auth/consents/{planner.Id}", status: 404);
    }

    [Fact]
    public async Task Somebody_signs_in_again_where_the_app_asks_for_it_or_uses_another_account()
    {
        var planner = await RegisteredApp.Register(app, ["account:read"], "customer");
        using var person = await Person.Join(app);
        using var other = await Person.Join(app);
        using var browser = new AppPerson(app);
        await browser.Allow(planner, "account:read", person.Email);
        await browser.Go(AppPerson.Query(planner, "account:read", ("prompt", "login")));
        Assert.Contains("name=\"password\"", browser.Page);
        await browser.SignIn(person.Email);
        Assert.NotNull(browser.Answer("code"));
        await browser.Go(AppPerson.Query(planner, "account:read", ("max_age", "1000")));
        Assert.NotNull(browser.Answer("code"));
        await app.Scalar<object>("update identity.sessions set created_at = now() - interval '1001 seconds'");
        await browser.Go(AppPerson.Query(planner, "account:read", ("max_age", "1000"), ("prompt", "none")));
        Assert.Equal("login_required", browser.Answer("error"));
        await browser.Go(AppPerson.Query(planner, "account:read", ("max_age", "1000"), ("login_hint", other.Email)));
        Assert.Contains($"value=\"{other.Email}\"", browser.Page);
        await browser.SignIn(other.Email);
        Assert.Contains($"You are signed in as <strong>{other.Email}</strong>", browser.Page);
        var open = $"select count(*) from identity.sessions s join identity.customers c on c.identity_id = s.identity_id where c.email = '{other.Email}' and s.revoked_at is null";
        var before = await app.Scalar<long>(open);
        await browser.Send("/oauth/sign-in", ("other", "1"));
        Assert.Equal(before - 1, await app.Scalar<long>(open));
        Assert.Contains("name=\"password\"", browser.Page);
        await browser.Go(AppPerson.Query(planner, "account:read"));
        Assert.Contains("name=\"password\"", browser.Page);
    }

    [Fact]
    public async Task An_app_of_the_house_asks_nobody_but_one_on_somebody_s_own_machine_always_does()
    {
        var house = await RegisteredApp.Register(app, ["account:read"], "customer", isFirstParty: true);
        const string native = "http://127.0.0.1/callback";
        var tool = await RegisteredApp.Register(app, ["account:read"], "customer", kind: "public", isFirstParty: true, redirectUri: native);
        using var person = await Person.Join(app);
        using var browser = new AppPerson(app);
        await browser.Go(AppPerson.Query(house, "account:read"));
        await browser.SignIn(person.Email);
        await AppPerson.Exchange(house, browser.Answer("code")!);
        // Whose code is on its way has something to take back, though they never were asked.
        await person.Client.DeleteJson($"/auth/consents/{house.Id}");
        await browser.Go(AppPerson.Query(house, "account:read"));
        await person.Client.DeleteJson($"/auth/consents/{house.Id}");
        await AppPerson.Exchange(house, browser.Answer("code")!, 400);

        const string here = "http://127.0.0.1:49152/callback";
        for (var i = 0; i < 2; i++)
        {
            await browser.Go(AppPerson.Query(tool, "account:read", ("redirect_uri", here)));
            Assert.Contains("a program on this device", browser.Page);
            await browser.Decide(true);
            Assert.StartsWith(here + "?", browser.Location!.ToString());
        }

        await AppPerson.Exchange(tool, browser.Answer("code")!, 400, ("redirect_uri", native));
        await AppPerson.Exchange(tool, browser.Answer("code")!, 200, ("redirect_uri", here));
        foreach (var wrong in (string[])["http://127.0.0.1:49152/other", "http://localhost:49152/callback", "http://127.0.0.2:1/callback", "https://127.0.0.1/callback", "http://127.0.0.1:1/callback#x", "http://x@127.0.0.1:1/callback", "http://127.0.0.1:5/callback\n", " http://127.0.0.1:5/callback", "http://127.0.0.1:5/callback\u2003"])
            Assert.Equal(HttpStatusCode.BadRequest, await browser.Go(AppPerson.Query(tool, "account:read", ("redirect_uri", wrong))));
    }

    [Theory]
    [InlineData("http://localhost/callback", "http://localhost:49152/callback", "http://127.0.0.1:49152/callback")]
    [InlineData("com.example.app:/callback", "com.example.app:/callback", "com.example.app:/callback/2")]
    [InlineData("com.example.app://callback", "com.example.app://callback", "com.example.other://callback")]
    public async Task An_app_on_somebody_s_device_hears_where_it_said_and_nowhere_else_and_they_are_asked_every_time(string registered, string here, string elsewhere)
    {
        var mobile = await RegisteredApp.Register(app, ["account:read"], "customer", kind: "public", redirectUri: registered);
        using var person = await Person.Join(app);
        using var browser = new AppPerson(app);
        Assert.Equal(HttpStatusCode.BadRequest, await browser.Go(AppPerson.Query(mobile, "account:read", ("redirect_uri", elsewhere))));
        await browser.Go(AppPerson.Query(mobile, "account:read", ("redirect_uri", here)));
        await browser.SignIn(person.Email);
        for (var i = 0; i < 2; i++)
        {
            if (i > 0) await browser.Go(AppPerson.Query(mobile, "account:read", ("redirect_uri", here)));
            Assert.Contains("a program on this device", browser.Page);
            await browser.Decide(true);
            Assert.StartsWith(here + "?", browser.Location!.OriginalString, StringComparison.Ordinal);
        }

        await AppPerson.Exchange(mobile, browser.Answer("code")!, 200, ("redirect_uri", here));
    }

    [Fact]
    public async Task Somebody_who_is_no_member_of_staff_gets_nowhere_with_an_app_for_staff()
    {
        var planner = await RegisteredApp.Register(app, ["orders:read"]);
        using var person = await Person.Join(app);
        using var browser = new AppPerson(app);
        await browser.Go(AppPerson.Query(planner, "orders:read"));
        Assert.Equal(HttpStatusCode.Forbidden, await browser.SignIn(person.Email));
        Assert.Contains("you are not a member of staff here", browser.Page);
        Assert.Null(browser.Location);
        await browser.Go(AppPerson.Query(planner, "orders:read"));
        Assert.Contains("name=\"password\"", browser.Page);
    }

    [Fact]
    public async Task An_app_may_post_its_request()
    {
        var planner = await RegisteredApp.Register(app, ["account:read"], "customer");
        using var client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = app.BaseAddress };
        using var answer = await client.PostAsync("/oauth/authorize", new FormUrlEncodedContent([new("client_id", planner.Id), new("scope", "account:read")]));
        Assert.Equal((HttpStatusCode.SeeOther, $"/oauth/authorize?client_id={planner.Id}&scope=account%3Aread"), (answer.StatusCode, answer.Headers.Location!.ToString()));
    }

    private static string Sorted(string scope) => string.Join(' ', scope.Split(' ').Order(StringComparer.Ordinal));

    private static async Task<(int Status, string Text)> Status(RegisteredApp by, string code)
    {
        using var client = by.Shop.Client();
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth/token")
        {
            Content = new FormUrlEncodedContent([
                new("grant_type", "authorization_code"), new("code", code), new("redirect_uri", RegisteredApp.RedirectUri), new("code_verifier", AppPerson.Verifier),
                new("client_id", by.Id), new("client_secret", by.Secret!)]),
        };
        using var response = await client.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private async Task<long> Sessions() => await app.Scalar<long>("select count(*) from identity.sessions where app_id is not null");
}
