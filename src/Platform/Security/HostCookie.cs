using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Platform.Security;

/// <summary>
/// Cookies of this host alone, for the browser only (<c>HttpOnly</c>). Over TLS their names begin with <c>__Host-</c>: browsers take such a one over TLS only,
/// and no other host of the domain can set it.
/// </summary>
public static class HostCookie
{
    /// <summary>The cookie's value; null when the request has none.</summary>
    public static string? Of(HttpContext http, string name) => http.Request.Cookies[NameOf(http, name)];

    /// <summary>Gives the browser a cookie.</summary>
    /// <param name="http">The request.</param>
    /// <param name="name">Without the prefix.</param>
    /// <param name="value">What it is to hold.</param>
    /// <param name="lifetime">How long; until the browser is closed where it is null.</param>
    /// <param name="fromOtherSites">Whether storefronts of other sites send it along: over TLS only, browsers ask that of <c>SameSite=None</c>.</param>
    public static void Give(HttpContext http, string name, string value, TimeSpan? lifetime = null, bool fromOtherSites = true) =>
        http.Response.Cookies.Append(NameOf(http, name), value, Options(http, lifetime, fromOtherSites));

    /// <summary>Takes it away.</summary>
    public static void Take(HttpContext http, string name, bool fromOtherSites = true) => http.Response.Cookies.Delete(NameOf(http, name), Options(http, null, fromOtherSites));

    private static string NameOf(HttpContext http, string name) => http.Request.IsHttps ? "__Host-" + name : name;

    private static CookieOptions Options(HttpContext http, TimeSpan? lifetime, bool fromOtherSites) => new()
    {
        HttpOnly = true,
        Secure = http.Request.IsHttps,
        SameSite = fromOtherSites && http.Request.IsHttps ? SameSiteMode.None : SameSiteMode.Lax,
        Path = "/",
        MaxAge = lifetime,
        IsEssential = true,
    };
}
