using System.Buffers.Text;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Platform.Security;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Protection;

/// <summary>
/// A cookie for the browser that somebody signed in with: attempts from it are counted apart, so that whoever guesses at an account from
/// elsewhere does not lock its owner out. It opens nothing; a stolen one is as many guesses as a browser has, and no more.
/// </summary>
internal sealed class KnownDevices(IDataProtectionProvider ring, TimeProvider clock)
{
    public const string Cookie = "headlesspro.did";

    private static readonly TimeSpan Lifetime = TimeSpan.FromDays(180);
    private readonly IDataProtector _protector = ring.CreateProtector("identity.known_devices");

    /// <summary>The browser's number, when it has signed in to this account before.</summary>
    public string? Of(HttpContext http, string account)
    {
        if (HostCookie.Of(http, Cookie) is not { Length: > 0 and < 1000 } value) return null;
        try
        {
            var parts = _protector.Unprotect(value).Split('.');
            return parts.Length == 3 && parts[0] == NameOf(account)
                && DateTimeOffset.FromUnixTimeSeconds(long.Parse(parts[2], CultureInfo.InvariantCulture)) + Lifetime > clock.GetUtcNow() ? parts[1] : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Knows the browser from now on.</summary>
    public void Remember(HttpContext http, string account)
    {
        if (Of(http, account) is not null) return;
        var value = $"{NameOf(account)}.{Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(16))}.{clock.GetUtcNow().ToUnixTimeSeconds()}";
        HostCookie.Give(http, Cookie, _protector.Protect(value), Lifetime);
    }

    private static string NameOf(string account) => Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(account)));
}
