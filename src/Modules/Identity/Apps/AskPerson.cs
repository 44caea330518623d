using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Data;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.WebUtilities;

namespace HeadlessPro.Identity.Apps;

/// <summary>
/// <c>/oauth/authorize</c>: a browser comes from an app.
/// <code>
/// WHO ASKS   the app and where it wants the answer: when either is not ours to trust, a page says so and nothing is sent anywhere
/// WHO IS IT  somebody signed in here, recently enough; else the page to sign in
/// MAY IT     what they let it do before, else the page that asks them
/// ANSWER     a code, good for a minute and once, sent back with what the app gave along
/// </code>
/// </summary>
internal sealed class AskPerson(Db db, PageSignIn entry, SealedRequests requests, AppPages pages, Issuer issuer)
{
    public static async Task<IResult> Handle(AskPerson ask, TimeProvider clock, HttpContext http)
    {
        var form = OAuthForm.OfQuery(http);
        var redirectUri = form["redirect_uri"];
        if (await ask.Find(form["client_id"], http.RequestAborted) is not { } app) throw new OAuthRefusal("invalid_client", "This app is not known here. Go back to it and tell its makers.");
        if (redirectUri is null || !AppRules.IsRedirectUri(app, redirectUri)) throw new OAuthRefusal("invalid_request", "This app did not say where to go back to, or named an address that is not registered for it.");
        try
        {
            return await ask.Step(app, AuthorizationRequest.Read(app, redirectUri, form, AppBrowser.Know(http), clock.GetUtcNow()), http);
        }
        catch (OAuthRefusal refusal)
        {
            return ask.Leave(app, redirectUri, form["state"], http, ("error", refusal.Code), ("error_description", refusal.Message));
        }
    }

    /// <summary>OpenID Connect has clients post, too: the same, as an address.</summary>
    public static async Task<IResult> Post(HttpContext http)
    {
        var form = await OAuthForm.Read(http);
        http.Response.Headers.Location = http.Request.Path + QueryString.Create(form.All);
        return Results.StatusCode(StatusCodes.Status303SeeOther);
    }

    /// <summary>The next step for that browser.</summary>
    public async Task<IResult> Step(AppRow app, AuthorizationRequest request, HttpContext http)
    {
        var session = await entry.Session(app.Audience, http);
        return await Step(app, request, session, http);
    }

    public async Task<IResult> Step(AppRow app, AuthorizationRequest request, SignedIn? session, HttpContext http)
    {
        var person = session is null ? null : await PersonRow.Read(db, session.SessionId, http.RequestAborted);
        var isFresh = session is not null && (request.Session == session.SessionId || (!request.AsksAnew && !(person!.Age > request.MaxAge)));
        if (!isFresh)
            return request.Prompts("none") ? Refuse(app, request, http, "login_required", "Nobody is signed in, or not recently enough") : pages.SignIn(app, requests.Seal(request), request.LoginHint, null, StatusCodes.Status200OK);
        if (session!.ActorId is null)
        {
            // They may have another account: the next time asks again.
            await entry.Leave(session, app.Audience, http);
            return pages.Refusal(app.Audience == ActorTypes.User
                ? "You are signed in, but you are not a member of staff here. Ask whoever runs the shop for an invitation, and come back."
                : "You are signed in, but there is no account here for you yet. Make one in the shop, or confirm your e-mail address, and come back.", StatusCodes.Status403Forbidden);
        }

        if (session.IsSecondFactorMissing)
        {
            if (request.Prompts("none")) return Refuse(app, request, http, "interaction_required", "They signed in without the second factor that is asked of them");
            await entry.Leave(session, app.Audience, http);
            return pages.FactorMissing(app, requests.Seal(request with { Session = null }));
        }

        if (await Consents.IsNeeded(db, app, request, session.IdentityId, http.RequestAborted))
        {
            return request.Prompts("none")
                ? Refuse(app, request, http, "consent_required", "The app was not let do all this")
                : pages.Consent(app, request, requests.Seal(request with { Session = session.SessionId }), person!.Email);
        }

        return await Allow(app, request, session, http);
    }

    /// <summary>The answer that lets the app have what it asked for.</summary>
    public async Task<IResult> Allow(AppRow app, AuthorizationRequest request, SignedIn session, HttpContext http) =>
        Leave(app, request.RedirectUri, request.State, http, ("code", await ExchangeCode.Make(db, app, request, session, http.RequestAborted)));

    public IResult Refuse(AppRow app, AuthorizationRequest request, HttpContext http, string error, string description) =>
        Leave(app, request.RedirectUri, request.State, http, ("error", error), ("error_description", description));

    public async Task<AppRow?> Find(string? clientId, CancellationToken ct)
    {
        if (!WireId.TryDecode(PeopleWire.App, clientId, out var id)) return null;
        await using var connection = await db.Open(ct);
        return await ReadApps.Find(connection, id, ct);
    }

    private IResult Leave(AppRow app, string redirectUri, string? state, HttpContext http, params (string Name, string? Value)[] answer)
    {
        // Who we are goes along (RFC 9207): an app of several servers must not take one's answer for another's.
        (string Name, string? Value)[] all = [.. answer, ("state", state), ("iss", issuer.Url)];
        var address = QueryHelpers.AddQueryString(redirectUri, all.Select(a => KeyValuePair.Create(a.Name, a.Value)));
        // Browsers hold the whole way a form leads to, ours or a provider's, against where its page lets forms lead. Here no form led.
        return http.Request.Path == "/oauth/authorize" ? Results.Redirect(address) : pages.GoOn($"back to {app.Name}", address);
    }
}
