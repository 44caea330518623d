using System.Text.Json;
using HeadlessPro.Contracts.Identity;
using Microsoft.AspNetCore.DataProtection;

namespace HeadlessPro.Identity.Apps;

/// <summary>
/// What an app asked of somebody, once it was checked. It travels through the pages under the key ring, so that nobody can change it between
/// them, and is good only in the browser it was asked in (<c>Browser</c>): a page of others cannot send it in somebody's name. <c>Session</c> was
/// opened on the way, and so is fresh enough; <c>Challenge</c> is the second step of a sign-in that waits for its code.
/// </summary>
internal sealed record AuthorizationRequest(
    Guid AppId, string RedirectUri, string[] Scopes, string? State, string? Nonce, string CodeChallenge, string? Prompt, int? MaxAge, string? LoginHint, string Browser, DateTimeOffset AskedAt,
    Guid? Session = null, string? Challenge = null, string? ChallengeToken = null)
{
    /// <summary>Reads the parameters (RFC 6749, 4.1.1; RFC 7636; OpenID Connect Core, 3.1.2.1). What is wrong is told to the app, at an address that is its own.</summary>
    public static AuthorizationRequest Read(AppRow app, string redirectUri, OAuthForm form, string browser, DateTimeOffset now)
    {
        if (form["request"] is not null) throw new OAuthRefusal("request_not_supported", "Request objects are not supported");
        if (form["request_uri"] is not null) throw new OAuthRefusal("request_uri_not_supported", "Request objects are not supported");
        if (form.Required("response_type") != "code") throw new OAuthRefusal("unsupported_response_type", "The response_type must be 'code'");
        if (!app.GrantTypes.Contains(AppRules.AuthorizationCode)) throw new OAuthRefusal("unauthorized_client", "The app may not use 'authorization_code'");
        if (form["response_mode"] is not (null or "query")) throw new OAuthRefusal("invalid_request", "The response_mode must be 'query'");
        var challenge = form.Required("code_challenge");
        if (challenge.Length != 43 || challenge.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_')))
            throw new OAuthRefusal("invalid_request", "The code_challenge must be the base64url of a SHA-256");
        // Left out it would mean 'plain', which protects nobody.
        if (form["code_challenge_method"] != "S256") throw new OAuthRefusal("invalid_request", "The code_challenge_method must be 'S256'");
        var prompts = Short("prompt")?.Split(' ', StringSplitOptions.RemoveEmptyEntries) ?? [];
        if (prompts.Length > 1 && prompts.Contains("none")) throw new OAuthRefusal("invalid_request", "The prompt 'none' stands alone");
        var scopes = (form["scope"] ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries).Distinct(StringComparer.Ordinal).ToArray();
        if (scopes.Length == 0) throw new OAuthRefusal("invalid_scope", "The scope is missing");
        if (scopes.Except(app.Scopes).Any()) throw new OAuthRefusal("invalid_scope", "The app may not ask for all that the scope says");
        int? maxAge = form["max_age"] is not { } age ? null : int.TryParse(age, out var seconds) && seconds >= 0 ? seconds : throw new OAuthRefusal("invalid_request", "The max_age must be seconds");
        return new AuthorizationRequest(
            app.Id, redirectUri, scopes, Short("state"), Short("nonce"), challenge, string.Join(' ', prompts), maxAge, Short("login_hint"), browser, now);

        string? Short(string name) => form[name] is { Length: > 1000 } ? throw new OAuthRefusal("invalid_request", $"The {name} is too long") : form[name];
    }

    /// <summary>Whether somebody is to sign in, though somebody is signed in.</summary>
    public bool AsksAnew => Prompts("login") || Prompts("select_account");

    /// <summary>The same, and somebody is asked that, too.</summary>
    public AuthorizationRequest WithPrompt(string what) => Prompts(what) ? this : this with { Prompt = $"{Prompt} {what}".TrimStart() };

    public bool Prompts(string what) => Prompt?.Split(' ').Contains(what) == true;
}

/// <summary>Carries requests from page to page.</summary>
internal sealed class SealedRequests(IDataProtectionProvider ring, TimeProvider clock)
{
    private static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(30);
    private readonly IDataProtector _protector = ring.CreateProtector("identity.authorization_requests");

    public string Seal(AuthorizationRequest request) => _protector.Protect(JsonSerializer.Serialize(request, AppJson.Default.AuthorizationRequest));

    /// <summary>Null for what was not made here, or for another browser, or too long ago.</summary>
    public AuthorizationRequest? Open(string? text, string? browser)
    {
        try
        {
            return text is not null && browser is not null && JsonSerializer.Deserialize(_protector.Unprotect(text), AppJson.Default.AuthorizationRequest) is { } request
                && request.Browser == browser && request.AskedAt + Lifetime > clock.GetUtcNow() ? request : null;
        }
        catch (System.Security.Cryptography.CryptographicException)
        {
            return null;
        }
    }
}
