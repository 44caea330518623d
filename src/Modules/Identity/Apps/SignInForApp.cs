using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Identity.Mfa;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Identity.SignIn;
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
            await entry.Leave(app.Audience, http);
            return pages.SignIn(app, requests.Seal(request with { Session = null }), null, null, StatusCodes.Status200OK);
        }

        var email = EmailAddress.Plain(form["email"] ?? "");
        if (!(await entry.Password(app.Audience, email, form["password"] ?? "", http)).Try(out var who, out var error))
            return pages.SignIn(app, requests.Seal(request), email, error.Type == ErrorType.Unauthorized ? "The e-mail address or the password is wrong." : error.Message + ".", Platform.Web.ErrorBody.StatusOf(error.Type));
        if (await MfaChallenges.Begin(db, who, app.Audience, EmailPassword.Provider, http.RequestAborted) is { } challenge)
            return pages.SecondStep(app, requests.Seal(request with { Challenge = challenge.MfaChallenge.Id, ChallengeToken = challenge.Token }), null, StatusCodes.Status200OK);
        return await GoOn(app, request, await entry.Open(who, app.Audience, http), http);
    }

    public async Task<IResult> Code(HttpContext http)
    {
        var (form, request, app) = await Read(http);
        var code = (form["code"] ?? "").Trim();
        var method = code.Length == 6 && code.All(char.IsAsciiDigit) ? MfaCodes.Totp : MfaCodes.RecoveryCode;
        if (request is not { Challenge: { } challenge, ChallengeToken: { } token }) throw Gone();
        var (passed, refusal) = await entry.Code(challenge, token, method, code, db, http);
        if (passed is null)
        {
            return refusal is null
                ? pages.SignIn(app, requests.Seal(request), null, "That took too long, or too many codes were tried. Sign in again.", StatusCodes.Status401Unauthorized)
                : pages.SecondStep(app, requests.Seal(request), refusal.Type == ErrorType.Unauthorized ? "The code is wrong, or was used before." : refusal.Message + ".", Platform.Web.ErrorBody.StatusOf(refusal.Type));
        }

        return await GoOn(app, request, await entry.Open(passed.Outcome, app.Audience, http), http);
    }

    /// <summary>The answer to what an app may. It counts only from who was asked, while they are signed in.</summary>
    public async Task<IResult> Consent(SessionStore sessions, HttpContext http)
    {
        var (form, request, app) = await Read(http);
        if (await AppBrowser.Session(http, app.Audience, sessions) is not { ActorId: not null } session || session.SessionId != request.Session) throw Gone();
        if (form.Required("decision") != "allow") return ask.Refuse(app, request, http, "access_denied", "The request was declined");
        await Consents.Remember(db, app, request, session, http.RequestAborted);
        return await ask.Allow(app, request, session, http);
    }

    private async Task<IResult> GoOn(AppRow app, AuthorizationRequest request, Contracts.Identity.SignedIn? session, HttpContext http) => session is null
        ? pages.SignIn(app, requests.Seal(request), null, "Your ways in were changed while you signed in. Sign in again.", StatusCodes.Status401Unauthorized)
        : await ask.Step(app, request with { Session = session.SessionId, Challenge = null, ChallengeToken = null }, session, http);

    private async Task<(OAuthForm Form, AuthorizationRequest Request, AppRow App)> Read(HttpContext http)
    {
        var form = await OAuthForm.Read(http);
        if (requests.Open(form["request"], AppBrowser.Of(http)) is not { } request) throw Gone();
        // Both may have changed since the page was shown.
        return await ask.Find(WireId.Encode(PeopleWire.App, request.AppId), http.RequestAborted) is { } app && AppRules.IsRedirectUri(app, request.RedirectUri) && !request.Scopes.Except(app.Scopes).Any()
            ? (form, request, app) : throw Gone();
    }

    private static OAuthRefusal Gone() => new("invalid_request", "This page is too old, or was opened in another browser, or cookies are switched off. Go back to the app and begin again.");
}

/// <summary>The steps of signing in, for pages: no token leaves, but a cookie of these pages.</summary>
internal sealed class PageSignIn(SignInRoutes signIn, FinishSignIn finish, MfaGate gate, SessionStore sessions)
{
    public Task<Result<SignInOutcome>> Password(string actorType, string email, string password, HttpContext http)
    {
        var fields = new Dictionary<string, JsonElement>(StringComparer.Ordinal)
        {
            ["email"] = JsonSerializer.SerializeToElement(email, PeopleJson.Default.String),
            ["password"] = JsonSerializer.SerializeToElement(password, PeopleJson.Default.String),
        };
        return signIn.Password(new SignInAttempt(actorType, fields, http));
    }

    /// <summary>Who passed the second step; neither they nor an error when it is over.</summary>
    public Task<(MfaPassed? Passed, Error? Refusal)> Code(string challenge, string token, string method, string code, Db db, HttpContext http) =>
        MfaChallenges.Pass(challenge, token, method, code, db, gate, http);

    /// <summary>Whoever is signed in here is not any more.</summary>
    public async Task Leave(string actorType, HttpContext http)
    {
        if (await AppBrowser.Session(http, actorType, sessions) is { } session) await sessions.Revoke(session.IdentityId, session.SessionId, null, http.RequestAborted);
        AppBrowser.Forget(http, actorType);
    }

    /// <summary>The session; null when all of theirs were ended since they began.</summary>
    public async Task<Contracts.Identity.SignedIn?> Open(SignInOutcome who, string actorType, HttpContext http)
    {
        if (await finish.OpenHere(who, actorType, EmailPassword.Provider, http) is not { } session) return null;
        await AppBrowser.Remember(http, actorType, session, sessions);
        return await sessions.Of(session, http.RequestAborted);
    }
}
