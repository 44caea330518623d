using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Identity.Protection;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.SignIn;

/// <summary>A way in: what <c>/auth/{actor}/{id}</c> does. A wrong secret and an unknown person are the same answer, in words and in time.</summary>
internal interface ISignInProvider
{
    /// <summary>In the address, and the provider of its sign-ins: <c>emailpass</c>.</summary>
    string Id { get; }

    /// <summary>For the page that offers it.</summary>
    string DisplayName { get; }

    /// <summary><c>credentials</c>, <c>redirect</c>, <c>code</c>, <c>passkey</c>.</summary>
    string Flow { get; }

    /// <summary>Whether it is a way in for that kind of person.</summary>
    bool Serves(string actorType) => true;

    /// <summary>Which account's secret an attempt tries, an e-mail address or a phone number: it is counted for that account. Null where nobody can guess.</summary>
    string? AccountOf(SignInAttempt attempt) => null;

    /// <summary>As what such attempts are counted (<see cref="Throttle"/>).</summary>
    string Counted => Throttle.SignIn;

    /// <summary>Signs in with what was sent, or begins to.</summary>
    Task<Result<SignInOutcome>> SignIn(SignInAttempt attempt, CancellationToken ct);

    /// <summary>Makes a new identity; most make it at the first sign-in.</summary>
    Task<Result<SignInOutcome>> Register(SignInAttempt attempt, CancellationToken ct) => Task.FromResult<Result<SignInOutcome>>(Unsupported("register"));

    /// <summary>Goes on where somebody else (a mail, another site) sent the browser back.</summary>
    Task<Result<SignInOutcome>> Callback(SignInAttempt attempt, CancellationToken ct) => Task.FromResult<Result<SignInOutcome>>(Unsupported("callback"));

    private Error Unsupported(string step) => Error.Unauthorized($"Method '{step}' not supported for provider {Id}");
}

/// <summary>A request to sign in.</summary>
/// <param name="ActorType"><c>customer</c> or <c>user</c>.</param>
/// <param name="Fields">What was sent, body and query.</param>
/// <param name="Http">The request, for cookies and the address it came from.</param>
internal sealed record SignInAttempt(string ActorType, IReadOnlyDictionary<string, JsonElement> Fields, HttpContext Http)
{
    /// <summary>A field's text; null when it is absent or something else.</summary>
    public string? Text(string field) => Fields.TryGetValue(field, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;
}

/// <summary>What came of it: somebody is in, or the browser is to go elsewhere.</summary>
/// <param name="Identity">Who; null while nobody is.</param>
/// <param name="Location">Where to send the browser.</param>
/// <param name="Account">The e-mail address or phone number that was shown to be theirs, whose known browser this is; null for none.</param>
/// <param name="HasSecondFactor">Whether two factors were shown already, so that no other is asked for.</param>
/// <param name="Revocations">How often all their sessions had been ended when their secret was read: where it is more by now, the sign-in opens nothing. Null where nothing was waited for since.</param>
internal sealed record SignInOutcome(Guid? Identity, string? Location = null, string? Account = null, bool HasSecondFactor = false, int? Revocations = null);
