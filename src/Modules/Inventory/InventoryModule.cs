using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Platform.Events;
using HeadlessPro.Platform.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Inventory;

/// <summary>The front door of Inventory: everything it registers and every route it answers, by name.</summary>
public static class InventoryModule
{
    /// <summary>Registers services, subscribers and jobs.</summary>
    public static void AddInventory(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IInventory, StockKeeper>();
        services.AddSubscriber<OrderPlaced>(OnOrderPlaced.Name, OnOrderPlaced.Handle);
        services.AddRecurringJob(ExpireReservations.Name, ExpireReservations.Every, ExpireReservations.Run);
    }

    /// <summary>Maps the routes.</summary>
    public static void MapInventory(IEndpointRouteBuilder routes)
    {
    }
}
