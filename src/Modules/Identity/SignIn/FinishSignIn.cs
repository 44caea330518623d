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
    /// <param name="identity">Who.</param>
    /// <param name="actorType">As what.</param>
    /// <param name="provider">By which way in.</param>
    /// <param name="account">The e-mail address or phone number that was shown to be theirs, or null.</param>
    /// <param name="http">The request.</param>
    public async Task<IResult> Answer(Guid identity, string actorType, string provider, string? account, HttpContext http)
    {
        if (await MfaChallenges.Begin(db, identity, actorType, provider, account, http.RequestAborted) is not { } challenge) return await Open(identity, actorType, provider, account, hasSecondFactor: false, http);
        return Reply.Json(challenge, MfaJson.Default.MfaRequiredResponse);
    }

    /// <summary>A session for a page of ours, after every step: no token leaves.</summary>
    public async Task<Guid> OpenHere(Guid identity, string actorType, string provider, string? account, bool hasSecondFactor, HttpContext http)
    {
        if (account is not null) devices.Remember(http, account);
        return (await sessions.Begin(identity, actorType, provider, hasSecondFactor, http, http.RequestAborted)).Id;
    }

    /// <summary>A session, after every step.</summary>
    public async Task<IResult> Open(Guid identity, string actorType, string provider, string? account, bool hasSecondFactor, HttpContext http)
    {
        var ct = http.RequestAborted;
        if (account is not null) devices.Remember(http, account);
        var token = await sessions.Open(identity, actorType, provider, hasSecondFactor, http, ct);
        return actorType == ActorTypes.Customer && sessions.RequiresVerifiedEmail && await VerifyEmail.Find(db, identity, ct) is { VerifiedAt: null } unproven
            ? Reply.Json(new UnprovenResponse(token, true, unproven), MailedJson.Default.UnprovenResponse)
            : Reply.Json(new TokenResponse(token), PeopleJson.Default.TokenResponse);
    }
}
