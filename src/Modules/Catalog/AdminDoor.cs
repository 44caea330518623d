using HeadlessPro.Catalog.Categories;
using HeadlessPro.Catalog.Channels;
using HeadlessPro.Catalog.Collections;
using HeadlessPro.Catalog.Labels;
using HeadlessPro.Catalog.PriceLists;
using HeadlessPro.Catalog.Products;
using HeadlessPro.Catalog.Uploads;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Jobs;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Storage;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Catalog;

/// <summary>Staff's half of the front door: what it registers and every admin route, by name.</summary>
internal static class AdminDoor
{
    public static void Add(IServiceCollection services, IConfiguration configuration)
    {
        services.AddJson(AdminJson.Default);
        services.AddSingleton<CheckReferences>();
        services.AddSingleton<SaveProducts>();
        services.AddJobHandler(CheckStockItems.Name, CheckStockItems.Run);
        services.AddJobHandler(WritePriceLists.TurnJob, WritePriceLists.Turn);
        services.AddFileStorage(configuration);
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        var admin = routes.MapGroup("/admin").RequireSecretKey();
        MapSalesChannels(admin);
        MapProducts(admin);
        MapCategories(admin);
        MapCollections(admin);
        MapLabels(admin);
        MapPriceLists(admin);
        MapUploads(routes, admin);
    }

    private static void MapSalesChannels(IEndpointRouteBuilder admin)
    {
        var channels = admin.MapGroup("/sales-channels").WithTags("Sales channels");
        channels.MapGet("", ReadSalesChannels.List).WithName("GetAdminSalesChannels");
        channels.MapPost("", CreateSalesChannel.Handle).Produces<SalesChannelEnvelope>().WithName("PostAdminSalesChannels");
        channels.MapGet("/{id}", ReadSalesChannels.One).Produces<SalesChannelEnvelope>().WithName("GetAdminSalesChannel");
        channels.MapPost("/{id}", ChangeSalesChannel.Update).Produces<SalesChannelEnvelope>().WithName("PostAdminSalesChannel");
        channels.MapDelete("/{id}", ChangeSalesChannel.Delete).WithName("DeleteAdminSalesChannel");
        channels.MapPost("/{id}/products", LinkChannelToProducts.Handle).Produces<SalesChannelEnvelope>().WithName("PostAdminSalesChannelProducts");
        admin.MapPost("/api-keys/{id}/sales-channels", LinkKeyToChannels.Handle)
            .Produces<ChannelKeyEnvelope>().WithTags("API keys").WithName("PostAdminApiKeySalesChannels");
        admin.MapPost("/stock-locations/{id}/sales-channels", LinkLocationToChannels.Handle)
            .Produces<ChannelLocationEnvelope>().WithTags("Stock locations").WithName("PostAdminStockLocationSalesChannels");
    }

    private static void MapProducts(IEndpointRouteBuilder admin)
    {
        var products = admin.MapGroup("/products").WithTags("Products");
        products.MapGet("", ReadAdminProducts.List).WithName("GetAdminProducts");
        products.MapPost("", CreateProduct.Handle).Produces<AdminProductEnvelope>().WithName("PostAdminProducts");
        products.MapPost("/batch", BatchProducts.Handle).Produces<BatchProductsResponse>().WithName("PostAdminProductsBatch");
        products.MapGet("/{id}", ReadAdminProducts.One).Produces<AdminProductEnvelope>().WithName("GetAdminProduct");
        products.MapPost("/{id}", ChangeProduct.Update).Produces<AdminProductEnvelope>().WithName("PostAdminProduct");
        products.MapDelete("/{id}", ChangeProduct.Delete).WithName("DeleteAdminProduct");
        products.MapGet("/{id}/variants", ReadProductVariants.List).WithName("GetAdminProductVariants");
        products.MapPost("/{id}/variants", ChangeProductVariants.Create).Produces<AdminProductEnvelope>().WithName("PostAdminProductVariants");
        products.MapGet("/{id}/variants/{variantId}", ReadProductVariants.One).Produces<AdminVariantEnvelope>().WithName("GetAdminProductVariant");
        products.MapPost("/{id}/variants/{variantId}", ChangeProductVariants.Update).Produces<AdminProductEnvelope>().WithName("PostAdminProductVariant");
        products.MapDelete("/{id}/variants/{variantId}", ChangeProductVariants.Delete).WithName("DeleteAdminProductVariant");
        products.MapGet("/{id}/options", ProductOptions.List).WithName("GetAdminProductOptions");
        products.MapPost("/{id}/options", ProductOptions.Create).Produces<AdminProductEnvelope>().WithName("PostAdminProductOptions");
        products.MapGet("/{id}/options/{optionId}", ProductOptions.One).Produces<AdminOptionEnvelope>().WithName("GetAdminProductOption");
        products.MapPost("/{id}/options/{optionId}", ProductOptions.Update).Produces<AdminProductEnvelope>().WithName("PostAdminProductOption");
        products.MapDelete("/{id}/options/{optionId}", ProductOptions.Delete).WithName("DeleteAdminProductOption");
    }

