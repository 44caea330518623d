using System.Diagnostics.CodeAnalysis;
using System.Text.Json;

namespace HeadlessPro.Pricing;

/// <summary>Free JSON columns on their way to the wire.</summary>
internal static class JsonFields
{
    /// <summary>The stored JSON text as an element; null for null.</summary>
    [return: NotNullIfNotNull(nameof(json))]
    public static JsonElement? Parse(string? json)
    {
        if (json is null) return null;
        using var document = JsonDocument.Parse(json);
        return document.RootElement.Clone();
    }
}
