using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Pricing;

/// <summary>The front door of Pricing: everything it registers and every route it answers, by name.</summary>
public static class PricingModule
{
    /// <summary>Registers services, subscribers and jobs.</summary>
    public static void AddPricing(IServiceCollection services, IConfiguration configuration)
    {
    }

    /// <summary>Maps the routes.</summary>
    public static void MapPricing(IEndpointRouteBuilder routes)
    {
    }
}
