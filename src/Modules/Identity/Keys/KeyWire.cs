using System.Text.Json.Serialization;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Identity.Keys;

/// <summary>How API keys look on the wire.</summary>
internal static class KeyWire
{
    public const string Prefix = "apk";

    public static string NameOf(ApiKeyType type) => type == ApiKeyType.Secret ? "secret" : "publishable";

    public static string Redact(string token) => token.Length <= 10 ? token[..3] + "***" : $"{token[..6]}***{token[^3..]}";
}

/// <summary>An API key as staff see it. The token is whole for publishable keys and, once, in the answer that creates a secret one.</summary>
internal sealed record ApiKeyResponse(
    string Id, string Type, string Title, string Token, string Redacted, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt, DateTimeOffset? DeletedAt, IReadOnlyList<ApiKeyChannelResponse> SalesChannels,
    IReadOnlyList<string> Permissions, DateTimeOffset? ExpiresAt, DateTimeOffset? FormerTokenExpiresAt);

internal sealed record ApiKeyChannelResponse(string Id);

internal sealed record ApiKeyEnvelope(ApiKeyResponse ApiKey);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, Converters = [typeof(WireTimeConverter)])]
[JsonSerializable(typeof(ApiKeyEnvelope))]
[JsonSerializable(typeof(CreateApiKeyRequest))]
[JsonSerializable(typeof(UpdateApiKeyRequest))]
[JsonSerializable(typeof(RotateApiKeyRequest))]
internal sealed partial class IdentityJson : JsonSerializerContext;

/// <summary>A row of <c>identity.api_keys</c> with its channels.</summary>
internal sealed record ApiKeyRow(
    Guid Id, string Type, string Title, string? Token, string Redacted, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    DateTimeOffset? LastUsedAt, DateTimeOffset? RevokedAt, DateTimeOffset? DeletedAt, Guid[] Channels,
    string[] Permissions, DateTimeOffset? ExpiresAt, DateTimeOffset? FormerTokenExpiresAt)
{
    public const string Columns = """
        k.id, k.type, k.title, k.token, k.redacted, k.created_at, k.updated_at, k.last_used_at, k.revoked_at, k.deleted_at,
        array(select c.sales_channel_id from identity.api_key_channels c where c.api_key_id = k.id) as channels,
        k.permissions, k.expires_at,
        (select max(f.good_until) from identity.former_keys f where f.api_key_id = k.id and f.good_until > now()) as former_token_expires_at
        """;

    public ApiKeyResponse ToWire() => new(
        WireId.Encode(KeyWire.Prefix, Id), Type, Title, Token ?? Redacted, Redacted, CreatedAt, UpdatedAt, LastUsedAt, RevokedAt, DeletedAt,
        Channels.Select(c => new ApiKeyChannelResponse(WireId.Encode("sc", c))).ToList(), Permissions, ExpiresAt, FormerTokenExpiresAt);
}
