using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Npgsql;

namespace HeadlessPro.Platform.Audit;

/// <summary>A place in the chain and its seal; kept elsewhere, it proves that nothing before it was changed or cut off.</summary>
/// <param name="Position">From 1; 0 is before the first.</param>
/// <param name="Seal">32 bytes.</param>
public sealed record ChainHead(long Position, byte[] Seal)
{
    internal static ChainHead Start { get; } = new(0, new byte[SHA256.HashSizeInBytes]);

    /// <summary>As it is printed: <c>1042:3fa9…</c>.</summary>
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"{Position}:{Convert.ToHexStringLower(Seal)}");

    /// <summary>Reads what <see cref="ToString"/> wrote; null for anything else.</summary>
    public static ChainHead? Parse(string text) =>
        text.Split(':') is [var number, { Length: 2 * SHA256.HashSizeInBytes } hex] && hex.All(char.IsAsciiHexDigit)
        && long.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var position)
            ? new(position, Convert.FromHexString(hex)) : null;

    internal ChainHead Next(byte[] digest) => new(Position + 1, AuditChain.Seal(Seal, Position + 1, digest));
}

/// <summary>An entry as it is sealed.</summary>
/// <param name="Texts">Kind, action, resource and its id, actor type and id, operation, request.</param>
/// <param name="CreatedAt">To the microsecond, as PostgreSQL keeps it.</param>
/// <param name="Details">Null once they were blanked.</param>
/// <param name="Salt">As long as the details.</param>
internal sealed record SealedEntry(string?[] Texts, DateTime CreatedAt, string? Details, Guid? Salt)
{
    public const string Columns = "e.kind, e.action, e.resource, e.resource_id, e.actor_type, e.actor_id, e.operation, e.request_id, e.created_at, e.details::text, e.salt";

    private const int TextCount = 8;

    public static SealedEntry Read(NpgsqlDataReader row, int from)
    {
        var texts = new string?[TextCount];
        for (var i = 0; i < TextCount; i++) texts[i] = row.IsDBNull(from + i) ? null : row.GetString(from + i);
        return new(texts, row.GetDateTime(from + TextCount),
            row.IsDBNull(from + TextCount + 1) ? null : row.GetString(from + TextCount + 1), row.IsDBNull(from + TextCount + 2) ? null : row.GetGuid(from + TextCount + 2));
    }
}

/// <summary>
/// How entries are chained. What is personal stands in an entry's details, and of those only a salted digest is chained: they can be blanked when
/// somebody is forgotten, and every seal still holds.
/// <code>
/// details digest = SHA-256(salt ‖ details)
/// digest         = SHA-256(time ‖ for each text its length and itself ‖ details digest)
/// seal           = SHA-256(seal before ‖ position ‖ digest)
/// </code>
/// </summary>
internal static class AuditChain
{
    public static byte[] DetailsDigest(SealedEntry entry)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData((entry.Salt ?? Guid.Empty).ToByteArray(bigEndian: true));
        hash.AppendData(Encoding.UTF8.GetBytes(entry.Details ?? ""));
        return hash.GetHashAndReset();
    }

    public static byte[] Digest(SealedEntry entry, byte[] detailsDigest)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        AppendNumber(hash, entry.CreatedAt.Ticks);
        foreach (var text in entry.Texts)
        {
            var bytes = text is null ? [] : Encoding.UTF8.GetBytes(text);
            AppendNumber(hash, text is null ? -1 : bytes.Length);
            hash.AppendData(bytes);
        }

        hash.AppendData(detailsDigest);
        return hash.GetHashAndReset();
    }

    public static byte[] Seal(byte[] before, long position, byte[] digest)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        hash.AppendData(before);
        AppendNumber(hash, position);
        hash.AppendData(digest);
        return hash.GetHashAndReset();
    }

    private static void AppendNumber(IncrementalHash hash, long number)
    {
        Span<byte> bytes = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(bytes, number);
        hash.AppendData(bytes);
    }
}
