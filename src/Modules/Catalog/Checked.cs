using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog;

/// <summary>
/// Fields of a request, checked: each method answers the value as it is to be kept, or leaves the handler with a 400 that names the field by
/// its path.
/// </summary>
internal static partial class Checked
{
    public static string At(string path, string name) => path.Length == 0 ? name : $"{path}, {name}";

    public static string At(string path, string name, int index) => $"{At(path, name)}, {index.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>A text that must say something; outer blanks are cut.</summary>
    public static string Required(string path, string? value, int max = Longest.Name)
    {
        if (value is null) throw CatalogErrors.Invalid($"Invalid request: Expected type: 'string' for field '{path}', got: 'null'");
        var text = Text(path, value, max)!.Trim();
        return text.Length > 0 ? text : throw CatalogErrors.Invalid($"Invalid request: Field '{path}' must have 1 to {max} characters");
    }

    /// <summary>A text or null.</summary>
    public static string? Text(string path, string? value, int max = Longest.Name)
    {
        if (value is null) return null;
        return value.Length <= max ? value : throw CatalogErrors.Invalid($"Invalid request: Field '{path}' must have at most {max} characters");
    }

    /// <summary>A text, with blank read as null: an empty SKU is no SKU.</summary>
    public static string? Code(string path, string? value, int max = Longest.Name) => Text(path, value, max)?.Trim() is { Length: > 0 } code ? code : null;

    /// <summary>An address of a picture: http(s), or a path of this shop.</summary>
    public static string? Url(string path, string? value)
    {
        var text = Code(path, value, 2048);
        Check.Url(path, text);
        return text;
    }

    /// <summary>One of a few words, which must be given.</summary>
    public static string OneOf(string path, string? value, params ReadOnlySpan<string> allowed)
    {
        Check.OneOf(path, value ?? "null", allowed);
        return value!;
    }

    public static int Whole(string path, int value, int min, int max)
    {
        Check.Range(path, value, min, max);
        return value;
    }

    /// <summary>A weight or length: not negative, with at most three decimals.</summary>
    public static decimal? Measure(string path, decimal? value)
    {
        if (value is not { } number) return null;
        Check.Range(path, number, 0, 1_000_000_000);
        return decimal.Round(number, 3) == number ? number / 1.000m : throw CatalogErrors.Invalid($"Invalid request: Value for field '{path}' has more than 3 decimals");
    }

    /// <summary>An amount in major units → minor units.</summary>
    public static long Amount(string path, decimal value, string currency)
    {
        if (value < 0) throw CatalogErrors.Invalid($"Invalid request: Value for field '{path}' too small, expected at least: '0'");
        if (value >= 1_000_000_000_000m) throw CatalogErrors.Invalid($"Invalid request: Value for field '{path}' too large, expected less than: '1000000000000'");
        return Money.TryToMinor(value, currency, out var minor)
            ? minor
            : throw CatalogErrors.Invalid($"Invalid request: Value for field '{path}' has more than the {Money.Exponent(currency)} decimals of {currency}");
    }

    public static string Currency(string path, string? value)
    {
        var code = Required(path, value, 3).ToLowerInvariant();
        return code.Length == 3 && code.All(char.IsAsciiLetterLower)
            ? code
            : throw CatalogErrors.Invalid($"Invalid request: Value for field '{path}' must be an ISO 4217 currency code, got: '{value}'");
    }

    /// <summary>A handle a URL can carry: letters, digits and - _ . (and / where <paramref name="slashes"/>), lower case.</summary>
    public static string Handle(string path, string value, bool slashes = false)
    {
        var text = Required(path, value);
        return (slashes ? PathHandle().IsMatch(text) : IsHandle(text))
            ? text
            : throw CatalogErrors.Invalid($"Invalid request: Value for field '{path}' must contain URL safe characters only (lower-case letters, digits, '-', '_', '.'), got: '{text}'");
    }

    public static bool IsHandle(string text) => PlainHandle().IsMatch(text);

    /// <summary>A wire id of that prefix.</summary>
    public static Guid Id(string path, string prefix, string? value) => WireId.TryDecode(prefix, value, out var id)
        ? id
        : throw CatalogErrors.Invalid($"Invalid request: Value for field '{path}' is not a known id, got: '{Text(path, value, 200)}'");

    /// <summary>Wire ids of that prefix, each once.</summary>
    public static Guid[] Ids(string path, string prefix, IReadOnlyList<string>? values)
    {
        if (values is null) return [];
        var ids = new List<Guid>(values.Count);
        var seen = new HashSet<Guid>();
        for (var i = 0; i < values.Count; i++)
        {
            var id = Id(At("", path, i), prefix, values[i]);
            if (!seen.Add(id)) throw CatalogErrors.Invalid($"Invalid request: Field '{path}' names '{values[i]}' more than once");
            ids.Add(id);
        }

        return [.. ids];
    }

    /// <summary>The text to store for an object; null for null.</summary>
    public static string? Metadata(string path, JsonElement? value)
    {
        Check.Json(path, value);
        return Check.JsonText(value);
    }

    /// <summary>The id in a path; unknown shapes are as unknown as unknown ids.</summary>
    public static Guid PathId(string what, string prefix, string id) => WireId.TryDecode(prefix, id, out var key) ? key : throw CatalogErrors.NotFound(what, id);

    [GeneratedRegex(@"^[\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}_][\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}_.-]*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: -1)]
    private static partial Regex PlainHandle();

    [GeneratedRegex(@"^[\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}_][\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}_.-]*(/[\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}_][\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}_.-]*)*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: -1)]
    private static partial Regex PathHandle();
}
