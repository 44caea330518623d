using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Mailed;
using HeadlessPro.Identity.Protection;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Identity.SignIn.OpenId;
using HeadlessPro.Platform.Audit;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.SignIn;

internal sealed record TokenResponse(string Token);

/// <summary>A token of somebody who has yet to prove their address: it is nobody's until then.</summary>
internal sealed record UnprovenResponse(string Token, bool VerificationRequired, VerificationResponse Verification);

internal sealed record SignInProvidersResponse(IReadOnlyList<SignInProviderResponse> Providers);

internal sealed record SignInProviderResponse(string Id, string Identifier, string DisplayName, string Flow);

/// <summary>
/// <c>/auth/{actor}/{provider}</c>: each provider checks in its own way (<see cref="ISignInProvider"/>); what follows is the same for all
/// (<see cref="FinishSignIn"/>). Attempts are counted, and those that were right are given back.
/// </summary>
internal sealed class SignInRoutes(IEnumerable<ISignInProvider> providers, Throttle throttle, FinishSignIn finish, StaffSignOn staff, AuditLog audit)
{
    private readonly Dictionary<string, ISignInProvider> _providers = providers.ToDictionary(p => p.Id, StringComparer.Ordinal);

    public static Task<IResult> SignIn(string actor, string provider, SignInRoutes routes, HttpContext http) => routes.Run(actor, provider, Step.SignIn, http, (p, a, ct) => p.SignIn(a, ct));

    public static Task<IResult> Register(string actor, string provider, SignInRoutes routes, HttpContext http) => routes.Run(actor, provider, Step.Register, http, (p, a, ct) => p.Register(a, ct));

    public static Task<IResult> Callback(string actor, string provider, SignInRoutes routes, HttpContext http) => routes.Run(actor, provider, Step.Callback, http, (p, a, ct) => p.Callback(a, ct));

    public static IResult Providers(string actor, SignInRoutes routes) => RefuseActor(actor) is { } nobody
        ? Reply.Error(nobody)
        : Reply.Json(new SignInProvidersResponse([.. routes.Offered(actor).Select(p => new SignInProviderResponse(p.Id, p.Id, p.DisplayName, p.Flow))]), PeopleJson.Default.SignInProvidersResponse);

    public static async Task<IResult> Refresh(Actor actor, SessionStore sessions, CancellationToken ct) =>
        await sessions.Refresh(actor.Session.SessionId, ct) is { } token
            ? Reply.Json(new TokenResponse(token), PeopleJson.Default.TokenResponse)
            : Reply.Error(Error.Unauthorized());

    /// <summary>The ways in that are open to such people.</summary>
    public IEnumerable<ISignInProvider> Offered(string actor) => _providers.Values.Where(p => p.Serves(actor) && staff.Offers(actor, p));

    private async Task<IResult> Run(string actor, string id, Step kind, HttpContext http, Func<ISignInProvider, SignInAttempt, CancellationToken, Task<Result<SignInOutcome>>> step)
    {
        if (RefuseActor(actor) is { } nobody) return Reply.Error(nobody);
        if (!_providers.TryGetValue(id, out var provider) || !provider.Serves(actor)) return Reply.Error(NoProvider(id));
        var attempt = new SignInAttempt(actor, await Fields(kind, http), http);
        if (!(await Attempt(provider, attempt, kind == Step.Register ? Throttle.Register : provider.Counted, step)).Try(out var outcome, out var error)) return Reply.Error(error);
        if (outcome.Identity is not null) return await finish.Answer(outcome, actor, id, http);
        return Reply.Written(json => { json.WriteStartObject(); json.WriteString("location", outcome.Location); json.WriteEndObject(); });
    }

