using System.Buffers;
using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace HeadlessPro.Platform.Web;

/// <summary>One entity as JSON that never changes. Answers share it: what is shown in a thousand lists is in memory once.</summary>
/// <param name="json">The JSON.</param>
public sealed class Document(ReadOnlyMemory<byte> json)
{
    private readonly byte[] _digest = SHA256.HashData(json.Span);

    /// <summary>The JSON.</summary>
    public ReadOnlyMemory<byte> Json { get; } = json;

    /// <summary>Equal for equal JSON only.</summary>
    public ReadOnlySpan<byte> Digest => _digest;

    /// <summary>The value, cut to the selected fields.</summary>
    public static Document Of<T>(T value, JsonTypeInfo<T> type, Fields fields)
    {
        var draft = new ArrayBufferWriter<byte>(16 * 1024);
        using (var writer = new Utf8JsonWriter(draft, JsonBody.Options)) JsonBody.WriteSelected(writer, value, type, fields);
        return new Document(draft.WrittenSpan.ToArray());
    }
}
