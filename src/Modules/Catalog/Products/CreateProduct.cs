using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.Products;

/// <summary>Creates a product with everything that hangs on it.</summary>
internal static class CreateProduct
{
    public static async Task<IResult> Handle(Body<ProductRequest> body, ApiQuery query, SaveProducts products, Db db, CancellationToken ct)
    {
        var fields = query.Fields(LoadAdminProducts.Defaults);
        query.RejectUnknown();
        var plan = await products.Save(_ => Task.FromResult(new ProductPlan(ApplyProduct.Create(body.Value, path: ""))), ct);
        return await ProductAnswer.One(db, plan.Drafts[0].Id, fields, ct);
    }
}

/// <summary>The answer to a change of one product: the product as it is now.</summary>
internal static class ProductAnswer
{
    public static ErrorException NotFound(string id) => CatalogErrors.NotFound("Product", id);

    public static Guid Key(string id) => Checked.PathId("Product", ProductLink.Prefix, id);

    public static async Task<IResult> One(Db db, Guid id, Fields fields, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return await LoadAdminProducts.One(connection, id, fields, ct) is { } product
            ? Reply.One("product", product, AdminJson.Default.AdminProductResponse, fields)
            : throw NotFound(Contracts.WireId.Encode(ProductLink.Prefix, id));
    }
}
