using System.Collections.Concurrent;
using System.Globalization;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Extensions.Logging;

namespace HeadlessPro.Journeys.Tests;

/// <summary>A shop that keeps all it logs, and every row that was ever written, if only for a moment.</summary>
public sealed class WatchedShop : ShopFixture
{
    public string Folder { get; } = Directory.CreateTempSubdirectory("hp-cards-").FullName;

    internal LogLines Log { get; } = new();

    protected override string[] Arguments =>
    [
        $"--data={Folder}", "--Logging:LogLevel:Default=Trace", "--Logging:Console:LogLevel:Default=None", "--Requests:Log=true",
        "--STRIPE_API_URL=http://127.0.0.1:1", "--STRIPE_API_KEY=sk_test_shop", "--STRIPE_WEBHOOK_SECRET=whsec_shop",
    ];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Contract<ILoggerFactory>().AddProvider(Log);
        await Run("""
            create schema watched;
            create table watched.rows (content text);
            create function watched.keep() returns trigger language plpgsql as 'begin insert into watched.rows values (new::text); return null; end';
            do $$ declare t record; begin
                for t in select c.oid::regclass as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
                    where c.relkind in ('r', 'p') and not c.relispartition and n.nspname not in ('pg_catalog', 'information_schema', 'watched') and n.nspname not like 'pg_toast%'
                loop execute format('create trigger watched after insert or update on %s for each row execute function watched.keep()', t.name); end loop;
            end $$;
            """);
    }

    internal sealed class LogLines : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> All { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => true;

        public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
        {
            var values = state is IEnumerable<KeyValuePair<string, object?>> named ? string.Join(" ", named.Select(v => $"{v.Key}={v.Value}")) : "";
            All.Enqueue($"{formatter(state, exception)} {values} {exception}");
        }

        public void Dispose()
        {
            // Nothing is held.
        }
    }
}

/// <summary>Card numbers are put into every place of every operation of <c>/openapi.json</c>: none is kept, logged, published or answered.</summary>
public sealed partial class CardNumberTests(WatchedShop app, ITestOutputHelper output) : IClassFixture<WatchedShop>
{
    private static readonly string[] Numbers = ["4539578763621486", "5555555555554444", "2223003122003222", "6011000990139424", "378282246310005", "30569309025904", "3530111333300000"];

    // As they stand in JSON.
    private static readonly string[] Spellings =
    [
        "\"4539578763621486\"", "\"5555 5555 5555 4444\"", "\"card 2223-0031-2200-3222, 12/27\"", "\"\\u0036\\u0030110009\\u00390139424\"", "\"3782 822463 10005\"", "\"30569309025904\"",
        "\"3530\u00A01113\u00A03330\u00A00000\"", "\"4 5 3 9 5 7 8 7 6 3 6 2 1 4 8 6\"", "\"6011.0009.9013.9424\"", "5555555555554444", "4.539578763621486e15",
    ];

    private readonly ConcurrentQueue<string> _failures = new();
    private int _sent;

    [Fact]
    public async Task No_card_number_comes_in_through_any_operation()
    {
        var api = await app.Store.GetJson("/openapi.json");
        var ids = new IdPool();
        await ids.HarvestShop(app);
        using var people = await People.Join(app);
        var operations = Operation.AllOf(api);
        var bodies = operations.Where(o => o.Body is not null).ToList();
        Assert.True(bodies.Count > 50, $"only {bodies.Count} operations with a body");

        var maker = new RequestMaker(new Random(4), api, ids);
        var requests = new List<Func<Task>>();
        foreach (var operation in bodies)
        {
            var places = Places(maker.MakeWhole(operation)!).ToList();
            foreach (var (body, i) in places.Select((b, i) => (b, i)))
            {
                var (path, spelled) = (maker.MakePath(operation), body.Replace("\"#\"", Spellings[(requests.Count + i) % Spellings.Length], StringComparison.Ordinal));
                requests.Add(() => Refused(people, operation, path, spelled, key: i == 0 ? $"key-{operation.Name}" : null));
            }
        }

        Assert.True(requests.Count > 500, $"only {requests.Count} places in bodies");
        foreach (var operation in operations)
        {
            var path = maker.MakePath(operation);
            var parameter = (string?)operation.Description["parameters"]?.AsArray().FirstOrDefault(p => (string?)p!["in"] == "query")?["name"] ?? "q";
            requests.Add(() => Refused(people, operation, $"{path}?{parameter}=5555%205555+5555-4444", null));
            if (operation.Path.Contains('{')) requests.Add(() => Refused(people, operation, RequestMaker.PathOf(operation, "4539-5787-6362-1486"), null));
            if (operation.Method != "GET" && operation.Path.Split('/')[1] is "store" or "admin" && !operation.Name.EndsWith("uploads", StringComparison.Ordinal) && !operation.Name.EndsWith("product-imports", StringComparison.Ordinal))
                requests.Add(() => Refused(people, operation, path, "{}", key: "378282246310005"));
        }

        await Parallel.ForEachAsync(requests, new ParallelOptions { MaxDegreeOfParallelism = 6 }, async (request, _) => await request());

        Assert.True(_failures.IsEmpty, string.Join("\n", _failures.Take(20)));
        await NothingIsKept();
        output.WriteLine($"{operations.Count} operations, {_sent} requests, {app.Log.All.Count} lines of log");
        Assert.True(app.Log.All.Count(l => l.Contains(" 400 in ", StringComparison.Ordinal)) >= requests.Count, "requests are not in the log");
    }

