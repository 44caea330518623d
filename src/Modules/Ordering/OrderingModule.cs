using HeadlessPro.Ordering.Carts;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Ordering;

/// <summary>The front door of Ordering: everything it registers and every route it answers, by name.</summary>
public static class OrderingModule
{
    /// <summary>Registers services, subscribers and jobs.</summary>
    public static void AddOrdering(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<CartStore>();
        services.AddSingleton<CartPricing>();
    }

    /// <summary>Maps the routes.</summary>
    public static void MapOrdering(IEndpointRouteBuilder routes)
    {
    }
}
