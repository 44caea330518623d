using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using HeadlessPro.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Identity.SignIn.OpenId;

/// <summary>Why a sign-in at a provider does not go on: what the person is told, and what the operator reads.</summary>
internal sealed class OpenIdRefusal(Error answer, string reason) : Exception(reason)
{
    public Error Answer => answer;

    /// <summary>The provider gave no answer that could be used: it may another time.</summary>
    public static OpenIdRefusal Unreachable(string reason) => new(Error.Unavailable("The provider cannot be reached now: try again later, or sign in another way", "provider_unavailable"), reason);

    /// <summary>What came is not the provider's word for this sign-in.</summary>
    public static OpenIdRefusal Unverified(string reason) => new(Error.Unauthorized("What the provider sent could not be verified: sign in again"), reason);
}

/// <summary>A provider's answers: JSON of a bounded size, from the address that was asked and no other.</summary>
internal sealed class OpenIdHttp(IHttpClientFactory clients)
{
    private const string Name = "identity.openid";
    private const int Most = 256 * 1024;

    public static void Add(IServiceCollection services) => services.AddHttpClient(Name, client =>
    {
        // Each step has a deadline of its own.
        client.Timeout = Timeout.InfiniteTimeSpan;
        client.MaxResponseContentBufferSize = Most;
        client.DefaultRequestHeaders.UserAgent.Add(new ProductInfoHeaderValue("HeadlessPro", "1.0"));
        client.DefaultRequestHeaders.Accept.Add(new MediaTypeWithQualityHeaderValue("application/json"));
    }).ConfigurePrimaryHttpMessageHandler(() => new SocketsHttpHandler
    {
        // Where to ask is configured: nobody sends us elsewhere.
        AllowAutoRedirect = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        MaxResponseHeadersLength = 64,
    });

    /// <summary>An object; refuses everything else.</summary>
    public async Task<JsonElement> Get(Uri address, string? accessToken, CancellationToken ct)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        if (accessToken is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", accessToken);
        var (status, body) = await Send(request, ct);
        return status == HttpStatusCode.OK && body is { } answer ? answer : throw OpenIdRefusal.Unreachable($"{address} answered {(int)status}, not a JSON object");
    }

    /// <summary>The status, and the object if there is one.</summary>
    public async Task<(HttpStatusCode Status, JsonElement? Body)> Send(HttpRequestMessage request, CancellationToken ct)
    {
        using var client = clients.CreateClient(Name);
        try
        {
            using var response = await client.SendAsync(request, ct);
            if (!IsJson(response.Content.Headers.ContentType?.MediaType)) return (response.StatusCode, null);
            using var document = JsonDocument.Parse(await response.Content.ReadAsByteArrayAsync(ct));
            return (response.StatusCode, document.RootElement.ValueKind == JsonValueKind.Object ? document.RootElement.Clone() : null);
        }
        catch (Exception e) when (e is HttpRequestException or JsonException or IOException)
        {
            throw OpenIdRefusal.Unreachable($"{request.RequestUri}: {e.Message}");
        }
    }

    /// <summary>JSON itself, or a kind of it: keys have a name of their own (<c>application/jwk-set+json</c>).</summary>
    private static bool IsJson(string? type) =>
        type is not null && (type.Equals("application/json", StringComparison.OrdinalIgnoreCase) || (type.StartsWith("application/", StringComparison.OrdinalIgnoreCase) && type.EndsWith("+json", StringComparison.OrdinalIgnoreCase)));
}

/// <summary>What stands in a provider's JSON.</summary>
internal static class OpenIdJsonReading
{
    /// <summary>A member's text; null when it is absent, empty or something else.</summary>
    public static string? Text(this JsonElement json, string name) =>
        json.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } text ? text : null;

    /// <summary>A list of texts, or one text.</summary>
    public static IReadOnlyList<string>? Texts(this JsonElement json, string name) => !json.TryGetProperty(name, out var value) ? null
        : value.ValueKind == JsonValueKind.String ? [value.GetString()!]
        : value.ValueKind == JsonValueKind.Array ? [.. value.EnumerateArray().Where(v => v.ValueKind == JsonValueKind.String).Select(v => v.GetString()!)]
        : null;

    /// <summary>Whether it is true, as a truth or, as some write it, as a text or 1.</summary>
    public static bool IsTrue(this JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind switch
    {
        JsonValueKind.True => true,
        JsonValueKind.String => value.GetString() is "true" or "1",
        JsonValueKind.Number => value.TryGetInt32(out var one) && one == 1,
        _ => false,
    };
}
