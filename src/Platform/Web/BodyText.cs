using System.Globalization;
using System.Text.Json;
using System.Text.Unicode;
using HeadlessPro.Platform.Security;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// Refuses what no column can hold: bytes that are not UTF-8, null characters and half surrogate pairs (names of properties included), and
/// numbers of more than 300 digits. Also JSON that is nested too deep to be shown again, and card numbers, in whatever they are written.
/// </summary>
public static class BodyText
{
    private const int LongestNumber = 300;

    // Free JSON such as metadata stands deeper in an answer than in the request, and readers stop at 64.
    private const int Deepest = 32;

    /// <summary>What is wrong, a sentence that names the field, and its code; or null. Malformed JSON is for others to say.</summary>
    public static (string Sentence, string Code)? FindProblem(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json)) return Invalid("The body is not valid UTF-8");
        // The characters can only be written as escapes; a number that large has an exponent or very many digits.
        return json.IndexOf("\\u"u8) < 0 && !MayBeExtreme(json) && !MayHoldCardNumber(json) ? null : Walk(json);
    }

    // Text without escapes is in the body as it is.
    private static bool MayHoldCardNumber(ReadOnlySpan<byte> json) =>
        CardNumbers.MayBeIn(json) && (json.Contains((byte)'\\') || CardNumbers.TryFind(json, 0, out _));

    private static (string, string) Invalid(string sentence) => (sentence, "invalid_data");

    private static bool MayBeExtreme(ReadOnlySpan<byte> json)
    {
        var (digits, opened) = (0, 0);
        foreach (var letter in json)
        {
            if (letter is (byte)'{' or (byte)'[' && ++opened > Deepest) return true;
            if (char.IsAsciiDigit((char)letter)) digits++;
            else if (digits > LongestNumber || (digits > 0 && letter is (byte)'e' or (byte)'E')) return true;
            else if (letter != (byte)'.') digits = 0;
        }

        return false;
    }

    private static (string, string)? Walk(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var path = new List<string>();
        try
        {
            while (reader.Read())
            {
                if (reader.CurrentDepth > Deepest) return Invalid(Field(path) + $" is nested more than {Deepest} levels deep");
                if (reader.TokenType == JsonTokenType.Number && !Fits(reader.ValueSpan)) return Invalid($"Field '{Name(path)}' holds a number out of range");
                if (reader.TokenType == JsonTokenType.Number && IsCardNumber(reader.ValueSpan)) return (CardNumbers.Problem(Field(path)), CardNumbers.Code);
                if (reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.String)) continue;
                string text;
                try
                {
                    text = reader.GetString()!;
                }
                catch (InvalidOperationException)
                {
                    return Invalid($"Field '{Name(path)}' contains half a surrogate pair");
                }

                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    var depth = reader.CurrentDepth - 1;
                    if (path.Count > depth) path.RemoveRange(depth, path.Count - depth);
                    while (path.Count < depth) path.Add("");
                    if (CardNumbers.AreIn(text)) return (CardNumbers.Problem(path.Count == 0 ? "The name of a field" : $"The name of a field in '{Name(path)}'"), CardNumbers.Code);
                    path.Add(text.Replace("\0", "\\0", StringComparison.Ordinal));
                }

                if (text.Contains('\0', StringComparison.Ordinal))
                    return Invalid($"Field '{Name(path)}' contains a null character");
                if (reader.TokenType == JsonTokenType.String && CardNumbers.AreIn(text)) return (CardNumbers.Problem(Field(path)), CardNumbers.Code);
            }
        }
        catch (JsonException)
        {
            // The serializer says it better.
        }

        return null;
    }

    private static bool Fits(ReadOnlySpan<byte> number)
    {
        var exponent = number.IndexOfAny("eE"u8);
        return number.Length <= LongestNumber && (exponent < 0
            || (int.TryParse(number[(exponent + 1)..], NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var power) && power is >= -300 and <= 300));
    }

    // 4.111e15 is kept as 4111000000000000.
    private static bool IsCardNumber(ReadOnlySpan<byte> number) => number.IndexOfAny("eE"u8) < 0
        ? CardNumbers.AreIn(number)
        : decimal.TryParse(number, NumberStyles.Float, CultureInfo.InvariantCulture, out var value) && CardNumbers.AreIn(value.ToString(CultureInfo.InvariantCulture));

    private static string Field(List<string> path) => path.Count > 0 ? $"Field '{Name(path)}'" : "The body";

    private static string Name(List<string> path) => string.Join(", ", path.Where(p => p.Length > 0));
}
