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
        var admin = routes.MapGroup("/admin");
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
        channels.MapGet("", ReadSalesChannels.List).RequirePermission("settings:read").WithName("GetAdminSalesChannels");
        channels.MapPost("", CreateSalesChannel.Handle).RequirePermission("settings:write").Produces<SalesChannelEnvelope>().WithName("PostAdminSalesChannels");
        channels.MapGet("/{id}", ReadSalesChannels.One).RequirePermission("settings:read").Produces<SalesChannelEnvelope>().WithName("GetAdminSalesChannel");
        channels.MapPost("/{id}", ChangeSalesChannel.Update).RequirePermission("settings:write").Produces<SalesChannelEnvelope>().WithName("PostAdminSalesChannel");
        channels.MapDelete("/{id}", ChangeSalesChannel.Delete).RequirePermission("settings:write").WithName("DeleteAdminSalesChannel");
        channels.MapPost("/{id}/products", LinkChannelToProducts.Handle).RequirePermission("settings:write").Produces<SalesChannelEnvelope>().WithName("PostAdminSalesChannelProducts");
        admin.MapPost("/api-keys/{id}/sales-channels", LinkKeyToChannels.Handle).RequirePermission("keys:write")
            .Produces<ChannelKeyEnvelope>().WithTags("API keys").WithName("PostAdminApiKeySalesChannels");
        admin.MapPost("/stock-locations/{id}/sales-channels", LinkLocationToChannels.Handle).RequirePermission("inventory:write")
            .Produces<ChannelLocationEnvelope>().WithTags("Stock locations").WithName("PostAdminStockLocationSalesChannels");
    }

    private static void MapProducts(IEndpointRouteBuilder admin)
    {
        var products = admin.MapGroup("/products").WithTags("Products");
        products.MapGet("", ReadAdminProducts.List).RequirePermission("products:read").WithName("GetAdminProducts");
        products.MapPost("", CreateProduct.Handle).RequirePermission("products:write").Produces<AdminProductEnvelope>().WithName("PostAdminProducts");
        products.MapPost("/batch", BatchProducts.Handle).RequirePermission("products:write").Produces<BatchProductsResponse>().WithName("PostAdminProductsBatch");
        products.MapGet("/{id}", ReadAdminProducts.One).RequirePermission("products:read").Produces<AdminProductEnvelope>().WithName("GetAdminProduct");
        products.MapPost("/{id}", ChangeProduct.Update).RequirePermission("products:write").Produces<AdminProductEnvelope>().WithName("PostAdminProduct");
        products.MapDelete("/{id}", ChangeProduct.Delete).RequirePermission("products:write").WithName("DeleteAdminProduct");
        products.MapGet("/{id}/variants", ReadProductVariants.List).RequirePermission("products:read").WithName("GetAdminProductVariants");
        products.MapPost("/{id}/variants", ChangeProductVariants.Create).RequirePermission("products:write").Produces<AdminProductEnvelope>().WithName("PostAdminProductVariants");
        products.MapGet("/{id}/variants/{variantId}", ReadProductVariants.One).RequirePermission("products:read").Produces<AdminVariantEnvelope>().WithName("GetAdminProductVariant");
        products.MapPost("/{id}/variants/{variantId}", ChangeProductVariants.Update).RequirePermission("products:write").Produces<AdminProductEnvelope>().WithName("PostAdminProductVariant");
        products.MapDelete("/{id}/variants/{variantId}", ChangeProductVariants.Delete).RequirePermission("products:write").WithName("DeleteAdminProductVariant");
        products.MapGet("/{id}/options", ProductOptions.List).RequirePermission("products:read").WithName("GetAdminProductOptions");
        products.MapPost("/{id}/options", ProductOptions.Create).RequirePermission("products:write").Produces<AdminProductEnvelope>().WithName("PostAdminProductOptions");
        products.MapGet("/{id}/options/{optionId}", ProductOptions.One).RequirePermission("products:read").Produces<AdminOptionEnvelope>().WithName("GetAdminProductOption");
        products.MapPost("/{id}/options/{optionId}", ProductOptions.Update).RequirePermission("products:write").Produces<AdminProductEnvelope>().WithName("PostAdminProductOption");
        products.MapDelete("/{id}/options/{optionId}", ProductOptions.Delete).RequirePermission("products:write").WithName("DeleteAdminProductOption");
    }

    private static void MapCategories(IEndpointRouteBuilder admin)
    {
        var categories = admin.MapGroup("/product-categories").WithTags("Product categories");
        categories.MapGet("", ReadAdminCategories.List).RequirePermission("products:read").WithName("GetAdminProductCategories");
        categories.MapPost("", WriteCategories.Create).RequirePermission("products:write").Produces<AdminCategoryEnvelope>().WithName("PostAdminProductCategories");
        categories.MapGet("/{id}", ReadAdminCategories.One).RequirePermission("products:read").Produces<AdminCategoryEnvelope>().WithName("GetAdminProductCategory");
        categories.MapPost("/{id}", WriteCategories.Update).RequirePermission("products:write").Produces<AdminCategoryEnvelope>().WithName("PostAdminProductCategory");
        categories.MapDelete("/{id}", WriteCategories.Delete).RequirePermission("products:write").WithName("DeleteAdminProductCategory");
        categories.MapPost("/{id}/products", LinkCategoryToProducts.Handle).RequirePermission("products:write").Produces<AdminCategoryEnvelope>().WithName("PostAdminProductCategoryProducts");
    }

    private static void MapCollections(IEndpointRouteBuilder admin)
    {
        var collections = admin.MapGroup("/collections").WithTags("Collections");
        collections.MapGet("", ReadAdminCollections.List).RequirePermission("products:read").WithName("GetAdminCollections");
        collections.MapPost("", WriteCollections.Create).RequirePermission("products:write").Produces<AdminCollectionEnvelope>().WithName("PostAdminCollections");
        collections.MapGet("/{id}", ReadAdminCollections.One).RequirePermission("products:read").Produces<AdminCollectionEnvelope>().WithName("GetAdminCollection");
        collections.MapPost("/{id}", WriteCollections.Update).RequirePermission("products:write").Produces<AdminCollectionEnvelope>().WithName("PostAdminCollection");
        collections.MapDelete("/{id}", WriteCollections.Delete).RequirePermission("products:write").WithName("DeleteAdminCollection");
        collections.MapPost("/{id}/products", WriteCollections.Products).RequirePermission("products:write").Produces<AdminCollectionEnvelope>().WithName("PostAdminCollectionProducts");
    }

    private static void MapLabels(IEndpointRouteBuilder admin)
    {
        var types = admin.MapGroup("/product-types").WithTags("Product types");
        types.MapGet("", ReadLabels.ListTypes).RequirePermission("products:read").WithName("GetAdminProductTypes");
        types.MapPost("", WriteLabels.CreateType).RequirePermission("products:write").Produces<ProductTypeEnvelope>().WithName("PostAdminProductTypes");
        types.MapGet("/{id}", ReadLabels.OneType).RequirePermission("products:read").Produces<ProductTypeEnvelope>().WithName("GetAdminProductType");
        types.MapPost("/{id}", WriteLabels.UpdateType).RequirePermission("products:write").Produces<ProductTypeEnvelope>().WithName("PostAdminProductType");
        types.MapDelete("/{id}", WriteLabels.DeleteType).RequirePermission("products:write").WithName("DeleteAdminProductType");
        var tags = admin.MapGroup("/product-tags").WithTags("Product tags");
        tags.MapGet("", ReadLabels.ListTags).RequirePermission("products:read").WithName("GetAdminProductTags");
        tags.MapPost("", WriteLabels.CreateTag).RequirePermission("products:write").Produces<ProductTagEnvelope>().WithName("PostAdminProductTags");
        tags.MapGet("/{id}", ReadLabels.OneTag).RequirePermission("products:read").Produces<ProductTagEnvelope>().WithName("GetAdminProductTag");
        tags.MapPost("/{id}", WriteLabels.UpdateTag).RequirePermission("products:write").Produces<ProductTagEnvelope>().WithName("PostAdminProductTag");
        tags.MapDelete("/{id}", WriteLabels.DeleteTag).RequirePermission("products:write").WithName("DeleteAdminProductTag");
    }

    private static void MapPriceLists(IEndpointRouteBuilder admin)
    {
        var lists = admin.MapGroup("/price-lists").WithTags("Price lists");
        lists.MapGet("", ReadPriceLists.List).RequirePermission("pricing:read").WithName("GetAdminPriceLists");
        lists.MapPost("", WritePriceLists.Create).RequirePermission("pricing:write").Produces<PriceListEnvelope>().WithName("PostAdminPriceLists");
        lists.MapGet("/{id}", ReadPriceLists.One).RequirePermission("pricing:read").Produces<PriceListEnvelope>().WithName("GetAdminPriceList");
        lists.MapPost("/{id}", WritePriceLists.Update).RequirePermission("pricing:write").Produces<PriceListEnvelope>().WithName("PostAdminPriceList");
        lists.MapDelete("/{id}", WritePriceLists.Delete).RequirePermission("pricing:write").WithName("DeleteAdminPriceList");
        lists.MapPost("/{id}/prices/batch", BatchListPrices.Handle).RequirePermission("pricing:write").Produces<BatchListPricesResponse>().WithName("PostAdminPriceListPricesBatch");
    }

    private static void MapUploads(IEndpointRouteBuilder routes, IEndpointRouteBuilder admin)
    {
        var uploads = admin.MapGroup("/uploads").WithTags("Uploads");
        uploads.MapPost("", UploadFiles.Handle).RequirePermission("products:write").ReadsStream().Produces<UploadsResponse>().WithName("PostAdminUploads");
        uploads.MapGet("/{id}", KeptUploads.One).RequirePermission("products:read").Produces<FileEnvelope>().WithName("GetAdminUpload");
        uploads.MapDelete("/{id}", KeptUploads.Delete).RequirePermission("products:write").WithName("DeleteAdminUpload");
        routes.MapGet("/uploads/{name}", KeptUploads.Serve).WithTags("Uploads").WithName("GetUpload");
    }
}
