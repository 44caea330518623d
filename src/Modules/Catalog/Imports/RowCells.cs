using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog.Imports;

/// <summary>Reads the cells of one row into values; what cannot be read is reported with its column, and the row is no longer <see cref="Ok"/>.</summary>
/// <param name="row">The row.</param>
/// <param name="handle">Its product.</param>
/// <param name="report">Where errors go.</param>
/// <param name="decimalComma">Where cells are not separated by commas, a comma may stand before decimals.</param>
internal sealed class RowCells(CsvRow row, string handle, ImportReport report, bool decimalComma)
{
    public CsvRow Row => row;

    public bool Ok { get; private set; } = true;

    public void Fail(Column column, string message) => Fail(row.Columns.NameOf(column), message);

    public void Fail(string? column, string message)
    {
        Ok = false;
        report.Fail(row.Line, column, handle, message);
    }

    public string? Text(Column column, int longest)
    {
        var text = row[column];
        if (text is null || text.Length <= longest) return text;
        Fail(column, $"The text has {text.Length} characters, at most {longest} are possible.");
        return null;
    }

    public bool? Flag(Column column)
    {
        switch (row[column]?.ToUpperInvariant())
        {
            case null: return null;
            case "TRUE" or "YES" or "Y" or "1": return true;
            case "FALSE" or "NO" or "N" or "0": return false;
            default:
                Fail(column, $"Expected true or false, got: '{row[column]}'.");
                return null;
        }
    }

    /// <summary>A weight or length, to three decimals.</summary>
    public decimal? Number(Column column)
    {
        if (Decimal(row.Columns.IndexOf(column)) is not { } number) return null;
        if (number is >= 0 and <= 1_000_000_000) return decimal.Round(number, 3, MidpointRounding.AwayFromZero);
        Fail(column, $"Expected a number from 0 to 1000000000, got: '{row[column]}'.");
        return null;
    }

    /// <summary>Pieces; an oversold −3 of another shop is 0 on our shelf.</summary>
    public long? Pieces(int index)
    {
        if (row.At(index) is not { } text) return null;
        if (long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var pieces) && pieces <= 1_000_000_000) return Math.Max(0, pieces);
        Fail(row.Columns.Headers[index], $"Expected a whole number of pieces, at most 1000000000, got: '{text}'.");
        return null;
    }

    /// <summary>Minor units of the currency.</summary>
    public long? Money(int index, string currency)
    {
        if (Decimal(index) is not { } major) return null;
        if (major < 0) Fail(row.Columns.Headers[index], $"A price cannot be negative, got: '{row.At(index)}'.");
        else if (Contracts.Money.TryToMinor(major, currency, out var minor)) return minor;
        else
            Fail(row.Columns.Headers[index],
                $"Not a price in {currency.ToUpperInvariant()}, which has {Contracts.Money.Exponent(currency)} decimals, got: '{row.At(index)}'.");
        return null;
    }

    public string? Address(Column column)
    {
        if (row[column] is not { } text) return null;
        var good = text.Length <= 2048 && !text.Any(char.IsWhiteSpace) && !text.Any(char.IsControl)
            && (text.StartsWith("https://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("http://", StringComparison.OrdinalIgnoreCase)
                || (text[0] == '/' && !text.StartsWith("//", StringComparison.Ordinal)));
        if (good) return text;
        Fail(column, $"Expected an address that begins with https://, http:// or /, at most 2048 characters, without spaces, got: '{Short(text)}'.");
        return null;
    }

    /// <summary>Cells kept as metadata, as one JSON object; null when there are none.</summary>
    public string? Metadata(Column whole, IEnumerable<(int Index, string Key)> single)
    {
        JsonObject? kept = null;
        if (row[whole] is { } text)
        {
            if (ReadObject(text).Try(out var read, out var error)) kept = read;
            else
            {
                Fail(whole, error.Message);
                return null;
            }
        }

        foreach (var (index, key) in single)
            if (row.At(index) is { } value) (kept ??= [])[key] = value;
        return kept is { Count: > 0 } ? kept.ToJsonString() : null;
    }

    private static Result<JsonObject> ReadObject(string text)
    {
        try
        {
            // Text first: the reader of objects stumbles over half a surrogate pair.
            if (BodyText.FindProblem(Encoding.UTF8.GetBytes(text)) is var (problem, _)) return Error.Invalid(problem + ".");
            if (JsonNode.Parse(text, documentOptions: new() { AllowDuplicateProperties = false }) is JsonObject read) return read;
        }
        catch (JsonException)
        {
            // Said below.
        }

        return Error.Invalid("Expected a JSON object.");
    }

    private decimal? Decimal(int index)
    {
        if (row.At(index) is not { } text) return null;
        var number = decimalComma && !text.Contains('.', StringComparison.Ordinal) ? text.Replace(',', '.') : text;
        if (decimal.TryParse(number, NumberStyles.AllowDecimalPoint | NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var value)) return value;
        Fail(row.Columns.Headers[index], $"Expected a number such as 1299.00, got: '{Short(text)}'.");
        return null;
    }

    private static string Short(string text) => text.Length <= 100 ? text : text[..100] + "…";
}
