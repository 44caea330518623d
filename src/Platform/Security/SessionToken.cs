using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Platform.Security;

/// <summary>The token of a request: <c>Authorization: Bearer</c>, or the cookie of <c>POST /auth/session</c>.</summary>
public static class SessionToken
{
    /// <summary>The cookie's name, as <see cref="HostCookie"/> takes it.</summary>
    public const string Cookie = "headlesspro.sid";

    // Longer ones are nobody's, and would have to be hashed.
    private const int Longest = 8 * 1024;

    /// <summary>The token; null when the request has none, or its cookie came from a page that may not act for whoever is signed in.</summary>
    public static string? Of(HttpContext http)
    {
        if (OfHeader(http) is { } token) return token;
        return http.Request.Headers.Authorization.Count == 0 && HostCookie.Of(http, Cookie) is { Length: > 0 and <= Longest } cookie && IsOwnPage(http) ? cookie : null;
    }

    /// <summary>The token of <c>Authorization: Bearer</c>, whatever kind it is of; null when there is none.</summary>
    public static string? OfHeader(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        return header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase) && header["Bearer ".Length..].Trim() is { Length: > 0 and <= Longest } token ? token : null;
    }

    /// <summary>
    /// Browsers say which page a request comes from. One from another site comes through only when it was let in by name
    /// (<c>STORE_CORS</c> and its like); programs other than browsers say nothing.
    /// </summary>
    private static bool IsOwnPage(HttpContext http)
    {
        var origin = http.Request.Headers.Origin.ToString();
        if (origin.Length > 0)
            return origin == $"{http.Request.Scheme}://{http.Request.Host}" || http.RequestServices.GetRequiredService<TrustedOrigins>().Trust(http.Request.Path, origin);
        return HttpMethods.IsGet(http.Request.Method) || http.Request.Headers["Sec-Fetch-Site"].ToString() is "" or "same-origin" or "none";
    }
}
