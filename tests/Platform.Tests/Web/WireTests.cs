using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Platform.Tests.Web;

public sealed record WireTestAddress([property: JsonPropertyName("address_1")] string Address1, string CountryCode);

public sealed record WireTestRequest(
    string VariantId, int Quantity, decimal? Price = null, WireTestAddress? ShippingAddress = null, IReadOnlyList<WireTestAddress>? Others = null,
    JsonElement? Metadata = null, Optional<string?> Company = default, bool Gift = false, DateTimeOffset? At = null);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, NumberHandling = JsonNumberHandling.Strict)]
[JsonSerializable(typeof(WireTestRequest))]
public sealed partial class WireTestJson : JsonSerializerContext;

public sealed class WireHost : IAsyncLifetime
{
    private PlatformDatabase _database = null!;

    public PlatformHost Host { get; private set; } = null!;

    public HttpClient Http => Host.Http;

    public async ValueTask InitializeAsync()
    {
        _database = await PlatformDatabase.Create();
        Host = await PlatformHost.Start(_database, services => services.AddJson(WireTestJson.Default), app =>
        {
            app.MapPost("/store/lines", (Body<WireTestRequest> body) => Results.Text($"{body.Value.VariantId} {body.Value.Quantity} {body.Value.Company.IsSet} {body.Value.Company.Value}"));
            app.MapGet("/store/list", (ApiQuery query) =>
            {
                var answer = $"{string.Join('|', query.Texts("id") ?? [])};{query.Text("q")};{string.Join('|', query.Times("created_at").Select(t => $"{t.SqlOperator}{t.Time:O}"))};"
                    + $"{query.Paging(50)};{query.Flag("flag")};{query.Order(new Dictionary<string, string> { ["title"] = "p.title" })};{query.Fields("title").Wants("title")}";
                query.RejectUnknown();
                return answer;
            });
            app.MapGet("/store/filtered", (ApiQuery query) => new ListFilter("alive").Where(query, (filter, group) => filter
                .And("id = any (@value)", group.Texts("id")).AndTimes(group, "r").AndWords(group.Text("q"), "title")).Sql);
            app.MapGet("/store/numbers", (ApiQuery query) => string.Join(' ', Enumerable.Range(1, 9).Where(ListFilter.InMemory<int>(query, group =>
            {
                var (above, even) = (group.Number("above", 0, 0, 9), group.Flag("even"));
                return number => number > above && (even is null || number % 2 == 0 == even);
            }))));
            app.MapGet("/admin/list", () => "staff");
        });
    }

    public async ValueTask DisposeAsync()
    {
        await Host.DisposeAsync();
        await _database.DisposeAsync();
    }
}

