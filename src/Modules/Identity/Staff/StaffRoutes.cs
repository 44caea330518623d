using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Identity.Staff;

/// <summary>Staff, invitations and roles: what is registered, and every route by name.</summary>
internal static class StaffRoutes
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<IStaff, StaffAccounts>();
        services.AddSingleton<InviteMail>();
        services.AddJson(StaffJson.Default);
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        var users = routes.MapGroup("/admin/users").WithTags("Staff");
        users.MapGet("/me", ReadStaff.Me).RequireStaff().Produces<UserEnvelope>().WithName("GetAdminUsersMe");
        users.MapPost("/me", ChangeUser.UpdateMe).RequireStaff().Produces<UserEnvelope>().WithName("PostAdminUsersMe");
        users.MapGet("", ReadStaff.Users).RequirePermission("staff:read").WithName("GetAdminUsers");
        users.MapGet("/{id}", ReadStaff.User).RequirePermission("staff:read").Produces<UserEnvelope>().WithName("GetAdminUser");
        users.MapPost("/{id}", ChangeUser.Update).RequirePermission("staff:write").Produces<UserEnvelope>().WithName("PostAdminUser");
        users.MapPost("/{id}/deactivate", ChangeUser.Deactivate).RequirePermission("staff:write").Produces<UserEnvelope>().WithName("PostAdminUserDeactivate");
        users.MapPost("/{id}/activate", ChangeUser.Activate).RequirePermission("staff:write").Produces<UserEnvelope>().WithName("PostAdminUserActivate");
        users.MapDelete("/{id}/sessions", ChangeUser.EndSessions).RequirePermission("staff:write").Produces<UserEnvelope>().WithName("DeleteAdminUserSessions");
        users.MapPost("/{id}/reset-mfa", ChangeUser.ResetMfa).RequirePermission("staff:write").Produces<UserEnvelope>().WithName("PostAdminUserResetMfa");
        users.MapDelete("/{id}", ChangeUser.Delete).RequirePermission("staff:write").WithName("DeleteAdminUser");

        routes.MapPost("/auth/{provider}/user", ReadStaff.Provisioned).RequireStaff().WithTags("Sign-in").Produces<UserEnvelope>().WithName("PostAuthUser");

        var invites = routes.MapGroup("/admin/invites").WithTags("Staff");
        invites.MapPost("/accept", Invites.Accept).RequireSignIn(ActorTypes.User).Produces<UserEnvelope>().WithName("PostAdminInvitesAccept");
        invites.MapGet("", ReadStaff.Invites).RequirePermission("staff:read").WithName("GetAdminInvites");
        invites.MapPost("", Invites.Create).RequirePermission("staff:write").ShowsSecret().Produces<InviteEnvelope>().WithName("PostAdminInvites");
        invites.MapGet("/{id}", ReadStaff.Invite).RequirePermission("staff:read").Produces<InviteEnvelope>().WithName("GetAdminInvite");
        invites.MapPost("/{id}/resend", Invites.Resend).RequirePermission("staff:write").ShowsSecret().Produces<InviteEnvelope>().WithName("PostAdminInviteResend");
        invites.MapDelete("/{id}", Invites.Delete).RequirePermission("staff:write").WithName("DeleteAdminInvite");

        var roles = routes.MapGroup("/admin/roles").WithTags("Roles");
        roles.MapGet("", ReadStaff.Roles).RequirePermission("staff:read").WithName("GetAdminRoles");
        roles.MapPost("", ChangeRole.Create).RequirePermission("staff:write").Produces<RoleEnvelope>().WithName("PostAdminRoles");
        roles.MapGet("/{id}", ReadStaff.Role).RequirePermission("staff:read").Produces<RoleEnvelope>().WithName("GetAdminRole");
        roles.MapPost("/{id}", ChangeRole.Update).RequirePermission("staff:write").Produces<RoleEnvelope>().WithName("PostAdminRole");
        roles.MapDelete("/{id}", ChangeRole.Delete).RequirePermission("staff:write").WithName("DeleteAdminRole");
        routes.MapGet("/admin/permissions", ReadStaff.AllPermissions).RequirePermission("staff:read").WithTags("Roles").Produces<PermissionsResponse>().WithName("GetAdminPermissions");
    }
}
