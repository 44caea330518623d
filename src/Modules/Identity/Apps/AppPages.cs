using System.Net;
using System.Security.Cryptography;
using System.Text;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Mfa;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Apps;

/// <summary>The pages people see on their way to an app: whole without scripts, in nobody's frame, kept by nobody, sending nothing but to ourselves.</summary>
internal sealed class AppPages(MfaCodes shop)
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
        button.no{margin-top:.6rem;background:transparent;color:var(--ink);border-color:var(--soft)}
        button.link{display:inline;width:auto;min-height:0;padding:.2rem 0;border:0;background:none;color:var(--go);font-weight:400;font-size:.9rem;text-decoration:underline}
        :focus-visible{outline:3px solid var(--go);outline-offset:2px}
        ul{list-style:none;margin:0 0 1.25rem;padding:0;border-top:1px solid var(--line)}
        li{padding:.6rem 0 .6rem 1.7rem;border-bottom:1px solid var(--line);position:relative}
        li::before{content:"";position:absolute;left:.25rem;top:.98rem;width:.75rem;height:.4rem;border:solid var(--go);border-width:0 0 2px 2px;transform:rotate(-45deg)}
        .bad{margin:0 0 1rem;padding:.7rem .8rem;border-radius:8px;background:var(--bad-bg);color:var(--bad)}
        form+form{margin-top:1.25rem}
        """;

    private static readonly string Policy =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(Style)))}'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'";

    public IResult SignIn(AppRow app, string request, string? email, string? problem, int status) => Page("Sign in", $"""
        <h1>Sign in</h1>
        <p>to go on to <strong>{Text(app.Name)}</strong>{(app.Audience == ActorTypes.User ? " with your staff account" : "")}</p>
        {Problem(problem)}<form method="post" action="/oauth/sign-in">
        {Hidden(request)}<label for="email">E-mail address</label>
        <input id="email" name="email" type="email" autocomplete="username" required maxlength="254" value="{Text(email)}"{(string.IsNullOrEmpty(email) ? " autofocus" : "")}>
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required maxlength="128"{(string.IsNullOrEmpty(email) ? "" : " autofocus")}>
        <button>Sign in</button>
        </form>
        """, status);

    public IResult SecondStep(AppRow app, string request, string? problem, int status) => Page("Enter your code", $"""
        <h1>Enter your code</h1>
        <p>Open your authenticator app and type its six digits, or use one of your recovery codes, to go on to <strong>{Text(app.Name)}</strong>.</p>
        {Problem(problem)}<form method="post" action="/oauth/sign-in/code">
        {Hidden(request)}<label for="code">Code</label>
        <input id="code" name="code" type="text" inputmode="text" autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" required maxlength="40" autofocus>
        <button>Go on</button>
        </form>
        """, status);

    public IResult Consent(AppRow app, AuthorizationRequest asked, string request, string email) => Page($"Let {app.Name} in?", $"""
        <h1>{Text(app.Name)} asks for access</h1>
        <p class="soft">You are signed in as <strong>{Text(email)}</strong>.</p>
        <p>If you allow it, it can:</p>
        <ul>{string.Concat(asked.Scopes.Select(s => $"<li>{Text(SentenceOf(s))}</li>"))}</ul>
        <form method="post" action="/oauth/consent">
        {Hidden(request)}<button name="decision" value="allow">Allow</button>
        <button class="no" name="decision" value="deny">Do not allow</button>
        </form>
        <form method="post" action="/oauth/sign-in">
        {Hidden(request)}<p class="soft">You are then sent back to <strong>{Text(PlaceOf(asked.RedirectUri))}</strong>. You can take this back at any time. <button class="link" name="other" value="1">Use another account</button></p>
        </form>
        """);

    /// <summary>
    /// On to the app by the page itself, not by an answer that redirects: browsers hold the whole way a form leads to against where forms may lead, and
    /// no app tells us where its own address leads on to.
    /// </summary>
    public IResult GoOn(AppRow app, string address) => Page("One moment", $"""
        <h1>One moment</h1>
        <p>You are being sent back to {Text(app.Name)}.</p>
        <a class="go" href="{Text(address)}">Go on</a>
        """, head: $"<meta http-equiv=\"refresh\" content=\"0; url={Text(address)}\">");

    public IResult Refusal(string message, int status) => Page("This does not work", $"""
        <h1>This does not work</h1>
        <p class="bad" role="alert">{Text(message)}</p>
        """, status);

    /// <summary>For the group of pages: refusals are pages, and none sends a browser anywhere.</summary>
    public static async ValueTask<object?> Answer(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var pages = (AppPages)context.HttpContext.RequestServices.GetService(typeof(AppPages))!;
        try
        {
            return await next(context);
        }
        catch (OAuthRefusal refusal)
        {
            return pages.Refusal(refusal.Message, refusal.Status);
        }
        catch (ErrorException refusal)
        {
            return pages.Refusal(refusal.Error.Message, ErrorBody.StatusOf(refusal.Error.Type));
        }
    }

    private static string SentenceOf(string scope) =>
        Scopes.OfAnybody.Concat(Scopes.OfCustomers).Concat(Permissions.All).FirstOrDefault(s => s.Name == scope)?.Description.TrimEnd('.') ?? scope;

    private static string PlaceOf(string redirectUri) => AppRules.IsOnDevice(redirectUri) ? "a program on this device" : new Uri(redirectUri).Host;

    private static string Problem(string? problem) => problem is null ? "" : $"<p class=\"bad\" role=\"alert\">{Text(problem)}</p>\n";

    private static string Hidden(string request) => $"<input type=\"hidden\" name=\"request\" value=\"{Text(request)}\">\n";

    private static string Text(string? text) => WebUtility.HtmlEncode(text ?? "");

    private HtmlPage Page(string title, string content, int status = StatusCodes.Status200OK, string head = "") => new($"""
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><meta name="robots" content="noindex">{head}
        <title>{Text(title)} · {Text(shop.Issuer)}</title><style>{Style}</style></head>
        <body><main><p class="shop">{Text(shop.Issuer)}</p>
        {content}
        </main></body></html>

        """, status);

    private sealed class HtmlPage(string html, int status) : IResult
    {
        public Task ExecuteAsync(HttpContext httpContext)
        {
            var response = httpContext.Response;
            response.StatusCode = status;
            response.ContentType = "text/html; charset=utf-8";
            response.Headers.ContentSecurityPolicy = Policy;
            return response.WriteAsync(html, httpContext.RequestAborted);
        }
    }
}