public class WireTests(WireHost host) : IClassFixture<WireHost>
{
    [Theory]
    // Recordings 120–127.
    [InlineData("""{"quantity":1}""", "Invalid request: Field 'variant_id' is required")]
    [InlineData("""{"variant_id":"v","quantity":"two"}""", "Invalid request: Expected type: 'number' for field 'quantity', got: 'two'")]
    [InlineData("""{"variant_id":5,"quantity":1}""", "Invalid request: Expected type: 'string' for field 'variant_id', got: '5'")]
    [InlineData("{\"variant_id\": ", "Unexpected end of JSON input")]
    [InlineData("", "Invalid request: Field 'variant_id' is required")]
    [InlineData("""{"variant_id":"v","quantity":1,"unit_price":1,"x":2}""", "Invalid request: Unrecognized fields: 'unit_price, x'")]
    [InlineData("""{"variant_id":"v","quantity":1,"shipping_address":{"address_1":"a"}}""", "Invalid request: Field 'shipping_address, country_code' is required")]
    [InlineData("""{"variant_id":"v","quantity":1,"shipping_address":{"address_1":"a","country_code":"za","zip":1}}""", "Invalid request: Unrecognized fields: 'shipping_address, zip'")]
    [InlineData("""{"variant_id":"v","quantity":1,"others":[{"address_1":"a","country_code":"za"},{"address_1":null,"country_code":"za"}]}""", "Invalid request: Expected type: 'string' for field 'others, 1, address_1', got: 'null'")]
    [InlineData("""{"variant_id":"v","quantity":1,"others":{}}""", "Invalid request: Expected type: 'array' for field 'others', got: '{}'")]
    [InlineData("""{"variant_id":"v","quantity":1,"shipping_address":[]}""", "Invalid request: Expected type: 'object' for field 'shipping_address', got: '[]'")]
    [InlineData("""{"variant_id":null,"quantity":1}""", "Invalid request: Expected type: 'string' for field 'variant_id', got: 'null'")]
    [InlineData("""{"variant_id":"v","quantity":1000000000000}""", "Invalid request: Value for field 'quantity' too large, expected at most: '2147483647'")]
    [InlineData("""{"variant_id":"v","quantity":-1e99}""", "Invalid request: Value for field 'quantity' too")]
    [InlineData("""{"variant_id":"v","quantity":1.5}""", "Invalid request: Expected type: 'integer' for field 'quantity', got: '1.5'")]
    [InlineData("""{"variant_id":"v","quantity":1,"price":1e400}""", "Invalid request: Field 'price' holds a number out of range")]
    [InlineData("""{"variant_id":"v","quantity":1,"gift":"yes"}""", "Invalid request: Expected type: 'boolean' for field 'gift', got: 'yes'")]
    [InlineData("""{"variant_id":"v","quantity":1,"at":"yesterday"}""", "Invalid request: Expected type: 'date' for field 'at', got: 'yesterday'")]
    [InlineData("""{"variant_id":"v","quantity":1,"company":5}""", "Invalid request: Expected type: 'string' for field 'company', got: '5'")]
    [InlineData("""{"variant_id":"v","quantity":1,"quantity":2}""", "Invalid request: Field 'quantity' is given twice")]
    [InlineData("null", "Invalid request: Expected a JSON object as body, got: 'null'")]
    [InlineData("[]", "Invalid request: Expected a JSON object as body, got: '[]'")]
    [InlineData("5", "Invalid request: Expected a JSON object as body, got: '5'")]
    [InlineData("{} {}", "Malformed JSON at line 1, byte 4: the body must be one JSON object")]
    [InlineData("{'a':1}", "Malformed JSON at line 1, byte 2: the body must be one JSON object")]
    [InlineData("""{"variant_id":"a\u0000b","quantity":1}""", "Invalid request: Field 'variant_id' contains a null character")]
    [InlineData("""{"variant_id":"v","quantity":1,"metadata":{"deep":[{"x":"\u0000"}]}}""", "Invalid request: Field 'metadata, deep, x' contains a null character")]
    [InlineData("""{"variant_id":"v","quantity":1,"metadata":{"\u0000":1}}""", "contains a null character")]
    [InlineData("""{"variant_id":"\ud800","quantity":1}""", "Invalid request: Field 'variant_id' contains half a surrogate pair")]
    [InlineData("""{"variant_id":"v","quantity":1,"metadata":{"a":"\udc00x"}}""", "Invalid request: Field 'metadata, a' contains half a surrogate pair")]
    public async Task A_wrong_body_is_refused_and_the_answer_names_the_field(string body, string message)
    {
        var (status, error) = await Post(Encoding.UTF8.GetBytes(body), "application/json");
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal("invalid_data", error.GetProperty("type").GetString());
        Assert.Contains(message, error.GetProperty("message").GetString());
        Assert.Equal(400, error.GetProperty("status").GetInt32());
    }

