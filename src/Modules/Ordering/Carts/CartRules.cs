using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.RegularExpressions;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Ordering.Carts;

/// <summary>An address as a client sends it. An empty string is a value, not an absence.</summary>
internal sealed record CartAddressRequest(
    string? FirstName = null, string? LastName = null, string? Company = null,
    [property: JsonPropertyName("address_1")] string? Address1 = null, [property: JsonPropertyName("address_2")] string? Address2 = null,
    string? City = null, string? PostalCode = null, string? CountryCode = null, string? Province = null, string? Phone = null,
    Dictionary<string, JsonElement>? Metadata = null);

/// <summary>Bounds of a cart, and the checks of what clients send. Every message names its field.</summary>
internal static partial class CartRules
{
    public const int MaxLines = 500;
    public const long MaxQuantity = 1_000_000;
    public const int MaxCodes = 50;
    private const int MaxText = 255;
    private const int MaxJson = 16 * 1024;

    public static Error? Quantity(long quantity, long least, string field = "quantity") =>
        quantity < least ? Error.Invalid($"Invalid request: Value for field '{field}' too small, expected at least: '{least}'")
        : quantity > MaxQuantity ? Error.Invalid($"Invalid request: Value for field '{field}' too large, expected at most: '{MaxQuantity}'")
        : null;

    public static Error? Email(string? email) =>
        email is null || EmailAddress.IsOne(email) ? null
        : Error.Invalid("Invalid request: Field 'email' must be an e-mail address");

    public static Error? Locale(string? locale) =>
        locale is null || (locale.Length <= 35 && LocalePattern().IsMatch(locale)) ? null
        : Error.Invalid("Invalid request: Field 'locale' must be a language tag such as 'en' or 'af-ZA'");

    /// <summary>A JSON object as text for a json column; null for null.</summary>
    public static Result<string?> Json(Dictionary<string, JsonElement>? value, string field = "metadata")
    {
        if (value is null) return (string?)null!;
        var text = JsonSerializer.Serialize(value, CartsJson.Default.DictionaryStringJsonElement);
        return text.Length <= MaxJson ? text : Error.Invalid($"Invalid request: Field '{field}' must have at most {MaxJson} characters of JSON");
    }

    /// <summary>Codes without repetitions, in the order sent.</summary>
    public static Result<IReadOnlyList<string>> Codes(List<string>? codes)
    {
        if (codes is null) return Array.Empty<string>();
        if (codes.Count > MaxCodes) return Error.Invalid($"Invalid request: Field 'promo_codes' must have at most {MaxCodes} entries");
        for (var i = 0; i < codes.Count; i++)
            if (Text(codes[i], $"promo_codes, {i}") is { } problem) return problem;

        return codes.Select(c => c.Trim()).Where(c => c.Length > 0).Distinct(StringComparer.OrdinalIgnoreCase).ToList();
    }

    /// <summary>A new address; goods go only to a country of <paramref name="within"/> when that is given.</summary>
    public static Result<CartAddress?> Address(CartAddressRequest? request, string field, RegionInfo? within)
    {
        if (request is null) return (CartAddress?)null!;
        ReadOnlySpan<(string? Value, string Name)> texts =
        [
            (request.FirstName, "first_name"), (request.LastName, "last_name"), (request.Company, "company"), (request.Address1, "address_1"),
            (request.Address2, "address_2"), (request.City, "city"), (request.PostalCode, "postal_code"), (request.Province, "province"),
            (request.Phone, "phone"),
        ];
        foreach (var (value, name) in texts)
            if (Text(value, $"{field}, {name}") is { } problem) return problem;

        var country = request.CountryCode?.ToLowerInvariant();
        if (country is { Length: > 0 } && (country.Length != 2 || !country.All(char.IsAsciiLetterLower)))
            return Error.Invalid($"Invalid request: Field '{field}, country_code' must be a country code of two letters");
        if (country is { Length: 0 }) country = null;
        if (country is not null && within is not null && !within.CountryCodes.Contains(country)) return CartErrors.CountryOutside(country, within.Name);
        if (!Json(request.Metadata, $"{field}, metadata").Try(out _, out var error) && error is not null) return error;
        return new CartAddress(
            WireId.New(), request.FirstName, request.LastName, request.Company, request.Address1, request.Address2, request.City,
            request.PostalCode, country, request.Province, request.Phone, request.Metadata);
    }

    /// <summary>The address a cart starts with: where a region has one country only, goods can go nowhere else.</summary>
    public static CartAddress? OnlyCountry(RegionInfo region) =>
        region.CountryCodes is [var country] ? new CartAddress(WireId.New(), CountryCode: country) : null;

    public static Error? Text(string? value, string field) =>
        value?.Length > MaxText ? Error.Invalid($"Invalid request: Field '{field}' must have at most {MaxText} characters")
        : null;

    [GeneratedRegex("^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*\\z", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: -1)]
    private static partial Regex LocalePattern();
}
