using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Apps;

/// <summary>What programs need to know to ask us (RFC 8414, OpenID Connect Discovery).</summary>
internal sealed record AuthorizationServerResponse(
    string Issuer, string TokenEndpoint, string RevocationEndpoint, string IntrospectionEndpoint, string JwksUri, IReadOnlyList<string> ScopesSupported,
    IReadOnlyList<string> GrantTypesSupported, IReadOnlyList<string> ResponseTypesSupported, IReadOnlyList<string> TokenEndpointAuthMethodsSupported,
    IReadOnlyList<string> RevocationEndpointAuthMethodsSupported, IReadOnlyList<string> IntrospectionEndpointAuthMethodsSupported);

internal static class DescribeServer
{
    private static readonly string[] AnyApp = ["client_secret_basic", "client_secret_post", "none"];
    private static readonly string[] ConfidentialApps = AnyApp[..2];

    public static IResult Handle(Issuer issuer, GiveToken give, HttpContext http)
    {
        http.Response.Headers.CacheControl = "public, max-age=300";
        var url = issuer.Url;
        var scopes = Scopes.OfCustomers.Concat(Permissions.All).Select(s => s.Name).Except(Scopes.NotForApps);
        return Reply.Json(
            new AuthorizationServerResponse(
                url, $"{url}/oauth/token", $"{url}/oauth/revoke", $"{url}/oauth/introspect", $"{url}/.well-known/jwks.json", [.. scopes], give.GrantTypes, [], AnyApp, AnyApp, ConfidentialApps),
            AppJson.Default.AuthorizationServerResponse);
    }
}
