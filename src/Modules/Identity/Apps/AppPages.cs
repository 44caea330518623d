using System.Net;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Mfa;
using HeadlessPro.Identity.Passkeys;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Identity.SignIn.OpenId;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Apps;

/// <summary>The pages people see on their way to an app: whole without scripts but for passkeys, in nobody's frame, kept by nobody, sending nothing but to ourselves.</summary>
internal sealed class AppPages(MfaCodes shop, SignInRoutes signIn, StaffSignOn staff, PasskeySettings passkeys)
{
    /// <summary>With every way in that is open to whom the app is for, of those that a page can offer.</summary>
    public IResult SignIn(AppRow app, string request, string? email, string? problem, int status)
    {
        var open = signIn.Offered(app.Audience).ToList();
        var password = open.Exists(p => p is EmailPassword) ? PasswordForm(request, email) : "";
        var hasPasskeys = TakesPasskeys(app, open);
        var others = PasskeyForm(app, request, "Sign in with a passkey", hasPasskeys) + ProvidersForm(request, open.OfType<OpenIdSignIn>(), staff.IsOnlyWayOf(app.Audience) ? "" : " class=\"second\"");
        // One of staff may have a password still; all others do not look for theirs.
        var ways = staff.IsOnlyWayOf(app.Audience)
            ? others + (password.Length == 0 ? "" : $"<details{(problem is null ? "" : " open")}><summary>Sign in with a password</summary>\n{password}</details>\n")
            : password + Others(others);
        return Page("Sign in", $"""
            <h1>Sign in</h1>
            <p>to go on to <strong>{Text(app.Name)}</strong>{(app.Audience == ActorTypes.User ? " with your staff account" : "")}</p>
            {Problem(problem)}{ways}
            """, status, hasPasskeys: hasPasskeys);
    }

    /// <summary>The same for a wrong one and for staff whom single sign-on forbids theirs.</summary>
    public string WrongPassword(AppRow app) =>
        "The e-mail address or the password is wrong." + (staff.IsOnlyWayOf(app.Audience) ? " Staff of this shop sign in with single sign-on, not with a password." : "");

    private static string PasswordForm(string request, string? email) => $"""
        <form method="post" action="/oauth/sign-in">
        {Hidden(request)}<label for="email">E-mail address</label>
        <input id="email" name="email" type="email" autocomplete="username" required maxlength="254" value="{Text(email)}"{(string.IsNullOrEmpty(email) ? " autofocus" : "")}>
        <label for="password">Password</label>
        <input id="password" name="password" type="password" autocomplete="current-password" required maxlength="128"{(string.IsNullOrEmpty(email) ? "" : " autofocus")}>
        <button>Sign in</button>
        </form>

        """;

    /// <summary>Not where passkeys are not open to whom the app is for, or belong to another domain than these pages.</summary>
    private bool TakesPasskeys(AppRow app, IEnumerable<ISignInProvider> open) => passkeys.AreOnOurPages(app.Audience) && open.Any(p => p is PasskeySignIn);

    /// <summary>Shown by the script.</summary>
    private static string PasskeyForm(AppRow app, string request, string label, bool hasPasskeys) => !hasPasskeys ? "" : $"""
        <form class="passkey" method="post" action="/oauth/sign-in/passkey" data-options="/auth/{app.Audience}/passkey/options" hidden>
        {Hidden(request)}<input type="hidden" name="answer">
        <button class="second">{label}</button>
        <p class="bad" role="alert" hidden></p>
        </form>

        """;

    private static string Others(string forms) => forms.Length == 0 ? "" : $"<div class=\"others\">\n{forms}</div>\n";

    private static string ProvidersForm(string request, IEnumerable<OpenIdSignIn> providers, string look) =>
        string.Concat(providers.Select(p => $"<button{look} name=\"provider\" value=\"{Text(p.Id)}\">Continue with {Text(p.DisplayName)}</button>\n")) is { Length: > 0 } buttons
            ? $"<form method=\"post\" action=\"/oauth/sign-in/provider\">\n{Hidden(request)}{buttons}</form>\n" : "";

    public IResult SecondStep(AppRow app, string request, string? problem, int status)
    {
        var hasPasskeys = TakesPasskeys(app, signIn.Offered(app.Audience));
        return Page("Enter your code", $"""
            <h1>Enter your code</h1>
            <p>Open your authenticator app and type its six digits, or use one of your recovery codes, to go on to <strong>{Text(app.Name)}</strong>.</p>
            {Problem(problem)}<form method="post" action="/oauth/sign-in/code">
            {Hidden(request)}<label for="code">Code</label>
            <input id="code" name="code" type="text" inputmode="text" autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" required maxlength="40" autofocus>
            <button>Go on</button>
            </form>
            {Others(PasskeyForm(app, request, "Use a passkey", hasPasskeys))}
            """, status, hasPasskeys: hasPasskeys);
    }

    /// <summary>For who came without the second factor that a role of theirs asks for: an app could do nothing in their name.</summary>
    public IResult FactorMissing(AppRow app, string request)
    {
        var hasPasskeys = TakesPasskeys(app, signIn.Offered(app.Audience));
        return Page("A second factor is needed", $"""
            <h1>A second factor is needed</h1>
            <p>What you may do in this shop asks for a second factor, and you signed in without one. If you have none yet, set one up in the shop's admin first.</p>
            {PasskeyForm(app, request, "Use a passkey", hasPasskeys)}<form method="post" action="/oauth/sign-in">
            {Hidden(request)}<button class="second" name="other" value="1">Sign in again</button>
            </form>
            """, StatusCodes.Status403Forbidden, hasPasskeys: hasPasskeys);
    }

    public IResult Consent(AppRow app, AuthorizationRequest asked, string request, string email) => Page($"Let {app.Name} in?", $"""
        <h1>{Text(app.Name)} asks for access</h1>
        <p class="soft">You are signed in as <strong>{Text(email)}</strong>.</p>
        <p>If you allow it, it can:</p>
        <ul>{string.Concat(asked.Scopes.Select(s => $"<li>{Text(SentenceOf(s))}</li>"))}</ul>
        <form method="post" action="/oauth/consent">
        {Hidden(request)}<button name="decision" value="allow">Allow</button>
        <button class="second" name="decision" value="deny">Do not allow</button>
        </form>
        <form method="post" action="/oauth/sign-in">
        {Hidden(request)}<p class="soft">You are then sent back to <strong>{Text(PlaceOf(asked.RedirectUri))}</strong>. You can take this back at any time. <button class="link" name="other" value="1">Use another account</button></p>
        </form>
        """);

    /// <summary>
    /// On to the app, or to a provider, by the page itself, not by an answer that redirects: browsers hold the whole way a form leads to against where forms may lead, and
    /// nobody tells us where their own address leads on to.
    /// </summary>
    public IResult GoOn(string where, string address) => Page("One moment", $"""
        <h1>One moment</h1>
        <p>You are being sent {Text(where)}.</p>
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

    private HtmlPage Page(string title, string content, int status = StatusCodes.Status200OK, string head = "", bool hasPasskeys = false) =>
        new(shop.Issuer, title, content, status, head, hasPasskeys ? "/oauth/passkey.js" : null);
}
