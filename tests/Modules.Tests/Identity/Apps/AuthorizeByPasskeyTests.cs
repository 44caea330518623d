using System.Net;
using System.Text.Json.Nodes;
using HeadlessPro.Identity.Mfa;
using HeadlessPro.Modules.Tests.Identity.Passkeys;

namespace HeadlessPro.Modules.Tests.Identity.Apps;

/// <summary>A shop whose own pages are at the domain of its passkeys.</summary>
public sealed class OwnPagesShop : HpApp
{
    private readonly int _port = FreePort();
    private Chromium? _chromium;

    public string Url => $"http://localhost:{_port}";

    protected override string[] Arguments => [$"--port={_port}", $"--PUBLIC_URL={Url}"];

    internal async Task<ChromiumPage> Open(string address)
    {
        if (Chromium.Find() is not { } program)
        {
            Assert.Skip("No Chromium on this machine; dev/test installs it when it may");
            throw new InvalidOperationException();
        }

        _chromium ??= Chromium.Start(program);
        return await _chromium.Open(address);
    }

    public override async ValueTask DisposeAsync()
    {
        if (_chromium is not null) await _chromium.DisposeAsync();
        await base.DisposeAsync();
    }
}

/// <summary>Who has a passkey lets apps in with it, on a page of ours with a script of ours.</summary>
public class AuthorizeByPasskeyTests(OwnPagesShop shop) : IClassFixture<OwnPagesShop>
{
    private const string UsePasskey = "document.querySelector('form.passkey button').click()";

    [Fact]
    public async Task A_passkey_lets_an_app_in_and_is_the_second_factor_of_who_is_asked_for_one()
    {
        // As on somebody's machine: the browser arrives at a page of this one.
        var callback = $"{shop.BaseAddress}callback";
        var planner = await RegisteredApp.Register(shop, ["account:read"], "customer", redirectUri: "http://127.0.0.1/callback");
        using var person = await Person.Join(shop);
        await shop.Scalar<object>($"update identity.sign_ins set verified_at = now() where subject = '{person.Email}'");
        var asks = shop.Url + AppPerson.Query(planner, "account:read", ("redirect_uri", callback));
        var page = await shop.Open(asks);
        var authenticator = await page.PlugIn();

        // There is none yet, as where somebody closes the dialog: the page stays, says so, and the rest of it works.
        var before = await Sessions();
        Assert.Equal("false Sign in with a passkey", await page.Run<string>("`${document.querySelector('form.passkey').hidden} ${document.querySelector('form.passkey button').textContent}`"));
        await page.Run<string>(UsePasskey);
        await page.Shows("No passkey was used. Try again, or sign in another way.");
        Assert.Equal(("Sign in with a passkey", before), (await page.Run<string>("document.activeElement.textContent"), await Sessions()));

        await Add(page, person.Client);
        await page.Run<string>(UsePasskey);
        await page.Shows("Stock planner asks for access");
        await page.Run<string>("document.querySelector('button[value=allow]').click()");
        await page.Shows("Not Found", "not found", "404");
        var arrived = new Uri((await page.Run<string>("location.href"))!);
        var code = System.Web.HttpUtility.ParseQueryString(arrived.Query)["code"]!;
        var given = await AppPerson.Exchange(planner, code, 200, ("redirect_uri", callback));
        using var client = Person.With(shop, (string)given["access_token"]!);
        Assert.Equal(person.Id, (string)(await client.GetJson("/store/customers/me"))["customer"]!["id"]!);
        Assert.Equal("passkey True", await shop.Scalar<string>(
            $"select provider || case when second_factor_at is null then ' False' else ' True' end from identity.sessions where app_id is null and identity_id = (select identity_id from identity.customers where email = '{person.Email}') order by created_at desc limit 1"));

        // Beside an authenticator app, it is the second step after a password.
        var setup = await person.Client.PostJson("/auth/mfa/factors", new { provider = "totp" });
        await person.Client.PostJson($"/auth/mfa/factors/{setup["mfa_factor"]!["id"]}/verify", new { code = Totp.CodeOf(MfaTests.FromBase32((string)setup["secret"]!), Totp.StepAt(DateTimeOffset.UtcNow)) });
        await page.Run<string>($"location.href = '{asks}&prompt=login'");
        await page.Shows("to go on to Stock planner");
        await SignIn(page, person.Email);
        await page.Shows("Enter your code");
        await page.Run<string>(UsePasskey);
        await page.Shows("Not Found", "not found", "404");
        Assert.Contains("code=ac_", await page.Run<string>("location.href"));

        // Staff whose role asks for two factors: their password brings them to their passkey, which is both.
        var role = (await shop.Admin.PostJson("/admin/roles", new { name = $"r-{Guid.NewGuid():N}"[..20], permissions = new[] { "orders:read" } }))["role"]!;
        using var colleague = await Colleague.Join(shop, (string)role["name"]!);
        var backOffice = await RegisteredApp.Register(shop, ["orders:read"], redirectUri: "http://127.0.0.1/callback");
        await page.Run<string>($"location.href = '{shop.Url + AppPerson.Query(backOffice, "orders:read", ("redirect_uri", callback))}'");
        await page.Shows("with your staff account");
        // Nobody is there to choose between the two.
        await page.Send("WebAuthn.clearCredentials", new() { ["authenticatorId"] = authenticator });
        await Add(page, colleague.Client);
        await shop.Admin.PostJson($"/admin/roles/{role["id"]}", new { requires_mfa = true });
        await SignIn(page, colleague.Email);
        await page.Shows("A second factor is needed");
        await page.Run<string>(UsePasskey);
        await page.Shows("Stock planner asks for access");
    }

