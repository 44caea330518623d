using System.Security.Claims;
using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace HeadlessPro.Identity.Sessions;

/// <summary>JSON web tokens with the claims that Medusa's clients read, and the session (<c>sid</c>) they belong to.</summary>
internal sealed class Tokens(SigningKeys keys, IConfiguration configuration, TimeProvider clock)
{
    // Those of apps, signed by the same pairs, are for the app or its API (AppTokens).
    private const string Audience = "people";

    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false, MapInboundClaims = false };

    private readonly string _issuer = configuration["Identity:Issuer"] ?? "headlesspro";
    private readonly TimeSpan _lifetime = configuration.GetValue("Identity:TokenLifetime", TimeSpan.FromDays(1));

    public async Task<string> Sign(SessionRow session, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var actor = session.ActorId is { } id ? WireId.Encode(PeopleWire.PrefixOf(session.ActorType), id) : "";
        var end = now + _lifetime;
        return Handler.CreateToken(new SecurityTokenDescriptor
        {
            Issuer = _issuer,
            Audience = Audience,
            IssuedAt = now.UtcDateTime,
            Expires = (end < session.ExpiresAt ? end : session.ExpiresAt).UtcDateTime,
            SigningCredentials = await keys.Current(ct),
            Claims = new Dictionary<string, object>(StringComparer.Ordinal)
            {
                ["actor_id"] = actor,
                ["actor_type"] = session.ActorType,
                ["auth_identity_id"] = WireId.Encode(PeopleWire.Identity, session.IdentityId),
                ["auth_provider"] = session.Provider,
                ["app_metadata"] = JsonSerializer.SerializeToElement(
                    actor.Length == 0 ? [] : new Dictionary<string, string>(StringComparer.Ordinal) { [session.ActorType + "_id"] = actor },
                    PeopleJson.Default.DictionaryStringString),
                ["user_metadata"] = JsonSerializer.Deserialize(session.Profile ?? "{}", PeopleJson.Default.JsonElement),
                ["sid"] = session.Id.ToString("N"),
            },
        });
    }

    /// <summary>What a token says, if it is one of ours and not past its time; whether its session lasts is another question.</summary>
    public async Task<SignedIn?> Read(string token, CancellationToken ct)
    {
        JsonWebToken read;
        try
        {
            read = Handler.ReadJsonWebToken(token);
        }
        catch (ArgumentException)
        {
            return null;
        }

        var checkedBy = await keys.Of(read.Kid.Length > 0 ? read.Kid : null, ct);
        if (checkedBy.Count == 0) return null;
        var result = await Handler.ValidateTokenAsync(read, new TokenValidationParameters
        {
            ValidIssuer = _issuer,
            ValidAudience = Audience,
            ValidAlgorithms = [keys.Algorithm],
            // Those of apps are others (AppTokens).
            ValidTypes = ["JWT"],
            IssuerSigningKeys = checkedBy,
            ClockSkew = TimeSpan.Zero,
            LifetimeValidator = (_, expires, _, _) => expires > clock.GetUtcNow().UtcDateTime,
        });
        return result.IsValid ? ToSignedIn(result.ClaimsIdentity, read.ValidTo) : null;
    }

    private static SignedIn? ToSignedIn(ClaimsIdentity claims, DateTime expires)
    {
        string Claim(string name) => claims.FindFirst(name)?.Value ?? "";
        var type = Claim("actor_type");
        var actor = Claim("actor_id");
        Guid? actorId = null;
        if (actor.Length > 0)
        {
            if (!WireId.TryDecode(PeopleWire.PrefixOf(type), actor, out var id)) return null;
            actorId = id;
        }

        return WireId.TryDecode(PeopleWire.Identity, Claim("auth_identity_id"), out var identity) && Guid.TryParseExact(Claim("sid"), "N", out var session)
            ? new SignedIn(session, identity, type, actorId, new DateTimeOffset(expires, TimeSpan.Zero))
            : null;
    }
}
