using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// Says what is wrong with a JSON body, in Medusa's words (recordings 120–127). Runs only after the serializer refused the body, so it may
/// take its time: it walks the document again, beside the type.
/// </summary>
internal static class BodyExplainer
{
    public static string Explain(ReadOnlyMemory<byte> json, JsonTypeInfo type, JsonException exception)
    {
        JsonDocument document;
        try
        {
            document = JsonDocument.Parse(json);
        }
        catch (JsonException syntax)
        {
            return IsCutOff(json.Span) ? "Unexpected end of JSON input"
                : syntax.Message.Contains("depth", StringComparison.Ordinal) ? "Invalid request: The body is nested too deep"
                : $"Malformed JSON at line {syntax.LineNumber + 1}, byte {syntax.BytePositionInLine + 1}: the body must be one JSON object";
        }

        using (document)
        {
            return FindProblem(document.RootElement, type, "")
                ?? FindDuplicate(document.RootElement, "")
                ?? $"Invalid request: Value for field '{FieldOf(exception.Path)}' is not valid";
        }
    }

    private static bool IsCutOff(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json, isFinalBlock: false, default);
        try
        {
            while (reader.Read()) { }
            // Everything up to here is right, only the rest is missing.
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    private static string? FindDuplicate(JsonElement element, string path)
    {
        if (element.ValueKind == JsonValueKind.Array) return element.EnumerateArray().Select((item, i) => FindDuplicate(item, Join(path, $"{i}"))).FirstOrDefault(p => p is not null);
        if (element.ValueKind != JsonValueKind.Object) return null;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var property in element.EnumerateObject())
        {
            var name = Join(path, property.Name);
            if (!seen.Add(property.Name)) return $"Invalid request: Field '{name}' is given twice";
            if (FindDuplicate(property.Value, name) is { } problem) return problem;
        }

        return null;
    }

    private static string? FindProblem(JsonElement element, JsonTypeInfo type, string path)
    {
        var target = Nullable.GetUnderlyingType(type.Type) is { } underlying ? type.Options.GetTypeInfo(underlying) : type;
        if (target.Kind == JsonTypeInfoKind.None && target.Type.IsGenericType && target.Type.GetGenericTypeDefinition() == typeof(Optional<>))
            target = target.Options.GetTypeInfo(target.Type.GetGenericArguments()[0]);

        switch (target.Kind)
        {
            case JsonTypeInfoKind.Object:
                if (element.ValueKind != JsonValueKind.Object) return Expected("object", path, element);
                return FindProblemInObject(element, target, path);
            case JsonTypeInfoKind.Enumerable:
                if (element.ValueKind != JsonValueKind.Array) return Expected("array", path, element);
                var itemType = target.Options.GetTypeInfo(target.ElementType!);
                var index = 0;
                foreach (var item in element.EnumerateArray())
                {
                    var itemPath = $"{path}, {index++}".TrimStart(',', ' ');
                    if (FindProblem(item, itemType, itemPath) is { } problem) return problem;
                }

                return null;
            case JsonTypeInfoKind.Dictionary:
                if (element.ValueKind != JsonValueKind.Object) return Expected("object", path, element);
                var valueType = target.Options.GetTypeInfo(target.ElementType!);
                return element.EnumerateObject().Select(p => FindProblem(p.Value, valueType, Join(path, p.Name))).FirstOrDefault(p => p is not null);
            default:
                return FindProblemInScalar(element, target.Type, path);
        }
    }

    private static string? FindProblemInObject(JsonElement element, JsonTypeInfo type, string path)
    {
        var known = type.Properties.ToDictionary(p => p.Name, StringComparer.Ordinal);
        var unknown = element.EnumerateObject().Where(p => !known.ContainsKey(p.Name)).Select(p => Join(path, p.Name)).ToList();
        if (unknown.Count > 0) return $"Invalid request: Unrecognized fields: '{string.Join(", ", unknown)}'";

        foreach (var property in type.Properties)
        {
            var name = Join(path, property.Name);
            if (!element.TryGetProperty(property.Name, out var value))
            {
                if (property.IsRequired) return $"Invalid request: Field '{name}' is required";
                continue;
            }

            if (value.ValueKind == JsonValueKind.Null)
            {
                if (property.IsSetNullable && Nullable.GetUnderlyingType(property.PropertyType) is not null) continue;
                if (property.IsSetNullable && !property.PropertyType.IsValueType) continue;
                if (property.PropertyType.IsGenericType && property.PropertyType.GetGenericTypeDefinition() == typeof(Optional<>)) continue;
                return Expected(NameOf(property.PropertyType), name, value);
            }

            if (FindProblem(value, type.Options.GetTypeInfo(property.PropertyType), name) is { } problem) return problem;
        }

        return null;
    }

    private static string? FindProblemInScalar(JsonElement element, Type type, string path)
    {
        if (type == typeof(JsonElement) || type == typeof(object)) return null;
        var kind = element.ValueKind;
        if (type == typeof(string)) return kind is JsonValueKind.String or JsonValueKind.Null ? null : Expected("string", path, element);
        if (type == typeof(bool)) return kind is JsonValueKind.True or JsonValueKind.False ? null : Expected("boolean", path, element);
        if (type == typeof(int) || type == typeof(long) || type == typeof(short))
        {
            if (kind != JsonValueKind.Number) return Expected("number", path, element);
            var (min, max) = type == typeof(int) ? (int.MinValue, int.MaxValue) : type == typeof(short) ? (short.MinValue, short.MaxValue) : (long.MinValue, long.MaxValue);
            if (element.TryGetInt64(out var number) && number >= min && number <= max) return null;
            if (!element.TryGetDecimal(out var exact)) return $"Invalid request: Value for field '{path}' too large, expected at most: '{max}'";
            return exact > max ? $"Invalid request: Value for field '{path}' too large, expected at most: '{max}'"
                : exact < min ? $"Invalid request: Value for field '{path}' too small, expected at least: '{min}'"
                : Expected("integer", path, element);
        }

        if (type == typeof(decimal) || type == typeof(double))
        {
            if (kind != JsonValueKind.Number) return Expected("number", path, element);
            return element.TryGetDecimal(out _) ? null : $"Invalid request: Value for field '{path}' too large";
        }

        if (type == typeof(DateTimeOffset) || type == typeof(DateTime))
            return kind == JsonValueKind.String && element.TryGetDateTimeOffset(out _) ? null : Expected("date", path, element);
        if (type.IsEnum)
            return $"Invalid request: Value for field '{path}' is not valid, got: '{Short(element)}'";
        return null;
    }

    private static string Expected(string type, string path, JsonElement element) => path.Length == 0
        ? $"Invalid request: Expected a JSON {type} as body, got: '{Short(element)}'"
        : $"Invalid request: Expected type: '{type}' for field '{path}', got: '{Short(element)}'";

    private static string NameOf(Type type) =>
        type == typeof(string) ? "string" : type == typeof(bool) ? "boolean" : type.IsPrimitive || type == typeof(decimal) ? "number" : type.IsArray ? "array" : "object";

    private static string Short(JsonElement element)
    {
        var text = element.ValueKind == JsonValueKind.String ? element.GetString()! : element.GetRawText();
        return text.Length <= 80 ? text : text[..80] + "…";
    }

    // Medusa writes nested paths with «, »: 'shipping_address, country_code'.
    private static string Join(string path, string name) => path.Length == 0 ? name : $"{path}, {name}";

    private static string FieldOf(string? jsonPath) => (jsonPath ?? "$").TrimStart('$').TrimStart('.').Replace(".", ", ", StringComparison.Ordinal);
}
