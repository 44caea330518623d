using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.Products;

/// <summary>Creates, changes and deletes products in one step: all or nothing.</summary>
internal static class BatchProducts
{
    public static async Task<IResult> Handle(Body<BatchProductsRequest> body, ApiQuery query, SaveProducts products, Db db, CancellationToken ct)
    {
        var fields = query.Fields(LoadAdminProducts.Defaults);
        query.RejectUnknown();
        var (create, update) = (body.Value.Create ?? [], body.Value.Update ?? []);
        var delete = Checked.Ids("delete", ProductLink.Prefix, body.Value.Delete);
        var updated = update.Select((u, i) => Checked.Id(Checked.At(Checked.At("", "update", i), "id"), ProductLink.Prefix, u.Id)).ToList();
        var twice = updated.Concat(delete).GroupBy(id => id).FirstOrDefault(g => g.Count() > 1);
        if (twice is not null) throw CatalogErrors.Invalid($"Invalid request: Fields 'update' and 'delete' name '{WireId.Encode(ProductLink.Prefix, twice.Key)}' more than once");

        var plan = await products.Save(async connection =>
        {
            var known = await LoadDrafts.Load(connection, [.. updated, .. delete], path: "", ct);
            var missing = updated.Concat(delete).Where(id => !known.ContainsKey(id)).Select(id => WireId.Encode(ProductLink.Prefix, id)).ToList();
            if (missing.Count > 0) throw new ErrorException(Error.NotFound($"Products with ids: {string.Join(", ", missing)} were not found"));
            var drafts = create.Select((request, i) => ApplyProduct.Create(request, Checked.At("", "create", i))).ToList();
            for (var i = 0; i < update.Count; i++)
            {
                var draft = known[updated[i]];
                draft.Path = Checked.At("", "update", i);
                ApplyProduct.Apply(update[i], draft);
                drafts.Add(draft);
            }

            return new ProductPlan(drafts, delete);
        }, ct);

        await using var connection = await db.Open(ct);
        var created = plan.Drafts.Where(d => d.Version is null).Select(d => d.Id).ToArray();
        return Reply.Json(
            new BatchProductsResponse(
                await LoadAdminProducts.Load(connection, created, fields, ct),
                await LoadAdminProducts.Load(connection, [.. updated], fields, ct),
                new BatchDeletedResponse(delete.Select(id => WireId.Encode(ProductLink.Prefix, id)).ToList(), "product", true)),
            AdminJson.Default.BatchProductsResponse);
    }
}
