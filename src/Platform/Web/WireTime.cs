using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HeadlessPro.Platform.Web;

/// <summary>Times on the wire: UTC with milliseconds, <c>2026-11-20T21:46:25.842Z</c>. Reads any ISO 8601 time.</summary>
public sealed class WireTimeConverter : JsonConverter<DateTimeOffset>
{
    /// <inheritdoc/>
    public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.GetDateTimeOffset();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options)
    {
        Span<char> text = stackalloc char[24];
        value.UtcDateTime.TryFormat(text, out var written, "yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture);
        writer.WriteStringValue(text[..written]);
    }
}
