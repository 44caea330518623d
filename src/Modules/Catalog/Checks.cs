using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;
using Npgsql;

namespace HeadlessPro.Catalog;

/// <summary>Checks of request fields. Each answers the checked value or leaves the handler with a 400 that names the field by its path.</summary>
internal static partial class Check
{
    public const int Name = 255;
    public const int Title = 1000;
    public const int MiddleText = 10_000;
    public const int LongText = 1_000_000;

    public static string At(string path, string name) => path.Length == 0 ? name : $"{path}, {name}";

    public static string At(string path, string name, int index) => $"{At(path, name)}, {index.ToString(CultureInfo.InvariantCulture)}";

    public static ErrorException Invalid(string message) => new(Error.Invalid(message));

    /// <summary>A text that must say something; outer blanks are cut.</summary>
    public static string Required(string path, string? value, int max = Name)
    {
        if (value is null) throw Invalid($"Invalid request: Expected type: 'string' for field '{path}', got: 'null'");
        var text = Text(path, value, max)!.Trim();
        return text.Length > 0 ? text : throw Invalid($"Invalid request: Field '{path}' must have 1 to {max} characters");
    }

    /// <summary>A text or null.</summary>
    public static string? Text(string path, string? value, int max = Name)
    {
        if (value is null) return null;
        return value.Length <= max ? value : throw Invalid($"Invalid request: Field '{path}' must have at most {max} characters");
    }

    /// <summary>A text, with blank read as null: an empty SKU is no SKU.</summary>
    public static string? Code(string path, string? value, int max = Name) => Text(path, value, max)?.Trim() is { Length: > 0 } code ? code : null;

