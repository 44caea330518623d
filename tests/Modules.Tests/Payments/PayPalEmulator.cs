using System.Collections.Concurrent;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Emulator;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Payments.Providers.PayPal;
using Microsoft.Extensions.Logging;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>PayPal on a socket of this machine, the shop's provider for it, a payer's browser, and the shop's owner at PayPal's own pages.</summary>
public sealed class PayPalEmulator : IAsyncLifetime
{
    public const string WebhookId = "EMULATOR0WEBHOOK1";
    private readonly HttpClient _browser = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private EmulatorApp _app = null!;
    private string? _owner;

    /// <summary>How long the shop waits for one answer; all tries together six seconds.</summary>
    public TimeSpan Attempt { get; init; } = TimeSpan.FromSeconds(4);

    /// <summary>Where webhooks go.</summary>
    public string? WebhookUrl { get; init; }

    internal PayPalOptions Options { get; private set; } = null!;

    internal PayPalClient Client { get; private set; } = null!;

    internal PayPalProvider Provider { get; private set; } = null!;

    internal Lines Log { get; } = new();

    public async ValueTask InitializeAsync()
    {
        _app = await EmulatorApp.StartAsync(new EmulatorOptions { PayPalWebhookUrl = WebhookUrl, PayPalWebhookId = WebhookId });
        _browser.BaseAddress = new Uri(_app.Url);
        Options = Account(_app.Url) with { Attempt = Attempt };
        Client = new PayPalClient(Options, TimeProvider.System, Log);
        Provider = new PayPalProvider(Options, Client);
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _browser.Dispose();
        await _app.DisposeAsync();
    }

    internal static PayPalOptions Account(string url) => new("client-of-the-shop", "secret-of-the-shop", WebhookId, new Uri(url + "/"))
    {
        Total = TimeSpan.FromSeconds(6),
        Pause = TimeSpan.FromMilliseconds(100),
    };

    internal static ProviderSession Session(long amount, string currency = "eur", string? input = null) =>
        new(Guid.CreateVersion7(), Guid.CreateVersion7(), null, amount, currency, "{}") { Input = input };

    /// <summary>The session as it is after an answer.</summary>
    internal static ProviderSession After(ProviderSession session, ProviderSnapshot answer) => session with { Reference = answer.Reference, Data = answer.Data, Input = null };

    internal async Task<ProviderSession> Opened(long amount, string currency = "eur")
    {
        var session = Session(amount, currency);
        return After(session, Ok(await Provider.Open(session, default)));
    }

    internal async Task<ProviderSession> Approved(long amount, string currency = "eur", string email = "ada@example.com")
    {
        var session = await Opened(amount, currency);
        await Approve(session, email);
        return session;
    }

    internal async Task<ProviderPayment> Authorized(long amount, string currency = "eur", string email = "ada@example.com")
    {
        var session = await Approved(amount, currency, email);
        var promised = Ok(await Provider.Authorize(session, default));
        return new ProviderPayment(After(session, promised), promised.PaymentReference!, amount, 0);
    }

    /// <summary>The payer agrees at PayPal's page; answers where the browser is sent.</summary>
    internal async Task<string?> Approve(ProviderSession session, string email = "ada@example.com", bool declines = false)
    {
        List<KeyValuePair<string, string>> fields = [new("outcome", "approve"), new("email", email), new("name", "Ada Mueller")];
        if (declines) fields.Add(new("decline", "on"));
        using var content = new FormUrlEncodedContent(fields);
        using var answer = await _browser.PostAsync(new Uri("/checkoutnow?token=" + session.Reference, UriKind.Relative), content);
        return answer.Headers.Location?.OriginalString;
    }

    public async Task<string> Page(string url) => await _browser.GetStringAsync(new Uri(url));

    /// <summary>Something goes wrong at the next calls.</summary>
    public Task Fault(string fault, string path = "*", int times = 1, string method = "*") =>
        Control("faults", new JsonObject { ["fault"] = fault, ["path"] = path, ["times"] = times, ["method"] = method });

    public async Task NoFaults() => (await _browser.DeleteAsync(new Uri("/_emulator/faults", UriKind.Relative))).EnsureSuccessStatusCode();

    public Task<JsonNode> Control(string path, JsonObject? body = null) => Send(body is null ? HttpMethod.Get : HttpMethod.Post, "/_emulator/" + path, body, HttpStatusCode.OK);

    /// <summary>What PayPal holds of one order.</summary>
    public async Task<JsonNode> Order(string? id) => ((JsonArray)(await Control("state?payment=" + id))["paypal"]!["orders"]!)[0]!;

    public async Task<int> Orders() => ((JsonArray)(await Control("state"))["paypal"]!["orders"]!).Count;

    /// <summary>What moved for an order: <c>authorization 500, capture 300, void 200</c>.</summary>
    public async Task<string> Moved(string? order) =>
        string.Join(", ", ((JsonArray)(await Control("state?payment=" + order))["movements"]!).Select(m => $"{m!["kind"]} {m["amount"]}"));

    /// <summary>Calls PayPal as the shop's owner does by hand.</summary>
    public async Task<JsonNode> ByHand(string path, JsonObject body, HttpStatusCode status = HttpStatusCode.Created)
    {
        if (_owner is null)
        {
            using var token = new HttpRequestMessage(HttpMethod.Post, "/v1/oauth2/token") { Content = new FormUrlEncodedContent([new("grant_type", "client_credentials")]) };
            token.Headers.Add("Authorization", "Basic " + Convert.ToBase64String("owner:secret"u8));
            using var given = await _browser.SendAsync(token);
            _owner = (string)JsonNode.Parse(await given.Content.ReadAsStringAsync())!["access_token"]!;
        }

        return await Send(HttpMethod.Post, path, body, status, _owner);
    }

    internal static ProviderSnapshot Ok(Result<ProviderSnapshot> answer) =>
        answer.Value ?? throw new InvalidOperationException($"{answer.Error}");

    /// <summary><c>Authorized 2000: capture 500, void 1500</c>.</summary>
    internal static string Text(Result<ProviderSnapshot> answer) => answer.Value is not { } held ? answer.Error!.Code
        : $"{held.State} {held.Amount}" + (held.Movements.Count == 0 ? "" : ": " + string.Join(", ", held.Movements.Select(m => $"{m.Kind.Name()} {m.Amount}")));

    private async Task<JsonNode> Send(HttpMethod method, string path, JsonObject? body, HttpStatusCode status, string? token = null)
    {
        using var message = new HttpRequestMessage(method, path);
        if (body is not null) message.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        if (token is not null) message.Headers.Add("Authorization", "Bearer " + token);
        using var answer = await _browser.SendAsync(message);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == answer.StatusCode, $"{(int)answer.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>What was logged.</summary>
    internal sealed class Lines : ILogger<PayPalClient>
    {
        public ConcurrentQueue<string> All { get; } = new();

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");
    }
}
