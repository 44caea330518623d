using HeadlessPro.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HeadlessPro.Catalog;

/// <summary>Every store route of Catalog, by name.</summary>
internal static class StoreRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var store = routes.MapGroup("/store").RequirePublishableKey();
        var products = store.MapGroup("/products").WithTags("Products");
        products.MapGet("", ListStoreProducts.Handle).Produces<StoreProductPage>().WithName("GetProducts");
        products.MapGet("/{id}", GetStoreProduct.Handle).Produces<StoreProductEnvelope>().WithName("GetProduct");

        var variants = store.MapGroup("/product-variants").WithTags("Product variants");
        variants.MapGet("", ListStoreVariants.Handle).Produces<StoreVariantPage>().WithName("GetProductVariants");
        variants.MapGet("/{id}", GetStoreVariant.Handle).Produces<StoreVariantEnvelope>().WithName("GetProductVariant");

        var categories = store.MapGroup("/product-categories").WithTags("Product categories");
        categories.MapGet("", StoreCategories.List).Produces<StoreCategoryPage>().WithName("GetProductCategories");
        categories.MapGet("/{id}", StoreCategories.One).Produces<StoreCategoryEnvelope>().WithName("GetProductCategory");

        var collections = store.MapGroup("/collections").WithTags("Collections");
        collections.MapGet("", StoreTerms.Collections.List).Produces<StoreCollectionPage>().WithName("GetCollections");
        collections.MapGet("/{id}", StoreTerms.Collections.One).Produces<StoreCollectionEnvelope>().WithName("GetCollection");

        var tags = store.MapGroup("/product-tags").WithTags("Product tags");
        tags.MapGet("", StoreTerms.Tags.List).Produces<StoreTagPage>().WithName("GetProductTags");
        tags.MapGet("/{id}", StoreTerms.Tags.One).Produces<StoreTagEnvelope>().WithName("GetProductTag");

        var types = store.MapGroup("/product-types").WithTags("Product types");
        types.MapGet("", StoreTerms.Types.List).Produces<StoreTypePage>().WithName("GetProductTypes");
        types.MapGet("/{id}", StoreTerms.Types.One).Produces<StoreTypeEnvelope>().WithName("GetProductType");

        var options = store.MapGroup("/product-options").WithTags("Product options");
        options.MapGet("", StoreOptions.List).Produces<StoreOptionPage>().WithName("GetProductOptions");
        options.MapGet("/{id}", StoreOptions.One).Produces<StoreOptionEnvelope>().WithName("GetProductOption");
    }
}
