using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using HeadlessPro.Tests.Support;

namespace HeadlessPro.Journeys.Tests;

/// <summary>An operation of <c>/openapi.json</c>.</summary>
internal sealed record Operation(string Method, string Path, JsonObject Description)
{
    public string Name => $"{Method} {Path}";

    public bool IsStaff => Path.StartsWith("/admin", StringComparison.Ordinal);

    public JsonNode? Body => Description["requestBody"]?["content"]?["application/json"]?["schema"];

    public static List<Operation> AllOf(JsonNode api) => api["paths"]!.AsObject()
        .SelectMany(path => path.Value!.AsObject()
            .Where(method => method.Key is "get" or "post" or "put" or "patch" or "delete")
            .Select(method => new Operation(method.Key.ToUpperInvariant(), path.Key, method.Value!.AsObject())))
        // Creations first: the rest then has something to work on.
        .OrderBy(o => o.Method == "POST" && !o.Path.Contains('{') ? 0 : 1).ToList();
}

/// <summary>Ids seen in answers, by prefix. Keys' ids are left out: revoking our own would end the run.</summary>
internal sealed partial class IdPool
{
    private static readonly (string Word, string Prefix)[] Prefixes =
    [
        ("variant", "variant"), ("product_categor", "pcat"), ("parent_category", "pcat"), ("categor", "pcat"), ("product_tag", "ptag"), ("tag", "ptag"),
        ("product_type", "ptyp"), ("type_id", "ptyp"), ("collections", "pcol"), ("collection_id", "pcol"), ("payment_collection", "pay_col"),
        ("product_option", "opt"), ("shipping_option_type", "sotype"), ("shipping_option", "so"), ("option_value", "optval"), ("option_id", "so"), ("options", "opt"),
        ("product", "prod"), ("line_item", "cali"), ("cart", "cart"), ("order", "order"), ("price_list", "plist"), ("sales_channel", "sc"), ("region", "reg"),
        ("tax_region", "txreg"), ("tax_rate", "txr"), ("promotion", "promo"), ("inventory_item", "iitem"), ("location_level", "sloc"), ("location", "sloc"),
        ("reservation", "resitem"), ("service_zone", "serzo"), ("fulfillment_set", "fuset"), ("shipping_profile", "sp"), ("api_key", "apk"),
    ];

    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> _ids = new(StringComparer.Ordinal);

    public void Harvest(string answer)
    {
        foreach (Match match in WireIds().Matches(answer.Length > 20_000 ? answer[..20_000] : answer))
        {
            if (match.Groups["prefix"].Value == "apk") continue;
            var known = _ids.GetOrAdd(match.Groups["prefix"].Value, _ => new());
            if (known.Contains(match.Value)) continue;
            known.Enqueue(match.Value);
            if (known.Count > 30) known.TryDequeue(out _);
        }
    }

    /// <summary>What there is to ask for: the test shop's goods and a few carts with some of them.</summary>
    public async Task HarvestShop(ShopFixture app)
    {
        foreach (var path in (string[])["/store/products", "/store/regions", "/store/product-categories", "/admin/promotions", "/admin/inventory-items", "/admin/stock-locations", "/admin/shipping-options"])
            Harvest((await (path.StartsWith("/admin", StringComparison.Ordinal) ? app.Admin : app.Store).GetJson(path)).ToJsonString());
        for (var i = 0; i < 5; i++)
        {
            var cart = await app.Store.PostJson("/store/carts", new { region_id = app.Region, items = new[] { new { variant_id = app.Mug.WireId, quantity = i + 1 } } });
            Harvest(cart.ToJsonString());
        }
    }

    public string Any(Random random, string hint)
    {
        var word = hint.Replace('-', '_');
        var prefix = Prefixes.FirstOrDefault(p => word.Contains(p.Word, StringComparison.Ordinal)).Prefix;
        // An array of a moment: others find ids meanwhile.
        var known = _ids.ToArray();
        var fitting = Array.FindAll(known, p => p.Key == prefix);
        var from = fitting.Length > 0 && random.Next(10) < 7 ? fitting : known;
        if (from.Length == 0) return "prod_01M7XESKKC7JM10TENH30FRX3Y";
        var all = from[random.Next(from.Length)].Value.ToArray();
        return all.Length == 0 ? "prod_0" : all[random.Next(all.Length)];
    }

