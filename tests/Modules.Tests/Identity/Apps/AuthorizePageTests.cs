using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using HeadlessPro.Identity.Apps;
using HeadlessPro.Identity.Mailed;

namespace HeadlessPro.Modules.Tests.Identity.Apps;

/// <summary>What the pages let in and show, whoever looks at them.</summary>
public class AuthorizePageTests(HpApp app) : IClassFixture<HpApp>
{
    [Fact]
    public async Task Forms_count_only_from_the_browser_they_were_shown_in_and_who_was_asked()
    {
        var planner = await RegisteredApp.Register(app, ["account:read"], "customer");
        using var victim = await Person.Join(app);
        using var mallory = await Person.Join(app);
        using var victims = new AppPerson(app);
        using var evil = new AppPerson(app);
        await victims.Allow(planner, "account:read", victim.Email);
        await victims.Go(AppPerson.Query(planner, "account:read", ("prompt", "consent")));
        await evil.Go(AppPerson.Query(planner, "account:read"));
        await evil.SignIn(mallory.Email);
        var before = await Codes();
        // A page of mallory's sends what mallory was shown from the victim's browser.
        var shown = evil.Page;
        using var client = new HttpClient(new SocketsHttpHandler { CookieContainer = victims.Cookies, AllowAutoRedirect = false }) { BaseAddress = app.BaseAddress };
        foreach (var (path, field) in new[] { ("/oauth/consent", "decision=allow"), ("/oauth/sign-in", $"email={Uri.EscapeDataString(mallory.Email)}&password={Person.Password}"), ("/oauth/sign-in/code", "code=123456") })
        {
            var request = Regex.Match(shown, "name=\"request\" value=\"([^\"]+)\"").Groups[1].Value;
            using var answer = await client.PostAsync(path, new StringContent($"request={request}&{field}", Encoding.UTF8, "application/x-www-form-urlencoded"));
            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Contains("Go back to the app and begin again", await answer.Content.ReadAsStringAsync());
        }

        // The page before the sign-in asks nobody yet: nothing can be allowed with it.
        using var fresh = new AppPerson(app);
        await fresh.Go(AppPerson.Query(planner, "account:read"));
        var hidden = Regex.Match(fresh.Page, "name=\"request\" value=\"([^\"]+)\"").Groups[1].Value;
        using var early = new HttpClient(new SocketsHttpHandler { CookieContainer = fresh.Cookies }) { BaseAddress = app.BaseAddress };
        using var refused = await early.PostAsync("/oauth/consent", new FormUrlEncodedContent([new("request", hidden), new("decision", "allow")]));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal(before, await Codes());
        Assert.Equal(HttpStatusCode.OK, await victims.Decide(true));
    }

    [Fact]
    public async Task The_pages_load_nothing_stand_in_no_frame_and_send_only_to_us()
    {
        var planner = await RegisteredApp.Register(app, ["account:read"], "customer");
        using var browser = new AppPerson(app);
        await browser.Go(AppPerson.Query(planner, "account:read", ("login_hint", "\"><script>alert(1)</script>")));
        var policy = browser.Last.Headers.GetValues("Content-Security-Policy").Single();
        Assert.StartsWith("default-src 'none'; style-src 'sha256-", policy);
        Assert.EndsWith("'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'", policy);
        var style = Regex.Match(browser.Page, "<style>(.*?)</style>", RegexOptions.Singleline).Groups[1].Value;
        Assert.Contains($"'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)))}'", policy);
        Assert.Equal(("DENY", "no-referrer"), (browser.Last.Headers.GetValues("X-Frame-Options").Single(), browser.Last.Headers.GetValues("Referrer-Policy").Single()));
        Assert.DoesNotContain("<script", browser.Page);
        Assert.Contains("value=\"&quot;&gt;&lt;script&gt;", browser.Page);
        var cookie = browser.Last.Headers.GetValues("Set-Cookie").Single();
        Assert.Contains("path=/; samesite=lax; httponly", cookie);
    }

    [Fact]
    public async Task Guesses_at_passwords_on_the_page_are_throttled_as_anywhere()
    {
        var planner = await RegisteredApp.Register(app, ["account:read"], "customer");
        using var person = await Person.Join(app);
        using var browser = new AppPerson(app);
        await browser.Go(AppPerson.Query(planner, "account:read"));
        for (var i = 0; i < 10; i++) Assert.Equal(HttpStatusCode.Unauthorized, await browser.SignIn(person.Email, "wrong-password-here"));
        Assert.Equal(HttpStatusCode.TooManyRequests, await browser.SignIn(person.Email));
        Assert.NotNull(browser.Last.Headers.RetryAfter);
        Assert.Null(browser.Location);
    }

    [Fact]
    public async Task Whoever_uses_another_account_again_and_again_is_asked_once_which()
    {
        var planner = await RegisteredApp.Register(app, ["account:read"], "customer");
        using var person = await Person.Join(app);
        foreach (var (prompt, asked) in new[] { (null, "select_account"), ("consent", "consent select_account"), ("select_account", "select_account") })
        {
            using var browser = new AppPerson(app);
            await browser.Go(AppPerson.Query(planner, "account:read", ("prompt", prompt)));
            for (var i = 0; i < 3; i++) await browser.Send("/oauth/sign-in", ("other", "1"));
            var number = browser.Cookies.GetCookies(new Uri(app.BaseAddress, "/oauth/x"))["headlesspro.oauth"]!.Value;
            var request = Regex.Match(browser.Page, "name=\"request\" value=\"([^\"]+)\"").Groups[1].Value;
            Assert.Equal(asked, app.Contract<SealedRequests>().Open(request, MailedSecrets.Hash(number))!.Prompt);
        }
    }

    [Theory]
    [InlineData("state")]
    [InlineData("nonce")]
    [InlineData("login_hint")]
    [InlineData("prompt")]
    public async Task What_goes_along_with_a_request_has_a_thousand_characters_at_most(string name)
    {
        var planner = await RegisteredApp.Register(app, ["account:read"], "customer");
        using var browser = new AppPerson(app);
        Assert.Equal(HttpStatusCode.OK, await browser.Go(AppPerson.Query(planner, "account:read", (name, new string('s', 1000)))));
        Assert.Equal(HttpStatusCode.Redirect, await browser.Go(AppPerson.Query(planner, "account:read", (name, new string('s', 1001)))));
        Assert.StartsWith(RegisteredApp.RedirectUri + "?", browser.Location!.ToString());
        Assert.Equal(("invalid_request", $"The {name} is too long", null), (browser.Answer("error"), browser.Answer("error_description"), browser.Answer("code")));
    }

    private async Task<long> Codes() => await app.Scalar<long>("select count(*) from identity.app_codes");
}
