using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Identity.OpenId;

/// <summary>A shop that lets people sign in at providers of another process.</summary>
public class OpenIdShop : HpApp
{
    public const string Callback = "https://shop.example/auth/customer/main/callback";

    private const string ClientId = "the-shop";
    private const string Secret = "s:ecret & more+than %one";

    internal ProviderProcess Provider { get; set; } = null!;

    protected override string[] Arguments => [.. Configured.Select(s => $"--{s.Name}={s.Value}")];

    /// <summary>How every host of this shop is configured.</summary>
    internal IEnumerable<(string Name, string Value)> Configured =>
    [
        .. Named("main", ("Authority", Provider.Url + "/openid/main"), ("CallbackUrls", $"{Callback},https://shop.example/other"), ("DisplayName", "Main street"), ("TrustedDomains", "example.com, Example.net")),
        .. Named("tenants", ("Preset", "microsoft"), ("Authority", Provider.Url + "/openid/common"), ("CallbackUrls", Callback)),
        .. Named("contoso", ("Preset", "microsoft"), ("Tenant", "contoso.example"), ("Authority", Provider.Url + "/openid/contoso"), ("CallbackUrls", Callback), ("TrustEmail", "true")),
        .. Named("gmail", ("Preset", "google"), ("Authority", Provider.Url + "/openid/gmail"), ("CallbackUrls", Callback)),
        .. Named("house", ("Authority", Provider.Url + "/openid/house"), ("CallbackUrls", Callback), ("TrustEmail", "true")),
        .. Named(
            "work", ("Authority", Provider.Url + "/openid/work"), ("CallbackUrls", Callback), ("Actors", "user"), ("Scopes", "openid email profile groups"), ("Staff:AllowedDomains", "example.com"),
            ("Staff:AutoCreate", "true"), ("Staff:Roles:shop-admins", "admin"), ("Staff:Roles:shop-support", "support"), ("Staff:Roles:shop-readers", "read-only"), ("Staff:Roles:shop-nobody", "no-such-role")),
        .. Named("office", ("Authority", Provider.Url + "/openid/office"), ("CallbackUrls", Callback), ("Actors", "customer,user"), ("Staff:AllowedDomains", "example.com")),
        .. Named("slow", ("Authority", Provider.Url + "/openid/slow"), ("CallbackUrls", Callback), ("TimeoutSeconds", "3")),
        .. Named("nowhere", ("Authority", "http://127.0.0.1:9"), ("CallbackUrls", Callback)),
    ];

    public override async ValueTask InitializeAsync()
    {
        Provider = await ProviderProcess.Start();
        await Provider.Control("openid/main/clients", new JsonObject { ["client_id"] = ClientId, ["client_secret"] = Secret });
        // Made in no time, which an RSA key is not.
        foreach (var realm in new[] { "contoso", "gmail", "house", "work", "office", "slow" }) await Provider.Control($"openid/{realm}/keys", new JsonObject { ["alg"] = "ES256" });
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        await base.DisposeAsync();
        Provider.Dispose();
    }

    private static IEnumerable<(string, string)> Named(string name, params (string Name, string Value)[] settings) =>
        [.. settings.Select(s => ($"Identity:OpenId:{name}:{s.Name}", s.Value)), ($"Identity:OpenId:{name}:ClientId", ClientId), ($"Identity:OpenId:{name}:ClientSecret", Secret)];

    /// <summary>A browser: it keeps its cookies, as the shop's pages and ours are of one site.</summary>
    public HttpClient Browser() => AsShopper(new HttpClient(new SocketsHttpHandler()) { BaseAddress = BaseAddress });

    /// <summary>Signs in as the storefront does, with the whole way through the provider; answers the callback's query.</summary>
    internal async Task<string> Return(HttpClient browser, string email, string provider = "main", string actor = "customer")
    {
        var location = (string)(await browser.PostJson($"/auth/{actor}/{provider}", new { login_hint = email }))["location"]!;
        return (await Provider.Approve(location)).Query;
    }

    internal async Task<string> SignIn(HttpClient browser, string email, string provider = "main", string actor = "customer") =>
        (string)(await browser.GetJson($"/auth/{actor}/{provider}/callback{await Return(browser, email, provider, actor)}"))["token"]!;

    /// <summary>The same, by somebody who does not get in.</summary>
    internal async Task<JsonNode> Refused(HttpClient browser, string email, string provider, int status, string actor = "customer") =>
        await browser.GetJson($"/auth/{actor}/{provider}/callback{await Return(browser, email, provider, actor)}", status);

    /// <summary>Everything about people, as one text: what a refusal must leave as it was.</summary>
    internal Task<string?> People() => Scalar<string>("""
        select concat_ws(' ', (select count(*) from identity.identities), (select count(*) from identity.sign_ins), (select count(*) from identity.customers),
            (select count(*) from identity.users), (select count(*) from identity.sessions where revoked_at is null), (select count(*) from identity.user_roles),
            (select md5(string_agg(s::text, ',' order by s.id)) from identity.sign_ins s))
        """);

    internal static HttpClient With(HttpClient client, string token)
    {
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        return client;
    }
}
