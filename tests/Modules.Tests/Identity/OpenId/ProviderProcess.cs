using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Identity.OpenId;

/// <summary>OpenID providers in a process of their own, over real HTTP, and a person's browser that goes there and back.</summary>
internal sealed class ProviderProcess : IDisposable
{
    private readonly Process _process;
    private readonly HttpClient _browser;

    private ProviderProcess(Process process, Uri address) => (_process, _browser) = (process, new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = address });

    public string Url => _browser.BaseAddress!.OriginalString;

    /// <param name="port">Where it was before, to come back there.</param>
    public static async Task<ProviderProcess> Start(int? port = null)
    {
        var address = new Uri($"http://127.0.0.1:{port ?? HpApp.FreePort()}");
        var process = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "HeadlessPro.Emulator.dll"), $"--port={address.Port}"]) { RedirectStandardOutput = true, UseShellExecute = false })!;
        var said = await process.StandardOutput.ReadLineAsync();
        Assert.Contains("listens", said ?? "", StringComparison.Ordinal);
        return new ProviderProcess(process, address);
    }

    public async Task<JsonNode> Control(string path, JsonObject body)
    {
        using var content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        using var answer = await _browser.PostAsync(new Uri("/_emulator/" + path, UriKind.Relative), content);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(answer.IsSuccessStatusCode, text);
        return JsonNode.Parse(text)!;
    }

    /// <summary>Somebody who is known there and need not be asked.</summary>
    public async Task<string> Knows(string email, string realm = "main", JsonObject? also = null)
    {
        var person = also ?? [];
        person["email"] = email;
        return (string)(await Control($"openid/{realm}/people", person))["sub"]!;
    }

    public Task Fault(string fault, string path = "*") => Control("faults", new JsonObject { ["fault"] = fault, ["path"] = path });

    /// <summary>What no request has used up.</summary>
    public async Task<int> FaultsLeft() => (await _browser.GetJson("/_emulator/faults"))["faults"]!.AsArray().Count;

    public Task NoFaults() => _browser.DeleteJson("/_emulator/faults");

    /// <summary>Opens the page to sign in; answers where the browser is sent back to, with code and state.</summary>
    public async Task<Uri> Approve(string location)
    {
        using var answer = await _browser.GetAsync(new Uri(location));
        Assert.True((int)answer.StatusCode == 302, await answer.Content.ReadAsStringAsync());
        return answer.Headers.Location!;
    }

    /// <summary>Fills in the page to sign in.</summary>
    public async Task<Uri> Submit(string location, params (string Name, string Value)[] fields)
    {
        using (var page = await _browser.GetAsync(new Uri(location))) Assert.Contains("<form method=\"post\">", await page.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        using var content = new FormUrlEncodedContent(fields.Select(f => new KeyValuePair<string, string>(f.Name, f.Value)));
        using var answer = await _browser.PostAsync(new Uri(location), content);
        return answer.Headers.Location!;
    }

    public void Dispose()
    {
        if (!_process.HasExited) _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
        _browser.Dispose();
    }
}
