using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Mfa;
using HeadlessPro.Identity.Passkeys;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Identity.SignIn.OpenId;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Apps;

/// <summary>The pages on which somebody signs in for an app and is asked what it may: by the ways in that are there, with their throttle and second factor.</summary>
internal sealed class SignInForApp(AskPerson ask, SealedRequests requests, AppPages pages, PageSignIn entry, Db db)
{
    public async Task<IResult> Password(HttpContext http)
    {
        var (form, request, app) = await Read(http);
        if (form["other"] is not null)
        {
            await entry.Leave(await entry.Session(app.Audience, http), app.Audience, http);
            return pages.SignIn(app, requests.Seal(request.WithPrompt("select_account") with { Session = null }), null, null, StatusCodes.Status200OK);
        }

        var email = EmailAddress.Plain(form["email"] ?? "");
        return await Enter(app, request, EmailPassword.Provider, await entry.Password(app.Audience, email, form["password"] ?? "", http), http, pages.WrongPassword(app), email);
    }

    public async Task<IResult> Passkey(HttpContext http)
    {
        var (form, request, app) = await Read(http);
        return await Enter(
            app, request, PasskeySignIn.Provider, await entry.Passkey(app.Audience, form.Required("answer"), http), http, "This passkey is not known here, or you took too long. Try again, or sign in another way.");
    }

    /// <summary>To a provider, which sends the browser back to <see cref="Return"/>.</summary>
    public async Task<IResult> AtProvider(Issuer issuer, HttpContext http)
    {
        var (form, request, app) = await Read(http);
        var provider = form.Required("provider");
        var to = new OpenIdReturn($"{issuer.Url}/oauth/{app.Audience}/{provider}/callback", Page: requests.Seal(request), AsksAnew: request.AsksAnew);
        return (await entry.Begin(app.Audience, provider, to, request.LoginHint is { Length: <= 320 } hint ? hint : null, http)).Try(out var begun, out var error)
            ? pages.GoOn($"to {new Uri(begun.Location!).Host} to sign in", begun.Location!) : Again(app, request, error);
    }

    /// <summary>Back from a provider: the request goes on that this browser went there with.</summary>
    public async Task<IResult> Return(string actor, string provider, OpenIdAttempts attempts, HttpContext http)
    {
        var kept = AppBrowser.Of(http) is { } browser ? await attempts.PageOf(provider, actor, http.Request.Query["state"], browser, http.RequestAborted) : null;
        var (request, app) = await Open(kept, http);
        return await Enter(app, request, provider, await entry.Return(app.Audience, provider, http), http);
    }

    public async Task<IResult> Code(HttpContext http)
    {
        var (form, request, app) = await Read(http);
        var code = (form["code"] ?? "").Trim();
        var method = code.Length == 6 && code.All(char.IsAsciiDigit) ? MfaCodes.Totp : MfaCodes.RecoveryCode;
        if (request is not { Challenge: { } challenge, ChallengeToken: { } token }) throw Gone();
        var (passed, refusal) = await entry.Code(challenge, token, method, code, http);
        if (passed is null)
        {
            return refusal is null
                ? pages.SignIn(app, requests.Seal(request), null, "That took too long, or too many codes were tried. Sign in again.", StatusCodes.Status401Unauthorized)
                : pages.SecondStep(app, requests.Seal(request), refusal.Type == ErrorType.Unauthorized ? "The code is wrong, or was used before." : refusal.Message + ".", ErrorBody.StatusOf(refusal.Type));
        }

        return await GoOn(app, request, await entry.Open(passed.Outcome, app.Audience, passed.Provider, http), http);
    }

    /// <summary>The answer to what an app may. It counts only from who was asked, while they are signed in.</summary>
    public async Task<IResult> Consent(HttpContext http)
    {
        var (form, request, app) = await Read(http);
        if (await entry.Session(app.Audience, http) is not { ActorId: not null, IsSecondFactorMissing: false } session || session.SessionId != request.Session) throw Gone();
        if (form.Required("decision") != "allow") return ask.Refuse(app, request, http, "access_denied", "The request was declined");
        await Consents.Remember(db, app, request, session, http.RequestAborted);
        return await ask.Allow(app, request, session, http);
    }

    /// <summary>What came of a way in: the second step, or on to what the app asks; else the page again.</summary>
    private async Task<IResult> Enter(AppRow app, AuthorizationRequest request, string provider, Result<SignInOutcome> result, HttpContext http, string? wrong = null, string? email = null)
    {
        if (!result.Try(out var who, out var error)) return Again(app, request, error, wrong, email);
        return await entry.Challenge(who, app.Audience, provider, http) is { } challenge
            ? pages.SecondStep(app, requests.Seal(request with { Challenge = challenge.MfaChallenge.Id, ChallengeToken = challenge.Token }), null, StatusCodes.Status200OK)
            : await GoOn(app, request, await entry.Open(who, app.Audience, provider, http), http);
    }

    private IResult Again(AppRow app, AuthorizationRequest request, Error error, string? wrong = null, string? email = null) =>
        pages.SignIn(app, requests.Seal(request), email, error.Type == ErrorType.Unauthorized && wrong is not null ? wrong : error.Message + ".", ErrorBody.StatusOf(error.Type));

    private async Task<IResult> GoOn(AppRow app, AuthorizationRequest request, SignedIn? session, HttpContext http) => session is null
        ? pages.SignIn(app, requests.Seal(request), null, "Your ways in were changed while you signed in. Sign in again.", StatusCodes.Status401Unauthorized)
        : await ask.Step(app, request with { Session = session.SessionId, Challenge = null, ChallengeToken = null }, session, http);

    private async Task<(OAuthForm Form, AuthorizationRequest Request, AppRow App)> Read(HttpContext http)
    {
        var form = await OAuthForm.Read(http);
        var (request, app) = await Open(form["request"], http);
        return (form, request, app);
    }

    private async Task<(AuthorizationRequest Request, AppRow App)> Open(string? text, HttpContext http)
    {
        if (requests.Open(text, AppBrowser.Of(http)) is not { } request) throw Gone();
        // Both may have changed since the page was shown.
        return await ask.Find(WireId.Encode(PeopleWire.App, request.AppId), http.RequestAborted) is { } app && AppRules.IsRedirectUri(app, request.RedirectUri) && !request.Scopes.Except(app.Scopes).Any()
            ? (request, app) : throw Gone();
    }

    private static OAuthRefusal Gone() => new("invalid_request", "This page is too old, or was opened in another browser, or cookies are switched off. Go back to the app and begin again.");
}
