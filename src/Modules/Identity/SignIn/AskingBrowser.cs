using System.Buffers.Text;
using System.Security.Cryptography;
using HeadlessPro.Contracts;
using HeadlessPro.Identity.Mailed;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Platform.Security;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.SignIn;

/// <summary>
/// The browser that began to sign in, which alone may go on: it has a cookie, or, where cookies do not reach us, a <c>nonce</c> of the
/// storefront's own, sent with both requests.
/// </summary>
internal static class AskingBrowser
{
    private const int Bytes = 32;

    /// <summary>Marks it; what to know it again by.</summary>
    public static Result<string> Mark(HttpContext http, string cookie, string? nonce, TimeSpan lifetime)
    {
        if (nonce is { Length: < 16 or > 200 }) return Error.Invalid("Invalid request: Field 'nonce' must have 16 to 200 characters");
        if (nonce is null)
        {
            // What was begun in another tab stays good.
            nonce = HostCookie.Of(http, cookie) is { } known && known.Length == Base64Url.GetEncodedLength(Bytes) ? known : Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(Bytes));
            HostCookie.Give(http, cookie, nonce, lifetime);
        }

        return MailedSecrets.Hash(nonce);
    }

    /// <summary>Who asks now.</summary>
    public static string Of(HttpContext http, string cookie, string? nonce) => MailedSecrets.Hash(nonce ?? HostCookie.Of(http, cookie) ?? "");
}