    [Fact]
    public async Task What_would_have_been_done_is_not_and_without_the_number_it_is()
    {
        var cart = (string)(await app.Cart((app.Mug, 1)))["id"]!;
        var collection = (string)(await app.Store.PostJson("/store/payment-collections", new { cart_id = cart }))["payment_collection"]!["id"]!;
        (HttpClient Client, string Path, object Body)[] good =
        [
            (app.Store, "/store/carts", new { region_id = app.Region, email = "#@example.com", metadata = new { note = "#", deep = new[] { new { x = "#" } } } }),
            (app.Store, $"/store/carts/{cart}", new { shipping_address = new { first_name = "#", last_name = "#", company = "#", address_1 = "#", city = "#", phone = "#", postal_code = "#", metadata = new { gate = "#" } } }),
            (app.Store, $"/store/carts/{cart}/line-items", new { variant_id = app.Mug.WireId, quantity = 1, metadata = new { engraving = "#" } }),
            (app.Store, $"/store/payment-collections/{collection}/payment-sessions", new { provider_id = "pp_system_default", data = new { number = "#" } }),
            (app.Admin, "/admin/products", new { title = "#", description = "#", options = new[] { new { title = "Size", values = new[] { "#" } } }, metadata = new { supplier = "#" } }),
            (app.Admin, "/admin/sales-channels", new { name = "#", description = "#" }),
        ];
        var before = await Counts();
        foreach (var (client, path, body) in good)
        {
            var text = JsonSerializer.Serialize(body);
            var places = text.Split('#').Length - 1;
            for (var place = 0; place < places; place++)
            {
                var parts = text.Split('#');
                var bad = string.Join("", parts.Select((p, i) => i == places ? p : p + (i == place ? "4539 5787 6362 1486" : "fine")));
                var refused = await client.PostJson(path, bad, 400);
                Assert.Equal("card_number_refused", (string)refused["code"]!);
            }
        }

        Assert.Equal(before, await Counts());
        foreach (var (client, path, body) in good) await client.PostJson(path, JsonSerializer.Serialize(body).Replace("#", "fine", StringComparison.Ordinal));
        var named = await app.Store.PostJson("/store/carts", new { metadata = new { note = "it is 4539 5787 6362 1486" } }, 400);
        Assert.Equal("Invalid request: Field 'metadata, note' holds what looks like a card number: card numbers go to the payment provider only", (string)named["message"]!);
        Assert.Equal((string)named["message"]!, (string)named["detail"]!);
        await NothingIsKept();
    }

