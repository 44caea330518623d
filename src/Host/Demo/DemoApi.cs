using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json.Nodes;

namespace HeadlessPro.Host.Demo;

/// <summary>The Admin API as the demo shop uses it: what exists is found, what does not is made.</summary>
internal sealed class DemoApi : IDisposable
{
    private readonly HttpClient _http;

    public DemoApi(Uri address, string secretKey)
    {
        _http = new HttpClient { BaseAddress = address, Timeout = TimeSpan.FromMinutes(2) };
        _http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(secretKey + ":")));
    }

    public void Dispose() => _http.Dispose();

    public async Task<JsonNode> Get(string path, CancellationToken ct) => await Read(await _http.GetAsync(path, ct), path, ct);

    public async Task<JsonNode> Post(string path, JsonNode? body, CancellationToken ct) => await Read(await _http.PostAsJsonAsync(path, body ?? new JsonObject(), ct), path, ct);

    /// <summary>The entity of <paramref name="path"/> whose <paramref name="key"/> equals that of the body; made from the body when there is none.</summary>
    public async Task<JsonNode> Ensure(string path, string listName, string name, string key, JsonObject body, CancellationToken ct)
    {
        var wanted = (string)body[key]!;
        var list = (await Get($"{path}?limit=200", ct))[listName]!.AsArray();
        return list.FirstOrDefault(e => string.Equals((string?)e![key], wanted, StringComparison.OrdinalIgnoreCase))
            ?? (await Post(path, body, ct))[name]!;
    }

    /// <summary>Imports a product file and waits for it; throws when a row is refused.</summary>
    public async Task Import(string csv, string query, CancellationToken ct)
    {
        using var content = new StringContent(csv, Encoding.UTF8, new MediaTypeHeaderValue("text/csv"));
        var import = (await Read(await _http.PostAsync($"/admin/product-imports?{query}", content, ct), "/admin/product-imports", ct))["import"]!;
        var lines = (await _http.GetStringAsync($"/admin/product-imports/{import["id"]}/progress", ct)).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        var end = JsonNode.Parse(lines[^1])!["import"]!;
        if ((string?)end["status"] != "completed" || (long)end["rows_failed"]! > 0)
            throw new InvalidOperationException($"The demo products could not be imported: {end.ToJsonString()} {(await Get($"/admin/product-imports/{import["id"]}/errors", ct)).ToJsonString()}");
    }

    private static async Task<JsonNode> Read(HttpResponseMessage response, string path, CancellationToken ct)
    {
        using (response)
        {
            var text = await response.Content.ReadAsStringAsync(ct);
            return response.IsSuccessStatusCode ? JsonNode.Parse(text)! : throw new InvalidOperationException($"{path} answered {(int)response.StatusCode}: {text}");
        }
    }
}