    [Fact]
    public async Task Who_comes_without_the_factor_their_role_asks_for_lets_nothing_in()
    {
        var role = (await shop.Admin.PostJson("/admin/roles", new { name = $"r-{Guid.NewGuid():N}"[..20], permissions = new[] { "orders:read" } }))["role"]!;
        using var colleague = await Colleague.Join(shop, (string)role["name"]!);
        var planner = await RegisteredApp.Register(shop, ["orders:read"]);
        var before = await Open();
        using var browser = new AppPerson(shop);
        await browser.Allow(planner, "orders:read", colleague.Email);
        var codes = await shop.Scalar<long>("select count(*) from identity.app_codes");
        await browser.Go(AppPerson.Query(planner, "orders:read", ("prompt", "consent")));
        await shop.Admin.PostJson($"/admin/roles/{role["id"]}", new { requires_mfa = true });
        Assert.Equal(HttpStatusCode.BadRequest, await browser.Decide(true));
        await browser.Go(AppPerson.Query(planner, "orders:read", ("prompt", "none")));
        Assert.Equal(("interaction_required", null), (browser.Answer("error"), browser.Answer("code")));
        Assert.Equal(HttpStatusCode.Forbidden, await browser.Go(AppPerson.Query(planner, "orders:read")));
        Assert.Contains("A second factor is needed", browser.Page);
        Assert.Null(browser.Location);
        // What they came with is nobody's any more, nor is what they come with next.
        Assert.Equal(before, await Open());
        await browser.Go(AppPerson.Query(planner, "orders:read"));
        Assert.Equal(HttpStatusCode.Forbidden, await browser.SignIn(colleague.Email));
        Assert.Equal(before, await Open());

        // The page's request is no consent.
        var page = browser.Page;
        browser.Page += "action=\"/oauth/consent\"";
        Assert.Equal((HttpStatusCode.BadRequest, null), (await browser.Decide(true), browser.Location));
        Assert.Equal(codes, await shop.Scalar<long>("select count(*) from identity.app_codes"));
        browser.Page = page;
        await browser.Send("/oauth/sign-in", ("other", "1"));
        Assert.Contains("name=\"password\"", browser.Page);

        Task<long> Open() => shop.Scalar<long>($"""
            select count(*) from identity.sessions s join identity.users u on u.identity_id = s.identity_id where u.email = '{colleague.Email}' and s.app_id is null and s.revoked_at is null
            """);
    }

    [Fact]
    public async Task The_page_takes_no_answer_but_the_good_one_and_runs_no_script_but_ours()
    {
        var planner = await RegisteredApp.Register(shop, ["account:read"], "customer");
        using var browser = new AppPerson(shop);
        await browser.Go(AppPerson.Query(planner, "account:read"));
        var nonce = System.Text.RegularExpressions.Regex.Match(browser.Page, "<script src=\"/oauth/passkey.js\" nonce=\"([0-9a-f]{32})\" defer></script>").Groups[1].Value;
        Assert.EndsWith($"; base-uri 'none'; script-src 'nonce-{nonce}'; connect-src 'self'", browser.Last.Headers.GetValues("Content-Security-Policy").Single());
        Assert.Single(System.Text.RegularExpressions.Regex.Matches(browser.Page, "<script"));
        // Until it has run there are no passkeys to see.
        Assert.Contains("data-options=\"/auth/customer/passkey/options\" hidden>", browser.Page);
        await browser.Go(AppPerson.Query(planner, "account:read"));
        Assert.DoesNotContain(nonce, browser.Page);
        using (var script = await shop.Store.GetAsync("/oauth/passkey.js")) Assert.Equal(("text/javascript", HttpStatusCode.OK), (script.Content.Headers.ContentType!.MediaType, script.StatusCode));

        var asked = await shop.Store.PostJson("/auth/customer/passkey/options", new { nonce = new string('n', 16) });
        var good = new JsonObject { ["state"] = (string)asked["state"]!, ["nonce"] = new string('n', 16), ["credential"] = new JsonObject { ["id"] = "AAAA" } };
        var before = await Sessions();
        var page = browser.Page;
        foreach (var (answer, status) in new[] { (good.ToJsonString(), 401), ("{}", 400), ("no json", 400), ("[]", 400), ("{\"email\":\"\\u0000\",\"credential\":{}}", 400), ("", 400) })
        {
            browser.Page = page;
            Assert.Equal((HttpStatusCode)status, await browser.Send("/oauth/sign-in/passkey", ("answer", answer)));
            Assert.Contains("role=\"alert\"", browser.Page);
        }

        Assert.Equal(before, await Sessions());
        using var anothers = new AppPerson(shop) { Page = page };
        Assert.Equal(HttpStatusCode.BadRequest, await anothers.Send("/oauth/sign-in/passkey", ("answer", good.ToJsonString())));
        Assert.Contains("was opened in another browser", anothers.Page);
    }

    private static Task<string?> SignIn(ChromiumPage page, string email) => page.Run<string>(
        $"(document.querySelector('#email').value = '{email}', document.querySelector('#password').value = '{Person.Password}', document.querySelector('form[action=\"/oauth/sign-in\"] button').click())");

    private static async Task Add(ChromiumPage page, HttpClient client)
    {
        var asked = await client.PostJson("/auth/passkeys/options");
        await client.PostJson("/auth/passkeys", new { name = "Phone", state = (string)asked["state"]!, credential = await page.Created(asked["public_key"]!) });
    }

    private Task<long> Sessions() => shop.Scalar<long>("select count(*) from identity.sessions");
}
