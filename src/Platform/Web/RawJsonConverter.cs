using System.Text.Json;
using System.Text.Json.Serialization;

namespace HeadlessPro.Platform.Web;

/// <summary>For a string that holds JSON already (a <c>jsonb</c> column, a document of another module): written as it is.</summary>
public sealed class RawJsonConverter : JsonConverter<string>
{
    /// <inheritdoc/>
    public override string Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        JsonElement.ParseValue(ref reader).GetRawText();

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, string value, JsonSerializerOptions options) => writer.WriteRawValue(value);
}
