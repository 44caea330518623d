using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Fulfillment;

/// <summary>The front door of Fulfillment: everything it registers and every route it answers, by name.</summary>
public static class FulfillmentModule
{
    /// <summary>Registers services, subscribers and jobs.</summary>
    public static void AddFulfillment(IServiceCollection services, IConfiguration configuration)
    {
    }

    /// <summary>Maps the routes.</summary>
    public static void MapFulfillment(IEndpointRouteBuilder routes)
    {
    }
}
