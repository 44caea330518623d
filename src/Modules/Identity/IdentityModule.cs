using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Identity;

/// <summary>The front door of Identity: everything it registers and every route it answers, by name.</summary>
public static class IdentityModule
{
    /// <summary>Registers services, subscribers and jobs.</summary>
    public static void AddIdentity(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IApiKeys, ApiKeys>();
        services.AddJson(IdentityJson.Default);
    }

    /// <summary>Maps the routes.</summary>
    public static void MapIdentity(IEndpointRouteBuilder routes)
    {
        var keys = routes.MapGroup("/admin/api-keys").RequireSecretKey().WithTags("API keys");
        keys.MapGet("", ReadApiKeys.List).WithName("GetAdminApiKeys");
        keys.MapPost("", CreateApiKey.Handle).Produces<ApiKeyEnvelope>().WithName("PostAdminApiKeys");
        keys.MapGet("/{id}", ReadApiKeys.One).Produces<ApiKeyEnvelope>().WithName("GetAdminApiKey");
        keys.MapPost("/{id}", ChangeApiKey.Rename).Produces<ApiKeyEnvelope>().WithName("PostAdminApiKey");
        keys.MapPost("/{id}/revoke", ChangeApiKey.Revoke).Produces<ApiKeyEnvelope>().WithName("PostAdminApiKeyRevoke");
        keys.MapDelete("/{id}", ChangeApiKey.Delete).WithName("DeleteAdminApiKey");
    }
}
