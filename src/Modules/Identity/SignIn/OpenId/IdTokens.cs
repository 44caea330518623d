using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using HeadlessPro.Identity.Mailed;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace HeadlessPro.Identity.SignIn.OpenId;

/// <summary>
/// Checks an ID token as OpenID Connect Core 3.1.3.7 asks: signature by a key of the provider and an algorithm it named, issuer, audience,
/// times, and that it answers this very sign-in (nonce) and came with this access token (<c>at_hash</c>).
/// </summary>
internal sealed class IdTokens(OpenIdSettings settings, Discovery discovery, TimeProvider clock)
{
    private const int LongestSubject = 255;
    private static readonly JsonWebTokenHandler Handler = new() { MapInboundClaims = false };

    /// <summary>Of clocks that differ.</summary>
    private static readonly TimeSpan Skew = TimeSpan.FromMinutes(2);

    /// <summary>It was made for this sign-in, just now.</summary>
    private static readonly TimeSpan Oldest = TimeSpan.FromMinutes(15);

    /// <summary>The claims of a token that holds; throws for every other.</summary>
    public async Task<JsonElement> Check(string text, string? accessToken, string nonceHash, CancellationToken ct)
    {
        var metadata = await discovery.Metadata(ct);
        var token = Read(text);
        if (!metadata.Algorithms.Contains(token.Alg)) throw OpenIdRefusal.Unverified($"signed by '{token.Alg}'");
        if (token.TryGetHeaderValue<object>("crit", out _) || (token.Typ is { Length: > 0 } type && !type.Equals("JWT", StringComparison.OrdinalIgnoreCase)))
            throw OpenIdRefusal.Unverified("no ID token by its header");
        using var payload = JsonDocument.Parse(Base64Url.DecodeFromChars(token.EncodedPayload));
        var claims = payload.RootElement.Clone();
        var issuer = IssuerOf(metadata, claims);
        var keys = (await discovery.Keys(token.Kid is { Length: > 0 } kid ? kid : null, ct)).Where(k => MaySign(k, token.Alg, metadata.IsOfManyTenants, claims, issuer)).ToList();
        if (keys.Count == 0) throw OpenIdRefusal.Unverified("no key of the provider signed it");
        var result = await Handler.ValidateTokenAsync(token, new TokenValidationParameters
        {
            ValidIssuer = issuer,
            ValidAudience = settings.ClientId,
            ValidAlgorithms = [token.Alg],
            IssuerSigningKeys = keys,
            LifetimeValidator = (from, until, _, _) => IsNow(from, until, token.IssuedAt),
        });
        if (!result.IsValid) throw OpenIdRefusal.Unverified(result.Exception?.GetType().Name ?? "not valid");
        if (claims.Text("azp") is { } party ? party != settings.ClientId : token.Audiences.Count() > 1) throw OpenIdRefusal.Unverified("meant for another client");
        if (!Same(MailedSecrets.Hash(claims.Text("nonce") ?? ""), nonceHash)) throw OpenIdRefusal.Unverified("another sign-in's nonce");
        if (claims.TryGetProperty("at_hash", out _) && (accessToken is null || !Same(claims.Text("at_hash") ?? "", HalfHash(token.Alg, accessToken)))) throw OpenIdRefusal.Unverified("another access token's at_hash");
        if (claims.Text("sub") is not { Length: <= LongestSubject }) throw OpenIdRefusal.Unverified("no subject");
        return claims;
    }

    private static JsonWebToken Read(string text)
    {
        try
        {
            var token = Handler.ReadJsonWebToken(text);
            return token.IsEncrypted ? throw OpenIdRefusal.Unverified("encrypted") : token;
        }
        catch (Exception e) when (e is ArgumentException or SecurityTokenException)
        {
            throw OpenIdRefusal.Unverified("no token");
        }
    }

    /// <summary>Whose token it must be; of a provider of many tenants, the one it names.</summary>
    private static string IssuerOf(ProviderMetadata metadata, JsonElement claims) => !metadata.IsOfManyTenants ? metadata.Issuer
        : Guid.TryParseExact(claims.Text("tid"), "D", out _) ? InTenant(metadata.Issuer, claims) : throw OpenIdRefusal.Unverified("no tenant");

    private static string InTenant(string template, JsonElement claims) => template.Replace(ProviderMetadata.TenantId, claims.Text("tid"), StringComparison.Ordinal);

    /// <summary>A key may be for one algorithm, and, where many tenants share them, for one issuer.</summary>
    private static bool MaySign(JsonWebKey key, string algorithm, bool isShared, JsonElement claims, string issuer) =>
        (string.IsNullOrEmpty(key.Alg) || key.Alg == algorithm)
        && (!isShared || !key.AdditionalData.TryGetValue("issuer", out var owner) || InTenant(owner?.ToString() ?? "", claims) == issuer);

    private bool IsNow(DateTime? from, DateTime? until, DateTime issued)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        return until > now - Skew && (from is null || from < now + Skew) && issued < now + Skew && issued > now - Oldest;
    }

    private static string HalfHash(string algorithm, string accessToken)
    {
        var bytes = Encoding.ASCII.GetBytes(accessToken);
        var hash = algorithm[^3..] switch { "384" => SHA384.HashData(bytes), "512" => SHA512.HashData(bytes), _ => SHA256.HashData(bytes) };
        return Base64Url.EncodeToString(hash.AsSpan(0, hash.Length / 2));
    }

    private static bool Same(string one, string other) => CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes(one), Encoding.UTF8.GetBytes(other));
}
