using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Identity.Passkeys;

/// <summary>The machine's Chromium without a window, spoken to by its DevTools protocol through a pipe: it ends when these tests do, however they end.</summary>
internal sealed class Chromium : IAsyncDisposable
{
    private static readonly string[] Names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];

    private readonly Process _process;
    private readonly string _profile;
    private readonly SemaphoreSlim _sending = new(1);
    private readonly ConcurrentDictionary<int, TaskCompletionSource<JsonNode>> _waiting = new();
    private readonly Task _listening;
    private int _last;

    private Chromium(Process process, string profile)
    {
        (_process, _profile) = (process, profile);
        _listening = Task.Run(Listen);
    }

    /// <summary>Where it is; null on a machine that has none. <c>dev/test</c> installs it where it may.</summary>
    public static string? Find() => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').SelectMany(folder => Names.Select(name => Path.Combine(folder, name))).FirstOrDefault(File.Exists);

    public static Chromium Start(string program)
    {
        var profile = Directory.CreateTempSubdirectory("chromium-").FullName;
        // It reads from its third descriptor and writes to its fourth.
        var start = new ProcessStartInfo("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        foreach (var argument in (string[])["-c", "exec \"$0\" \"$@\" 3<&0 4>&1 </dev/null >/dev/null 2>&1", program, "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
            "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-extensions", "--remote-debugging-pipe", $"--user-data-dir={profile}", "about:blank"])
            start.ArgumentList.Add(argument);
        return new Chromium(Process.Start(start)!, profile);
    }

    /// <summary>Opens a page in a context of its own: no cookie, no passkey of another's.</summary>
    public async Task<ChromiumPage> Open(string address)
    {
        var context = await Send("Target.createBrowserContext", new());
        var target = await Send("Target.createTarget", new() { ["url"] = address, ["browserContextId"] = (string)context["browserContextId"]! });
        var attached = await Send("Target.attachToTarget", new() { ["targetId"] = (string)target["targetId"]!, ["flatten"] = true });
        var page = new ChromiumPage(this, (string)attached["sessionId"]!);
        await page.Loaded(address);
        return page;
    }

    public async Task<JsonNode> Send(string method, JsonObject parameters, string? session = null)
    {
        var id = Interlocked.Increment(ref _last);
        var answer = _waiting[id] = new(TaskCreationOptions.RunContinuationsAsynchronously);
        var message = new JsonObject { ["id"] = id, ["method"] = method, ["params"] = parameters };
        if (session is not null) message["sessionId"] = session;
        await _sending.WaitAsync();
        try
        {
            await _process.StandardInput.BaseStream.WriteAsync(Encoding.UTF8.GetBytes(message.ToJsonString() + '\0'));
            await _process.StandardInput.BaseStream.FlushAsync();
        }
        finally
        {
            _sending.Release();
        }

        var said = await answer.Task.WaitAsync(TimeSpan.FromMinutes(1));
        return said["error"] is { } error ? throw new InvalidOperationException($"{method}: {error.ToJsonString()}") : said["result"]!;
    }

    // Messages end with a zero byte.
    private async Task Listen()
    {
        using var message = new MemoryStream();
        var buffer = new byte[64 * 1024];
        int read;
        while ((read = await _process.StandardOutput.BaseStream.ReadAsync(buffer)) > 0)
        {
            foreach (var one in buffer[..read])
            {
                if (one != 0)
                {
                    message.WriteByte(one);
                    continue;
                }

                if (JsonNode.Parse(message.ToArray()) is { } said && (int?)said["id"] is { } id && _waiting.TryRemove(id, out var waiting)) waiting.SetResult(said);
                message.SetLength(0);
            }
        }

        foreach (var waiting in _waiting.Values) waiting.TrySetException(new InvalidOperationException("Chromium ended"));
    }

    public async ValueTask DisposeAsync()
    {
        await Send("Browser.close", new());
        await _process.WaitForExitAsync();
        await _listening;
        _process.Dispose();
        _sending.Dispose();
        try
        {
            Directory.Delete(_profile, recursive: true);
        }
        catch (IOException)
        {
            // One of its processes is still at it.
        }
    }
}

/// <summary>A page, and the authenticators that are plugged in there.</summary>
internal sealed class ChromiumPage(Chromium chromium, string session)
{
    public Task<JsonNode> Send(string method, JsonObject parameters) => chromium.Send(method, parameters, session);

    /// <summary>Waits until the address is there, with its scripts.</summary>
    public async Task Loaded(string address)
    {
        while (await Run<string>("document.readyState === 'complete' ? location.href : ''") != address) await Task.Delay(20);
    }

    /// <summary>Waits until the page that is there by then shows one of the texts.</summary>
    public async Task Shows(params string[] texts)
    {
        for (var (seen, until) = ("", DateTime.UtcNow.AddSeconds(30)); !texts.Any(t => seen.Contains(t, StringComparison.Ordinal)); await Task.Delay(20))
        {
            Assert.True(DateTime.UtcNow < until, $"'{texts[0]}' is not on the page: {seen}");
            try
            {
                seen = await Run<string>("document.body?.innerText ?? ''") ?? "";
            }
            catch (InvalidOperationException)
            {
                // It was just leaving.
            }
        }
    }

    /// <summary>Plugs an authenticator in that keeps passkeys and knows its owner, who agrees to everything at once.</summary>
    public async Task<string> PlugIn()
    {
        await Send("WebAuthn.enable", new());
        return (string)(await Send("WebAuthn.addVirtualAuthenticator", new()
        {
            ["options"] = new JsonObject
            {
                ["protocol"] = "ctap2",
                ["ctap2Version"] = "ctap2_1",
                ["transport"] = "internal",
                ["hasResidentKey"] = true,
                ["hasUserVerification"] = true,
                ["isUserVerified"] = true,
                ["automaticPresenceSimulation"] = true,
            },
        }))["authenticatorId"]!;
    }

    public async Task<JsonArray> Credentials(string authenticator) => (await Send("WebAuthn.getCredentials", new() { ["authenticatorId"] = authenticator }))["credentials"]!.AsArray();

    /// <summary>What an authenticator answers to options for a new passkey.</summary>
    public async Task<JsonNode> Created(JsonNode options) => JsonNode.Parse((await Run<string>(
        $"JSON.stringify((await navigator.credentials.create({{ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON({options.ToJsonString()}) }})).toJSON())"))!)!;

    /// <summary>What it answers to options to sign in.</summary>
    public async Task<JsonNode> Asserted(JsonNode options) => JsonNode.Parse((await Run<string>(
        $"JSON.stringify((await navigator.credentials.get({{ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON({options.ToJsonString()}) }})).toJSON())"))!)!;

    /// <summary>The value of an expression, of a promise's end; a thrown error's text after <c>!</c>.</summary>
    public async Task<T?> Run<T>(string expression)
    {
        var answer = await Send("Runtime.evaluate", new() { ["expression"] = $"(async () => {expression})().catch(e => '!' + (e.code ?? e.name))", ["awaitPromise"] = true, ["returnByValue"] = true });
        Assert.True(answer["exceptionDetails"] is null, answer.ToJsonString());
        return answer["result"]!["value"] is { } value ? value.Deserialize<T>() : default;
    }
}