    /// <summary>An address of a picture: http(s), or a path of this shop.</summary>
    public static string? Url(string path, string? value)
    {
        if (Code(path, value, 2048) is not { } text) return null;
        var ok = (text[0] == '/' && !text.StartsWith("//", StringComparison.Ordinal))
            || (Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https");
        return ok && !text.Any(char.IsWhiteSpace) ? text : throw Invalid($"Invalid request: Value for field '{path}' is not a valid URL, got: '{text}'");
    }

    public static string OneOf(string path, string? value, params ReadOnlySpan<string> allowed)
    {
        foreach (var name in allowed)
            if (name == value) return name;
        throw Invalid($"Invalid request: Value for field '{path}' must be one of {string.Join(", ", allowed.ToArray().Select(a => $"'{a}'"))}, got: '{value}'");
    }

    public static int Whole(string path, int value, int min, int max)
    {
        if (value < min) throw Invalid($"Invalid request: Value for field '{path}' too small, expected at least: '{min}'");
        return value <= max ? value : throw Invalid($"Invalid request: Value for field '{path}' too large, expected at most: '{max}'");
    }

    /// <summary>A weight or length: not negative, with at most three decimals.</summary>
    public static decimal? Measure(string path, decimal? value)
    {
        if (value is not { } number) return null;
        if (number < 0) throw Invalid($"Invalid request: Value for field '{path}' too small, expected at least: '0'");
        if (number > 1_000_000_000) throw Invalid($"Invalid request: Value for field '{path}' too large, expected at most: '1000000000'");
        return decimal.Round(number, 3) == number ? number / 1.000m : throw Invalid($"Invalid request: Value for field '{path}' has more than 3 decimals");
    }

    /// <summary>An amount in major units → minor units.</summary>
    public static long Amount(string path, decimal value, string currency)
    {
        if (value < 0) throw Invalid($"Invalid request: Value for field '{path}' too small, expected at least: '0'");
        if (value >= 1_000_000_000_000m) throw Invalid($"Invalid request: Value for field '{path}' too large, expected less than: '1000000000000'");
        return Money.TryToMinor(value, currency, out var minor)
            ? minor
            : throw Invalid($"Invalid request: Value for field '{path}' has more than the {Money.Exponent(currency)} decimals of {currency}");
    }

    public static string Currency(string path, string? value)
    {
        var code = Required(path, value, 3).ToLowerInvariant();
        return code.Length == 3 && code.All(char.IsAsciiLetterLower)
            ? code
            : throw Invalid($"Invalid request: Value for field '{path}' must be an ISO 4217 currency code, got: '{value}'");
    }

    /// <summary>A handle a URL can carry: letters, digits and - _ . (and / where <paramref name="slashes"/>), lower case.</summary>
    public static string Handle(string path, string value, bool slashes = false)
    {
        var text = Required(path, value);
        return (slashes ? PathHandle().IsMatch(text) : IsHandle(text))
            ? text
            : throw Invalid($"Invalid request: Value for field '{path}' must contain URL safe characters only (lower-case letters, digits, '-', '_', '.'), got: '{text}'");
    }

    public static bool IsHandle(string text) => PlainHandle().IsMatch(text);

    /// <summary>A wire id of that prefix.</summary>
    public static Guid Id(string path, string prefix, string? value) => WireId.TryDecode(prefix, value, out var id)
        ? id
        : throw Invalid($"Invalid request: Value for field '{path}' is not a known id, got: '{Text(path, value, 200)}'");

    /// <summary>Wire ids of that prefix, each once.</summary>
    public static Guid[] Ids(string path, string prefix, IReadOnlyList<string>? values)
    {
        if (values is null) return [];
        var ids = new List<Guid>(values.Count);
        var seen = new HashSet<Guid>();
        for (var i = 0; i < values.Count; i++)
        {
            var id = Id(At("", path, i), prefix, values[i]);
            if (!seen.Add(id)) throw Invalid($"Invalid request: Field '{path}' names '{values[i]}' more than once");
            ids.Add(id);
        }

        return [.. ids];
    }

    /// <summary>The text to store for an object; null for null.</summary>
    public static string? Metadata(string path, JsonElement? value)
    {
        Platform.Web.Check.Json(path, value);
        return Platform.Web.Check.JsonText(value);
    }

    /// <summary>Says what a unique index refused, in the words of the wire; null for any other failure.</summary>
    /// <param name="e">The failure. It does not carry values: the server keeps them out of errors.</param>
    /// <param name="value">The value that was to be written.</param>
    public static Error? Duplicate(PostgresException e, string? value = null)
    {
        if (e.SqlState != PostgresErrorCodes.UniqueViolation) return null;
        (string What, string Field)? known = e.ConstraintName switch
        {
            "products_handle" => ("Product", "handle"),
            "collections_handle" => ("Product collection", "handle"),
            "categories_handle" => ("Product category", "handle"),
            "types_value" => ("Product type", "value"),
            "tags_value" => ("Product tag", "value"),
            "variants_sku" => ("Product variant", "sku"),
            "variants_barcode" => ("Product variant", "barcode"),
            _ => null,
        };
        if (e.ConstraintName == "prices_once")
            return Error.Duplicate("A price of the same variant, currency_code, region_id, min_quantity and max_quantity already exists.");
        return known is { } found ? Taken(found.What, found.Field, value ?? "the given one") : null;
    }

    public static Error Taken(string what, string field, string value) => Error.Duplicate($"{what} with {field}: {value}, already exists.");

    /// <summary>What a handler sees of a row that is not there.</summary>
    public static ErrorException NotFound(string what, string id) => new(Error.NotFound($"{what} with id: {id} was not found"));

    /// <summary>The id in a path; unknown shapes are as unknown as unknown ids.</summary>
    public static Guid PathId(string what, string prefix, string id) => WireId.TryDecode(prefix, id, out var key) ? key : throw NotFound(what, id);

    [GeneratedRegex(@"^[\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}_][\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}_.-]*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PlainHandle();

    [GeneratedRegex(@"^[\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}_][\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}_.-]*(/[\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}_][\p{Ll}\p{Lo}\p{Lm}\p{Mn}\p{Mc}\p{Nd}_.-]*)*\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: 1000)]
    private static partial Regex PathHandle();
}