    [GeneratedRegex("(?<prefix>[a-z_]+)_[0-9A-HJKMNP-TV-Z]{26}", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 5000)]
    private static partial Regex WireIds();
}

/// <summary>Makes requests that are nearly right by the API's description, one in three of them with harm in it.</summary>
internal sealed partial class RequestMaker(Random random, JsonNode api, IdPool ids)
{
    private static readonly string[] Hostile =
    [
        "", " ", "\0", "a\0b", "'", "' or 1=1 --", "\"", "%", "%00", "_%_", "\\", "{}", "[]", "null", "NaN", "-1", "1e400", "../../etc/passwd",
        "<script>alert(1)</script>", "é😀\u202E", "\uFFFF", "🏳️‍🌈", "2026-13-45", "0001-01-01T00:00:00Z", "9999-12-31T23:59:59.999Z",
        new string('x', 300), new string('é', 5000), "cart_", "cart_01M7XESKKC7JM10TENH30FRX3Y", "prod_ZZZZZZZZZZZZZZZZZZZZZZZZZZ", "$1", "\r\nX: y",
    ];

    private static readonly string[] Words =
    [
        "zar", "usd", "jpy", "kwd", "za", "us", "red", "shirt", "percentage", "fixed", "standard", "buyget", "items", "order", "shipping_methods",
        "each", "across", "flat", "calculated", "shipping", "pickup", "sale", "override", "active", "draft", "published", "publishable", "secret",
        "pp_system_default", "eq", "in", "gte", "include", "once", "WELCOME10", "SKU-1", "medium", "Size", "L", "a@example.com", "2026-11-20T10:00:00Z",
    ];

    private static readonly string[] Numbers =
        ["0", "1", "2", "3", "10", "99.99", "0.5", "-1", "0.001", "1000000000000", "2147483648", "9223372036854775807", "9223372036854775808", "1e30", "1e400", "-0", "1.5"];

    private bool _hostile;
    private bool _whole;

    public (HttpRequestMessage Request, string Shown) Make(Operation operation)
    {
        _hostile = random.Next(3) == 0;
        var path = PathParameters().Replace(operation.Path, match => Uri.EscapeDataString(
            Odd() ? Pick(Hostile) is { Length: > 0 } text ? text : "x" : ids.Any(random, operation.Path[..match.Index].Split('/')[^2])));
        var target = path + Query(operation);
        var request = new HttpRequestMessage(new HttpMethod(operation.Method), target);
        var shown = $"{operation.Method} {target}";
        if (random.Next(25) == 0) request.Headers.TryAddWithoutValidation("x-publishable-api-key", Pick(["", "pk_", "' or 1=1 --", new string('k', 300)]));
        if (random.Next(25) == 0 && operation.IsStaff) request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Pick(["", "!!!", "c2s=", "AAAA"]));
        if (random.Next(20) == 0) request.Headers.TryAddWithoutValidation("Idempotency-Key", $"fuzz-{random.Next(50)}");
        if (operation.Method == "GET" || (operation.Body is null && random.Next(3) > 0)) return (request, shown);

