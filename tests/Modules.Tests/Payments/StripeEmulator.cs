using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Emulator;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Payments.Providers.Stripe;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>Stripe on a socket of this machine, the shop's client of it, and a shopper's browser.</summary>
public sealed class StripeEmulator : IAsyncLifetime
{
    private readonly HttpClient _browser = new(new SocketsHttpHandler { AllowAutoRedirect = false });
    private static readonly NpgsqlDataSource NoDatabase = NpgsqlDataSource.Create("Host=nowhere.invalid");
    private EmulatorApp _app = null!;
    private NpgsqlDataSource? _customers;

    public string Url => _app.Url;

    internal StripeOptions Options { get; private set; } = null!;

    internal StripeClient Client { get; private set; } = null!;

    internal StripeProvider Cards { get; private set; } = null!;

    internal StripeCheckoutProvider Hosted { get; private set; } = null!;

    internal Lines Log { get; } = new();

    public async ValueTask InitializeAsync()
    {
        _app = await EmulatorApp.StartAsync(new EmulatorOptions());
        _browser.BaseAddress = new Uri(_app.Url);
        Options = Quick(_app.Url);
        Client = new StripeClient(Options, TimeProvider.System, Log);
        Connect(NoDatabase);
    }

    /// <summary>From here on sessions may be of signed-in shoppers, whose names at Stripe the shop keeps.</summary>
    internal async Task KeepCustomers() => Connect(_customers ??= NpgsqlDataSource.Create(await TestServer.NewDatabase()));

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        _browser.Dispose();
        if (_customers is not null) await _customers.DisposeAsync();
        await _app.DisposeAsync();
    }

    internal static StripeProvider CardsOf(StripeClient client) => new(client, new StripeIntents(new Db(NoDatabase), client));

    /// <summary>An account whose calls do not wait long.</summary>
    internal static StripeOptions Quick(string url) => new("sk_test_shop", [], new Uri(url))
    {
        Attempt = TimeSpan.FromSeconds(0.4),
        Total = TimeSpan.FromSeconds(2),
        Pause = TimeSpan.FromMilliseconds(100),
    };

    internal static ProviderSession Session(long amount = 5000, string currency = "eur") => new(WireId.New(), WireId.New(), null, amount, currency, "{}");

    /// <summary>A session that was opened at Stripe.</summary>
    internal async Task<ProviderSession> Opened(IPaymentProvider provider, ProviderSession session)
    {
        var opened = (await provider.Open(session, default)).Value!;
        return session with { Reference = opened.Reference, Data = opened.Data };
    }

    /// <summary>A session of 50.00 EUR that a shopper has paid with a card.</summary>
    internal async Task<ProviderPayment> Paid(string card = "pm_card_visa", long amount = 5000)
    {
        var session = await Opened(Cards, Session(amount));
        await Confirm(session, card);
        return new ProviderPayment(session, session.Reference!, amount, 0);
    }

    internal Task<JsonNode> Confirm(ProviderSession session, string card = "pm_card_visa", HttpStatusCode status = HttpStatusCode.OK) =>
        Confirm((string)JsonNode.Parse(session.Data)!["client_secret"]!, card, status);

    /// <summary>Confirms with the publishable key, as Stripe.js does.</summary>
    public Task<JsonNode> Confirm(string clientSecret, string card = "pm_card_visa", HttpStatusCode status = HttpStatusCode.OK, string? emulate = null) => Form(
        $"/v1/payment_intents/{clientSecret[..clientSecret.IndexOf("_secret", StringComparison.Ordinal)]}/confirm",
        $"client_secret={clientSecret}&payment_method={card}&use_stripe_sdk=true", "pk_test_shop", status, emulate);

    /// <summary>A snapshot's movements in a line: <c>capture 3000 of ch_1 by us, void 2000</c>; references without their ids.</summary>
    internal static string Line(Result<ProviderSnapshot> answer, Guid? key = null) => string.Join(", ", answer.Value!.Movements.Select(m =>
        $"{m.Kind.Name()} {m.Amount} {m.Reference.Split('_')[0]}{(m.Reference.EndsWith(":released", StringComparison.Ordinal) ? ":released" : "")}{(m.Key is null ? "" : m.Key == key ? " by us" : " by another")}"));

    /// <summary>Something goes wrong at the next calls.</summary>
    public Task Fault(string fault, string path = "*", int times = 1, string method = "*", int skip = 0) =>
        Control("faults", new JsonObject { ["fault"] = fault, ["path"] = path, ["times"] = times, ["method"] = method, ["skip"] = skip });

    public async Task NoFaults() => (await _browser.DeleteAsync(new Uri("/_emulator/faults", UriKind.Relative))).EnsureSuccessStatusCode();

    public async Task<JsonNode> Control(string path, JsonObject? body = null)
    {
        using var message = new HttpRequestMessage(body is null ? HttpMethod.Get : HttpMethod.Post, "/_emulator/" + path);
        if (body is not null) message.Content = new StringContent(body.ToJsonString(), Encoding.UTF8, "application/json");
        return await Send(message, HttpStatusCode.OK);
    }

    /// <summary>What moved for a payment: <c>authorization 500, capture 300, void 200</c>.</summary>
    public async Task<string> Moved(string intent) =>
        string.Join(", ", ((JsonArray)(await Control("state?payment=" + intent))["movements"]!).Select(m => $"{m!["kind"]} {m["amount"]}"));

    /// <summary>Calls Stripe as somebody does who is not the shop.</summary>
    public async Task<JsonNode> Form(string path, string form, string key = "sk_test_dashboard", HttpStatusCode status = HttpStatusCode.OK, string? emulate = null, string method = "POST")
    {
        using var message = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded") };
        message.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        if (emulate is not null) message.Headers.Add("X-Emulate", emulate);
        return await Send(message, status);
    }

    /// <summary>Fills in a page; answers where the browser is sent.</summary>
    public async Task<string?> Submit(string url, params (string Name, string Value)[] fields)
    {
        using var content = new FormUrlEncodedContent(fields.Select(f => new KeyValuePair<string, string>(f.Name, f.Value)));
        using var answer = await _browser.PostAsync(new Uri(url), content);
        return answer.Headers.Location?.OriginalString;
    }

    private void Connect(NpgsqlDataSource database)
    {
        StripeIntents intents = new(new Db(database), Client);
        Cards = new StripeProvider(Client, intents);
        Hosted = new StripeCheckoutProvider(Client, intents, Options with { SuccessUrl = "https://shop.example/thanks" });
    }

    private async Task<JsonNode> Send(HttpRequestMessage message, HttpStatusCode status)
    {
        using var answer = await _browser.SendAsync(message);
        var text = await answer.Content.ReadAsStringAsync();
        Assert.True(status == answer.StatusCode, $"{(int)answer.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }

    /// <summary>What was logged.</summary>
    internal sealed class Lines : ILogger<StripeClient>
    {
        public ConcurrentQueue<string> All { get; } = new();

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
            All.Enqueue($"{logLevel}: {formatter(state, exception)} {exception}");
    }
}
