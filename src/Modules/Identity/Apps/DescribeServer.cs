using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Apps;

/// <summary>What programs need to know to ask us (RFC 8414, OpenID Connect Discovery).</summary>
internal sealed record AuthorizationServerResponse(
    string Issuer, string AuthorizationEndpoint, string TokenEndpoint, string UserinfoEndpoint, string RevocationEndpoint, string IntrospectionEndpoint, string JwksUri, IReadOnlyList<string> ScopesSupported,
    IReadOnlyList<string> GrantTypesSupported, IReadOnlyList<string> ResponseTypesSupported, IReadOnlyList<string> TokenEndpointAuthMethodsSupported,
    IReadOnlyList<string> RevocationEndpointAuthMethodsSupported, IReadOnlyList<string> IntrospectionEndpointAuthMethodsSupported)
{
    public IReadOnlyList<string> ResponseModesSupported { get; } = ["query"];

    public IReadOnlyList<string> CodeChallengeMethodsSupported { get; } = ["S256"];

    public IReadOnlyList<string> PromptValuesSupported { get; } = ["none", "login", "consent", "select_account"];

    public IReadOnlyList<string> SubjectTypesSupported { get; } = ["public"];

    public IReadOnlyList<string> IdTokenSigningAlgValuesSupported { get; } = ["ES256"];

    public IReadOnlyList<string> ClaimsSupported { get; } = ["sub", "iss", "aud", "exp", "iat", "auth_time", "nonce", "email", "email_verified", "name", "given_name", "family_name"];

    public bool AuthorizationResponseIssParameterSupported { get; } = true;

    public bool RequestParameterSupported { get; }

    public bool RequestUriParameterSupported { get; }
}

internal static class DescribeServer
{
    private static readonly string[] AnyApp = ["client_secret_basic", "client_secret_post", "none"];
    private static readonly string[] ConfidentialApps = AnyApp[..2];

    public static IResult Handle(Issuer issuer, HttpContext http)
    {
        http.Response.Headers.CacheControl = "public, max-age=300";
        var url = issuer.Url;
        var scopes = Scopes.OfAnybody.Concat(Scopes.OfCustomers).Concat(Permissions.All).Select(s => s.Name).Except(Scopes.NotForApps);
        return Reply.Json(
            new AuthorizationServerResponse(
                url, $"{url}/oauth/authorize", $"{url}/oauth/token", $"{url}/oauth/userinfo", $"{url}/oauth/revoke", $"{url}/oauth/introspect", $"{url}/.well-known/jwks.json", [.. scopes], [AppRules.AuthorizationCode, AppRules.RefreshToken, AppRules.ClientCredentials], ["code"], AnyApp, AnyApp, ConfidentialApps),
            AppJson.Default.AuthorizationServerResponse);
    }
}
