using HeadlessPro.Ordering.Carts;
using HeadlessPro.Ordering.Checkout;
using HeadlessPro.Ordering.Orders;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Jobs;
using HeadlessPro.Platform.Security;
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

        var checkout = configuration.GetSection("Checkout").Get<CheckoutOptions>() ?? new CheckoutOptions();
        services.AddSingleton(checkout);
        services.AddSingleton<CheckoutPeers>();
        services.AddSingleton<CheckoutLease>();
        services.AddSingleton<CheckoutSteps>();
        services.AddSingleton<PlaceOrder>();
        services.AddSingleton<FinishCheckouts>();
        services.AddRecurringJob("ordering.finish_checkouts", checkout.Sweep, (p, ct) => p.GetRequiredService<FinishCheckouts>().Run(ct));
        services.AddJson(CheckoutJson.Default);
    }

    /// <summary>Maps the routes.</summary>
    public static void MapOrdering(IEndpointRouteBuilder routes)
    {
        var store = routes.MapGroup("/store").RequirePublishableKey();

        var checkout = store.MapGroup("").WithTags("Checkout");
        checkout.MapPost("/carts/{id}/complete", CompleteCart.Handle).WithName("PostStoreCartComplete");
        checkout.MapPost("/orders", CompleteCart.Alias).WithName("PostStoreOrders");

        var orders = store.MapGroup("").WithTags("Orders");
        orders.MapGet("/orders/{id}", GetOrder.Handle).WithName("GetStoreOrder");
    }
}
