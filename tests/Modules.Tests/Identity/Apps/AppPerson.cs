using System.Net;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using System.Web;

namespace HeadlessPro.Modules.Tests.Identity.Apps;

/// <summary>Somebody's browser on the pages of <c>/oauth</c>: it keeps cookies, sends forms as they stand on the page, and follows nothing by itself.</summary>
internal sealed partial class AppPerson : IDisposable
{
    public const string Verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
    public const string Challenge = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

    private readonly HttpClient _client;

    public AppPerson(HpApp shop)
    {
        _client = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, CookieContainer = Cookies }) { BaseAddress = shop.BaseAddress };
    }

    public CookieContainer Cookies { get; } = new();

    public HttpResponseMessage Last { get; private set; } = null!;

    public string Page { get; set; } = "";

    /// <summary>Where the browser is sent, by the answer or by the page itself; null when it stays.</summary>
    public Uri? Location { get; private set; }

    /// <summary>The request of a good app; <paramref name="changes"/> replace its parameters, or take them out.</summary>
    public static string Query(RegisteredApp app, string scope, params (string Name, string? Value)[] changes)
    {
        var all = new Dictionary<string, string?>
        {
            ["response_type"] = "code",
            ["client_id"] = app.Id,
            ["redirect_uri"] = RegisteredApp.RedirectUri,
            ["scope"] = scope,
            ["state"] = "st ate&1",
            ["code_challenge"] = Challenge,
            ["code_challenge_method"] = "S256",
        };
        foreach (var (name, value) in changes) all[name] = value;
        return "/oauth/authorize?" + string.Join('&', all.Where(p => p.Value is not null).Select(p => $"{p.Key}={Uri.EscapeDataString(p.Value!)}"));
    }

    public Task<HttpStatusCode> Go(string address) => Take(new HttpRequestMessage(HttpMethod.Get, address));

    /// <summary>Sends the page's first form that has a button or field of that name.</summary>
    public Task<HttpStatusCode> Send(string action, params (string Name, string Value)[] fields)
    {
        var hidden = HiddenField().Match(Page) is { Success: true } found ? HttpUtility.HtmlDecode(found.Groups["value"].Value) : "";
        Assert.Contains($"action=\"{action}\"", Page);
        return Take(new HttpRequestMessage(HttpMethod.Post, action) { Content = new FormUrlEncodedContent(fields.Select(f => KeyValuePair.Create(f.Name, f.Value)).Prepend(KeyValuePair.Create("request", hidden))) });
    }

    public Task<HttpStatusCode> SignIn(string email, string password = Person.Password) => Send("/oauth/sign-in", ("email", email), ("password", password));

    public Task<HttpStatusCode> Decide(bool allow) => Send("/oauth/consent", ("decision", allow ? "allow" : "deny"));

    /// <summary>A parameter of where the browser is sent.</summary>
    public string? Answer(string name) => HttpUtility.ParseQueryString(Location!.Query)[name];

    /// <summary>The whole way: signs in, allows, and answers the code.</summary>
    public async Task<string> Allow(RegisteredApp app, string scope, string email, params (string Name, string? Value)[] changes)
    {
        await Go(Query(app, scope, changes));
        if (Location is null && Page.Contains("/oauth/sign-in\"", StringComparison.Ordinal) && Page.Contains("name=\"password\"", StringComparison.Ordinal)) await SignIn(email);
        if (Location is null) await Decide(true);
        return Answer("code") ?? throw new InvalidOperationException(Location + Page);
    }

    public static Task<JsonNode> Exchange(RegisteredApp app, string code, int status = 200, params (string Name, string? Value)[] changes)
    {
        var all = new Dictionary<string, string?> { ["grant_type"] = "authorization_code", ["code"] = code, ["redirect_uri"] = RegisteredApp.RedirectUri, ["code_verifier"] = Verifier };
        foreach (var (name, value) in changes) all[name] = value;
        return app.Ask("/oauth/token", status, [.. all.Select(p => (p.Key, p.Value))]);
    }

    public void Dispose() => _client.Dispose();

    private async Task<HttpStatusCode> Take(HttpRequestMessage request)
    {
        using (request)
        {
            Last?.Dispose();
            Last = await _client.SendAsync(request);
        }

        Page = await Last.Content.ReadAsStringAsync();
        Location = Last.Headers.Location ?? (Refresh().Match(Page) is { Success: true } found ? new Uri(HttpUtility.HtmlDecode(found.Groups["url"].Value)) : null);
        Assert.Equal("no-store", Last.Headers.CacheControl?.ToString());
        return Last.StatusCode;
    }

    [GeneratedRegex("name=\"request\" value=\"(?<value>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex HiddenField();

    [GeneratedRegex("http-equiv=\"refresh\" content=\"0; url=(?<url>[^\"]+)\"", RegexOptions.ExplicitCapture)]
    private static partial Regex Refresh();
}
