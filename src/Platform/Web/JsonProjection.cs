using System.Text.Json;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// Copies JSON while leaving out what a <see cref="Fields"/> selection does not name. Answers are typed records written by generated
/// serializers; this is the one place that cuts them to size.
/// </summary>
public static class JsonProjection
{
    /// <summary>Writes the selected part of one JSON value.</summary>
    public static void Write(Utf8JsonWriter writer, ReadOnlySpan<byte> json, Fields fields)
    {
        var reader = new Utf8JsonReader(json);
        reader.Read();
        CopyValue(writer, ref reader, fields.Root);
    }

    private static void CopyValue(Utf8JsonWriter writer, ref Utf8JsonReader reader, Fields.Node node)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                writer.WriteStartObject();
                while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName) CopyProperty(writer, ref reader, node);
                writer.WriteEndObject();
                break;
            case JsonTokenType.StartArray:
                writer.WriteStartArray();
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray) CopyValue(writer, ref reader, node);
                writer.WriteEndArray();
                break;
            default:
                CopyScalar(writer, ref reader);
                break;
        }
    }

    private static void CopyProperty(Utf8JsonWriter writer, ref Utf8JsonReader reader, Fields.Node node)
    {
        // Names of our records are short and plain: looked up without making strings of them.
        Span<char> buffer = stackalloc char[LongestPlainName];
        var plain = !reader.ValueIsEscaped && reader.ValueSpan.Length <= LongestPlainName;
        var name = plain ? buffer[..reader.CopyString(buffer)] : reader.GetString()!.AsSpan();
        var utf8 = plain ? reader.ValueSpan : default;
        Fields.Node? child = null;
        node.Children?.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out child);
        var isRemoved = node.Removed?.GetAlternateLookup<ReadOnlySpan<char>>().Contains(name) == true;
        var isPlainJson = JsonColumnNames.Contains(name) || name.StartsWith("raw_", StringComparison.Ordinal);
        reader.Read();

        var isRelation = reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray && !isPlainJson;
        var wanted = child is not null
            || (!isRemoved && (node.Deep || (node.Own && !isRelation)))
            || (!isRelation && name is "id");
        if (!wanted)
        {
            reader.Skip();
            return;
        }

        if (plain) writer.WritePropertyName(utf8);
        else writer.WritePropertyName(name);
        if (!isRelation || child is null or { Deep: true, Children: null, Removed: null }) CopyWhole(writer, ref reader);
        else CopyValue(writer, ref reader, child);
    }

    private static void CopyWhole(Utf8JsonWriter writer, ref Utf8JsonReader reader)
    {
        if (reader.TokenType is not (JsonTokenType.StartObject or JsonTokenType.StartArray))
        {
            CopyScalar(writer, ref reader);
            return;
        }

        var depth = reader.CurrentDepth;
        CopyToken(writer, ref reader);
        while (reader.Read())
        {
            CopyToken(writer, ref reader);
            if (reader.CurrentDepth == depth) return;
        }
    }

    private static void CopyToken(Utf8JsonWriter writer, ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject: writer.WriteStartObject(); break;
            case JsonTokenType.EndObject: writer.WriteEndObject(); break;
            case JsonTokenType.StartArray: writer.WriteStartArray(); break;
            case JsonTokenType.EndArray: writer.WriteEndArray(); break;
            case JsonTokenType.PropertyName when !reader.ValueIsEscaped: writer.WritePropertyName(reader.ValueSpan); break;
            case JsonTokenType.PropertyName: writer.WritePropertyName(reader.GetString()!); break;
            default: CopyScalar(writer, ref reader); break;
        }
    }

    private static void CopyScalar(Utf8JsonWriter writer, ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String when !reader.ValueIsEscaped && !reader.HasValueSequence: writer.WriteStringValue(reader.ValueSpan); break;
            case JsonTokenType.String: writer.WriteStringValue(reader.GetString()); break;
            case JsonTokenType.Number: writer.WriteRawValue(reader.ValueSpan, skipInputValidation: true); break;
            case JsonTokenType.True: writer.WriteBooleanValue(true); break;
            case JsonTokenType.False: writer.WriteBooleanValue(false); break;
            default: writer.WriteNullValue(); break;
        }
    }

    /// <summary>Properties whose value is an object but no relation: one own property, all or nothing.</summary>
    private static readonly HashSet<string> JsonColumns = new(StringComparer.Ordinal)
    {
        "metadata", "line_item_metadata", "data", "context", "summary", "calculated_price", "original_price", "variant_option_values", "means", "fraud",
    };

    private static readonly HashSet<string>.AlternateLookup<ReadOnlySpan<char>> JsonColumnNames = JsonColumns.GetAlternateLookup<ReadOnlySpan<char>>();

    private const int LongestPlainName = 64;
}
