using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.Products;

/// <summary>Creates, changes and deletes one variant; the rules of the whole product hold each time.</summary>
internal static class ChangeProductVariants
{
    public static async Task<IResult> Create(string id, Body<ProductVariantRequest> body, SaveProducts products, Db db, CancellationToken ct)
    {
        if (body.Value.Id is not null) throw CatalogErrors.Invalid("Invalid request: Unrecognized fields: 'id'");
        var plan = await products.Save(async connection =>
        {
            var draft = await Load(connection, id, ct);
            var variant = ApplyVariants.New(draft, rank: draft.Variants.Count == 0 ? 0 : draft.Variants.Max(v => v.Rank) + 1);
            ApplyVariants.Apply(body.Value, variant, path: "");
            draft.Variants.Add(variant);
            return new ProductPlan(draft);
        }, ct);
        return await ProductAnswer.One(db, plan.Drafts[0].Id, Fields.Parse(null, LoadAdminProducts.Defaults), ct);
    }

    public static async Task<IResult> Update(string id, string variantId, Body<ProductVariantRequest> body, SaveProducts products, Db db, CancellationToken ct)
    {
        var key = Checked.PathId("Variant", "variant", variantId);
        if (body.Value.Id is not null) throw CatalogErrors.Invalid("Invalid request: Unrecognized fields: 'id'");
        var plan = await products.Save(async connection =>
        {
            var draft = await Load(connection, id, ct);
            ApplyVariants.Apply(body.Value, draft.Variants.Find(v => v.Id == key) ?? throw CatalogErrors.NotFound("Variant", variantId), path: "");
            return new ProductPlan(draft);
        }, ct);
        return await ProductAnswer.One(db, plan.Drafts[0].Id, Fields.Parse(null, LoadAdminProducts.Defaults), ct);
    }

    public static async Task<IResult> Delete(string id, string variantId, SaveProducts products, CancellationToken ct)
    {
        var key = Checked.PathId("Variant", "variant", variantId);
        await products.Save(async connection =>
        {
            var draft = await Load(connection, id, ct);
            if (draft.Variants.RemoveAll(v => v.Id == key) == 0) throw CatalogErrors.NotFound("Variant", variantId);
            draft.DeletedVariants.Add(key);
            return new ProductPlan(draft);
        }, ct);
        return Reply.Deleted(WireId.Encode("variant", key), "variant");
    }

    public static async Task<ProductDraft> Load(Npgsql.NpgsqlConnection connection, string id, CancellationToken ct)
    {
        var key = ProductAnswer.Key(id);
        return (await LoadDrafts.Load(connection, [key], path: "", ct)).GetValueOrDefault(key) ?? throw ProductAnswer.NotFound(id);
    }
}
