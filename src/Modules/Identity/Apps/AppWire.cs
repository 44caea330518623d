using System.Text.Json.Serialization;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Identity.Apps;

/// <summary>An app as staff see it; its id is its <c>client_id</c>. The secret is there once, in the answer that makes it.</summary>
internal sealed record AppResponse(
    string Id, string Name, string Kind, string Audience, IReadOnlyList<string> RedirectUris, IReadOnlyList<string> Scopes, IReadOnlyList<string> GrantTypes, bool IsFirstParty,
    string? ClientSecret, string? Redacted, DateTimeOffset? FormerSecretExpiresAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

internal sealed record AppEnvelope(AppResponse App);

/// <summary>What programs get from <c>/oauth</c> when they are refused (RFC 6749, 5.2).</summary>
internal sealed record OAuthErrorResponse(string Error, string ErrorDescription);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, NumberHandling = JsonNumberHandling.Strict,
    Converters = [typeof(WireTimeConverter)])]
[JsonSerializable(typeof(AppEnvelope))]
[JsonSerializable(typeof(CreateAppRequest))]
[JsonSerializable(typeof(UpdateAppRequest))]
[JsonSerializable(typeof(RotateAppSecretRequest))]
[JsonSerializable(typeof(OAuthErrorResponse))]
[JsonSerializable(typeof(AuthorizationRequest))]
[JsonSerializable(typeof(ConsentsResponse))]
[JsonSerializable(typeof(AppTokenResponse))]
[JsonSerializable(typeof(IntrospectionResponse))]
[JsonSerializable(typeof(AuthorizationServerResponse))]
internal sealed partial class AppJson : JsonSerializerContext;

/// <summary>A row of <c>identity.apps</c> with what is told of its secrets.</summary>
internal sealed record AppRow(
    Guid Id, Guid IdentityId, string Name, string Kind, string Audience, string[] RedirectUris, string[] Scopes, string[] GrantTypes, bool IsFirstParty,
    string? Redacted, DateTimeOffset? FormerSecretExpiresAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public const string Columns = """
        a.id, a.identity_id, a.name, a.kind, a.audience, a.redirect_uris, a.scopes, a.grant_types, a.is_first_party,
        (select s.redacted from identity.app_secrets s where s.app_id = a.id and s.good_until is null) as redacted,
        (select max(s.good_until) from identity.app_secrets s where s.app_id = a.id and s.good_until > now()) as former_secret_expires_at,
        a.created_at, a.updated_at
        """;

    public string ClientId => WireId.Encode(PeopleWire.App, Id);

    public bool IsConfidential => Kind == AppRules.Confidential;

    public AppResponse ToWire(string? secret = null) => new(
        ClientId, Name, Kind, Audience, RedirectUris, Scopes, GrantTypes, IsFirstParty, secret, Redacted, FormerSecretExpiresAt, CreatedAt, UpdatedAt);
}
