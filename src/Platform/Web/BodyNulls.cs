using System.Collections.Concurrent;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// Refuses null where the serializer lets it through although the wire record does not allow it: as an element of an array, and as the value
/// of an <see cref="Optional{T}"/> whose type is a reference type without <c>?</c>. Looks only at bodies that contain a null.
/// </summary>
internal static class BodyNulls
{
    private static readonly ConcurrentDictionary<ParameterInfo, bool> OptionalAllowsNull = new();

    /// <summary>What is wrong, or null.</summary>
    public static string? FindProblem(ReadOnlyMemory<byte> json, JsonTypeInfo type)
    {
        if (json.Span.IndexOf("null"u8) < 0) return null;
        using var document = JsonDocument.Parse(json);
        return Find(document.RootElement, type, "");
    }

    private static string? Find(JsonElement element, JsonTypeInfo type, string path)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object when type.Kind == JsonTypeInfoKind.Object:
                foreach (var property in type.Properties)
                {
                    if (!element.TryGetProperty(property.Name, out var value)) continue;
                    if (InProperty(value, property, path.Length == 0 ? property.Name : $"{path}, {property.Name}") is { } problem) return problem;
                }

                return null;
            case JsonValueKind.Array when type.Kind == JsonTypeInfoKind.Enumerable:
                var elementType = type.Options.GetTypeInfo(type.ElementType!);
                if (elementType.Type == typeof(JsonElement)) return null;
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    var itemPath = $"{path}, {index++}".TrimStart(',', ' ');
                    if (item.ValueKind == JsonValueKind.Null) return Refuse(elementType.Type, itemPath);
                    if (Find(item, elementType, itemPath) is { } problem) return problem;
                }

                return null;
            default:
                return null;
        }
    }

    private static string? InProperty(JsonElement value, JsonPropertyInfo property, string path)
    {
        var type = property.PropertyType;
        if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>))
        {
            type = type.GetGenericArguments()[0];
            if (value.ValueKind == JsonValueKind.Null)
            {
                return !type.IsValueType && property.AssociatedParameter?.AttributeProvider is ParameterInfo parameter && !AllowsNull(parameter)
                    ? Refuse(type, path)
                    : null;
            }
        }

        return value.ValueKind == JsonValueKind.Null ? null : Find(value, property.Options.GetTypeInfo(Nullable.GetUnderlyingType(type) ?? type), path);
    }

    private static bool AllowsNull(ParameterInfo parameter) => OptionalAllowsNull.GetOrAdd(parameter, static p =>
        new NullabilityInfoContext().Create(p).GenericTypeArguments is not [{ ReadState: NullabilityState.NotNull }]);

    private static string Refuse(Type type, string path)
    {
        var name = type == typeof(string) ? "string" : type.IsPrimitive || type == typeof(decimal) ? "number"
            : type != typeof(string) && typeof(System.Collections.IEnumerable).IsAssignableFrom(type) ? "array" : "object";
        return $"Invalid request: Expected type: '{name}' for field '{path}', got: 'null'";
    }
}
