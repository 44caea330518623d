using System.Globalization;
using System.Text.Json;

namespace HeadlessPro.Ordering;

/// <summary>What carts and orders write again and again.</summary>
internal static class WireWriter
{
    /// <summary>A number and its twin <c>raw_…</c>, the peer's high-precision form.</summary>
    public static void WriteNumberAndRaw(this Utf8JsonWriter writer, string name, decimal? value)
    {
        if (value is null)
        {
            writer.WriteNull(name);
            writer.WriteNull("raw_" + name);
            return;
        }

        writer.WriteNumber(name, value.Value);
        writer.WriteStartObject("raw_" + name);
        writer.WriteString("value", value.Value.ToString(CultureInfo.InvariantCulture));
        writer.WriteNumber("precision", 20);
        writer.WriteEndObject();
    }

    /// <summary>JSON that is ready, or null.</summary>
    public static void WriteRaw(this Utf8JsonWriter writer, string name, string? json)
    {
        if (json is null)
        {
            writer.WriteNull(name);
            return;
        }

        writer.WritePropertyName(name);
        writer.WriteRawValue(json, skipInputValidation: true);
    }

    /// <summary><c>created_at</c>, <c>updated_at</c> and, where the peer shows it, <c>deleted_at</c>.</summary>
    public static void WriteTimes(this Utf8JsonWriter writer, DateTimeOffset createdAt, DateTimeOffset updatedAt, bool deletable = false)
    {
        writer.WriteTime("created_at", createdAt);
        writer.WriteTime("updated_at", updatedAt);
        if (deletable) writer.WriteNull("deleted_at");
    }

    /// <summary>A time as the wire shows it, or null.</summary>
    public static void WriteTime(this Utf8JsonWriter writer, string name, DateTimeOffset? time)
    {
        if (time is { } value) writer.WriteString(name, value.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ss.fffZ", CultureInfo.InvariantCulture));
        else writer.WriteNull(name);
    }
}