    [Theory]
    [InlineData("""{"variant_id":"4111 1111 1111 1111","quantity":1}""", "Field 'variant_id'")]
    [InlineData("""{"variant_id":"v","quantity":4111111111111111}""", "Field 'quantity'")]
    [InlineData("""{"variant_id":"v","quantity":4.111111111111111e15}""", "Field 'quantity'")]
    [InlineData("""{"variant_id":"v","quantity":1,"shipping_address":{"address_1":"a\n4111-1111-1111-1111","country_code":"za"}}""", "Field 'shipping_address, address_1'")]
    [InlineData("""{"variant_id":"v","quantity":1,"metadata":{"deep":["\u0034111111111111111"]}}""", "Field 'metadata, deep'")]
    [InlineData("""{"variant_id":"v","quantity":1,"metadata":{"4111111111111111":1}}""", "The name of a field in 'metadata'")]
    [InlineData("""{"4111111111111111":1}""", "The name of a field")]
    [InlineData("""["4111111111111111"]""", "The body")]
    public async Task A_card_number_is_refused_and_not_repeated(string body, string where)
    {
        var (status, error) = await Post(Encoding.UTF8.GetBytes(body), "application/json");
        Assert.Equal((HttpStatusCode.BadRequest, "card_number_refused"), (status, error.GetProperty("code").GetString()));
        Assert.Equal($"Invalid request: {where} holds what looks like a card number: card numbers go to the payment provider only", error.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Bytes_that_are_not_text_nesting_without_end_and_two_megabytes_are_refused()
    {
        var (status, error) = await Post([.. """{"variant_id":"""u8, (byte)'"', 0xff, 0xfe, .. "\",\"quantity\":1}"u8], "application/json");
        Assert.Equal((HttpStatusCode.BadRequest, "Invalid request: The body is not valid UTF-8"), (status, error.GetProperty("message").GetString()));

        foreach (var nested in (string[])[new string('[', 100_000), """{"variant_id":"v","quantity":1,"metadata":""" + new string('[', 1000) + new string(']', 1000) + "}"])
            Assert.Equal(HttpStatusCode.BadRequest, (await Post(Encoding.UTF8.GetBytes(nested), "application/json")).Status);

        (status, error) = await Post(new byte[2 * 1024 * 1024], "application/json");
        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, status);
        Assert.Equal("body_too_large", error.GetProperty("code").GetString());
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("text/plain")]
    [InlineData("application/x-www-form-urlencoded")]
    [InlineData("nonsense")]
    [InlineData(null)]
    public async Task A_body_that_is_right_is_taken_whatever_its_content_type(string? contentType)
    {
        var content = new ByteArrayContent([.. "\uFEFF"u8, .. """{"variant_id":"\u00e9😀","quantity":1,"company":null}"""u8]);
        if (contentType is not null) content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var response = await host.Http.PostAsync("/store/lines", content);
        Assert.Equal((HttpStatusCode.OK, "é😀 1 True "), (response.StatusCode, await response.Content.ReadAsStringAsync()));
    }

    [Theory]
    [InlineData("id[0]=a&id[1]=b", "a|b;;;Paging { Limit = 50, Offset = 0 };;;True")]
    [InlineData("id[]=a&id[]=b", "a|b;;;Paging { Limit = 50, Offset = 0 };;;True")]
    [InlineData("id%5B0%5D=a&id=b", "a|b;;;Paging { Limit = 50, Offset = 0 };;;True")]
    [InlineData("id[$in][0]=a&id[$in][1]=b", "a|b;;;Paging { Limit = 50, Offset = 0 };;;True")]
    [InlineData("q=a+b%20c&limit=5&offset=7", ";a b c;;Paging { Limit = 5, Offset = 7 };;;True")]
    [InlineData("created_at[$gt]=2026-01-01&created_at[$lte]=2026-02-01T00:00:00%2B02:00", ";;>2026-01-01T00:00:00.0000000+00:00|<=2026-01-31T22:00:00.0000000+00:00;Paging { Limit = 50, Offset = 0 };;;True")]
    [InlineData("flag=true&order=-title&fields=id", ";;;Paging { Limit = 50, Offset = 0 };True;p.title desc;False")]
    public async Task Queries_are_read_as_the_qs_package_writes_them(string query, string expected) =>
        Assert.Equal(expected, await host.Http.GetStringAsync("/store/list?" + query));

    [Theory]
    [InlineData("limit=-1", "Invalid request: Value for field 'limit' too small, expected at least: '0'")]
    [InlineData("limit=999999999999999999999", "Invalid request: Expected type: 'number' for field 'limit', got: '999999999999999999999'")]
    [InlineData("limit=1001", "Invalid request: Value for field 'limit' too large, expected at most: '1000'")]
    [InlineData("offset=ten", "Invalid request: Expected type: 'number' for field 'offset', got: 'ten'")]
    [InlineData("limit=", "Invalid request: Expected type: 'number' for field 'limit', got: ''")]
    [InlineData("limit[$gt]=5", "Invalid request: Expected type: 'string' for field 'limit', got an array or object")]
    [InlineData("order=price", "Order field price is not valid")]
    [InlineData("order=-", "Order field  is not valid")]
    [InlineData("q=a&q=b", "Invalid request: Expected type: 'string' for field 'q', got an array or object")]
    [InlineData("q[x]=a", "Invalid request: Expected type: 'string' for field 'q', got an array or object")]
    [InlineData("id[$ne]=a", "Invalid request: Operator '$ne' is not valid for field 'id'")]
    [InlineData("id[a][b]=a", "is not valid for field 'id'")]
    [InlineData("created_at[$not][$gt]=2026-01-01", "is not valid for field 'created_at'")]
    [InlineData("created_at[$gt]=soon", "Invalid request: Expected type: 'date' for field 'created_at', got: 'soon'")]
    [InlineData("flag=maybe", "Invalid request: Expected type: 'boolean' for field 'flag', got: 'maybe'")]
    [InlineData("q=%00", "Invalid request: Field 'q' contains a null character")]
    [InlineData("id[0]=%00", "Invalid request: Field 'id' contains a null character")]
    [InlineData("$or[0][title]=x", "Invalid request: Unrecognized fields: '$or'")]
    [InlineData("$or=x", "Invalid request: Expected an array of filters for field '$or', written $or[0][title]=…")]
    [InlineData("$or[]=x", "Invalid request: Expected an array of filters for field '$or', written")]
    [InlineData("$or[0]=x", "Invalid request: Expected an array of filters for field '$or', written")]
    [InlineData("$or[0", "Invalid request: Expected an array of filters for field '$or', written")]
    [InlineData("$or[0][id", "Invalid request: Expected an array of filters for field '$or', written")]
    [InlineData("$or[][id]=x", "Invalid request: Expected an array of filters for field '$or', written")]
    [InlineData("$or[-1][id]=x", "Invalid request: Expected an array of filters for field '$or', written")]
    [InlineData("$or[id]=x", "Invalid request: Expected an array of filters for field '$or', written")]
    [InlineData("$or[id][0]=x", "Invalid request: Expected an array of filters for field '$or', written")]
    [InlineData("$or[99999999999999999999][id]=x", "Invalid request: Expected an array of filters for field '$or', written")]
    [InlineData("$and[1][$or]=x", "Invalid request: Expected an array of filters for field '$and, 1, $or', written")]
    [InlineData("$and[0][$or][0][$and][0][$or][0][$and][0][id]=x", "Invalid request: '$and' and '$or' stand in each other more than 4 deep")]
    [InlineData("nonsense=1", "Invalid request: Unrecognized fields: 'nonsense'")]
    public async Task A_wrong_query_is_refused_and_the_answer_names_the_parameter(string query, string message)
    {
        using var response = await host.Http.GetAsync("/store/list?" + query);
        var error = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains(message, error.GetProperty("message").GetString());
    }

    [Theory]
    [InlineData("id=a&$or[0][id]=b&$or[1][q]=c+d", "alive and id = any (@f0) and ((id = any (@f1)) or (title ilike @f2 and title ilike @f3))")]
    [InlineData("$and[0][$or][0][id][0]=a&$and[0][$or][0][id][1]=b&$and[0][$or][1][created_at][$gt]=2026-01-01&$and[1][q]=c",
        "alive and ((((id = any (@f0)) or (r.created_at > @f1))) and (title ilike @f2))")]
    [InlineData("$or[10][id]=a&$or[2][q]=b", "alive and ((title ilike @f0) or (id = any (@f1)))")]
    [InlineData("unknown=1&q=a", "alive and title ilike @f0")]
    public async Task Groups_of_filters_become_conditions_in_parentheses(string query, string sql) =>
        Assert.Equal(sql, await host.Http.GetStringAsync("/store/filtered?" + query));

    [Theory]
    [InlineData("$or[0][above]=7&$or[1][$and][0][above]=2&$or[1][$and][1][even]=true", "4 6 8 9")]
    [InlineData("even=false&$and[0][above]=4&$and[1][above]=6", "7 9")]
    public async Task Groups_choose_from_a_list_in_memory_too(string query, string numbers) =>
        Assert.Equal(numbers, await host.Http.GetStringAsync("/store/numbers?" + query));

    [Theory]
    [InlineData("filtered?$or[0][id]=a&$or[1][unknown]=b", "Invalid request: Unrecognized fields: '$or, 1, unknown'")]
    [InlineData("numbers?$or[0][above]=1&$or[1][unknown]=b", "Invalid request: Unrecognized fields: '$or, 1, unknown'")]
    [InlineData("filtered?$and[0][limit]=5", "Invalid request: Unrecognized fields: '$and, 0, limit'")]
    [InlineData("filtered?$or[0][$or][3][0]=a", "Invalid request: Unrecognized fields: '$or, 0, $or, 3, 0'")]
    [InlineData("filtered?$or[0][id]=a&$or[1][q]=+", "Invalid request: Field '$or, 1' holds no filter")]
    [InlineData("filtered?$or[0][id][$ne]=a", "Invalid request: Operator '$ne' is not valid for field '$or, 0, id'")]
    [InlineData("filtered?$or[0][created_at][$gt]=soon", "Invalid request: Expected type: 'date' for field '$or, 0, created_at', got: 'soon'")]
    [InlineData("filtered?$or[0][q]=a&$or[0][q]=b", "Invalid request: Expected type: 'string' for field '$or, 0, q', got an array or object")]
    [InlineData("filtered?$or[0][id]=%00", "Invalid request: Field '$or, 0, id' contains a null character")]
    [InlineData("numbers?$and[0][even]=maybe", "Invalid request: Expected type: 'boolean' for field '$and, 0, even', got: 'maybe'")]
    public async Task A_group_that_would_match_everything_or_is_wrong_is_refused_by_name(string query, string message)
    {
        using var response = await host.Http.GetAsync("/store/" + query);
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal(message, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement.GetProperty("message").GetString());
    }

    [Fact]
    public async Task Fifty_groups_are_enough_and_four_levels()
    {
        string Groups(int count) => string.Join('&', Enumerable.Range(0, count).Select(i => i % 2 == 0 ? $"$or[{i}][id]={i}" : $"$or[{i - 1}][$and][0][id]={i}"));
        Assert.StartsWith("alive and ((id = any (@f0) and ((id = any (@f1)))) or (", await host.Http.GetStringAsync("/store/filtered?" + Groups(50)), StringComparison.Ordinal);
        using var refused = await host.Http.GetAsync("/store/filtered?" + Groups(51));
        Assert.Equal(HttpStatusCode.BadRequest, refused.StatusCode);
        Assert.Equal("Invalid request: '$and' and '$or' hold more than 50 groups of filters",
            JsonDocument.Parse(await refused.Content.ReadAsStringAsync()).RootElement.GetProperty("message").GetString());
        Assert.Equal("alive and ((((((((id = any (@f0)))))))))",
            await host.Http.GetStringAsync("/store/filtered?$and[0][$or][0][$and][0][$or][0][id]=x"));
    }

    [Theory]
    [InlineData("GET", "/store/list?=&&&=x&[=1&]=1&[]=1&[[[=1&id[=1&id]=2&id[0=3&%=1&%zz=%ff%fe&a=%")]
    [InlineData("GET", "/store/list?fields=%00%ff,,,*.*.*,-,+,+-*,....")]
    [InlineData("GET", "/store/list?q=%ed%a0%80")]
    [InlineData("GET", "/store/%00list")]
    [InlineData("GET", "/store/list/%2e%2e/%ff")]
    [InlineData("POST", "/store/lines?%00=%00")]
    [InlineData("BREW", "/store/list")]
    public async Task Garbage_is_never_our_failure(string method, string target)
    {
        var answer = await Raw($"{method} {target} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
        Assert.Matches("^HTTP/1.1 (200|400|404|405) ", answer);
    }

    [Fact]
    public async Task Unknown_routes_and_wrong_methods_are_answered_in_the_one_error_shape()
    {
        var unknown = await host.Http.GetAsync("/store/nothing");
        Assert.Equal("application/json; charset=utf-8", unknown.Content.Headers.ContentType!.ToString());
        var error = JsonDocument.Parse(await unknown.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal((HttpStatusCode.NotFound, "not_found", "Cannot GET /store/nothing"), (unknown.StatusCode, error.GetProperty("type").GetString(), error.GetProperty("message").GetString()));
        Assert.Equal(unknown.Headers.GetValues("X-Request-Id").Single(), error.GetProperty("request_id").GetString());

        var wrong = await host.Http.PutAsync("/store/lines", new StringContent("{}"));
        error = JsonDocument.Parse(await wrong.Content.ReadAsStringAsync()).RootElement;
        Assert.Equal((HttpStatusCode.MethodNotAllowed, "method_not_allowed", "PUT is not allowed on /store/lines"), (wrong.StatusCode, error.GetProperty("code").GetString(), error.GetProperty("message").GetString()));
        Assert.Equal(["POST"], wrong.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("GET /store/nothing", "HTTP/1.1 404 Not Found")]
    [InlineData("PUT /store/list", "HTTP/1.1 405 Method Not Allowed")]
    [InlineData("POST /store/lines", "HTTP/1.1 400 Bad Request")]
    public async Task Reason_phrases_are_the_standard_ones(string request, string expected) =>
        Assert.StartsWith(expected + "\r\n", await Raw($"{request} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 0\r\n\r\n"));

    [Fact]
    public async Task A_request_id_is_given_back_or_made()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/health");
        request.Headers.Add("X-Request-Id", "shop-7");
        Assert.Equal(["shop-7"], (await host.Http.SendAsync(request)).Headers.GetValues("X-Request-Id"));

        using var hostile = new HttpRequestMessage(HttpMethod.Get, "/health");
        hostile.Headers.TryAddWithoutValidation("X-Request-Id", "a b<script>");
        var made = (await host.Http.SendAsync(hostile)).Headers.GetValues("X-Request-Id").Single();
        Assert.Equal(32, made.Length);
    }

    [Fact]
    public async Task A_browser_on_any_origin_may_call_the_store_but_not_the_admin_routes()
    {
        using var preflight = new HttpRequestMessage(HttpMethod.Options, "/store/lines");
        preflight.Headers.Add("Origin", "http://localhost:8000");
        preflight.Headers.Add("Access-Control-Request-Method", "POST");
        preflight.Headers.Add("Access-Control-Request-Headers", "content-type,x-publishable-api-key,idempotency-key");
        using var allowed = await host.Http.SendAsync(preflight);
        Assert.Equal((HttpStatusCode.NoContent, ""), (allowed.StatusCode, await allowed.Content.ReadAsStringAsync()));
        Assert.Equal("*", Header(allowed, "Access-Control-Allow-Origin"));
        Assert.False(allowed.Headers.Contains("Access-Control-Allow-Credentials"));
        Assert.Equal("POST", Header(allowed, "Access-Control-Allow-Methods"));
        Assert.Equal("content-type,x-publishable-api-key,idempotency-key", Header(allowed, "Access-Control-Allow-Headers"));

        using var refused = new HttpRequestMessage(HttpMethod.Post, "/store/lines");
        refused.Headers.Add("Origin", "http://localhost:8000");
        using var answer = await host.Http.SendAsync(refused);
        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal("*", Header(answer, "Access-Control-Allow-Origin"));
        Assert.Contains("X-Request-Id", Header(answer, "Access-Control-Expose-Headers"));

        using var staff = new HttpRequestMessage(HttpMethod.Get, "/admin/list");
        staff.Headers.Add("Origin", "http://localhost:8000");
        Assert.False((await host.Http.SendAsync(staff)).Headers.Contains("Access-Control-Allow-Origin"));
    }

    private static string Header(HttpResponseMessage response, string name) => string.Join(",", response.Headers.GetValues(name));

    private async Task<(HttpStatusCode Status, JsonElement Error)> Post(byte[] body, string contentType)
    {
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = MediaTypeHeaderValue.Parse(contentType);
        using var response = await host.Http.PostAsync("/store/lines", content);
        return (response.StatusCode, JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement);
    }

    private async Task<string> Raw(string request)
    {
        using var socket = new TcpClient();
        await socket.ConnectAsync("127.0.0.1", host.Http.BaseAddress!.Port);
        await using var stream = socket.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync();
    }
}
