using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.OpenId;

/// <summary>A code for tokens: once, soon, to the client that asked, with the address it asked for and the verifier of its challenge.</summary>
internal static class TokenEndpoint
{
    private static readonly TimeSpan Life = TimeSpan.FromHours(1);

    public static (int, JsonObject) Exchange(OpenIdRealm realm, EmulatorState state, IFormCollection form, string authorization, Fault? fault)
    {
        if (Client(form, authorization) is not ({ Length: > 0 } client, { Length: > 0 } secret)
            || (realm.Clients.TryGetValue(client, out var known) ? known != secret : secret.Contains("invalid", StringComparison.Ordinal)))
            return (401, new JsonObject { ["error"] = "invalid_client" });
        if (form["grant_type"] != "authorization_code") return (400, new JsonObject { ["error"] = "unsupported_grant_type" });
        if (!realm.Codes.TryGet(form["code"], out var code) || code.IsUsed || code.ExpiresAt < state.Clock.Now || code.ClientId != client || code.RedirectUri != form["redirect_uri"]
            || Base64Url.EncodeToString(SHA256.HashData(Encoding.UTF8.GetBytes(form["code_verifier"].ToString()))) != code.Challenge)
            return (400, new JsonObject { ["error"] = "invalid_grant" });
        code.IsUsed = true;
        var access = realm.Access.Add(new OpenIdAccess(Ids.Stripe("at_", 40), code.Scope, code.Person, state.Clock.Now + Life));
        var answer = new JsonObject
        {
            ["access_token"] = access.Token,
            ["token_type"] = "Bearer",
            ["expires_in"] = (long)Life.TotalSeconds,
            ["scope"] = code.Scope,
        };
        if (fault?.Kind != "openid-no-id-token") answer["id_token"] = IdToken(realm, state, code, access, fault?.Kind);
        return (200, answer);
    }

    /// <summary>Claims about a person, as far as the scope goes.</summary>
    public static JsonObject Claims(OpenIdRealm realm, OpenIdPerson person, string scope)
    {
        var scopes = scope.Split(' ');
        var claims = new JsonObject { ["sub"] = person.Sub };
        if (scopes.Contains("email")) (claims["email"], claims["email_verified"]) = (person.Email, person.IsVerified);
        if (scopes.Contains("profile"))
            (claims["given_name"], claims["family_name"], claims["name"]) = (person.GivenName, person.FamilyName, $"{person.GivenName} {person.FamilyName}");
        if (scopes.Contains("groups")) claims["groups"] = Json.Array(person.Groups);
        if (!realm.HasTenants) return claims;
        claims["tid"] = person.Tenant;
        // There an address is its tenant's word, unless the tenant has shown that the domain is its own.
        claims.Remove("email_verified");
        if (person.IsVerified) claims["xms_edov"] = true;
        return claims;
    }

    private static string IdToken(OpenIdRealm realm, EmulatorState state, OpenIdCode code, OpenIdAccess access, string? fault)
    {
        var (now, half) = (state.Clock.UnixSeconds, SHA256.HashData(Encoding.ASCII.GetBytes(access.Token))[..16]);
        var claims = realm.IsTerse ? new JsonObject { ["sub"] = code.Person.Sub } : Claims(realm, code.Person, code.Scope);
        claims["iss"] = fault == "openid-iss" ? "https://accounts.example" : realm.IssuerOf(code.Person);
        claims["aud"] = fault switch
        {
            "openid-aud" => "another-client",
            "openid-azp" => Json.Array([code.ClientId, "another-client"]),
            _ => code.ClientId,
        };
        if (fault == "openid-azp") claims["azp"] = "another-client";
        (claims["iat"], claims["exp"]) = fault switch
        {
            "openid-expired" => (now - 7200, now - 3600),
            "openid-early" => (now + 3600, now + 7200),
            "openid-old" => (now - 7200, now + 3600),
            _ => (now, now + 600),
        };
        if (fault == "openid-no-exp") claims.Remove("exp");
        if (fault == "openid-no-sub") claims.Remove("sub");
        if (fault == "openid-email-verified") claims["email_verified"] = true;
        if (code.Nonce is not null && fault != "openid-no-nonce") claims["nonce"] = fault == "openid-nonce" ? Ids.Hex(32) : code.Nonce;
        claims["at_hash"] = Base64Url.EncodeToString(fault == "openid-at-hash" ? RandomNumberGenerator.GetBytes(16) : half);
        var key = realm.Keys[^1];
        return fault switch
        {
            "openid-none" => OpenIdKey.Unsigned(claims),
            "openid-hs256" => key.SignWithPublicHalf(claims),
            "openid-signature" => new OpenIdKey(key.Algorithm).SignAs(key, claims),
            "openid-kid" => new OpenIdKey(key.Algorithm).Sign(claims),
            "openid-tampered" => Tampered(key.Sign(claims)),
            _ => key.Sign(claims),
        };
    }

    private static string Tampered(string token)
    {
        var parts = token.Split('.');
        var claims = (JsonObject)JsonNode.Parse(Base64Url.DecodeFromChars(parts[1]))!;
        claims["sub"] = "somebody-else";
        return $"{parts[0]}.{Base64Url.EncodeToString(Json.Bytes(claims))}.{parts[2]}";
    }

    /// <summary>As HTTP Basic, both halves form-encoded, or in the form.</summary>
    private static (string?, string?) Client(IFormCollection form, string authorization)
    {
        if (!authorization.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return (form["client_id"], form["client_secret"]);
        try
        {
            var parts = Encoding.UTF8.GetString(Convert.FromBase64String(authorization[6..].Trim())).Split(':', 2);
            return parts.Length == 2 ? (Decode(parts[0]), Decode(parts[1])) : default;
        }
        catch (FormatException)
        {
            return default;
        }

        static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
    }
}