    /// <summary>A step of a way in on a page of ours: counted, refused and written down as the API's.</summary>
    public async Task<Result<SignInOutcome>> OnPage(string id, SignInAttempt attempt, Func<ISignInProvider, SignInAttempt, CancellationToken, Task<Result<SignInOutcome>>> step) =>
        Offered(attempt.ActorType).FirstOrDefault(p => p.Id == id) is { } provider ? await Attempt(provider, attempt, provider.Counted, step) : NotOnPage;

    public static Error NotOnPage => Error.Unauthorized("That way to sign in is not open here: choose another");

    private async Task<Result<SignInOutcome>> Attempt(ISignInProvider provider, SignInAttempt attempt, string what, Func<ISignInProvider, SignInAttempt, CancellationToken, Task<Result<SignInOutcome>>> step)
    {
        var (http, actor, ct) = (attempt.Http, attempt.ActorType, attempt.Http.RequestAborted);
        var account = provider.AccountOf(attempt);
        if (!staff.Offers(actor, provider) || (what == Throttle.Register && staff.IsOnlyWayOf(actor))) return NoProvider(provider.Id);
        if (await throttle.Take(what, http, account, ct) is { } refused) return refused;
        var isIn = (await Answer(() => step(provider, attempt, ct))).Try(out var outcome, out var error);
        // Guesses count; what was right, and what could not be understood, does not.
        if (error?.Type != ErrorType.Unauthorized) await throttle.GiveBack(what, http, account, ct);
        if (error?.Type is ErrorType.Unauthorized or ErrorType.Forbidden) await audit.Record(Refused(what, actor, provider.Id, account), ct);
        return isIn ? outcome! : error!;
    }

    // Refused before it was looked at, it is no guess.
    private static async Task<Result<SignInOutcome>> Answer(Func<Task<Result<SignInOutcome>>> step)
    {
        try
        {
            return await step();
        }
        catch (ErrorException e)
        {
            return e.Error;
        }
    }

    // Somebody may have typed their password where the address goes.
    private static AuditEvent Refused(string what, string actor, string provider, string? account) =>
        new(what == Throttle.Register ? "registration_refused" : "sign_in_refused")
        {
            Details = [("actor_type", actor), ("provider", provider), ("email", account is not null && EmailAddress.IsOne(account) ? account : null)],
        };

    /// <summary>The body's members; of what a provider sends a browser back with, the query's too. Passwords do not belong there, where proxies log them.</summary>
    private static async Task<IReadOnlyDictionary<string, JsonElement>> Fields(Step kind, HttpContext http)
    {
        var fields = Members(await RequestBody.Read(http), http);
        if (kind != Step.Callback) return fields;
        foreach (var (name, value) in http.Request.Query) fields.TryAdd(name, JsonSerializer.SerializeToElement(value.ToString(), PeopleJson.Default.String));
        return fields;
    }

    public static Dictionary<string, JsonElement> Members(ReadOnlyMemory<byte> json, HttpContext http) => Body<JsonElement>.Parse(json, http) is { ValueKind: JsonValueKind.Object } body
        ? body.EnumerateObject().ToDictionary(m => m.Name, m => m.Value, StringComparer.Ordinal)
        : throw new ErrorException(Error.Invalid("Invalid request: Expected a JSON object as body"));

    private enum Step
    {
        SignIn,
        Register,
        Callback,
    }

    /// <summary>Why there is no password to change there; null when there is one.</summary>
    public static Error? Refuse(string actor, string provider) => RefuseActor(actor) ?? (provider == EmailPassword.Provider ? null : NoProvider(provider));

    /// <summary>Why nobody signs in as that; null when somebody does.</summary>
    public static Error? RefuseActor(string actor) => actor is ActorTypes.Customer or ActorTypes.User
        ? null
        : Error.Invalid($"Actor type '{actor}' is not known: field 'actor' must be 'customer' or 'user'");

    public static Error NoProvider(string id) => Error.Unauthorized(
        $"\nUnable to retrieve the auth provider with id: {id}\nPlease make sure that the provider is registered in the container and it is configured correctly in your project configuration file.");
}
