using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.IdentityModel.Tokens;

namespace HeadlessPro.Identity.Sessions;

/// <summary>The public halves of the signing keys (RFC 7517), for others who check our tokens.</summary>
internal sealed record KeySetResponse(IReadOnlyList<PublicKeyResponse> Keys);

internal sealed record PublicKeyResponse(string Kty, string Crv, string X, string Y, string Kid, string Use, string Alg);

internal static class PublishKeys
{
    public static async Task<IResult> Handle(SigningKeys keys, HttpContext http, CancellationToken ct)
    {
        http.Response.Headers.CacheControl = "public, max-age=300";
        var shown = (await keys.Published(ct)).Select(k => new PublicKeyResponse(k.Kty, k.Crv, k.X, k.Y, k.Kid, "sig", SecurityAlgorithms.EcdsaSha256)).ToList();
        return Reply.Json(new KeySetResponse(shown), PeopleJson.Default.KeySetResponse);
    }
}
