using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace HeadlessPro.Tests.Support;

/// <summary>JSON over HTTP in one word. A body is an anonymous object, a <see cref="JsonNode"/> or raw JSON text.</summary>
public static class HttpJson
{
    /// <summary>GET; fails the test unless the answer has <paramref name="status"/>.</summary>
    public static Task<JsonNode> GetJson(this HttpClient client, string path, int status = 200) =>
        Send(client, HttpMethod.Get, path, null, status);

    /// <summary>POST.</summary>
    public static Task<JsonNode> PostJson(this HttpClient client, string path, object? body = null, int status = 200) =>
        Send(client, HttpMethod.Post, path, body, status);

    /// <summary>DELETE.</summary>
    public static Task<JsonNode> DeleteJson(this HttpClient client, string path, object? body = null, int status = 200) =>
        Send(client, HttpMethod.Delete, path, body, status);

    private static async Task<JsonNode> Send(HttpClient client, HttpMethod method, string path, object? body, int status)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is string raw) request.Content = new StringContent(raw, Encoding.UTF8, "application/json");
        else if (body is not null) request.Content = JsonContent.Create(body);
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Assert.True((int)response.StatusCode == status, $"{method} {path}: expected {status}, got {(int)response.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }
}
