using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Identity.Apps;

/// <summary>A program that staff have registered, and what it asks of <c>/oauth</c>.</summary>
internal sealed record RegisteredApp(HpApp Shop, string Id, string? Secret)
{
    public const string RedirectUri = "https://app.example/callback";

    /// <summary>A confidential app for staff, unless said otherwise.</summary>
    public static async Task<RegisteredApp> Register(
        HpApp shop, string[] scopes, string audience = "user", string kind = "confidential", string[]? grants = null, bool isFirstParty = false, string redirectUri = RedirectUri, HttpClient? by = null)
    {
        var made = (await (by ?? shop.Admin).PostJson("/admin/apps", new
        {
            name = "Stock planner",
            kind,
            audience,
            scopes,
            redirect_uris = new[] { redirectUri },
            grant_types = grants ?? ["authorization_code", "refresh_token"],
            is_first_party = isFirstParty,
        }))["app"]!;
        return new RegisteredApp(shop, (string)made["id"]!, (string?)made["client_secret"]);
    }

    /// <summary>One that acts as itself.</summary>
    public static Task<RegisteredApp> Robot(HpApp shop, params string[] scopes) => Register(shop, scopes, grants: ["client_credentials"]);

    /// <summary>Asks with the app's secret, or with its id when it has none.</summary>
    public async Task<JsonNode> Ask(string path, int status = 200, params (string Name, string? Value)[] parameters)
    {
        using var client = Shop.Client();
        return await Ask(client, path, status, parameters);
    }

    public async Task<JsonNode> Ask(HttpClient client, string path, int status, params (string Name, string? Value)[] parameters)
    {
        var fields = parameters.Where(p => p.Value is not null).Select(p => KeyValuePair.Create(p.Name, p.Value!)).ToList();
        if (Secret is null) fields.Add(new("client_id", Id));
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new FormUrlEncodedContent(fields) };
        if (Secret is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Id}:{Secret}")));
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{path}: {(int)response.StatusCode} {text}");
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    public async Task<string> OwnToken(string? scope = null) =>
        (string)(await Ask("/oauth/token", 200, ("grant_type", "client_credentials"), ("scope", scope)))["access_token"]!;

    public Task<JsonNode> Introspect(string token) => Ask("/oauth/introspect", 200, ("token", token));

    public static JsonNode Claims(string token) => JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[1]))!;

    public static JsonNode Header(string token) => JsonNode.Parse(System.Buffers.Text.Base64Url.DecodeFromChars(token.Split('.')[0]))!;
}
