using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Sessions;
using Microsoft.Extensions.Configuration;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace HeadlessPro.Identity.Apps;

/// <summary>
/// What apps get: access tokens as RFC 9068 has them (<c>at+jwt</c>), signed by a key pair also where <c>JWT_SECRET</c> signs those of people.
/// They are told from those of people by type and issuer, and each belongs to a session that says what the app may.
/// </summary>
internal sealed class AppTokens(SigningKeys keys, Issuer issuer, IConfiguration configuration, TimeProvider clock)
{
    private const string Type = "at+jwt";
    private static readonly JsonWebTokenHandler Handler = new() { SetDefaultTimesOnTokenCreation = false, MapInboundClaims = false };

    public TimeSpan Lifetime { get; } = configuration.GetValue("Identity:Apps:TokenLifetime", TimeSpan.FromMinutes(15));

    /// <summary>Whether it says of itself that it is one.</summary>
    public static bool IsOne(string token) => Decode(token)?.Typ == Type;

    public async Task<AppTokenResponse> Sign(SignedIn session, IReadOnlyList<string> scopes, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var ends = now + Lifetime < session.ExpiresAt ? now + Lifetime : session.ExpiresAt;
        var token = await Create(Type, issuer.Url, ends, new(StringComparer.Ordinal)
        {
            ["sub"] = WireId.Encode(PeopleWire.PrefixOf(session.ActorType), session.ActorId!.Value),
            ["client_id"] = WireId.Encode(PeopleWire.App, session.AppId!.Value),
            ["scope"] = string.Join(' ', scopes),
            ["jti"] = Guid.NewGuid().ToString("N"),
            ["sid"] = session.SessionId.ToString("N"),
            ["actor_type"] = session.ActorType,
            ["auth_identity_id"] = WireId.Encode(PeopleWire.Identity, session.IdentityId),
        }, ct);
        return new AppTokenResponse(token, "Bearer", (int)(ends - now).TotalSeconds, string.Join(' ', scopes));
    }

    /// <summary>Who somebody is, for that app (OpenID Connect Core, 2).</summary>
    public Task<string> Identify(AppRow app, Dictionary<string, object> claims, CancellationToken ct) => Create("JWT", app.ClientId, clock.GetUtcNow() + Lifetime, claims, ct);

    private async Task<string> Create(string type, string audience, DateTimeOffset ends, Dictionary<string, object> claims, CancellationToken ct) => Handler.CreateToken(new SecurityTokenDescriptor
    {
        TokenType = type,
        Issuer = issuer.Url,
        Audience = audience,
        IssuedAt = clock.GetUtcNow().UtcDateTime,
        Expires = ends.UtcDateTime,
        SigningCredentials = await keys.CurrentPair(ct),
        Claims = claims,
    });

    /// <summary>What an access token says, if it is one of ours and not past its time; whether its session lasts is another question.</summary>
    public async Task<SignedIn?> Read(string token, CancellationToken ct)
    {
        if (Decode(token) is not { Typ: Type } read || await keys.PairsOf(read.Kid, ct) is not { Count: > 0 } checkedBy) return null;
        var result = await Handler.ValidateTokenAsync(read, new TokenValidationParameters
        {
            ValidIssuer = issuer.Url,
            ValidAudience = issuer.Url,
            ValidTypes = [Type],
            ValidAlgorithms = [SecurityAlgorithms.EcdsaSha256],
            IssuerSigningKeys = checkedBy,
            ClockSkew = TimeSpan.Zero,
            LifetimeValidator = (_, expires, _, _) => expires > clock.GetUtcNow().UtcDateTime,
        });
        string Claim(string name) => result.ClaimsIdentity.FindFirst(name)?.Value ?? "";
        var type = result.IsValid ? Claim("actor_type") : "";
        return result.IsValid && WireId.TryDecode(PeopleWire.PrefixOf(type), Claim("sub"), out var actor) && WireId.TryDecode(PeopleWire.App, Claim("client_id"), out var app)
            && WireId.TryDecode(PeopleWire.Identity, Claim("auth_identity_id"), out var identity) && Guid.TryParseExact(Claim("sid"), "N", out var session)
            ? new SignedIn(session, identity, type, actor, new DateTimeOffset(read.ValidTo, TimeSpan.Zero)) { AppId = app, Scopes = Claim("scope").Split(' ', StringSplitOptions.RemoveEmptyEntries) }
            : null;
    }

    private static JsonWebToken? Decode(string token)
    {
        try
        {
            return Handler.ReadJsonWebToken(token);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }
}
