using System.Text.Json;
using HeadlessPro.Contracts;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// Checks of single fields, after the body was read (text and numbers that no column can hold are refused there): each ends the request with 400 and
/// names the field. Nested fields are written as Medusa does: <c>shipping_address, city</c>. An absent (null) value passes.
/// </summary>
public static class Check
{
    /// <summary>Length; <paramref name="min"/> counts without outer spaces.</summary>
    public static void Text(string field, string? value, int max = 255, int min = 0)
    {
        if (value is null) return;
        if (value.Length > max || value.AsSpan().Trim().Length < min) throw Wrong($"Field '{field}' must have {min} to {max} characters");
    }

    /// <summary>Bounds, both included.</summary>
    public static void Range(string field, decimal? value, decimal min, decimal max)
    {
        if (value < min) throw Wrong($"Value for field '{field}' too small, expected at least: '{min}'");
        if (value > max) throw Wrong($"Value for field '{field}' too large, expected at most: '{max}'");
    }

    /// <summary>One of a few words.</summary>
    public static void OneOf(string field, string? value, params ReadOnlySpan<string> allowed)
    {
        if (value is null || allowed.Contains(value)) return;
        throw Wrong($"Value for field '{field}' must be one of: '{string.Join("', '", allowed.ToArray())}', got: '{(value.Length > 80 ? value[..80] : value)}'");
    }

    /// <summary>An address that a page may show or open: http(s), or a path of this shop.</summary>
    public static void Url(string field, string? value)
    {
        if (value is null) return;
        var isOne = (value.StartsWith('/') && !value.StartsWith("//", StringComparison.Ordinal))
            || (Uri.TryCreate(value, UriKind.Absolute, out var address) && address.Scheme is "http" or "https");
        if (!isOne || value.Any(char.IsWhiteSpace)) throw Wrong($"Value for field '{field}' is not a valid URL, got: '{(value.Length > 80 ? value[..80] : value)}'");
    }

    /// <summary>How many entries an array has.</summary>
    public static void Count<T>(string field, IReadOnlyCollection<T>? values, int max)
    {
        if (values?.Count > max) throw Wrong($"Field '{field}' has too many entries, expected at most: '{max}'");
    }

    /// <summary>Free JSON such as <c>metadata</c>: an object or null.</summary>
    public static void Json(string field, JsonElement? value)
    {
        if (value is not { } element || element.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined) return;
        if (element.ValueKind != JsonValueKind.Object)
            throw Wrong($"Expected type: 'object' for field '{field}', got: '{element.ValueKind.ToString().ToLowerInvariant()}'");
    }

    /// <summary>The text to store for free JSON; null for null.</summary>
    public static string? JsonText(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.Object } element ? element.GetRawText() : null;

    private static ErrorException Wrong(string what) => new(Error.Invalid("Invalid request: " + what));
}
