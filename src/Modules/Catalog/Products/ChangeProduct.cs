using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.Products;

/// <summary>Changes a product, or takes it out of the catalogue together with its variants (kept, marked as deleted).</summary>
internal static class ChangeProduct
{
    public static async Task<IResult> Update(
        string id, Body<ProductRequest> body, ApiQuery query, SaveProducts products, Db db, CancellationToken ct)
    {
        var key = ProductAnswer.Key(id);
        var fields = query.Fields(LoadAdminProducts.Defaults);
        query.RejectUnknown();
        await products.Save(async connection =>
        {
            var draft = (await LoadDrafts.Load(connection, [key], path: "", ct)).GetValueOrDefault(key) ?? throw ProductAnswer.NotFound(id);
            ApplyProduct.Apply(body.Value, draft);
            return new ProductPlan(draft);
        }, ct);
        return await ProductAnswer.One(db, key, fields, ct);
    }

    public static async Task<IResult> Delete(string id, SaveProducts products, CancellationToken ct)
    {
        var key = ProductAnswer.Key(id);
        await products.Save(async connection =>
            (await LoadDrafts.Load(connection, [key], path: "", ct)).ContainsKey(key) ? new ProductPlan([], [key]) : throw ProductAnswer.NotFound(id), ct);
        return Reply.Deleted(WireId.Encode(ProductLink.Prefix, key), "product");
    }
}