    [Fact]
    public async Task Headers_and_addresses_that_name_nothing_are_not_repeated()
    {
        const string card = "5555-5555-5555-4444";
        using var named = new HttpRequestMessage(HttpMethod.Get, "/store/regions");
        foreach (var header in (string[])["X-Request-Id", "User-Agent", "Referer", "Origin", "Accept-Language", "Cookie", "X-Forwarded-For", "If-None-Match", "Idempotency-Key"])
            named.Headers.TryAddWithoutValidation(header, card);
        Assert.Equal(200, (await Send(app.Store, named)).Status);

        foreach (var (method, path) in (IEnumerable<(string, string)>)[("GET", "/" + card), ("GET", $"/nothing/{card}/x"), ("PUT", $"/store/{card}"), ("GET", $"/uploads/{card}.png"), (card.Replace("-", "", StringComparison.Ordinal), "/store/regions"), ("GET", $"/docs?{card}=1")])
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path);
            Assert.Equal((path, 400, "card_number_refused"), (path, (await Send(app.Store, request)) is var (status, text) ? status : 0, (string)JsonNode.Parse(text)!["code"]!));
        }

        foreach (var (client, header, value) in (IEnumerable<(HttpClient, string, string)>)[(app.Client(), "x-publishable-api-key", card), (app.Client(), "Authorization", "Bearer " + card)])
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, header == "Authorization" ? "/admin/products" : "/store/products");
            request.Headers.TryAddWithoutValidation(header, value);
            Assert.InRange((await Send(client, request)).Status, 400, 401);
            client.Dispose();
        }

        await NothingIsKept();
    }

    [Fact]
    public async Task Files_are_refused_or_lose_their_rows()
    {
        const string csv = "Handle,Title,Body (HTML),Variant SKU,Variant Barcode,Metadata,Colour of box\n"
            + "tent,Tent,Holds two,TENT-1,4006381333931,,\n"
            + "stove,Stove,call 4539 5787 6362 1486,STOVE-1,,,\n"
            + "pot,Pot,,5555555555554444,,,\n"
            + "cup,Cup,,CUP-1,30569309025904,,\n"
            + "pan,Pan,,PAN-1,,\"{\"\"n\"\":\"\"\\u00345395787-63621486\"\"}\",\n"
            + "lid,Lid,,LID-1,,,3530-1113-3330-0000\n"
            + "6011000990139424,Rope,,ROPE-1,,,\n";
        var sent = await Multipart("/admin/product-imports?currency=zar", "file", "products.csv", "text/csv", Encoding.UTF8.GetBytes(csv));
        Assert.Equal(202, sent.Status);
        var id = (string)JsonNode.Parse(sent.Text)!["import"]!["id"]!;
        var ended = JsonNode.Parse((await app.Admin.GetStringAsync($"/admin/product-imports/{id}/progress")).Split('\n', StringSplitOptions.RemoveEmptyEntries)[^1])!["import"]!;
        Assert.Equal(("completed", 6, 1), ((string)ended["status"]!, (int)ended["rows_failed"]!, (int)ended["products_created"]!));
        var errors = (await app.Admin.GetJson($"/admin/product-imports/{id}/errors"))["errors"]!.AsArray();
        Assert.Equal(
            ["3 Body (HTML) stove", "4 Variant SKU pot", "5 Variant Barcode cup", "6 Metadata pan", "7 Colour of box lid", "8 Handle "],
            errors.Select(e => $"{e!["line"]} {e["column"]} {e["handle"]}"));
        Assert.All(errors, e => Assert.Contains("what looks like a card number: card numbers go to the payment provider only.", (string)e!["message"]!));
        Assert.Equal(1L, await app.Scalar<long>("select count(*) from catalog.products where handle in ('tent', 'stove', 'pot', 'cup', 'pan', 'lid')"));

        foreach (var answer in (List<(int Status, string Text)>)
        [
            await Multipart("/admin/product-imports?currency=zar", "file", "4539578763621486.csv", "text/csv", Encoding.UTF8.GetBytes(csv)),
            await Multipart("/admin/product-imports?currency=zar", "file", "products.csv", "text/csv", "Handle,4539578763621486\nx,y\n"u8.ToArray()),
            await Multipart("/admin/uploads", "files", "scan 4539 5787 6362 1486.png", "image/png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1]),
            await Multipart("/admin/uploads", "4539578763621486", "scan.png", "image/png", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A, 1]),
            await Multipart("/admin/uploads", "files", "cards.csv", "text/csv", "name,card\nThandi,4539578763621486\n"u8.ToArray()),
            await Multipart("/admin/uploads", "files", "drawing.svg", "image/svg+xml", "<svg><text>4539 5787 6362 1486</text></svg>"u8.ToArray()),
        ]) Assert.Equal((400, "card_number_refused"), (answer.Status, (string)JsonNode.Parse(answer.Text)!["code"]!));
        Assert.Empty(Directory.Exists(Path.Combine(app.Folder, "uploads")) ? Directory.GetFiles(Path.Combine(app.Folder, "uploads")) : []);
        await NothingIsKept();
    }

    [Fact]
    public async Task Webhooks_are_taken_whatever_the_provider_adds_but_nothing_of_it_is_kept()
    {
        string Event(string id, string type, string about) =>
            $$$"""{"id":"{{{id}}}","object":"event","created":1700000000,"type":"{{{type}}}","data":{"object":{"id":"{{{about}}}","object":"charge","network_transaction_id":"378282246310005","metadata":{"note":"4539 5787 6362 1486"} } } }""";
        Assert.Equal(200, (await Webhook(Event("evt_1", "charge.refunded", "ch_1"), "whsec_shop")).Status);
        Assert.Equal(400, (await Webhook(Event("evt_2", "charge.refunded", "ch_2"), "whsec_other")).Status);
        Assert.Equal(400, (await Webhook(Event("evt_4539578763621486", "charge.refunded", "ch_3"), "whsec_shop")).Status);
        Assert.Equal(400, (await Webhook(Event("evt_4", "4539-5787-6362-1486", "ch_4"), "whsec_shop")).Status);
        Assert.Equal(400, (await Webhook(Event("evt_5", "charge.refunded", "5555555555554444"), "whsec_shop")).Status);
        Assert.Equal(["evt_1"], (await app.Scalar<string[]>("select array_agg(event_id) from payments.webhook_events"))!);
        await NothingIsKept();
    }

    [Fact]
    public async Task Ordinary_texts_go_through()
    {
        var texts = new JsonObject
        {
            ["phone"] = "+27 82 123 4567 or 0044 20 7946 0958",
            ["gtin"] = "4006381333931",
            ["uuid"] = "4a12f0c4-1111-4111-8111-123456789012",
            ["sizes"] = "36 38 40 42 44 46 48 50",
            ["note"] = "Order 20261121103116 of 21.11.2026, gate 4711, PO 4500012345-00010, parcel 1Z999AA10123456784",
            ["tracking"] = "9400 1000 0000 0000 0000 00",
            ["iban"] = "DE89 3704 0044 0532 0130 00",
            ["hash"] = "d41d8cd98f00b204e9800998ecf8427e",
            ["nanos"] = 1795256476123456789,
            ["place"] = "-33.924868, 18.424055",
            ["wrong"] = "4539578763621487",
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, "/store/carts") { Content = new StringContent(new JsonObject { ["region_id"] = app.Region, ["metadata"] = texts.DeepClone() }.ToJsonString(), Encoding.UTF8, "application/json") };
        request.Headers.Add("Idempotency-Key", "4a12f0c4-1111-4111-8111-123456789012");
        request.Headers.Add("X-Request-Id", "20261121103116-4a12f0c4111141118111123456789012");
        using var response = await app.Store.SendAsync(request);
        var cart = JsonNode.Parse(await response.Content.ReadAsStringAsync())!["cart"]!;
        Assert.True(JsonNode.DeepEquals(texts, cart["metadata"]), cart["metadata"]!.ToJsonString());
        Assert.Equal("20261121103116-4a12f0c4111141118111123456789012", response.Headers.GetValues("X-Request-Id").Single());

        var product = (await app.Admin.PostJson("/admin/products", new
        {
            title = "Pencils, 12 pieces, 2B",
            handle = "pencils-4006381333931",
            options = new[] { new { title = "Box", values = new[] { "12" } } },
            variants = new[] { new { title = "12", sku = "4006381333931-12", barcode = "14006381333938", ean = "4006381333931", upc = "036000291452", options = new Dictionary<string, string> { ["Box"] = "12" }, prices = Array.Empty<object>() } },
        }))["product"]!;
        Assert.Equal("14006381333938", (string)product["variants"]![0]!["barcode"]!);
        Assert.Equal(1, (int)(await app.Admin.GetJson("/admin/products?q=4006381333931&fields=id"))["count"]!);
    }

    /// <summary>The body with <c>"#"</c> in each of its places in turn: every text, number and flag, and the name of a free field.</summary>
    private static IEnumerable<string> Places(JsonNode body)
    {
        foreach (var leaf in Leaves(body).ToList())
        {
            var (parent, name, index) = (leaf.Parent, leaf.Parent is JsonObject ? leaf.GetPropertyName() : "", leaf.Parent is JsonArray ? leaf.GetElementIndex() : 0);
            var before = leaf.DeepClone();
            if (parent is JsonObject fields) fields[name] = "#";
            else ((JsonArray)parent!)[index] = "#";
            yield return body.ToJsonString();
            if (parent is JsonObject free && name == "note" && free.Count == 1)
            {
                free.Remove(name);
                free["4539 5787 6362 1486"] = 1;
                yield return body.ToJsonString();
                free.Clear();
            }

            if (parent is JsonObject put) put[name] = before;
            else ((JsonArray)parent!)[index] = before;
        }
    }

    private static IEnumerable<JsonNode> Leaves(JsonNode node) => node switch
    {
        JsonObject fields => fields.Where(f => f.Value is not null).SelectMany(f => Leaves(f.Value!)),
        JsonArray items => items.Where(i => i is not null).SelectMany(i => Leaves(i!)),
        _ => [node],
    };

    private async Task Refused(People people, Operation operation, string path, string? body, string? key = null)
    {
        using var request = new HttpRequestMessage(new HttpMethod(operation.Method), path);
        if (body is not null) request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        if (key is not null) request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        var (status, text) = await Send(people.Of(operation), request);
        if (status != 400 || !text.Contains("\"card_number_refused\"", StringComparison.Ordinal)) _failures.Enqueue($"{operation.Name} {path} {body}: {status} {text}");
    }

    private Task<(int Status, string Text)> Webhook(string body, string secret)
    {
        var time = DateTimeOffset.UtcNow.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var request = new HttpRequestMessage(HttpMethod.Post, "/webhooks/stripe") { Content = new StringContent(body, Encoding.UTF8, "application/json") };
        request.Headers.Add("Stripe-Signature", $"t={time},v1={Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), Encoding.UTF8.GetBytes($"{time}.{body}")))}");
        return Send(app.Store, request);
    }

    private Task<(int Status, string Text)> Multipart(string path, string field, string fileName, string type, byte[] content)
    {
        var part = new ByteArrayContent(content) { Headers = { ContentType = new MediaTypeHeaderValue(type) } };
        return Send(app.Admin, new HttpRequestMessage(HttpMethod.Post, path) { Content = new MultipartFormDataContent { { part, field, fileName } } });
    }

    private async Task<(int Status, string Text)> Send(HttpClient client, HttpRequestMessage request)
    {
        using var response = await client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        Interlocked.Increment(ref _sent);
        if (HasNumber($"{response.Headers}\n{text}")) _failures.Enqueue($"The answer to {request.Method} {request.RequestUri} holds a number: {response.Headers} {text}");
        return ((int)response.StatusCode, text);
    }

    private async Task NothingIsKept()
    {
        Assert.Empty(_failures);
        Assert.Empty((await EveryRow.Of(app)).Where(r => HasNumber(r.Row)));
        Assert.Empty(app.Log.All.Where(HasNumber));
    }

    private async Task<string> Counts() => (await app.Scalar<string>("""
        select format('%s %s %s %s %s', (select count(*) from ordering.carts), (select count(*) from catalog.products), (select count(*) from catalog.sales_channels),
            (select count(*) from payments.sessions), (select string_agg(version::text, ' ' order by id) from ordering.carts))
        """))!;

    // Whatever stands between its digits.
    private static bool HasNumber(string text)
    {
        var digits = NoDigits().Replace(text, "");
        return Numbers.Any(n => digits.Contains(n, StringComparison.Ordinal));
    }

    [GeneratedRegex(@"\\u[0-9A-Fa-f]{4}|\D", RegexOptions.None, matchTimeoutMilliseconds: 5000)]
    private static partial Regex NoDigits();
}