        var body = Encoding.UTF8.GetBytes(operation.Body is { } schema ? Value(schema, "", 0) : Anything(0));
        if (random.Next(40) == 0) body = Broken(body);
        request.Content = new ByteArrayContent(body);
        request.Content.Headers.TryAddWithoutValidation("Content-Type", random.Next(20) == 0 ? Pick(["text/plain", "multipart/form-data", "multipart/form-data; boundary=x", "text/csv", "x"]) : "application/json");
        var text = Encoding.UTF8.GetString(body);
        return (request, $"{shown}\n    {request.Content.Headers.ContentType} {(text.Length > 1500 ? text[..1500] + "…" : text)}");
    }

    /// <summary>A body with every field there is; free objects hold a <c>note</c>.</summary>
    public JsonNode? MakeWhole(Operation operation)
    {
        (_hostile, _whole) = (false, true);
        return operation.Body is { } schema ? JsonNode.Parse(Value(schema, "", 0)) : null;
    }

    /// <summary>The operation's address, with this in the place of each parameter.</summary>
    public static string PathOf(Operation operation, string parameter) => PathParameters().Replace(operation.Path, parameter);

    /// <summary>The operation's address with ids seen in answers.</summary>
    public string MakePath(Operation operation) => PathParameters().Replace(operation.Path, match => ids.Any(random, operation.Path[..match.Index].Split('/')[^2]));

    private bool Odd() => _hostile && random.Next(4) == 0;

    private T Pick<T>(IReadOnlyList<T> from) => from[random.Next(from.Count)];

    private string Query(Operation operation)
    {
        var pairs = new List<string>();
        foreach (var parameter in operation.Description["parameters"]?.AsArray() ?? [])
        {
            if ((string?)parameter!["in"] != "query" || random.Next(3) > 0) continue;
            var name = (string)parameter["name"]!;
            var value = Odd() ? Pick(Hostile) : name switch
            {
                "limit" or "offset" => Pick<string>(_hostile ? ["0", "1000", "100000", "-1", "x"] : ["0", "1", "5", "50", "1000"]),
                "order" => Pick(["created_at", "-created_at", "-created_at", "title", _hostile ? "x" : "created_at"]),
                "fields" => Pick(["*variants", "+variants.inventory_quantity,*variants.calculated_price", "id, handle,", "-id,-title", "*items.product,+items.total", "*", "**", "+", "*a.b.c"]),
                _ => name.EndsWith("id", StringComparison.Ordinal) ? ids.Any(random, name + operation.Path) : Pick(Words),
            };
            pairs.Add($"{name}={Uri.EscapeDataString(value)}");
        }

        if (random.Next(_hostile ? 3 : 15) == 0)
        {
            var name = Pick(["region_id", "cart_id", "handle", "id[0]", "id[]", "category_id[0]", "tag_id", "created_at[$gt]", "updated_at[$lt]", "q", "q[]", "currency_code", "$and[0][title]", "$or[0][id]", "$or[1][q]", "$or[0][$and][0][created_at][$gt]", "$or[0][unknown]", "$or",
                "is_giftcard", "status", "title", "sku", "code", "parent_category_id", "include_descendants_tree", "option_value_id[0]", "[", "]", "a[$gt][$lt]", "with_deleted", "location_id", "price[$gt]"]);
            var value = random.Next(3) == 0 ? Pick(Hostile) : random.Next(2) == 0 ? ids.Any(random, name + operation.Path) : Pick(Words);
            pairs.Add($"{Uri.EscapeDataString(name)}={Uri.EscapeDataString(value)}");
        }

        return pairs.Count == 0 ? "" : "?" + string.Join('&', pairs);
    }

    /// <summary>JSON for a schema; now and then of another type.</summary>
    private string Value(JsonNode? schema, string name, int depth)
    {
        if (depth > 8) return "null";
        if (Odd()) return Anything(0);
        if (schema is not JsonObject shape) return Anything(0);
        if ((string?)shape["$ref"] is { } reference) return Value(api["components"]!["schemas"]![reference.Split('/')[^1]], name, depth + 1);
        if ((shape["oneOf"] ?? shape["anyOf"] ?? shape["allOf"]) is JsonArray options) return Value(options[random.Next(options.Count)], name, depth + 1);
        if (shape["enum"] is JsonArray values) return values[random.Next(values.Count)]?.ToJsonString() ?? "null";
        var types = shape["type"] is JsonArray several ? several.Select(t => (string)t!).ToList() : shape["type"] is { } one ? [(string)one!] : [];
        var type = types.Count == 0 ? "" : types.Count > 1 && (_whole || random.Next(8) > 0) ? types.First(t => t != "null") : Pick(types);
        return type switch
        {
            "null" => "null",
            "string" => Text(name),
            "integer" => _whole || random.Next(5) > 0 ? random.Next(1, 12).ToString() : Pick(Numbers),
            "number" => _whole || random.Next(4) > 0 ? (random.Next(1, 100_000) / 100m).ToString(System.Globalization.CultureInfo.InvariantCulture) : Pick(Numbers),
            "boolean" => random.Next(2) == 0 ? "true" : "false",
            "array" when _whole => $"[{Value(shape["items"], name, depth + 1)}]",
            "array" => $"[{string.Join(',', Enumerable.Range(0, random.Next(40) == 0 ? 150 : random.Next(4)).Select(_ => Value(shape["items"], name, depth + 1)))}]",
            "object" when shape["properties"] is JsonObject properties => Record(properties, shape["required"]?.AsArray(), depth),
            _ => _whole ? """{"note":"free"}""" : random.Next(2) == 0 ? "{}" : Anything(0),
        };
    }

    private string Record(JsonObject properties, JsonArray? required, int depth)
    {
        var fields = new List<string>();
        foreach (var (name, schema) in properties)
        {
            var isRequired = required?.Any(r => (string)r! == name) == true;
            if (!_whole && (isRequired ? _hostile && random.Next(15) == 0 : random.Next(3) > 0)) continue;
            fields.Add($"{System.Text.Json.JsonSerializer.Serialize(name)}:{Value(schema, name, depth + 1)}");
        }

        if (Odd()) fields.Add($"\"{Pick(["unknown", "id", "unit_price", "__proto__", "", "\\u0000"])}\":{Anything(0)}");
        if (_hostile && fields.Count > 0 && random.Next(20) == 0) fields.Add(fields[0]);
        return $"{{{string.Join(',', fields)}}}";
    }

    private string Text(string name)
    {
        if (Odd()) return random.Next(8) == 0 ? "\"\\ud800\"" : System.Text.Json.JsonSerializer.Serialize(Pick(Hostile));
        var text = name switch
        {
            _ when name.Contains("currency", StringComparison.Ordinal) => Pick(["zar", "zar", "zar", "usd", "jpy", "xxx"]),
            _ when name.Contains("country", StringComparison.Ordinal) => Pick(["za", "za", "us", "zz"]),
            _ when name.Contains("email", StringComparison.Ordinal) => Pick(["a@example.com", "b@example.com", "nobody"]),
            _ when name.EndsWith("_at", StringComparison.Ordinal) => Pick(["2026-11-20T10:00:00Z", "2020-01-01", "later"]),
            _ when name.EndsWith("id", StringComparison.Ordinal) || name.EndsWith("ids", StringComparison.Ordinal) => ids.Any(random, name),
            "type" or "status" or "operator" or "allocation" or "target_type" or "price_type" or "provider_id" => Pick(Words),
            _ => random.Next(3) == 0 ? Pick(Words) : $"{name} {random.Next(1000)}",
        };
        return System.Text.Json.JsonSerializer.Serialize(text);
    }

    private string Anything(int depth) => random.Next(depth > 3 ? 5 : 8) switch
    {
        0 => "null",
        1 => Pick(Numbers),
        2 => "true",
        3 => System.Text.Json.JsonSerializer.Serialize(Pick(Hostile)),
        4 => System.Text.Json.JsonSerializer.Serialize(Pick(Words)),
        5 => $"[{Anything(depth + 1)},{Anything(depth + 1)}]",
        6 => $"{{\"a\":{Anything(depth + 1)}}}",
        _ => random.Next(10) == 0 ? new string('[', 200) + new string(']', 200) : "{}",
    };

    private byte[] Broken(byte[] body) => random.Next(6) switch
    {
        0 => body[..(body.Length / 2)],
        1 => [.. body, 0xff, 0xfe],
        2 => [],
        3 => Encoding.UTF8.GetBytes($"[{Encoding.UTF8.GetString(body)}]"),
        4 => Encoding.UTF8.GetBytes("{\"metadata\":\"" + new string('x', 2 * 1024 * 1024) + "\"}"),
        _ => body.Select(b => random.Next(20) == 0 ? (byte)random.Next(256) : b).ToArray(),
    };

    [GeneratedRegex(@"\{[^}]+\}", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PathParameters();
}
