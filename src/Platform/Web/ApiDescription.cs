using System.Reflection;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.OpenApi;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.OpenApi;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// <c>/openapi.json</c>: every route of this host with its body, parameters, key and answers. Made when first asked for and kept as bytes,
/// so that a start does not pay for it.
/// </summary>
internal static class ApiDescription
{
    private const string Name = "v1";

    public static void Add(IServiceCollection services) => services.AddOpenApi(Name, options =>
    {
        options.AddDocumentTransformer((document, context, _) =>
        {
            document.Info = new OpenApiInfo
            {
                Title = "HeadlessPro",
                Version = HostInfo.Version,
                Description = "Store, sign-in and admin API of a HeadlessPro shop. /store speaks the Medusa v2 Store API.",
            };
            document.Servers?.Clear();
            document.Components ??= new OpenApiComponents();
            document.Components.SecuritySchemes = new Dictionary<string, IOpenApiSecurityScheme>(StringComparer.Ordinal)
            {
                ["publishable_key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.ApiKey, In = ParameterLocation.Header, Name = "x-publishable-api-key" },
                ["secret_key"] = new OpenApiSecurityScheme { Type = SecuritySchemeType.Http, Scheme = "basic", Description = "The secret key as user name, no password." },
            };
            return Task.CompletedTask;
        });
        options.AddOperationTransformer(Describe);
        options.AddSchemaTransformer(ShowOptional);
    });

    public static void Map(IEndpointRouteBuilder routes)
    {
        var document = new Lazy<Task<byte[]>>(() => Make(routes.ServiceProvider));
        routes.MapGet("/openapi.json", async () => Results.Bytes(await document.Value, "application/json")).ExcludeFromDescription();
    }

    private static async Task<byte[]> Make(IServiceProvider services)
    {
        var document = await services.GetRequiredKeyedService<IOpenApiDocumentProvider>(Name).GetOpenApiDocumentAsync(CancellationToken.None);
        using var json = new MemoryStream();
        await document.SerializeAsJsonAsync(json, OpenApiSpecVersion.OpenApi3_1, CancellationToken.None);
        return json.ToArray();
    }

    private static async Task Describe(OpenApiOperation operation, OpenApiOperationTransformerContext context, CancellationToken ct)
    {
        var metadata = context.Description.ActionDescriptor.EndpointMetadata;
        var method = context.Description.HttpMethod ?? "GET";
        var path = context.Description.RelativePath ?? "";
        operation.OperationId ??= NameOf(method, path);
        operation.Parameters ??= [];
        operation.RequestBody?.Content?.Remove("*/*");

        if (metadata.OfType<CallerPolicy>().LastOrDefault() is { } policy)
        {
            var scheme = policy.Type == ApiKeyType.Publishable ? "publishable_key" : "secret_key";
            operation.Security = [new OpenApiSecurityRequirement { [new OpenApiSecuritySchemeReference(scheme, context.Document)] = [] }];
            if (!HttpMethods.IsGet(method) && !metadata.OfType<StreamedBody>().Any())
                Add(operation, "Idempotency-Key", ParameterLocation.Header, JsonSchemaType.String, "The same key and request again gets the first answer again, for a day.");
        }

        if (metadata.OfType<MethodInfo>().LastOrDefault()?.GetParameters().Any(p => p.ParameterType == typeof(ApiQuery)) == true)
        {
            Add(operation, "fields", ParameterLocation.Query, JsonSchemaType.String, "Comma separated: +x adds to the defaults, -x removes, *relation adds all its own properties, a bare x replaces the defaults.");
            if (HttpMethods.IsGet(method) && !path.EndsWith('}'))
            {
                Add(operation, "limit", ParameterLocation.Query, JsonSchemaType.Integer, "Longest page.");
                Add(operation, "offset", ParameterLocation.Query, JsonSchemaType.Integer, "How many to skip.");
                Add(operation, "order", ParameterLocation.Query, JsonSchemaType.String, "A field's name, - in front for descending.");
                Add(operation, "q", ParameterLocation.Query, JsonSchemaType.String, "Words to search for.");
            }
        }

        operation.Responses ??= [];
        operation.Responses["default"] = new OpenApiResponse
        {
            Description = "A refusal or failure.",
            Content = new Dictionary<string, OpenApiMediaType>(StringComparer.Ordinal)
            {
                ["application/json"] = new() { Schema = await context.GetOrCreateSchemaAsync(typeof(ErrorResponse), null, ct) },
            },
        };
    }

    /// <summary>A field that may be absent is described as what it holds.</summary>
    private static async Task ShowOptional(OpenApiSchema schema, OpenApiSchemaTransformerContext context, CancellationToken ct)
    {
        var type = context.JsonTypeInfo.Type;
        if (!type.IsGenericType || type.GetGenericTypeDefinition() != typeof(Optional<>)) return;
        var held = await context.GetOrCreateSchemaAsync(type.GetGenericArguments()[0], null, ct);
        (schema.Type, schema.Format, schema.Items, schema.Properties, schema.Required) = (held.Type, held.Format, held.Items, held.Properties, held.Required);
        (schema.AdditionalProperties, schema.AnyOf, schema.OneOf, schema.Default) = (held.AdditionalProperties, held.AnyOf, held.OneOf, null);
    }

    private static void Add(OpenApiOperation operation, string name, ParameterLocation place, JsonSchemaType type, string description)
    {
        if (operation.Parameters!.Any(p => p.Name == name)) return;
        operation.Parameters!.Add(new OpenApiParameter { Name = name, In = place, Schema = new OpenApiSchema { Type = type }, Description = description });
    }

    /// <summary>For a route nobody named: <c>POST admin/products/{id}/variants</c> → <c>PostAdminProductsByIdVariants</c>.</summary>
    private static string NameOf(string method, string path) => string.Concat(
        path.Split('/', '-', '_', '.').Where(p => p.Length > 0)
            .Select(p => p[0] == '{' ? "By" + Capital(p.Trim('{', '}').Split(':')[0]) : Capital(p))
            .Prepend(Capital(method.ToLowerInvariant())));

    private static string Capital(string word) => word.Length == 0 ? word : char.ToUpperInvariant(word[0]) + word[1..];
}
