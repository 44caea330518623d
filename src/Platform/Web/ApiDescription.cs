using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using HeadlessPro.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Json;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.Routing.Patterns;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// <c>/openapi.json</c>: every route of this host with its body, parameters, key and answers, OpenAPI 3.1. Made when first asked for and
/// kept as bytes, so that a start does not pay for it. Our own, for the framework's writes each type out anew along every path through
/// types that refer to each other (products, variants, categories …) and does not come to an end.
/// </summary>
internal static class ApiDescription
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var document = new Lazy<byte[]>(() => Make(routes.ServiceProvider));
        routes.MapGet("/openapi.json", () => Results.Bytes(document.Value, JsonBody.ContentType)).ExcludeFromDescription();
    }

    private static byte[] Make(IServiceProvider services)
    {
        var schemas = new ApiSchemas(services.GetRequiredService<IOptions<JsonOptions>>().Value.SerializerOptions);
        var error = schemas.Of(typeof(ErrorResponse));
        var paths = new SortedDictionary<string, JsonObject>(StringComparer.Ordinal);
        foreach (var endpoint in services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>())
        {
            if (endpoint.Metadata.GetMetadata<IExcludeFromDescriptionMetadata>()?.ExcludeFromDescription == true) continue;
            foreach (var method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])
            {
                var path = PathOf(endpoint.RoutePattern);
                if (!paths.TryGetValue(path, out var operations)) paths[path] = operations = [];
                operations.TryAdd(method.ToLowerInvariant(), Describe(endpoint, method, path, schemas, error));
            }
        }

        var api = new JsonObject
        {
            ["openapi"] = "3.1.1",
            ["info"] = new JsonObject
            {
                ["title"] = "HeadlessPro",
                ["version"] = HostInfo.Version,
                ["description"] = "Store, sign-in and admin API of a HeadlessPro shop. /store speaks the Medusa v2 Store API.",
            },
            ["paths"] = new JsonObject(paths.Select(p => KeyValuePair.Create(p.Key, (JsonNode?)p.Value))),
            ["components"] = new JsonObject
            {
                ["schemas"] = schemas.Components(),
                ["securitySchemes"] = new JsonObject
                {
                    ["publishable_key"] = new JsonObject { ["type"] = "apiKey", ["in"] = "header", ["name"] = "x-publishable-api-key" },
                    ["secret_key"] = new JsonObject { ["type"] = "http", ["scheme"] = "basic", ["description"] = "The secret key as user name, no password." },
                    ["token"] = new JsonObject { ["type"] = "http", ["scheme"] = "bearer", ["description"] = "The token of a sign-in." },
                    ["cookie"] = new JsonObject { ["type"] = "apiKey", ["in"] = "cookie", ["name"] = SessionToken.Cookie, ["description"] = "From POST /auth/session." },
                },
            },
        };
        return JsonSerializer.SerializeToUtf8Bytes(api, NodeOptions);
    }

    private static readonly JsonSerializerOptions NodeOptions = new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    private static JsonObject Describe(RouteEndpoint endpoint, string method, string path, ApiSchemas schemas, JsonNode error)
    {
        var metadata = endpoint.Metadata;
        var operation = new JsonObject { ["operationId"] = metadata.GetMetadata<IEndpointNameMetadata>()?.EndpointName ?? NameOf(method, path) };
        if (metadata.GetMetadata<IEndpointSummaryMetadata>()?.Summary is { } summary) operation["summary"] = summary;
        if (metadata.GetMetadata<IEndpointDescriptionMetadata>()?.Description is { } description) operation["description"] = description;
        if (metadata.GetMetadata<ITagsMetadata>()?.Tags is { Count: > 0 } tags) operation["tags"] = new JsonArray(tags.Select(t => (JsonNode)t).ToArray());

        var parameters = new JsonArray();
        foreach (var part in endpoint.RoutePattern.Parameters) Add(parameters, part.Name, "path", "string", null);
        var permission = metadata.GetMetadata<PermissionPolicy>()?.Permission;
        if (SecurityOf(metadata) is { Count: > 0 } security) operation["security"] = security;
        if (permission is not null) operation["x-permission"] = permission;
        if (metadata.GetMetadata<SignInPolicy>()?.Scope is { } scope) operation["x-scope"] = scope;
        if (permission is not null || metadata.GetMetadata<PublishableKeyPolicy>() is not null)
        {
            if (!HttpMethods.IsGet(method) && metadata.GetMetadata<StreamedBody>() is null)
                Add(parameters, "Idempotency-Key", "header", "string", "The same key and request again gets the first answer again, for a day.");
        }

        foreach (var parameter in metadata.GetMetadata<MethodInfo>()?.GetParameters() ?? []) AddQuery(parameters, parameter, endpoint.RoutePattern, method, path);
        if (parameters.Count > 0) operation["parameters"] = parameters;

        if (metadata.GetMetadata<IAcceptsMetadata>() is { } accepts)
        {
            var isJson = accepts.ContentTypes.Contains("application/json");
            var schema = isJson && accepts.RequestType is { } type ? schemas.Of(type) : new JsonObject { ["type"] = "string", ["format"] = "binary" };
            operation["requestBody"] = new JsonObject
            {
                ["content"] = new JsonObject(accepts.ContentTypes.Where(c => !isJson || c == "application/json")
                    .Select(c => KeyValuePair.Create(c, (JsonNode?)new JsonObject { ["schema"] = schema.DeepClone() }))),
            };
        }

        operation["responses"] = Answers(metadata, schemas, error);
        return operation;
    }

    /// <summary>Each entry is enough by itself; what stands in one is needed together.</summary>
    private static JsonArray SecurityOf(EndpointMetadataCollection metadata)
    {
        if (metadata.GetMetadata<PermissionPolicy>() is not null) return [Needs("secret_key"), Needs("token"), Needs("cookie")];
        string[] key = metadata.GetMetadata<PublishableKeyPolicy>() is null ? [] : ["publishable_key"];
        if (metadata.GetMetadata<SignInPolicy>() is not null) return [Needs([.. key, "token"]), Needs([.. key, "cookie"])];
        return key.Length > 0 ? [Needs(key)] : [];
    }

    private static JsonNode Needs(params string[] schemes) => new JsonObject(schemes.Select(s => KeyValuePair.Create(s, (JsonNode?)new JsonArray())));

    private static JsonObject Answers(EndpointMetadataCollection metadata, ApiSchemas schemas, JsonNode error)
    {
        var answers = new JsonObject();
        foreach (var answer in metadata.GetOrderedMetadata<IProducesResponseTypeMetadata>())
        {
            var described = new JsonObject { ["description"] = ReasonPhrases.GetReasonPhrase(answer.StatusCode) };
            if (answer.Type is { } type && type != typeof(void))
                described["content"] = Content(answer.ContentTypes.FirstOrDefault() ?? "application/json", schemas.Of(type));
            answers[answer.StatusCode.ToString()] = described;
        }

        if (answers.Count == 0) answers["200"] = new JsonObject { ["description"] = "OK" };
        answers["default"] = new JsonObject { ["description"] = "A refusal or failure.", ["content"] = Content("application/json", error.DeepClone()) };
        return answers;
    }

    private static JsonObject Content(string type, JsonNode schema) => new() { [type] = new JsonObject { ["schema"] = schema } };

    private static void AddQuery(JsonArray parameters, ParameterInfo parameter, RoutePattern route, string method, string path)
    {
        var type = Nullable.GetUnderlyingType(parameter.ParameterType) ?? parameter.ParameterType;
        if (type == typeof(ApiQuery))
        {
            Add(parameters, "fields", "query", "string", "Comma separated: +x adds to the defaults, -x removes, *relation adds all its own properties, a bare x replaces the defaults.");
            if (!HttpMethods.IsGet(method) || path.EndsWith('}')) return;
            Add(parameters, "limit", "query", "integer", "Longest page.");
            Add(parameters, "offset", "query", "integer", "How many to skip.");
            Add(parameters, "order", "query", "string", "A field's name, - in front for descending.");
            Add(parameters, "q", "query", "string", "Words to search for.");
        }
        else if ((type == typeof(string) || type == typeof(int) || type == typeof(long) || type == typeof(bool)) && route.GetParameter(parameter.Name!) is null)
            Add(parameters, parameter.Name!, "query", type == typeof(string) ? "string" : type == typeof(bool) ? "boolean" : "integer", null);
    }

    private static void Add(JsonArray parameters, string name, string place, string type, string? description)
    {
        var parameter = new JsonObject { ["name"] = name, ["in"] = place, ["schema"] = new JsonObject { ["type"] = type } };
        if (place == "path") parameter["required"] = true;
        if (description is not null) parameter["description"] = description;
        parameters.Add((JsonNode)parameter);
    }

    private static string PathOf(RoutePattern pattern) => "/" + string.Join('/', pattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part => part switch
    {
        RoutePatternParameterPart parameter => $"{{{parameter.Name}}}",
        RoutePatternLiteralPart literal => literal.Content,
        RoutePatternSeparatorPart separator => separator.Content,
        _ => "",
    }))));

    /// <summary>For a route nobody named: <c>POST /admin/products/{id}/variants</c> → <c>PostAdminProductsByIdVariants</c>.</summary>
    private static string NameOf(string method, string path) => string.Concat(
        path.Split('/', '-', '_', '.').Where(p => p.Length > 0)
            .Select(p => p[0] == '{' ? "By" + Capital(p.Trim('{', '}')) : Capital(p))
            .Prepend(Capital(method.ToLowerInvariant())));

    private static string Capital(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..];
}