/// <summary>Whoever a route is for: a refusal for want of a token would say nothing.</summary>
internal sealed record People(HttpClient Customer, HttpClient Colleague, HttpClient Key) : IDisposable
{
    public static async Task<People> Join(HpApp app)
    {
        var account = new { email = "thandi@example.com", password = "correct-horse-battery" };
        async Task<HttpClient> SignedIn(string actor, string path, object body)
        {
            var client = HpApp.AsShopper(app.Client());
            async Task TokenFrom(string address) =>
                client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", (string)(await app.Store.PostJson(address, account))["token"]!);
            await TokenFrom($"/auth/{actor}/emailpass{(actor == "customer" ? "/register" : "")}");
            await client.PostJson(path, body);
            await TokenFrom($"/auth/{actor}/emailpass");
            return client;
        }

        var customer = await SignedIn("customer", "/store/customers", new { account.email });
        var invite = (string)(await app.Admin.PostJson("/admin/invites", new { account.email, roles = new[] { "admin" } }))["invite"]!["token"]!;
        return new People(customer, await SignedIn("user", $"/admin/invites/accept?token={invite}", new { account.email }), app.Admin);
    }

    public HttpClient Of(Operation operation) =>
        operation.Path is "/admin/invites/accept" or "/admin/users/me" ? Colleague : operation.IsStaff ? Key : Customer;

    public void Dispose()
    {
        Customer.Dispose();
        Colleague.Dispose();
    }
}
