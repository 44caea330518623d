using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Events;
using HeadlessPro.Platform.Jobs;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
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
        services.AddJson(InventoryJson.Default);
        services.AddSubscriber<OrderPlaced>(OnOrderPlaced.Name, OnOrderPlaced.Handle, OnOrderPlaced.HandleMany);
        services.AddSubscriber<OrderCanceled>(OnOrderCanceled.Name, OnOrderCanceled.Handle);
        services.AddSubscriber<OrderEdited>(OnOrderEdited.Name, OnOrderEdited.Handle);
        services.AddRecurringJob(ExpireReservations.Name, ExpireReservations.Every, ExpireReservations.Run);
        services.AddRecurringJob(ForgetReservations.Name, ForgetReservations.Every, ForgetReservations.Run);
    }

    /// <summary>Maps the routes.</summary>
    public static void MapInventory(IEndpointRouteBuilder routes)
    {
        var admin = routes.MapGroup("/admin");

        var items = admin.MapGroup("/inventory-items").WithTags("Inventory items");
        items.MapGet("", ReadInventoryItems.List).RequirePermission("inventory:read").Produces<InventoryItemsPage>().WithName("GetAdminInventoryItems");
        items.MapPost("", CreateInventoryItem.Handle).RequirePermission("inventory:write").Produces<InventoryItemEnvelope>().WithName("PostAdminInventoryItems");
        items.MapGet("/{id}", ReadInventoryItems.One).RequirePermission("inventory:read").Produces<InventoryItemEnvelope>().WithName("GetAdminInventoryItem");
        items.MapPost("/{id}", UpdateInventoryItem.Handle).RequirePermission("inventory:write").Produces<InventoryItemEnvelope>().WithName("PostAdminInventoryItem");
        items.MapDelete("/{id}", DeleteInventoryItem.Handle).RequirePermission("inventory:write").Produces<DeletedResponse>().WithName("DeleteAdminInventoryItem");
        items.MapGet("/{id}/variants", ItemVariants.List).RequirePermission("inventory:read").Produces<InventoryItemVariantsPage>().WithName("GetAdminInventoryItemVariants");
        items.MapPost("/{id}/variants", ItemVariants.Attach).RequirePermission("inventory:write").Produces<InventoryItemEnvelope>().WithName("PostAdminInventoryItemVariants");
        items.MapDelete("/{id}/variants/{variantId}", ItemVariants.Detach).RequirePermission("inventory:write").Produces<DeletedResponse>().WithName("DeleteAdminInventoryItemVariant");
        items.MapGet("/{id}/location-levels", ChangeLevels.List).RequirePermission("inventory:read").Produces<InventoryLevelsPage>().WithName("GetAdminInventoryItemLevels");
        items.MapPost("/{id}/location-levels", ChangeLevels.Create).RequirePermission("inventory:write").Produces<InventoryItemEnvelope>().WithName("PostAdminInventoryItemLevels");
        items.MapPost("/{id}/location-levels/batch", ChangeLevels.Batch).RequirePermission("inventory:write").Produces<BatchLevelsResponse>().WithName("PostAdminInventoryItemLevelsBatch");
        items.MapPost("/{id}/location-levels/{locationId}", ChangeLevels.Update).RequirePermission("inventory:write").Produces<InventoryItemEnvelope>().WithName("PostAdminInventoryItemLevel");
        items.MapDelete("/{id}/location-levels/{locationId}", ChangeLevels.Delete).RequirePermission("inventory:write")
            .Produces<InventoryLevelDeletedResponse>().WithName("DeleteAdminInventoryItemLevel");
        items.MapGet("/{id}/movements", ReadMovements.List).RequirePermission("inventory:read").Produces<StockMovementsPage>().WithName("GetAdminInventoryItemMovements");

        var locations = admin.MapGroup("/stock-locations").WithTags("Stock locations");
        locations.MapGet("", ReadLocations.List).RequirePermission("inventory:read").Produces<StockLocationsPage>().WithName("GetAdminStockLocations");
        locations.MapPost("", ChangeLocation.Create).RequirePermission("inventory:write").Produces<StockLocationEnvelope>().WithName("PostAdminStockLocations");
        locations.MapGet("/{id}", ReadLocations.One).RequirePermission("inventory:read").Produces<StockLocationEnvelope>().WithName("GetAdminStockLocation");
        locations.MapPost("/{id}", ChangeLocation.Update).RequirePermission("inventory:write").Produces<StockLocationEnvelope>().WithName("PostAdminStockLocation");
        locations.MapDelete("/{id}", ChangeLocation.Delete).RequirePermission("inventory:write").Produces<DeletedResponse>().WithName("DeleteAdminStockLocation");

        var reservations = admin.MapGroup("/reservations").WithTags("Reservations");
        reservations.MapGet("", ReadReservations.List).RequirePermission("inventory:read").Produces<ReservationsPage>().WithName("GetAdminReservations");
        reservations.MapGet("/{id}", ReadReservations.One).RequirePermission("inventory:read").Produces<ReservationEnvelope>().WithName("GetAdminReservation");
    }
}
