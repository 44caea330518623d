using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Identity.SignIn.OpenId;

/// <summary>
/// Who somebody is by a provider's word. The subject is the issuer and the number they have there: nobody else has both. An address is verified
/// when the provider says it is theirs; authoritative when the provider also gives out such addresses, so that it is theirs still. Groups are null
/// when the provider has more than it tells.
/// </summary>
internal sealed record OpenIdPerson(string Subject, string? Email, bool IsVerified, bool IsAuthoritative, string? GivenName, string? FamilyName, IReadOnlyList<string>? Groups)
{
    public string Issuer => Subject.Split(' ')[0];
}

/// <summary>Asks a provider who came back from it: code for tokens, tokens for claims.</summary>
internal sealed class OpenIdClient(OpenIdSettings settings, OpenIdHttp http, Discovery discovery, IdTokens tokens)
{
    public Task<ProviderMetadata> Metadata(CancellationToken ct) => discovery.Metadata(ct);

    /// <summary>What the provider says of who came back.</summary>
    public async Task<OpenIdPerson> Ask(OpenIdBegun begun, SignInAttempt attempt, CancellationToken ct)
    {
        var provider = await discovery.Metadata(ct);
        if (attempt.Text("error") is { } refused) throw new OpenIdRefusal(Error.Unauthorized("The provider did not sign you in: begin again"), $"answered '{Short(refused)}'");
        if (attempt.Text("code") is not { Length: <= 4096 } code) throw OpenIdRefusal.Unverified("no code");
        // Whose answer the browser brought (RFC 9207): a code of one provider must not be shown to another.
        if (attempt.Text("iss") is { } from ? !provider.IsOfManyTenants && from != provider.Issuer : provider.NamesItself) throw OpenIdRefusal.Unverified("another provider's answer");
        var (idToken, accessToken) = await Exchange(provider, begun, code, ct);
        var claims = await tokens.Check(idToken, accessToken, begun.NonceHash, ct);
        if (attempt.Text("iss") is { } tenant && tenant != claims.Text("iss")) throw OpenIdRefusal.Unverified("another tenant's answer");
        return PersonOf(claims, await MoreClaims(provider, claims, accessToken, ct));
    }

    private async Task<(string IdToken, string? AccessToken)> Exchange(ProviderMetadata provider, OpenIdBegun begun, string code, CancellationToken ct)
    {
        var form = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["grant_type"] = "authorization_code",
            ["code"] = code,
            ["redirect_uri"] = begun.CallbackUrl,
            ["code_verifier"] = begun.Verifier,
        };
        using var request = new HttpRequestMessage(HttpMethod.Post, provider.Token);
        if (provider.TakesBasic) request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Basic());
        else (form["client_id"], form["client_secret"]) = (settings.ClientId, settings.ClientSecret);
        request.Content = new FormUrlEncodedContent(form);
        var (status, body) = await http.Send(request, ct);
        if (body is not { } answer) throw OpenIdRefusal.Unreachable($"{provider.Token} answered {(int)status}, not a JSON object");
        if (status == HttpStatusCode.BadRequest && answer.Text("error") == "invalid_grant") throw OpenIdRefusal.Unverified("the code was refused");
        if (status != HttpStatusCode.OK) throw OpenIdRefusal.Unreachable($"{provider.Token} answered {(int)status} '{Short(answer.Text("error") ?? "")}'");
        return answer.Text("id_token") is { } idToken ? (idToken, answer.Text("access_token")) : throw OpenIdRefusal.Unverified("no ID token");
    }

    /// <summary>Where the token says only who it is, the rest is asked for, and must be said of the same person.</summary>
    private async Task<JsonElement?> MoreClaims(ProviderMetadata provider, JsonElement claims, string? accessToken, CancellationToken ct)
    {
        var isAllSaid = claims.Text("email") is not null && (settings.Staff is not { GroupsClaim: var groups } || claims.TryGetProperty(groups, out _));
        if (isAllSaid || provider.UserInfo is null || accessToken is null) return null;
        var more = await http.Get(provider.UserInfo, accessToken, ct);
        return more.Text("sub") == claims.Text("sub") ? more : throw OpenIdRefusal.Unverified("userinfo of somebody else");
    }

    private OpenIdPerson PersonOf(JsonElement claims, JsonElement? more)
    {
        // An address and what is said of it stand in one place.
        var source = claims.Text("email") is null ? more ?? claims : claims;
        var email = source.Text("email") is { } given && EmailAddress.Plain(given) is var plain && EmailAddress.IsOne(plain) ? plain : null;
        // Microsoft says of a domain, not of an address, that it was verified: https://learn.microsoft.com/entra/identity-platform/optional-claims
        // Of many tenants none is believed beyond that.
        var isVerified = email is not null && (source.IsTrue("xms_edov") || (source.IsTrue("email_verified") && !settings.IsShared) || settings.TrustsEmail);
        return new OpenIdPerson(
            $"{claims.Text("iss")} {claims.Text("sub")}", email, isVerified, isVerified && IsGivenOut(email!, claims.Text("hd")),
            Name("given_name"), Name("family_name"), Groups(claims, more));

        string? Name(string claim) => (claims.Text(claim) ?? more?.Text(claim)) is { Length: <= 200 } name && !name.Contains('\0', StringComparison.Ordinal) ? name : null;
    }

    /// <summary>Of the token, or else of userinfo; whoever is in none may go without the claim. Who is in too many has them elsewhere (Microsoft's overage).</summary>
    private IReadOnlyList<string>? Groups(JsonElement claims, JsonElement? more) => settings.Staff is not { GroupsClaim: var name } ? []
        : claims.Texts(name) ?? more?.Texts(name)
        ?? (claims.TryGetProperty("_claim_names", out var elsewhere) && elsewhere.ValueKind == JsonValueKind.Object && elsewhere.TryGetProperty(name, out _) ? null : []);

    /// <summary>Whether it is the provider that gives out the address. Others were their holder's once, and may be somebody else's by now.</summary>
    private bool IsGivenOut(string email, string? hostedDomain) => email.Split('@')[1] is var domain
        && (settings.TrustedDomains.Contains(domain) || (settings.IsGoogle && (domain is "gmail.com" or "googlemail.com" || string.Equals(domain, hostedDomain, StringComparison.OrdinalIgnoreCase))));

    private string Basic() => Convert.ToBase64String(Encoding.UTF8.GetBytes($"{WebUtility.UrlEncode(settings.ClientId)}:{WebUtility.UrlEncode(settings.ClientSecret)}"));

    private static string Short(string text) => new([.. text.Take(40).Where(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-')]);
}
