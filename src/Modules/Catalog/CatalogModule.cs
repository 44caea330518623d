using HeadlessPro.Catalog.Imports;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Jobs;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Catalog;

/// <summary>The front door of Catalog: everything it registers and every route it answers, by name.</summary>
public static class CatalogModule
{
    /// <summary>Registers services, subscribers and jobs.</summary>
    public static void AddCatalog(IServiceCollection services, IConfiguration configuration)
    {
        AdminDoor.Add(services, configuration);
        services.AddSingleton<SellableVariants>();
        services.AddSingleton<VariantDocuments>();
        services.AddSingleton<ICatalog, CatalogContract>();
        services.AddSingleton<StorePrices>();
        services.AddSingleton<ShopCurrency>();
        services.AddSingleton<Shelf>();
        services.AddHostedService<PriceListTurns>();
        services.AddJson(StoreJson.Default);
        services.AddJson(ImportJson.Default);
        services.AddJobHandler(RunProductImport.JobName, RunProductImport.Handle);
    }

    /// <summary>Maps the routes.</summary>
    public static void MapCatalog(IEndpointRouteBuilder routes)
    {
        AdminDoor.Map(routes);
        ImportRoutes.Map(routes);
        StoreRoutes.Map(routes);
    }
}