    private static void MapCategories(IEndpointRouteBuilder admin)
    {
        var categories = admin.MapGroup("/product-categories").WithTags("Product categories");
        categories.MapGet("", ReadAdminCategories.List).WithName("GetAdminProductCategories");
        categories.MapPost("", WriteCategories.Create).Produces<AdminCategoryEnvelope>().WithName("PostAdminProductCategories");
        categories.MapGet("/{id}", ReadAdminCategories.One).Produces<AdminCategoryEnvelope>().WithName("GetAdminProductCategory");
        categories.MapPost("/{id}", WriteCategories.Update).Produces<AdminCategoryEnvelope>().WithName("PostAdminProductCategory");
        categories.MapDelete("/{id}", WriteCategories.Delete).WithName("DeleteAdminProductCategory");
        categories.MapPost("/{id}/products", LinkCategoryToProducts.Handle).Produces<AdminCategoryEnvelope>().WithName("PostAdminProductCategoryProducts");
    }

    private static void MapCollections(IEndpointRouteBuilder admin)
    {
        var collections = admin.MapGroup("/collections").WithTags("Collections");
        collections.MapGet("", ReadAdminCollections.List).WithName("GetAdminCollections");
        collections.MapPost("", WriteCollections.Create).Produces<AdminCollectionEnvelope>().WithName("PostAdminCollections");
        collections.MapGet("/{id}", ReadAdminCollections.One).Produces<AdminCollectionEnvelope>().WithName("GetAdminCollection");
        collections.MapPost("/{id}", WriteCollections.Update).Produces<AdminCollectionEnvelope>().WithName("PostAdminCollection");
        collections.MapDelete("/{id}", WriteCollections.Delete).WithName("DeleteAdminCollection");
        collections.MapPost("/{id}/products", WriteCollections.Products).Produces<AdminCollectionEnvelope>().WithName("PostAdminCollectionProducts");
    }

    private static void MapLabels(IEndpointRouteBuilder admin)
    {
        var types = admin.MapGroup("/product-types").WithTags("Product types");
        types.MapGet("", ReadLabels.ListTypes).WithName("GetAdminProductTypes");
        types.MapPost("", WriteLabels.CreateType).Produces<ProductTypeEnvelope>().WithName("PostAdminProductTypes");
        types.MapGet("/{id}", ReadLabels.OneType).Produces<ProductTypeEnvelope>().WithName("GetAdminProductType");
        types.MapPost("/{id}", WriteLabels.UpdateType).Produces<ProductTypeEnvelope>().WithName("PostAdminProductType");
        types.MapDelete("/{id}", WriteLabels.DeleteType).WithName("DeleteAdminProductType");
        var tags = admin.MapGroup("/product-tags").WithTags("Product tags");
        tags.MapGet("", ReadLabels.ListTags).WithName("GetAdminProductTags");
        tags.MapPost("", WriteLabels.CreateTag).Produces<ProductTagEnvelope>().WithName("PostAdminProductTags");
        tags.MapGet("/{id}", ReadLabels.OneTag).Produces<ProductTagEnvelope>().WithName("GetAdminProductTag");
        tags.MapPost("/{id}", WriteLabels.UpdateTag).Produces<ProductTagEnvelope>().WithName("PostAdminProductTag");
        tags.MapDelete("/{id}", WriteLabels.DeleteTag).WithName("DeleteAdminProductTag");
    }

    private static void MapPriceLists(IEndpointRouteBuilder admin)
    {
        var lists = admin.MapGroup("/price-lists").WithTags("Price lists");
        lists.MapGet("", ReadPriceLists.List).WithName("GetAdminPriceLists");
        lists.MapPost("", WritePriceLists.Create).Produces<PriceListEnvelope>().WithName("PostAdminPriceLists");
        lists.MapGet("/{id}", ReadPriceLists.One).Produces<PriceListEnvelope>().WithName("GetAdminPriceList");
        lists.MapPost("/{id}", WritePriceLists.Update).Produces<PriceListEnvelope>().WithName("PostAdminPriceList");
        lists.MapDelete("/{id}", WritePriceLists.Delete).WithName("DeleteAdminPriceList");
        lists.MapPost("/{id}/prices/batch", BatchListPrices.Handle).Produces<BatchListPricesResponse>().WithName("PostAdminPriceListPricesBatch");
    }

    private static void MapUploads(IEndpointRouteBuilder routes, IEndpointRouteBuilder admin)
    {
        var uploads = admin.MapGroup("/uploads").WithTags("Uploads");
        uploads.MapPost("", UploadFiles.Handle).ReadsStream().Produces<UploadsResponse>().WithName("PostAdminUploads");
        uploads.MapGet("/{id}", KeptUploads.One).Produces<FileEnvelope>().WithName("GetAdminUpload");
        uploads.MapDelete("/{id}", KeptUploads.Delete).WithName("DeleteAdminUpload");
        routes.MapGet("/uploads/{name}", KeptUploads.Serve).WithTags("Uploads").WithName("GetUpload");
    }
}
