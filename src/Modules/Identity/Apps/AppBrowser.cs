using System.Buffers.Text;
using System.Security.Cryptography;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Mailed;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Platform.Security;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Apps;

/// <summary>
/// What a browser keeps for the pages of <c>/oauth</c>, to which others lead by a link and only so: a number of its own, that binds what it sends to what it was
/// shown, and who is signed in, as a customer and as staff apart.
/// </summary>
internal static class AppBrowser
{
    private const string Number = "headlesspro.oauth";

    /// <summary>The browser's number; null when it has none.</summary>
    public static string? NumberOf(HttpContext http) => HostCookie.Of(http, Number) is { Length: > 20 and < 100 } number ? number : null;

    /// <summary>Its hash.</summary>
    public static string? Of(HttpContext http) => NumberOf(http) is { } number ? MailedSecrets.Hash(number) : null;

    /// <summary>As <see cref="Of"/>, with a number for who has none.</summary>
    public static string Know(HttpContext http)
    {
        if (Of(http) is { } known) return known;
        var number = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        HostCookie.Give(http, Number, number, fromOtherSites: false);
        return MailedSecrets.Hash(number);
    }

    /// <summary>Who is signed in here, when they still are.</summary>
    public static async Task<SignedIn?> Session(HttpContext http, string actorType, SessionStore sessions) =>
        HostCookie.Of(http, NameOf(actorType)) is { Length: > 20 and < 200 } value && value.StartsWith(SessionStore.CookiePrefix, StringComparison.Ordinal)
        && await sessions.OfCookie(value, http.RequestAborted) is { AppId: null } found && found.ActorType == actorType ? found : null;

    public static async Task Remember(HttpContext http, string actorType, Guid session, SessionStore sessions) =>
        HostCookie.Give(http, NameOf(actorType), await sessions.GiveCookie(session, http.RequestAborted), fromOtherSites: false);

    public static void Forget(HttpContext http, string actorType) => HostCookie.Take(http, NameOf(actorType), fromOtherSites: false);

    private static string NameOf(string actorType) => $"{Number}.{actorType}";
}
