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
    }

    /// <summary>Maps the routes.</summary>
    public static void MapIdentity(IEndpointRouteBuilder routes)
    {
    }
}
