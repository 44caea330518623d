using System.Collections.Concurrent;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;

namespace HeadlessPro.Journeys.Tests.Races;

/// <summary>What a host answered.</summary>
internal sealed partial record Answer(int Status, JsonNode Body)
{
    public bool IsOk => Status == 200;

    /// <summary><c>200</c>; status and code of a refusal, <c>409 total_changed</c>; where the code is general, the sentence without ids and numbers.</summary>
    public string Outcome => IsOk ? "200" : (string?)Body["code"] is { } code and not ("invalid_data" or "invalid_state_error" or "not_allowed")
        ? $"{Status} {code}"
        : $"{Status} {Ids().Replace((string?)Body["message"] ?? "", "*")}";

    public override string ToString() => $"{Status} {Body.ToJsonString()}";

    [GeneratedRegex("[a-z_]+_[0-9A-HJKMNP-TV-Z]{26}|(RACE)?[0-9]+", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Ids();
}

/// <summary>One of the hosts of the shop. Whatever is asked here must be answered with one of the answers that are documented for it.</summary>
internal sealed class RaceHost(HttpClient store, HttpClient admin, string region)
{
    /// <summary>Staff count fewer than are reserved.</summary>
    public const string Promised = "400 Invalid request: Value for field 'stocked_quantity' too small: * pieces are reserved here, expected at least: '*'";

    private const string Completed = "400 Cart * is already completed.";
    private const string BeingCompleted = "409 Cart * is being completed";
    private const string SoldOut = "400 insufficient_inventory";
    private const string NoCode = "400 The promotion code * is invalid";
    private const string LineGone = "404 not_found";

    // What may be refused because others acted first.
    private static readonly Dictionary<string, string[]> Refusals = new()
    {
        ["create cart"] = [SoldOut, NoCode],
        ["read cart"] = [],
        ["add line"] = [SoldOut, Completed, BeingCompleted],
        ["change line"] = [SoldOut, Completed, BeingCompleted, LineGone],
        ["remove line"] = [Completed, BeingCompleted, LineGone],
        ["add promotion"] = [NoCode, Completed, BeingCompleted],
        ["remove promotion"] = [Completed, BeingCompleted],
        ["pay"] = [Completed, BeingCompleted, "400 Payment collection * is already authorized"],
        ["complete"] = [SoldOut, "400 Cart * has no items", "400 promotion_limit_exceeded", "409 total_changed"],
        ["set stock"] = [Promised],
        ["set price"] = [],
        ["change promotion"] = [],
    };

    private readonly ConcurrentQueue<string> _undocumented = new();

    /// <summary>How often each answer came: <c>complete: 200</c>.</summary>
    public ConcurrentDictionary<string, int> Seen { get; } = new();

    /// <summary>Answers since the last time that no documentation names.</summary>
    public IEnumerable<string> TakeUndocumented()
    {
        while (_undocumented.TryDequeue(out var answer)) yield return answer;
    }

    public Task<Answer> NewCart(IEnumerable<(Good Good, long Quantity)> lines, params string[] codes) => Shopper("create cart", HttpMethod.Post, "", new
    {
        region_id = region,
        email = "thandi@example.com",
        promo_codes = codes,
        items = lines.Select(l => new { variant_id = l.Good.Variant.WireId, quantity = l.Quantity }),
    });

    public Task<Answer> Read(string cart) => Shopper("read cart", HttpMethod.Get, $"/{cart}");

    public Task<Answer> AddLine(string cart, Good good, long quantity) =>
        Shopper("add line", HttpMethod.Post, $"/{cart}/line-items", new { variant_id = good.Variant.WireId, quantity });

    public Task<Answer> ChangeLine(string cart, string line, long quantity) => Shopper("change line", HttpMethod.Post, $"/{cart}/line-items/{line}", new { quantity });

    public Task<Answer> RemoveLine(string cart, string line) => Shopper("remove line", HttpMethod.Delete, $"/{cart}/line-items/{line}");

    public Task<Answer> AddPromotion(string cart, string code) => Shopper("add promotion", HttpMethod.Post, $"/{cart}/promotions", new { promo_codes = new[] { code } });

    public Task<Answer> RemovePromotion(string cart, string code) =>
        Shopper("remove promotion", HttpMethod.Delete, $"/{cart}/promotions", new { promo_codes = new[] { code } });

    public Task<Answer> Pay(string cart) => Shopper("pay", HttpMethod.Post, $"/{cart}/payment-sessions", new { provider_id = "pp_system_default" });

    public Task<Answer> Complete(string cart) => Shopper("complete", HttpMethod.Post, $"/{cart}/complete");

    public Task<Answer> SetStock(Good good, string location, long stocked) =>
        Send(admin, "set stock", HttpMethod.Post, $"/admin/inventory-items/{good.Item}/location-levels/{location}", new { stocked_quantity = stocked });

    public Task<Answer> SetPrice(Good good, long rands) => Send(admin, "set price", HttpMethod.Post,
        $"/admin/products/{good.Variant.ProductWireId}/variants/{good.Variant.WireId}", new { prices = new[] { new { currency_code = "zar", amount = rands } } });

    public Task<Answer> ChangePromotion(string promotion, string status) =>
        Send(admin, "change promotion", HttpMethod.Post, $"/admin/promotions/{promotion}", new { status });

    private Task<Answer> Shopper(string name, HttpMethod method, string path, object? body = null) => Send(store, name, method, "/store/carts" + path, body);

    private async Task<Answer> Send(HttpClient client, string name, HttpMethod method, string path, object? body)
    {
        using var request = new HttpRequestMessage(method, path);
        if (body is not null) request.Content = JsonContent.Create(body);
        using var response = await client.SendAsync(request);
        var answer = new Answer((int)response.StatusCode, JsonNode.Parse(await response.Content.ReadAsStringAsync())!);
        Seen.AddOrUpdate($"{name}: {answer.Outcome}", 1, (_, n) => n + 1);
        if (!answer.IsOk && !Refusals[name].Contains(answer.Outcome)) _undocumented.Enqueue($"{name}: {answer}");
        return answer;
    }
}
