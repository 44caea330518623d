using System.Security.Cryptography;
using Microsoft.AspNetCore.DataProtection;

namespace HeadlessPro.Privacy.Exports;

/// <summary>Archives at rest are under the key ring: nowhere else is so much of a person in one place.</summary>
internal sealed class ArchiveSeal(IDataProtectionProvider ring)
{
    private readonly IDataProtector _protector = ring.CreateProtector("privacy.exports");

    public byte[] Close(byte[] archive) => _protector.Protect(archive);

    /// <summary>Null when it has vanished, or its key has.</summary>
    public byte[]? Open(byte[]? closed)
    {
        try
        {
            return closed is null ? null : _protector.Unprotect(closed);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }
}
