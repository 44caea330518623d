using System.Text.Json.Nodes;

namespace HeadlessPro.Platform.Tests.Start;

/// <summary>What a shop in production should have been told and was not, its operator reads in the log.</summary>
public sealed class StartWarningTests : IDisposable
{
    private readonly string _data = Directory.CreateTempSubdirectory("hp-warnings-").FullName;

    [Fact]
    public async Task What_production_should_set_is_named_once_and_so_is_a_proxy_nobody_has_named()
    {
        var said = await Say(new());
        Assert.Equal(
            ["MASTER_KEY is not set", "PUBLIC_URL is not set", "STORE_CORS and AUTH_CORS are not set", "A proxy on this machine without TRUSTED_PROXIES lifts the limits for everybody"],
            said.Select(s => s.Split([": ", "; "], StringSplitOptions.None)[0]));

        Assert.Empty(await Say(new() { ["ASPNETCORE_ENVIRONMENT"] = "Development", ["TRUSTED_PROXIES"] = "127.0.0.1" }));
        Assert.Equal(["AUTH_CORS is not set"], (await Say(new()
        {
            ["MASTER_KEY"] = new string('k', 32),
            ["PUBLIC_URL"] = "https://api.shop.example",
            ["STORE_CORS"] = "https://shop.example",
            ["TRUSTED_PROXIES"] = "127.0.0.1",
        }, anew: true)).Select(s => s.Split(": ")[0]));
    }

    public void Dispose() => Directory.Delete(_data, recursive: true);

    // Warnings of ours while it starts and is asked twice through a proxy.
    private async Task<List<string>> Say(Dictionary<string, string?> environment, bool anew = false)
    {
        environment.TryAdd("ASPNETCORE_ENVIRONMENT", "Production");
        var port = HostProcess.FreePort();
        await using var host = await HostProcess.Serve(anew ? Path.Combine(_data, "anew") : _data, port, environment);
        using var http = new HttpClient();
        http.DefaultRequestHeaders.Add("X-Forwarded-For", "198.51.100.7");
        for (var i = 0; i < 2; i++) (await http.GetAsync($"http://127.0.0.1:{port}/health")).Dispose();
        await host.Signal("TERM");
        Assert.Equal((0, ""), await host.Ended());
        return [.. (await host.Output).Split('\n').Where(l => l.StartsWith('{')).Select(l => JsonNode.Parse(l)!)
            .Where(l => (string?)l["LogLevel"] == "Warning" && ((string)l["Category"]!).StartsWith("HeadlessPro", StringComparison.Ordinal)).Select(l => (string)l["Message"]!)];
    }
}
