using System.Text.RegularExpressions;

namespace HeadlessPro.Platform.Storage;

/// <summary>What may be uploaded. The ending of a kept file decides how it is served, never the client's word alone.</summary>
public static partial class FileTypes
{
    private static readonly (string ContentType, string Extension, byte[][] Starts)[] Known =
    [
        ("image/jpeg", ".jpg", [[0xFF, 0xD8, 0xFF]]),
        ("image/png", ".png", [[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]]),
        ("image/gif", ".gif", ["GIF87a"u8.ToArray(), "GIF89a"u8.ToArray()]),
        ("image/webp", ".webp", ["RIFF"u8.ToArray()]),
        ("image/avif", ".avif", []),
        ("image/svg+xml", ".svg", []),
        ("video/mp4", ".mp4", []),
        ("video/webm", ".webm", [[0x1A, 0x45, 0xDF, 0xA3]]),
        ("application/pdf", ".pdf", ["%PDF-"u8.ToArray()]),
        ("text/csv", ".csv", []),
    ];

    /// <summary>The content types, for a message.</summary>
    public static string Allowed { get; } = string.Join(", ", Known.Select(k => k.ContentType));

    /// <summary>The ending for a content type; null when it may not be uploaded.</summary>
    public static string? ExtensionOf(string contentType) =>
        Known.FirstOrDefault(k => k.ContentType == contentType || (k.Extension == ".jpg" && contentType == "image/jpg")).Extension;

    /// <summary>The content type of a kept file; null for an ending nothing is kept under.</summary>
    public static string? ContentTypeOf(string name) => Known.FirstOrDefault(k => name.EndsWith(k.Extension, StringComparison.Ordinal)).ContentType;

    /// <summary>Whether people read and write what such a file holds as it is.</summary>
    public static bool IsText(string extension) => extension is ".svg" or ".csv";

    /// <summary>Whether the first bytes of a file are those of its ending, as far as it has any.</summary>
    public static bool Matches(string extension, ReadOnlySpan<byte> start)
    {
        var starts = Known.First(k => k.Extension == extension).Starts;
        foreach (var bytes in starts)
            if (start.StartsWith(bytes)) return true;
        return starts.Length == 0;
    }

    /// <summary>Whether a name has the shape of those this program makes: it leads nowhere else.</summary>
    public static bool IsName(string name) => SafeName().IsMatch(name) && ContentTypeOf(name) is not null;

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,200}\.[a-z0-9]{1,8}\z", RegexOptions.None, matchTimeoutMilliseconds: -1)]
    private static partial Regex SafeName();
}
