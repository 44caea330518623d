using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HeadlessPro.Emulator.Tests;

/// <summary>An emulator of its own for each test, and a shop that writes down the webhooks it gets; all over real sockets.</summary>
public sealed class Emulated : IAsyncDisposable
{
    public const string Secret = "whsec_test";
    private readonly EmulatorApp _emulator;
    private readonly WebApplication _shop;
    private readonly HttpClient _http = new(new SocketsHttpHandler { AllowAutoRedirect = false });

    private Emulated(EmulatorApp emulator, WebApplication shop, ConcurrentQueue<Hook> hooks, StrongBox refusals)
    {
        (_emulator, _shop, Hooks, Refusals) = (emulator, shop, hooks, refusals);
        _http.BaseAddress = new Uri(emulator.Url);
    }

    /// <summary>Every webhook that came, also those the shop refused.</summary>
    public ConcurrentQueue<Hook> Hooks { get; }

    /// <summary>How many webhooks the shop refuses before it takes one.</summary>
    public StrongBox Refusals { get; }

    public string Url => _emulator.Url;

    public static async Task<Emulated> StartAsync()
    {
        var hooks = new ConcurrentQueue<Hook>();
        var refusals = new StrongBox();
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var shop = builder.Build();
        shop.Run(async context =>
        {
            using var body = new MemoryStream();
            await context.Request.Body.CopyToAsync(body);
            hooks.Enqueue(new Hook(body.ToArray(), context.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase)));
            context.Response.StatusCode = Interlocked.Decrement(ref refusals.Left) >= 0 ? 500 : 200;
        });
        await shop.StartAsync();
        var address = shop.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.First();
        var emulator = await EmulatorApp.StartAsync(new EmulatorOptions
        {
            StripeWebhookUrl = address + "/stripe",
            StripeWebhookSecret = Secret,
            PayPalWebhookUrl = address + "/paypal",
            WebhookRetries = [.. Enumerable.Repeat(TimeSpan.FromMilliseconds(20), 5)],
        });
        return new Emulated(emulator, shop, hooks, refusals);
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        await _emulator.DisposeAsync();
        await _shop.DisposeAsync();
    }

    /// <summary>Calls Stripe: <paramref name="form"/> is <c>name=value&amp;…</c>, headers are <c>name: value</c>.</summary>
    public async Task<Answer> StripeAsync(string method, string path, string form = "", string key = "sk_test_shop", params string[] headers)
    {
        using var message = new HttpRequestMessage(new HttpMethod(method), method == "POST" || form.Length == 0 ? path : $"{path}?{form}");
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (method == "POST") message.Content = new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded");
        return await SendAsync(message, headers);
    }

    public Task<Answer> PostAsync(string path, string form, params string[] headers) => StripeAsync("POST", path, form, headers: headers);

    public Task<Answer> GetAsync(string path, string query = "") => StripeAsync("GET", path, query);

    public async Task<Answer> JsonAsync(string method, string path, JsonObject? body = null, params string[] headers)
    {
        using var message = new HttpRequestMessage(new HttpMethod(method), path);
        if (body is not null) message.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        return await SendAsync(message, headers);
    }

    public async Task<JsonNode> ControlAsync(string path, JsonObject? body = null) =>
        (await JsonAsync(body is null ? "GET" : "POST", "/_emulator/" + path, body)).Ok;

    public Task FaultAsync(string fault, string path = "*", string on = "*", int times = 1) =>
        ControlAsync("faults", new JsonObject { ["fault"] = fault, ["path"] = path, ["event"] = on, ["times"] = times });

    /// <summary>Types of the webhooks that came, once none waits.</summary>
    public async Task<string[]> EventsAsync()
    {
        Assert.True((bool)(await ControlAsync("idle"))["idle"]!);
        return [.. Hooks.Select(h => h.Type)];
    }

    /// <summary>A page as a browser without scripts gets it: status, text, and where it is sent on to.</summary>
    public async Task<(int Status, string Text, string? Location)> PageAsync(string url, params (string Name, string Value)[] form)
    {
        using var message = new HttpRequestMessage(form.Length == 0 ? HttpMethod.Get : HttpMethod.Post, url);
        if (form.Length > 0) message.Content = new FormUrlEncodedContent(form.Select(f => new KeyValuePair<string, string>(f.Name, f.Value)));
        using var answer = await _http.SendAsync(message);
        return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Headers.Location?.OriginalString);
    }

    public async Task<Answer> SendAsync(HttpRequestMessage message, params string[] headers)
    {
        foreach (var header in headers)
        {
            var parts = header.Split(": ", 2);
            message.Headers.TryAddWithoutValidation(parts[0], parts[1]);
        }

        using var answer = await _http.SendAsync(message);
        var text = await answer.Content.ReadAsStringAsync();
        return new Answer((int)answer.StatusCode, text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!,
            answer.Headers.ToDictionary(h => h.Key, h => string.Join(", ", h.Value), StringComparer.OrdinalIgnoreCase));
    }
}

public sealed class StrongBox
{
    public int Left;
}

public sealed record Answer(int Status, JsonNode Body, Dictionary<string, string> Headers)
{
    public JsonNode Ok => Status is >= 200 and < 300 ? Body : throw new InvalidOperationException($"{Status}: {Body}");

    public string? this[string path]
    {
        get
        {
            var node = Body;
            foreach (var step in path.Split('.')) node = node is JsonArray items ? items[int.Parse(step)] : node?[step];
            return node?.ToString();
        }
    }
}

public sealed record Hook(byte[] Body, Dictionary<string, string> Headers)
{
    public JsonNode Event { get; } = JsonNode.Parse(Body)!;

    public string Type => (string)(Event["type"] ?? Event["event_type"])!;

    public string Id => (string)Event["id"]!;
}
