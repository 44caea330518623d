namespace HeadlessPro.Modules.Tests.Identity;

public class SecurityHeaderTests(HpApp app) : IClassFixture<HpApp>
{
    [Theory]
    [InlineData("/health")]
    [InlineData("/store/currencies")]
    [InlineData("/nowhere")]
    [InlineData("/docs")]
    public async Task Everything_says_what_browsers_may_do_with_it(string path)
    {
        using var answer = await app.Store.GetAsync(path);
        string Header(string name) => answer.Headers.GetValues(name).Single();
        Assert.Equal("nosniff", Header("X-Content-Type-Options"));
        Assert.Equal("DENY", Header("X-Frame-Options"));
        Assert.Equal("no-referrer", Header("Referrer-Policy"));
        Assert.StartsWith("default-src 'none'; frame-ancestors 'none'", Header("Content-Security-Policy"), StringComparison.Ordinal);
        Assert.DoesNotContain("unsafe-inline", Header("Content-Security-Policy"), StringComparison.Ordinal);
        // Over plain HTTP it says nothing.
        Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
    }

    [Fact]
    public async Task Over_tls_cookies_are_of_this_host_alone()
    {
        await using var proxied = new Proxied();
        await proxied.InitializeAsync();
        using var person = await Person.Join(proxied);
        person.Client.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        using var given = await person.Client.PostAsync("/auth/session", null);
        var cookie = Assert.Single(given.Headers.GetValues("Set-Cookie"));
        Assert.Matches("^__Host-headlesspro\\.sid=[^;]+; path=/; secure; samesite=none; httponly$", cookie);

        using var browser = HpApp.AsShopper(proxied.Client());
        browser.DefaultRequestHeaders.Add("X-Forwarded-Proto", "https");
        var value = cookie.Split(';')[0];
        browser.DefaultRequestHeaders.Add("Cookie", value["__Host-".Length..]);
        await browser.GetJson("/store/customers/me", 401);
        browser.DefaultRequestHeaders.Remove("Cookie");
        browser.DefaultRequestHeaders.Add("Cookie", value);
        await browser.GetJson("/store/customers/me");
    }

    [Fact]
    public async Task A_forwarded_header_of_somebody_unknown_changes_nothing()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
        request.Headers.Add("X-Forwarded-Proto", "https");
        using var answer = await app.Store.SendAsync(request);
        Assert.False(answer.Headers.Contains("Strict-Transport-Security"));
    }

    private sealed class Proxied : HpApp
    {
        protected override string[] Arguments => ["--TRUSTED_PROXIES=127.0.0.1,::1"];
    }
}
