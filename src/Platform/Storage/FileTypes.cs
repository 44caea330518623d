using System.Text.RegularExpressions;

namespace HeadlessPro.Platform.Storage;

/// <summary>What may be uploaded. The ending of a kept file decides how it is served, never the client's word alone.</summary>
public static partial class FileTypes
{
    private static readonly (string ContentType, string Extension)[] Known =
    [
        ("image/jpeg", ".jpg"), ("image/png", ".png"), ("image/gif", ".gif"), ("image/webp", ".webp"), ("image/avif", ".avif"), ("image/svg+xml", ".svg"),
        ("video/mp4", ".mp4"), ("video/webm", ".webm"), ("application/pdf", ".pdf"), ("text/csv", ".csv"),
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

    /// <summary>Whether a file is what its ending says, by its first 64 KiB: before the element of an SVG there may be a page of comments.</summary>
    public static bool Matches(string extension, ReadOnlySpan<byte> start)
    {
        // AVIF and MP4 are both of ISO's base media file format; the brand says which.
        var brand = start.Length >= 12 && start[4..8].SequenceEqual("ftyp"u8) ? start[8..12] : default;
        var isAvif = brand.SequenceEqual("avif"u8) || brand.SequenceEqual("avis"u8) || brand.SequenceEqual("mif1"u8);
        return extension switch
        {
            ".jpg" => start.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF]),
            ".png" => start.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]),
            ".gif" => start.StartsWith("GIF87a"u8) || start.StartsWith("GIF89a"u8),
            ".webp" => start.StartsWith("RIFF"u8) && start.Length >= 12 && start[8..12].SequenceEqual("WEBP"u8),
            ".avif" => isAvif,
            ".mp4" => brand.Length > 0 && !isAvif,
            ".webm" => start.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]),
            ".pdf" => start.StartsWith("%PDF-"u8),
            ".svg" => LooksLikeText(start) && start.IndexOf("<svg"u8) >= 0,
            _ => LooksLikeText(start),
        };
    }

    // Neither UTF-8 nor the 8-bit encodings have the first control characters.
    private static bool LooksLikeText(ReadOnlySpan<byte> start) => start.IndexOfAnyInRange((byte)0, (byte)8) < 0;

    /// <summary>Whether a name has the shape of those this program makes: it leads nowhere else.</summary>
    public static bool IsName(string name) => SafeName().IsMatch(name) && ContentTypeOf(name) is not null;

    [GeneratedRegex(@"^[a-z0-9][a-z0-9-]{0,200}\.[a-z0-9]{1,8}\z", RegexOptions.None, matchTimeoutMilliseconds: -1)]
    private static partial Regex SafeName();
}
