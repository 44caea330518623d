using System.Text.Json;
using System.Text.Unicode;

namespace HeadlessPro.Platform.Web;

/// <summary>Refuses text that no column can hold: bytes that are not UTF-8, null characters and half surrogate pairs, names of properties included.</summary>
internal static class BodyText
{
    /// <summary>What is wrong, or null. Malformed JSON is for others to say.</summary>
    public static string? FindProblem(ReadOnlySpan<byte> json)
    {
        if (!Utf8.IsValid(json)) return "Invalid request: The body is not valid UTF-8";
        // Both can only be written as escapes.
        return json.IndexOf("\\u"u8) < 0 ? null : Walk(json);
    }

    private static string? Walk(ReadOnlySpan<byte> json)
    {
        var reader = new Utf8JsonReader(json);
        var path = new List<string>();
        try
        {
            while (reader.Read())
            {
                if (reader.TokenType is not (JsonTokenType.PropertyName or JsonTokenType.String)) continue;
                string text;
                try
                {
                    text = reader.GetString()!;
                }
                catch (InvalidOperationException)
                {
                    return $"Invalid request: Field '{string.Join(", ", path)}' contains half a surrogate pair";
                }

                if (reader.TokenType == JsonTokenType.PropertyName)
                {
                    var depth = reader.CurrentDepth - 1;
                    if (path.Count > depth) path.RemoveRange(depth, path.Count - depth);
                    while (path.Count < depth) path.Add("");
                    path.Add(text.Replace("\0", "\\0", StringComparison.Ordinal));
                }

                if (text.Contains('\0', StringComparison.Ordinal))
                    return $"Invalid request: Field '{string.Join(", ", path.Where(p => p.Length > 0))}' contains a null character";
            }
        }
        catch (JsonException)
        {
            // The serializer says it better.
        }

        return null;
    }
}
