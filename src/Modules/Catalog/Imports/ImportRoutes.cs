using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace HeadlessPro.Catalog.Imports;

/// <summary>Product files in and out.</summary>
internal static class ImportRoutes
{
    public static void Map(IEndpointRouteBuilder routes)
    {
        var imports = routes.MapGroup("/admin/product-imports").RequireSecretKey().WithTags("Product imports");
        imports.MapGet("", ReadProductImports.List).WithName("GetAdminProductImports");
        imports.MapPost("", CreateProductImport.Handle).ReadsStream().Produces<ProductImportEnvelope>(202).WithName("PostAdminProductImports");
        imports.MapGet("/{id}", ReadProductImports.One).Produces<ProductImportEnvelope>().WithName("GetAdminProductImport");
        imports.MapGet("/{id}/progress", ReadProductImports.Follow).Produces<ProductImportEnvelope>(200, "application/x-ndjson").WithName("GetAdminProductImportProgress");
        imports.MapGet("/{id}/errors", ReadProductImports.Errors).WithName("GetAdminProductImportErrors");
        imports.MapPost("/{id}/cancel", ReadProductImports.Cancel).Produces<ProductImportEnvelope>().WithName("PostAdminProductImportCancel");
        routes.MapGroup("/admin/products").RequireSecretKey().WithTags("Product imports")
            .MapGet("/export", ExportProducts.Handle).Produces(200, contentType: "text/csv").WithName("GetAdminProductsExport");
    }
}
