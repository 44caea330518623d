using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Events;
using HeadlessPro.Platform.Security;
using HeadlessPro.Pricing.Promotions;
using HeadlessPro.Pricing.Quotes;
using HeadlessPro.Pricing.Regions;
using HeadlessPro.Pricing.Taxes;
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
        services.AddSingleton<IPromotionData, PromotionData>();
        services.AddJson(PricingJson.Default);
        services.AddSubscriber<OrderCanceled>(OnOrderCanceled.Name, OnOrderCanceled.Handle);
        services.AddSubscriber<OrderEdited>(OnOrderEdited.Name, OnOrderEdited.Handle);
    }

    /// <summary>Maps the routes.</summary>
    public static void MapPricing(IEndpointRouteBuilder routes)
    {
        var store = routes.MapGroup("/store").RequirePublishableKey();
        store.MapGet("/regions", StoreRegions.List).WithTags("Regions").WithName("GetStoreRegions");
        store.MapGet("/regions/{id}", StoreRegions.One).WithTags("Regions").WithName("GetStoreRegion");
        store.MapGet("/currencies", ReadCurrencies.StoreList).WithTags("Currencies").WithName("GetStoreCurrencies");
        store.MapGet("/currencies/{code}", ReadCurrencies.One).WithTags("Currencies").WithName("GetStoreCurrency");

        var regions = routes.MapGroup("/admin/regions").WithTags("Regions");
        regions.MapGet("", ReadRegions.List).RequirePermission("settings:read").WithName("GetAdminRegions");
        regions.MapPost("", CreateRegion.Handle).RequirePermission("settings:write").Produces<RegionEnvelope>().WithName("PostAdminRegions");
        regions.MapGet("/{id}", ReadRegions.One).RequirePermission("settings:read").Produces<RegionEnvelope>().WithName("GetAdminRegion");
        regions.MapPost("/{id}", UpdateRegion.Handle).RequirePermission("settings:write").Produces<RegionEnvelope>().WithName("PostAdminRegion");
        regions.MapDelete("/{id}", DeleteRegion.Handle).RequirePermission("settings:write").WithName("DeleteAdminRegion");

        var currencies = routes.MapGroup("/admin/currencies").WithTags("Currencies");
        currencies.MapGet("", ReadCurrencies.AdminList).RequirePermission("settings:read").WithName("GetAdminCurrencies");
        currencies.MapGet("/{code}", ReadCurrencies.One).RequirePermission("settings:read").WithName("GetAdminCurrency");

        var taxRegions = routes.MapGroup("/admin/tax-regions").WithTags("Tax");
        taxRegions.MapGet("", ReadTaxRegions.List).RequirePermission("settings:read").WithName("GetAdminTaxRegions");
        taxRegions.MapPost("", CreateTaxRegion.Handle).RequirePermission("settings:write").Produces<TaxRegionEnvelope>().WithName("PostAdminTaxRegions");
        taxRegions.MapGet("/{id}", ReadTaxRegions.One).RequirePermission("settings:read").Produces<TaxRegionEnvelope>().WithName("GetAdminTaxRegion");
        taxRegions.MapPost("/{id}", ChangeTaxRegion.Update).RequirePermission("settings:write").Produces<TaxRegionEnvelope>().WithName("PostAdminTaxRegion");
        taxRegions.MapDelete("/{id}", ChangeTaxRegion.Delete).RequirePermission("settings:write").WithName("DeleteAdminTaxRegion");

        var taxRates = routes.MapGroup("/admin/tax-rates").WithTags("Tax");
        taxRates.MapGet("", ReadTaxRates.List).RequirePermission("settings:read").WithName("GetAdminTaxRates");
        taxRates.MapPost("", CreateTaxRate.Handle).RequirePermission("settings:write").Produces<TaxRateEnvelope>().WithName("PostAdminTaxRates");
        taxRates.MapGet("/{id}", ReadTaxRates.One).RequirePermission("settings:read").Produces<TaxRateEnvelope>().WithName("GetAdminTaxRate");
        taxRates.MapPost("/{id}", UpdateTaxRate.Handle).RequirePermission("settings:write").Produces<TaxRateEnvelope>().WithName("PostAdminTaxRate");
        taxRates.MapDelete("/{id}", UpdateTaxRate.Delete).RequirePermission("settings:write").WithName("DeleteAdminTaxRate");
        taxRates.MapPost("/{id}/rules", TaxRateRules.Add).RequirePermission("settings:write").Produces<TaxRateEnvelope>().WithName("PostAdminTaxRateRules");
        taxRates.MapDelete("/{id}/rules/{ruleId}", TaxRateRules.Remove).RequirePermission("settings:write").Produces<TaxRateRuleDeletedResponse>().WithName("DeleteAdminTaxRateRule");

        var promotions = routes.MapGroup("/admin/promotions").WithTags("Promotions");
        promotions.MapGet("", ReadPromotions.List).RequirePermission("promotions:read").WithName("GetAdminPromotions");
        promotions.MapPost("", CreatePromotion.Handle).RequirePermission("promotions:write").Produces<PromotionEnvelope>().WithName("PostAdminPromotions");
        promotions.MapGet("/{id}", ReadPromotions.One).RequirePermission("promotions:read").Produces<PromotionEnvelope>().WithName("GetAdminPromotion");
        promotions.MapPost("/{id}", UpdatePromotion.Handle).RequirePermission("promotions:write").Produces<PromotionEnvelope>().WithName("PostAdminPromotion");
        promotions.MapDelete("/{id}", DeletePromotion.Handle).RequirePermission("promotions:write").WithName("DeleteAdminPromotion");
    }
}
