using System.Text;
using System.Text.Json;
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

/// <summary>The steps of signing in, for pages: those of the API, but no token leaves, and a cookie of these pages stays.</summary>
internal sealed class PageSignIn(SignInRoutes signIn, FinishSignIn finish, MfaGate gate, SessionStore sessions, Db db)
{
    public Task<Result<SignInOutcome>> Password(string actorType, string email, string password, HttpContext http) =>
        signIn.OnPage(EmailPassword.Provider, Attempt(actorType, http, ("email", email), ("password", password)), (way, attempt, ct) => way.SignIn(attempt, ct));

    /// <summary>With what the API takes, from the page's script.</summary>
    public Task<Result<SignInOutcome>> Passkey(string actorType, string json, HttpContext http) =>
        signIn.OnPage(PasskeySignIn.Provider, new SignInAttempt(actorType, SignInRoutes.Members(RequestBody.Checked(Encoding.UTF8.GetBytes(json)), http), http), (way, attempt, ct) => way.SignIn(attempt, ct));

    /// <summary>Begins at a provider: where the browser goes.</summary>
    public Task<Result<SignInOutcome>> Begin(string actorType, string provider, OpenIdReturn to, string? loginHint, HttpContext http) =>
        signIn.OnPage(
            provider, Attempt(actorType, http, ("nonce", AppBrowser.NumberOf(http)), ("login_hint", loginHint)),
            (way, attempt, ct) => way is OpenIdSignIn openId ? openId.Ask(attempt, to, ct) : Task.FromResult<Result<SignInOutcome>>(SignInRoutes.NotOnPage));

    /// <summary>Whom the provider sent back, in the browser that went there.</summary>
    public Task<Result<SignInOutcome>> Return(string actorType, string provider, HttpContext http) =>
        signIn.OnPage(
            provider, Attempt(actorType, http, [.. http.Request.Query.Where(q => q.Key != "nonce").Select(q => (q.Key, q.Value.ToString())), ("nonce", AppBrowser.NumberOf(http))]),
            (way, attempt, ct) => way.Callback(attempt, ct));

    /// <summary>The second step of who has one and has not shown it; null for others.</summary>
    public Task<MfaRequiredResponse?> Challenge(SignInOutcome who, string actorType, string provider, HttpContext http) => finish.Challenge(who, actorType, provider, http.RequestAborted);

    /// <summary>Who passed the second step; neither they nor an error when it is over.</summary>
    public Task<(MfaPassed? Passed, Error? Refusal)> Code(string challenge, string token, string method, string code, HttpContext http) =>
        MfaChallenges.Pass(challenge, token, method, code, db, gate, http);

    /// <summary>Who is signed in here, when they still are.</summary>
    public Task<SignedIn?> Session(string actorType, HttpContext http) => AppBrowser.Session(http, actorType, sessions);

    /// <summary>Whoever is signed in here, or was just now, is not any more.</summary>
    public async Task Leave(SignedIn? session, string actorType, HttpContext http)
    {
        if (session is not null) await sessions.Revoke(session.IdentityId, session.SessionId, null, http.RequestAborted);
        AppBrowser.Forget(http, actorType);
    }

    /// <summary>The session; null when all of theirs were ended since they began.</summary>
    public async Task<SignedIn?> Open(SignInOutcome who, string actorType, string provider, HttpContext http)
    {
        if (await finish.OpenHere(who, actorType, provider, http) is not { } session) return null;
        await AppBrowser.Remember(http, actorType, session, sessions);
        return await sessions.Of(session, http.RequestAborted);
    }

    private static SignInAttempt Attempt(string actorType, HttpContext http, params (string Name, string? Value)[] fields) => new(
        actorType, fields.Where(f => f.Value is not null).ToDictionary(f => f.Name, f => JsonSerializer.SerializeToElement(f.Value!, PeopleJson.Default.String), StringComparer.Ordinal), http);
}
