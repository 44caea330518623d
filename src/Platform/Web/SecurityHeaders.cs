using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// What browsers are told of everything we serve: take nothing for what it does not say it is, load nothing, stand in no frame, pass no address
/// on, keep no copy. Pages allow themselves what they need (<see cref="AllowInline"/>).
/// </summary>
internal static class SecurityHeaders
{
    private const string Nothing = "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'";

    public static void Set(HttpContext http)
    {
        var headers = http.Response.Headers;
        headers.XContentTypeOptions = "nosniff";
        headers.ContentSecurityPolicy = Nothing;
        headers.XFrameOptions = "DENY";
        // Tokens and what is personal must stay in nothing that stands between; what may be kept says so.
        headers.CacheControl = "no-store";
        headers["Referrer-Policy"] = "no-referrer";
        headers["Permissions-Policy"] = "camera=(), geolocation=(), microphone=()";
        // Only over TLS does it mean anything; two years, as preload lists ask.
        if (http.Request.IsHttps) headers.StrictTransportSecurity = "max-age=63072000; includeSubDomains";
    }

    /// <summary>The policy of a page of ours: its own styles and scripts by their hash, data and pictures from here.</summary>
    public static string AllowInline(string html) =>
        $"{Nothing}; connect-src 'self'; img-src 'self' data:; style-src {Hashes(html, "style")}; script-src {Hashes(html, "script")}";

    private static string Hashes(string html, string element)
    {
        var hashes = new StringBuilder();
        var (open, close) = ($"<{element}>", $"</{element}>");
        for (var at = html.IndexOf(open, StringComparison.Ordinal); at >= 0; at = html.IndexOf(open, at, StringComparison.Ordinal))
        {
            at += open.Length;
            var content = html[at..html.IndexOf(close, at, StringComparison.Ordinal)];
            hashes.Append($" 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(content)))}'");
        }

        return hashes.Length == 0 ? "'none'" : hashes.ToString(1, hashes.Length - 1);
    }
}
