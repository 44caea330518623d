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
        var imports = routes.MapGroup("/admin/product-imports").WithTags("Product imports");
        imports.MapGet("", ReadProductImports.List).RequirePermission("products:read").WithName("GetAdminProductImports");
        imports.MapPost("", CreateProductImport.Handle).RequirePermission("products:write").ReadsStream().Produces<ProductImportEnvelope>(202).WithName("PostAdminProductImports");
        imports.MapGet("/{id}", ReadProductImports.One).RequirePermission("products:read").Produces<ProductImportEnvelope>().WithName("GetAdminProductImport");
        imports.MapGet("/{id}/progress", ReadProductImports.Follow).RequirePermission("products:read").Produces<ProductImportEnvelope>(200, "application/x-ndjson").WithName("GetAdminProductImportProgress");
        imports.MapGet("/{id}/errors", ReadProductImports.Errors).RequirePermission("products:read").WithName("GetAdminProductImportErrors");
        imports.MapPost("/{id}/cancel", ReadProductImports.Cancel).RequirePermission("products:write").Produces<ProductImportEnvelope>().WithName("PostAdminProductImportCancel");
        routes.MapGroup("/admin/products").WithTags("Product imports")
            .MapGet("/export", ExportProducts.Handle).RequirePermission("products:read").Produces(200, contentType: "text/csv").WithName("GetAdminProductsExport");
    }
}
