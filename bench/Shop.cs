using System.Text.Json;
using System.Text.Json.Nodes;

namespace HeadlessPro.Bench;

/// <summary>What the load needs to know of a shop, asked of its Store API before the first measured request.</summary>
internal sealed class Shop
{
    private readonly Uri _url;
    private readonly string _key;

    public Shop(Uri url, string key)
    {
        (_url, _key) = (url, key);
        using var connection = Connect();
        var region = Ask(connection, "/store/regions")["regions"]!.AsArray().FirstOrDefault()
            ?? throw new BenchException("The shop has no region.");
        (Region, Currency) = ((string)region["id"]!, (string)region["currency_code"]!);
        Country = (string?)region["countries"]?.AsArray().FirstOrDefault()?["iso_2"] ?? throw new BenchException("The first region has no country.");
        ProductCount = (int)Ask(connection, "/store/products?limit=1&fields=id")["count"]!;
        if (ProductCount == 0) throw new BenchException("The shop shows no product to this key.");
        _products = new(ReadProducts);
        _shippingOption = new(FindShippingOption);
        _words = new(() => Products.SelectMany(p => p.Title.Split(' ')).Where(w => w.Length > 3 && w.All(char.IsAsciiLetter)).Distinct().Order().ToArray());
    }

    public string Region { get; }

    public string Currency { get; }

    public string Country { get; }

    public int ProductCount { get; }

    /// <summary>All of them.</summary>
    public IReadOnlyList<Product> Products => _products.Value;

    /// <summary>Variants that can be bought many times over.</summary>
    public IReadOnlyList<string> Variants => _variants ??= Products.SelectMany(p => p.Buyable).ToArray() is { Length: > 1 } found
        ? found : throw new BenchException("The shop has fewer than two variants with stock.");

    /// <summary>Words of the products' titles.</summary>
    public string[] Words => _words.Value;

    /// <summary>Brings a cart to the first country.</summary>
    public string ShippingOption => _shippingOption.Value;

    private readonly Lazy<IReadOnlyList<Product>> _products;
    private readonly Lazy<string[]> _words;
    private readonly Lazy<string> _shippingOption;
    private string[]? _variants;

    public HttpConnection Connect() => new(_url, $"x-publishable-api-key: {_key}");

    /// <summary>Where the shopper lives.</summary>
    public string Address => $$"""{"first_name":"Thandi","last_name":"Mokoena","address_1":"12 Long Street","city":"Cape Town","postal_code":"8001","country_code":"{{Country}}"}""";

    /// <summary>Saves a product as it is, which makes the shop forget the answers it keeps.</summary>
    public void Forget(string adminKey)
    {
        using var connection = new HttpConnection(_url, HttpConnection.Basic(adminKey));
        var product = Ask(connection, "/admin/products?limit=1&fields=id,title")["products"]![0]!;
        Ask(connection, $"/admin/products/{product["id"]}", new JsonObject { ["title"] = (string)product["title"]! }.ToJsonString());
    }

    /// <summary>Asks now, before anything is measured, for what is asked only when it is needed.</summary>
    public void Discover(bool catalogue, bool shipping)
    {
        if (catalogue) _ = (Words, Variants);
        if (shipping) _ = ShippingOption;
    }

    private Product[] ReadProducts()
    {
        using var connection = Connect();
        var products = new List<Product>(ProductCount);
        while (products.Count < ProductCount)
        {
            var page = Ask(connection, $"/store/products?limit=1000&offset={products.Count}&order=created_at&fields=id,title,"
                + "variants.id,variants.manage_inventory,variants.allow_backorder,variants.inventory_quantity")["products"]!.AsArray();
            if (page.Count == 0) break;
            products.AddRange(page.Select(p => new Product((string)p!["id"]!, (string)p["title"]!,
                p["variants"]!.AsArray().Where(IsBuyable).Select(v => (string)v!["id"]!).ToArray())));
        }

        return [.. products];
    }

    private static bool IsBuyable(JsonNode? variant) =>
        (bool?)variant!["manage_inventory"] == false || (bool?)variant["allow_backorder"] == true || (decimal?)variant["inventory_quantity"] >= 20;

    private string FindShippingOption()
    {
        using var connection = Connect();
        var cart = Ask(connection, "/store/carts", $$"""{"region_id":"{{Region}}","items":[{"variant_id":"{{Variants[0]}}","quantity":1}],"shipping_address":{{Address}}}""")["cart"]!;
        var options = Ask(connection, $"/store/shipping-options?cart_id={cart["id"]}")["shipping_options"]!.AsArray();
        return (string?)options.FirstOrDefault(o => (string?)o!["price_type"] == "flat")?["id"] ?? throw new BenchException("No flat-rate shipping option reaches the first country.");
    }

    /// <summary>What the answer says; anything but 200 ends the run.</summary>
    public static JsonNode Ask(HttpConnection connection, string path, string? body = null)
    {
        var answer = connection.Send(body is null ? "GET" : "POST", path, body);
        return answer.IsOk ? JsonNode.Parse(answer.Body)!
            : throw new BenchException($"{path} answered {answer.Status}: {System.Text.Encoding.UTF8.GetString(answer.Body)}");
    }
}

/// <summary>A product of the shop, with the variants that have enough stock to be bought again and again.</summary>
internal sealed record Product(string Id, string Title, string[] Buyable);

/// <summary>The run cannot be done; the message says why.</summary>
internal sealed class BenchException(string message) : Exception(message);
