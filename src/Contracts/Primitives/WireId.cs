using System.Diagnostics.CodeAnalysis;

namespace HeadlessPro.Contracts;

/// <summary>
/// Ids: a version 7 <see cref="Guid"/> inside, <c>prefix_</c> + 26 Crockford base-32 characters on the wire.
/// Both sort by time. Source: RFC 9562 section 5.7; the ULID specification's alphabet.
/// </summary>
public static class WireId
{
    private const string Alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
    private const int Length = 26;

    /// <summary>A new id, sortable by its time of creation.</summary>
    public static Guid New() => Guid.CreateVersion7();

    /// <summary><c>prod</c>, id → <c>prod_01M7XESKKC7JM10TENH30FRX3Y</c>.</summary>
    public static string Encode(string prefix, Guid id) => string.Create(prefix.Length + 1 + Length, (prefix, id), static (span, state) =>
    {
        state.prefix.CopyTo(span);
        span[state.prefix.Length] = '_';
        Span<byte> bytes = stackalloc byte[16];
        state.id.TryWriteBytes(bytes, bigEndian: true, out _);
        var value = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
        for (var i = span.Length - 1; i > state.prefix.Length; i--)
        {
            span[i] = Alphabet[(int)(value & 31)];
            value >>= 5;
        }
    });

    /// <summary>As <see cref="Encode"/>, null for null.</summary>
    [return: NotNullIfNotNull(nameof(id))]
    public static string? EncodeOrNull(string prefix, Guid? id) => id is { } value ? Encode(prefix, value) : null;

    /// <summary>Reads a wire id of that prefix; false for anything else. Letters count in either case.</summary>
    public static bool TryDecode(string prefix, string? text, out Guid id)
    {
        id = default;
        if (text is null || text.Length != prefix.Length + 1 + Length || text[prefix.Length] != '_'
            || !text.StartsWith(prefix, StringComparison.Ordinal))
            return false;

        UInt128 value = 0;
        for (var i = prefix.Length + 1; i < text.Length; i++)
        {
            var digit = Alphabet.IndexOf(char.ToUpperInvariant(text[i]), StringComparison.Ordinal);
            if (digit < 0 || (i == prefix.Length + 1 && digit > 7)) return false;
            value = (value << 5) | (uint)digit;
        }

        Span<byte> bytes = stackalloc byte[16];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(bytes, value);
        id = new Guid(bytes, bigEndian: true);
        return true;
    }
}
