using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using Microsoft.AspNetCore.WebUtilities;
using Microsoft.Extensions.Logging;

namespace HeadlessPro.Identity.SignIn.OpenId;

/// <summary>
/// Signs in at a provider of OpenID Connect (authorization code, PKCE):
/// <code>
/// ASK      the browser is sent to the provider, with a state that is this browser's, a nonce and a challenge
/// RETURN   the provider sends it to a page of the storefront, which hands code and state to our callback: the state is used up
/// CHECK    the code is exchanged for tokens; the ID token must be the provider's, for us, for this sign-in
/// KNOW     issuer and subject are somebody's, or become so: see OpenIdCustomers, OpenIdStaff
/// </code>
/// </summary>
internal sealed partial class OpenIdSignIn(OpenIdSettings settings, OpenIdClient client, OpenIdAttempts attempts, OpenIdPeople people, ILogger<OpenIdSignIn> logger)
    : ISignInProvider
{
    private const string Cookie = "headlesspro.openid";

    public string Id => settings.Name;

    public string DisplayName => settings.DisplayName;

    public string Flow => "redirect";

    public bool Serves(string actorType) => settings.Actors.Contains(actorType);

    /// <summary>Whether a subject's issuer is this provider.</summary>
    public bool Issues(string issuer) => settings.Issues(issuer);

    /// <summary>Whether others of its host are meant as well.</summary>
    public bool IsAlias => settings.IsAlias;

    public Task<Result<SignInOutcome>> SignIn(SignInAttempt attempt, CancellationToken ct) => Begin(attempt, null, ct);

    /// <summary>Begins a sign-in, or, of a session, that its person adds this way in to what they have.</summary>
    public Task<Result<SignInOutcome>> Begin(SignInAttempt attempt, Guid? session, CancellationToken ct)
    {
        var callback = attempt.Text("callback_url") ?? settings.CallbackOf(attempt.ActorType);
        return settings.CallbackUrls.Contains(callback)
            ? Ask(attempt, new OpenIdReturn(callback, session), ct)
            : Task.FromResult<Result<SignInOutcome>>(Error.Invalid("Invalid request: Field 'callback_url' must be one of the addresses that are configured for this provider"));
    }

    /// <summary>Sends the browser to the provider, which sends it back to where our own code says.</summary>
    public Task<Result<SignInOutcome>> Ask(SignInAttempt attempt, OpenIdReturn to, CancellationToken ct) => Within(async deadline =>
    {
        if (attempt.Text("login_hint") is { Length: > 320 }) return Error.Invalid("Invalid request: Field 'login_hint' must have at most 320 characters");
        if (!AskingBrowser.Mark(attempt.Http, Cookie, attempt.Text("nonce"), OpenIdAttempts.GoodFor).Try(out var browser, out var error)) return error;
        var provider = await client.Metadata(deadline);
        var asked = await attempts.Begin(Id, attempt.ActorType, browser, to, deadline);
        return new SignInOutcome(null, QueryHelpers.AddQueryString(provider.Authorization.OriginalString, new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["response_type"] = "code",
            ["client_id"] = settings.ClientId,
            ["redirect_uri"] = to.CallbackUrl,
            ["scope"] = settings.Scopes,
            ["state"] = asked.State,
            ["nonce"] = asked.Nonce,
            ["code_challenge"] = asked.Challenge,
            ["code_challenge_method"] = "S256",
            ["login_hint"] = attempt.Text("login_hint"),
            // Google knows no 'login': https://developers.google.com/identity/openid-connect/openid-connect#prompt
            ["prompt"] = to.AsksAnew ? settings.IsGoogle ? "select_account" : "login" : null,
        }.Where(p => p.Value is not null)));
    }, ct);

    public Task<Result<SignInOutcome>> Callback(SignInAttempt attempt, CancellationToken ct) => Within(async deadline =>
    {
        if (await attempts.Use(Id, attempt.ActorType, attempt.Text("state"), AskingBrowser.Of(attempt.Http, Cookie, attempt.Text("nonce")), deadline) is not { } begun)
            return Error.Unauthorized("This sign-in is not known in this browser, or no longer: begin again");
        var person = await client.Ask(begun, attempt, deadline);
        var found = attempt.ActorType == ActorTypes.User ? await people.Staff.Find(settings.Staff!, person, begun.LinkTo, deadline) : await people.Customers.Find(person, begun.LinkTo, deadline);
        return found.Try(out var identity, out var error) ? new SignInOutcome(identity) : error;
    }, ct);

    /// <summary>A step with its deadline, and the answer when the provider does not do its part.</summary>
    private async Task<Result<SignInOutcome>> Within(Func<CancellationToken, Task<Result<SignInOutcome>>> step, CancellationToken ct)
    {
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(ct);
        deadline.CancelAfter(settings.Patience);
        try
        {
            return await step(deadline.Token);
        }
        catch (OpenIdRefusal refusal)
        {
            LogRefusal(logger, Id, refusal.Message);
            return refusal.Answer;
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            LogRefusal(logger, Id, "no answer in time");
            return OpenIdRefusal.Unreachable("too late").Answer;
        }
    }

    [LoggerMessage(LogLevel.Warning, "Sign-in with {Provider} was refused: {Reason}")]
    private static partial void LogRefusal(ILogger logger, string provider, string reason);
}
