using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;

namespace HeadlessPro.Platform.Web;

/// <summary>JSON Schemas of wire records, as the serializer reads and writes them: each object once, by name, referred to everywhere else.</summary>
internal sealed class ApiSchemas(JsonSerializerOptions options)
{
    private readonly SortedDictionary<string, JsonObject> _components = new(StringComparer.Ordinal);
    private readonly Dictionary<Type, string> _names = [];

    /// <summary>All objects met so far.</summary>
    public JsonObject Components() => new(_components.Select(c => KeyValuePair.Create(c.Key, (JsonNode?)c.Value)));

    /// <summary>The schema of a type, a reference when it is an object.</summary>
    public JsonObject Of(Type type)
    {
        if (Nullable.GetUnderlyingType(type) is { } underlying) return OrNull(Of(underlying));
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>)) return Of(type.GetGenericArguments()[0]);
        if (Scalar(type) is { } scalar) return scalar;
        var info = options.GetTypeInfo(type);
        return info.Kind switch
        {
            JsonTypeInfoKind.Object => new JsonObject { ["$ref"] = $"#/components/schemas/{Define(info)}" },
            JsonTypeInfoKind.Enumerable => new JsonObject { ["type"] = "array", ["items"] = Of(info.ElementType!) },
            JsonTypeInfoKind.Dictionary => new JsonObject { ["type"] = "object", ["additionalProperties"] = Of(info.ElementType!) },
            _ when type.IsEnum => new JsonObject
            {
                ["enum"] = new JsonArray(Enum.GetValuesAsUnderlyingType(type).Cast<object>().Select(v => JsonSerializer.SerializeToNode(Enum.ToObject(type, v), info)).ToArray()),
            },
            _ => [],
        };
    }

    private static JsonObject? Scalar(Type type) => type switch
    {
        _ when type == typeof(string) || type == typeof(Uri) => Typed("string"),
        _ when type == typeof(bool) => Typed("boolean"),
        _ when type == typeof(int) || type == typeof(short) => Typed("integer", "int32"),
        _ when type == typeof(long) => Typed("integer", "int64"),
        _ when type == typeof(decimal) || type == typeof(double) || type == typeof(float) => Typed("number"),
        _ when type == typeof(DateTimeOffset) || type == typeof(DateTime) => Typed("string", "date-time"),
        _ when type == typeof(Guid) => Typed("string", "uuid"),
        _ when type == typeof(byte[]) => Typed("string", "byte"),
        _ when type == typeof(object) || type == typeof(JsonElement) || typeof(JsonNode).IsAssignableFrom(type) => [],
        _ => null,
    };

    private static JsonObject Typed(string type, string? format = null) =>
        format is null ? new JsonObject { ["type"] = type } : new JsonObject { ["type"] = type, ["format"] = format };

    private static JsonObject OrNull(JsonObject schema)
    {
        if (schema["type"] is JsonValue type)
        {
            schema["type"] = new JsonArray((string)type!, "null");
            return schema;
        }

        return schema.ContainsKey("$ref") || schema.ContainsKey("enum")
            ? new JsonObject { ["anyOf"] = new JsonArray(schema, Typed("null")) }
            : schema;
    }

    private string Define(JsonTypeInfo info)
    {
        if (_names.TryGetValue(info.Type, out var known)) return known;
        var name = NameOf(info.Type);
        if (_components.ContainsKey(name)) name = $"{info.Type.Namespace?.Split('.')[^1]}{name}";
        // Named before it is described: it may refer to itself.
        var schema = new JsonObject { ["type"] = "object" };
        (_names[info.Type], _components[name]) = (name, schema);

        var properties = new JsonObject();
        var required = new JsonArray();
        foreach (var property in info.Properties)
        {
            if (property.Get is null && property.Set is null && property.AssociatedParameter is null) continue;
            var described = Of(property.PropertyType);
            if (!property.PropertyType.IsValueType && (property.IsGetNullable || property.IsSetNullable)) described = OrNull(described);
            properties[property.Name] = described;
            if (property.IsRequired) required.Add((JsonNode)property.Name);
        }

        schema["properties"] = properties;
        if (required.Count > 0) schema["required"] = required;
        return name;
    }

    private static string NameOf(Type type) => type.IsGenericType
        ? string.Concat(type.GetGenericArguments().Select(NameOf).Prepend(type.Name.Split('`')[0]))
        : type.Name;
}
