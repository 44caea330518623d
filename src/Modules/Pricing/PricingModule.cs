using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Security;
using HeadlessPro.Pricing.Quotes;
using HeadlessPro.Pricing.Regions;
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
        services.AddSingleton<PricingCache>();
        services.AddSingleton<IPricing, PricingContract>();
        services.AddJson(PricingJson.Default);
    }

    /// <summary>Maps the routes.</summary>
    public static void MapPricing(IEndpointRouteBuilder routes)
    {
        var store = routes.MapGroup("/store").RequirePublishableKey();
        store.MapGet("/regions", StoreRegions.List).WithTags("Regions").WithName("GetStoreRegions");
        store.MapGet("/regions/{id}", StoreRegions.One).WithTags("Regions").WithName("GetStoreRegion");
        store.MapGet("/currencies", ReadCurrencies.StoreList).WithTags("Currencies").WithName("GetStoreCurrencies");
        store.MapGet("/currencies/{code}", ReadCurrencies.One).WithTags("Currencies").WithName("GetStoreCurrency");

        var regions = routes.MapGroup("/admin/regions").RequireSecretKey().WithTags("Regions");
        regions.MapGet("", ReadRegions.List).WithName("GetAdminRegions");
        regions.MapPost("", CreateRegion.Handle).Produces<RegionEnvelope>().WithName("PostAdminRegions");
        regions.MapGet("/{id}", ReadRegions.One).Produces<RegionEnvelope>().WithName("GetAdminRegion");
        regions.MapPost("/{id}", UpdateRegion.Handle).Produces<RegionEnvelope>().WithName("PostAdminRegion");
        regions.MapDelete("/{id}", DeleteRegion.Handle).WithName("DeleteAdminRegion");

        var currencies = routes.MapGroup("/admin/currencies").RequireSecretKey().WithTags("Currencies");
        currencies.MapGet("", ReadCurrencies.AdminList).WithName("GetAdminCurrencies");
        currencies.MapGet("/{code}", ReadCurrencies.One).WithName("GetAdminCurrency");
    }
}
