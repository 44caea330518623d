using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Identity.Staff;

/// <summary>A member of staff. <paramref name="Permissions"/> is what all their roles together let them do.</summary>
internal sealed record UserResponse(
    string Id, string Email, string? FirstName, string? LastName, string? AvatarUrl, JsonElement? Metadata, IReadOnlyList<string> Roles, IReadOnlyList<string> Permissions,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeactivatedAt, DateTimeOffset? DeletedAt);

internal sealed record UserEnvelope(UserResponse User);

/// <summary>An invitation. The token is there once, in the answer that makes it.</summary>
internal sealed record InviteResponse(
    string Id, string Email, bool Accepted, string? Token, IReadOnlyList<string> Roles, JsonElement? Metadata, DateTimeOffset ExpiresAt,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt);

internal sealed record InviteEnvelope(InviteResponse Invite);

/// <summary>A role. Of the built-in ones only <paramref name="RequiresMfa"/> can be changed.</summary>
internal sealed record RoleResponse(
    string Id, string Name, string? Description, IReadOnlyList<string> Permissions, bool IsBuiltIn, bool RequiresMfa, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

internal sealed record RoleEnvelope(RoleResponse Role);

internal sealed record PermissionResponse(string Name, string Description);

internal sealed record PermissionsResponse(IReadOnlyList<PermissionResponse> Permissions, int Count);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, NumberHandling = JsonNumberHandling.Strict,
    Converters = [typeof(WireTimeConverter)])]
[JsonSerializable(typeof(UserEnvelope))]
[JsonSerializable(typeof(UpdateUserRequest))]
[JsonSerializable(typeof(UpdateOwnUserRequest))]
[JsonSerializable(typeof(InviteEnvelope))]
[JsonSerializable(typeof(CreateInviteRequest))]
[JsonSerializable(typeof(AcceptInviteRequest))]
[JsonSerializable(typeof(RoleEnvelope))]
[JsonSerializable(typeof(CreateRoleRequest))]
[JsonSerializable(typeof(UpdateRoleRequest))]
[JsonSerializable(typeof(PermissionsResponse))]
internal sealed partial class StaffJson : JsonSerializerContext;

/// <summary>Prefixes of staff's ids on the wire.</summary>
internal static class StaffWire
{
    public const string Invite = "invite";
    public const string Role = "role";
}

/// <summary>A row of <c>identity.users</c> with its roles.</summary>
internal sealed record UserRow(
    Guid Id, string Email, string? FirstName, string? LastName, string? AvatarUrl, string? Metadata, string[] Roles, string[] Permissions,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeactivatedAt, DateTimeOffset? DeletedAt)
{
    public const string Columns = """
        u.id, u.email, u.first_name, u.last_name, u.avatar_url, u.metadata::text as metadata,
        array(select r.name from identity.user_roles ur join identity.roles r on r.id = ur.role_id where ur.user_id = u.id order by r.name) as roles,
        array(select distinct g from identity.user_roles ur join identity.roles r on r.id = ur.role_id, unnest(r.permissions) g where ur.user_id = u.id order by g) as permissions,
        u.created_at, u.updated_at, u.deactivated_at, u.deleted_at
        """;

    public UserResponse ToWire() => new(
        WireId.Encode(PeopleWire.User, Id), Email, FirstName, LastName, AvatarUrl, JsonColumn.Read(Metadata), Roles, Permissions, CreatedAt, UpdatedAt, DeactivatedAt, DeletedAt);
}

/// <summary>A row of <c>identity.invites</c> with the names of its roles.</summary>
internal sealed record InviteRow(
    Guid Id, string Email, bool Accepted, string[] Roles, string? Metadata, DateTimeOffset ExpiresAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt)
{
    public const string Columns = """
        i.id, i.email, i.accepted_at is not null as accepted,
        array(select r.name from identity.roles r where r.id = any (i.role_ids) order by r.name) as roles,
        i.metadata::text as metadata, i.expires_at, i.created_at, i.updated_at, i.deleted_at
        """;

    public InviteResponse ToWire(string? token = null) =>
        new(WireId.Encode(StaffWire.Invite, Id), Email, Accepted, token, Roles, JsonColumn.Read(Metadata), ExpiresAt, CreatedAt, UpdatedAt, DeletedAt);
}

/// <summary>A row of <c>identity.roles</c>.</summary>
internal sealed record RoleRow(Guid Id, string Name, string? Description, string[] Permissions, bool IsBuiltIn, bool RequiresMfa, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public const string Columns = "r.id, r.name, r.description, r.permissions, r.is_built_in, r.requires_mfa, r.created_at, r.updated_at";

    public RoleResponse ToWire() => new(WireId.Encode(StaffWire.Role, Id), Name, Description, Permissions, IsBuiltIn, RequiresMfa, CreatedAt, UpdatedAt);
}
