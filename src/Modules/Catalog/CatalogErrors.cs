using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;
using Npgsql;

namespace HeadlessPro.Catalog;

/// <summary>What this module refuses, in the words of the wire.</summary>
internal static class CatalogErrors
{
    public static ErrorException Invalid(string message) => new(Error.Invalid(message));

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
}

/// <summary>Longest texts, characters: the same for requests and product files.</summary>
internal static class Longest
{
    public const int Name = 255;
    public const int Title = 1000;
    public const int Text = 10_000;
    public const int Description = 1_000_000;
}
