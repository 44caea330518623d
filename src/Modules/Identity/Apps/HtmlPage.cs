using System.Net;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Apps;

/// <summary>A page of ours: looks, and what it may load and send.</summary>
internal sealed class HtmlPage(string shop, string title, string content, int status, string head, string? script) : IResult
{
    private const string Style = """
        :root{color-scheme:light dark;--bg:#f4f5f7;--card:#fff;--ink:#1b1f24;--soft:#5b6470;--line:#d5dae1;--go:#1f5fd0;--go-ink:#fff;--bad:#a4161a;--bad-bg:#fdecec}
        @media(prefers-color-scheme:dark){:root{--bg:#14171b;--card:#1e2227;--ink:#eceff3;--soft:#a3acb8;--line:#3a414b;--go:#7fb0ff;--go-ink:#0c1a30;--bad:#ffb3b3;--bad-bg:#42191b}}
        *{box-sizing:border-box}
        body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem 1rem;background:var(--bg);color:var(--ink);font:1rem/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
        main{width:100%;max-width:26rem;background:var(--card);border:1px solid var(--line);border-radius:14px;padding:2rem;box-shadow:0 6px 24px rgb(0 0 0/.06)}
        .shop{margin:0 0 1.25rem;color:var(--soft);font-size:.9rem;font-weight:600;letter-spacing:.02em}
        h1{margin:0 0 .5rem;font-size:1.4rem;line-height:1.25;overflow-wrap:anywhere}
        p{margin:0 0 1rem;overflow-wrap:anywhere}
        .soft{color:var(--soft);font-size:.9rem}
        label{display:block;margin:0 0 .3rem;font-weight:600;font-size:.95rem}
        input[type=email],input[type=password],input[type=text]{width:100%;margin:0 0 1rem;padding:.7rem .8rem;font:inherit;color:inherit;background:transparent;border:1px solid var(--soft);border-radius:8px}
        button,.go{display:block;width:100%;min-height:2.9rem;padding:.7rem 1rem;font:inherit;font-weight:600;text-align:center;text-decoration:none;border-radius:8px;border:1px solid var(--go);background:var(--go);color:var(--go-ink);cursor:pointer}
        button.second{background:transparent;color:var(--ink);border-color:var(--soft)}
        button.link{display:inline;width:auto;min-height:0;padding:.2rem 0;border:0;background:none;color:var(--go);font-weight:400;font-size:.9rem;text-decoration:underline}
        :focus-visible{outline:3px solid var(--go);outline-offset:2px}
        ul{list-style:none;margin:0 0 1.25rem;padding:0;border-top:1px solid var(--line)}
        li{padding:.6rem 0 .6rem 1.7rem;border-bottom:1px solid var(--line);position:relative}
        li::before{content:"";position:absolute;left:.25rem;top:.98rem;width:.75rem;height:.4rem;border:solid var(--go);border-width:0 0 2px 2px;transform:rotate(-45deg)}
        .bad{margin:0 0 1rem;padding:.7rem .8rem;border-radius:8px;background:var(--bad-bg);color:var(--bad)}
        form+form{margin-top:1.25rem}
        button+button{margin-top:.6rem}
        .others{margin-top:1rem}
        .others form+form{margin-top:.6rem}
        .others:has(>:not([hidden]))::before{content:"or";display:block;margin-bottom:1rem;text-align:center;color:var(--soft);font-size:.9rem}
        .passkey .bad{margin:.6rem 0 0}
        summary{margin-top:1.25rem;padding:.3rem 0;color:var(--soft);cursor:pointer}
        details[open] summary{margin-bottom:1rem}
        """;

    private static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    public static readonly Lazy<string> PasskeyScript = new(() =>
    {
        using var file = new StreamReader(typeof(HtmlPage).Assembly.GetManifestResourceStream("HeadlessPro.Identity.passkey.js")!);
        return file.ReadToEnd();
    });

    public Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.StatusCode = status;
        response.ContentType = "text/html; charset=utf-8";
        // That one script and no other, and what it asks of us.
        var nonce = Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(16));
        response.Headers.ContentSecurityPolicy = script is null ? Policy : $"{Policy}; script-src 'nonce-{nonce}'; connect-src 'self'";
        var loaded = script is null ? "" : $"<script src=\"{script}\" nonce=\"{nonce}\" defer></script>";
        return response.WriteAsync($"""
            <!doctype html>
            <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">{head}
            <title>{WebUtility.HtmlEncode(title)} · {WebUtility.HtmlEncode(shop)}</title><style>{Style}</style>{loaded}</head>
            <body><main><p class="shop">{WebUtility.HtmlEncode(shop)}</p>
            {content}
            </main></body></html>

            """, httpContext.RequestAborted);
    }
}
