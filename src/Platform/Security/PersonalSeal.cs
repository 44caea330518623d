using System.Buffers.Text;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Microsoft.AspNetCore.DataProtection;

namespace HeadlessPro.Platform.Security;

/// <summary>
/// Closes and opens what is personal and nobody searches by, such as where people live: in its column it is a text under the key ring
/// (<see cref="KeyRing"/>). Such a column is declared, see <see cref="SealedColumn"/>. See docs/decisions/0036.
/// </summary>
public sealed class PersonalSeal(IDataProtectionProvider ring)
{
    internal const string Purpose = "personal";

    private readonly IDataProtector _protector = ring.CreateProtector(Purpose);

    /// <summary>The value as its column keeps it.</summary>
    public string Close<T>(T value, JsonTypeInfo<T> type) => Base64Url.EncodeToString(_protector.Protect(JsonSerializer.SerializeToUtf8Bytes(value, type)));

    /// <summary>
    /// The value again. Throws <see cref="System.Security.Cryptography.CryptographicException"/> when its key is not there: whoever went on without it would write
    /// nothing over it.
    /// </summary>
    public T Open<T>(string closed, JsonTypeInfo<T> type) => JsonSerializer.Deserialize(_protector.Unprotect(Base64Url.DecodeFromChars(closed)), type)!;
}
