using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using HeadlessPro.Contracts;

namespace HeadlessPro.Pricing;

/// <summary>Checks of fields that every request record of this module has in common. Each answers the problem, or null.</summary>
internal static class JsonFields
{
    /// <summary>A text of 1 to <paramref name="longest"/> characters, without null characters (PostgreSQL refuses them).</summary>
    public static Error? CheckText(string field, string? text, int longest = 255)
    {
        if (text is null) return null;
        if (text.Contains('\0', StringComparison.Ordinal)) return Error.Invalid($"Invalid request: Field '{field}' contains a null character");
        if (text.Trim().Length == 0) return Error.Invalid($"Invalid request: Field '{field}' must not be empty");
        return text.Length > longest ? Error.Invalid($"Invalid request: Field '{field}' is too long, at most {longest} characters") : null;
    }

    /// <summary>An object or null.</summary>
    public static Error? CheckMetadata(JsonElement? metadata)
    {
        if (metadata is not { } element || element.ValueKind == JsonValueKind.Null) return null;
        if (element.ValueKind != JsonValueKind.Object)
            return Error.Invalid($"Invalid request: Expected type: 'object' for field 'metadata', got: '{Kind(element)}'");
        return element.GetRawText().Contains("\\u0000", StringComparison.Ordinal)
            ? Error.Invalid("Invalid request: Field 'metadata' contains a null character")
            : null;
    }

    /// <summary>The JSON text to store.</summary>
    public static string? ToColumn(JsonElement? metadata) => metadata is { ValueKind: JsonValueKind.Object } element ? element.GetRawText() : null;

    /// <summary>The stored JSON text for the wire.</summary>
    [return: NotNullIfNotNull(nameof(json))]
    public static JsonElement? Parse(string? json)
    {
        if (json is null) return null;
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }

    private static string Kind(JsonElement element) => element.ValueKind is JsonValueKind.String ? element.GetString()! : element.GetRawText();
}
