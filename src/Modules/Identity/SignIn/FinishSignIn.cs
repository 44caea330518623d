using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Mailed;
using HeadlessPro.Identity.Mfa;
using HeadlessPro.Identity.Protection;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.SignIn;

/// <summary>What follows when a provider knows who it is: a second factor, where there is one, then a session and its token.</summary>
internal sealed class FinishSignIn(SessionStore sessions, KnownDevices devices, Db db)
{
    private static Error Revoked => Error.Unauthorized("Your ways in were changed while you signed in: sign in again");

    /// <param name="who">Who.</param>
    /// <param name="actorType">As what.</param>
    /// <param name="provider">By which way in.</param>
    /// <param name="http">The request.</param>
    public async Task<IResult> Answer(SignInOutcome who, string actorType, string provider, HttpContext http) =>
        await Challenge(who, actorType, provider, http.RequestAborted) is { } challenge
            ? Reply.Json(challenge, MfaJson.Default.MfaRequiredResponse)
            : await Open(who, actorType, provider, http);

    /// <summary>The second step of who has one and has not shown it; null for others.</summary>
    public async Task<MfaRequiredResponse?> Challenge(SignInOutcome who, string actorType, string provider, CancellationToken ct) =>
        who.HasSecondFactor ? null : await MfaChallenges.Begin(db, who, actorType, provider, ct);

    /// <summary>A session for a page of ours, after every step: no token leaves. Null when all sessions were ended since it began.</summary>
    public async Task<Guid?> OpenHere(SignInOutcome who, string actorType, string provider, HttpContext http)
    {
        var session = await sessions.Begin(who, actorType, provider, http, http.RequestAborted);
        if (who.Account is { } account && session is not null) devices.Remember(http, account);
        return session?.Id;
    }

    /// <summary>A session, after every step.</summary>
    public async Task<IResult> Open(SignInOutcome who, string actorType, string provider, HttpContext http)
    {
        var ct = http.RequestAborted;
        if (await sessions.Open(who, actorType, provider, http, ct) is not { } token) return Reply.Error(Revoked);
        if (who.Account is { } account) devices.Remember(http, account);
        return actorType == ActorTypes.Customer && sessions.RequiresVerifiedEmail && await VerifyEmail.Find(db, who.Identity!.Value, ct) is { VerifiedAt: null } unproven
            ? Reply.Json(new UnprovenResponse(token, true, unproven), MailedJson.Default.UnprovenResponse)
            : Reply.Json(new TokenResponse(token), PeopleJson.Default.TokenResponse);
    }
}
