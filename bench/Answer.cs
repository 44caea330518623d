using System.Globalization;
using System.Text;
using System.Text.Json;

namespace HeadlessPro.Bench;

/// <summary>What came back: the body lies in the connection's buffer until its next request.</summary>
internal readonly ref struct Answer(int status, ReadOnlySpan<byte> body, bool retryAfter = false)
{
    /// <summary>It says when to try again.</summary>
    public bool RetryAfter { get; } = retryAfter;

    /// <summary>0 when the connection broke.</summary>
    public int Status { get; } = status;

    public ReadOnlySpan<byte> Body { get; } = body;

    public bool IsOk => Status == 200;

    public bool Has(string text)
    {
        Span<byte> bytes = stackalloc byte[text.Length * 3];
        return Body.IndexOf(bytes[..Encoding.UTF8.GetBytes(text, bytes)]) >= 0;
    }

    /// <summary>How often the text is in the body; much cheaper than parsing it.</summary>
    public int CountOf(ReadOnlySpan<byte> text) => System.MemoryExtensions.Count(Body, text);

    /// <summary>
    /// The text or number at a path of property names, without reading further than that; null when there is none. Of an array its first element.
    /// </summary>
    public string? Text(params ReadOnlySpan<string> path)
    {
        try
        {
            var reader = new Utf8JsonReader(Body);
            reader.Read();
            foreach (var name in path)
                if (!Enter(ref reader, name)) return null;
            return reader.TokenType is JsonTokenType.String ? reader.GetString()
                : reader.TokenType is JsonTokenType.Number ? Encoding.UTF8.GetString(reader.ValueSpan) : null;
        }
        catch (JsonException)
        {
            return null;
        }
    }

    /// <summary>The number at a path; null when there is none.</summary>
    public decimal? Number(params ReadOnlySpan<string> path) =>
        decimal.TryParse(Text(path), NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static bool Enter(ref Utf8JsonReader reader, string name)
    {
        if (reader.TokenType == JsonTokenType.StartArray) reader.Read();
        if (reader.TokenType != JsonTokenType.StartObject) return false;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            var found = reader.ValueTextEquals(name);
            reader.Read();
            if (found) return true;
            reader.Skip();
        }

        return false;
    }
}
