using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.Products;

/// <summary>
/// The options of a product, one at a time. A product that has variants takes a new option only together with the variants' values, in an
/// update of the product: every variant has a value for every option.
/// </summary>
internal static class ProductOptions
{
    private static readonly string[] Defaults = ["*", "values.**"];

    public static async Task<IResult> List(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var paging = query.Paging(50);
        var fields = query.Fields(Defaults);
        var filter = ListFilter.InMemory<AdminOptionResponse>(query, group =>
        {
            var title = group.Text("title");
            return option => title is null || option.Title == title;
        });
        query.RejectUnknown();
        var options = (await Read(id, db, ct)).Where(filter).ToList();
        return Reply.Page(
            "product_options", options.Skip(paging.Offset).Take(paging.Limit).ToList(), AdminJson.Default.AdminOptionResponse, fields, options.Count, paging);
    }

    public static async Task<IResult> One(string id, string optionId, ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields(Defaults);
        query.RejectUnknown();
        var option = (await Read(id, db, ct)).FirstOrDefault(o => o.Id == optionId) ?? throw CatalogErrors.NotFound("Product option", optionId);
        return Reply.One("product_option", option, AdminJson.Default.AdminOptionResponse, fields);
    }

    public static Task<IResult> Create(string id, Body<ProductOptionRequest> body, SaveProducts products, Db db, CancellationToken ct) =>
        Change(id, products, db, draft =>
        {
            if (body.Value.Id is not null) throw CatalogErrors.Invalid("Invalid request: Unrecognized fields: 'id'");
            var option = ApplyOptions.Apply(body.Value, option: null, draft, path: "");
            if (draft.Options.Exists(o => o.Title == option.Title)) throw new ErrorException(CatalogErrors.Taken("Product option", "title", option.Title));
            option.Rank = draft.Options.Count == 0 ? 0 : draft.Options.Max(o => o.Rank) + 1;
            ApplyOptions.Set(draft, [.. draft.Options, option]);
        }, ct);

    public static Task<IResult> Update(string id, string optionId, Body<ProductOptionRequest> body, SaveProducts products, Db db, CancellationToken ct) =>
        Change(id, products, db, draft =>
        {
            if (body.Value.Id is not null) throw CatalogErrors.Invalid("Invalid request: Unrecognized fields: 'id'");
            var option = ApplyOptions.Apply(body.Value, Find(draft, optionId), draft, path: "");
            if (draft.Options.Exists(o => o != option && o.Title == option.Title)) throw new ErrorException(CatalogErrors.Taken("Product option", "title", option.Title));
            ApplyOptions.Set(draft, draft.Options);
        }, ct);

    public static async Task<IResult> Delete(string id, string optionId, SaveProducts products, CancellationToken ct)
    {
        await products.Save(async connection =>
        {
            var draft = await ChangeProductVariants.Load(connection, id, ct);
            var gone = Find(draft, optionId);
            ApplyOptions.Set(draft, draft.Options.Where(o => o != gone).ToList());
            return new ProductPlan(draft);
        }, ct);
        return Reply.Deleted(optionId, "product_option");
    }

    private static async Task<IResult> Change(string id, SaveProducts products, Db db, Action<ProductDraft> change, CancellationToken ct)
    {
        var plan = await products.Save(async connection =>
        {
            var draft = await ChangeProductVariants.Load(connection, id, ct);
            change(draft);
            return new ProductPlan(draft);
        }, ct);
        return await ProductAnswer.One(db, plan.Drafts[0].Id, Fields.Parse(null, LoadAdminProducts.Defaults), ct);
    }

    private static OptionDraft Find(ProductDraft draft, string optionId)
    {
        var key = Checked.PathId("Product option", "opt", optionId);
        return draft.Options.Find(o => o.Id == key) ?? throw CatalogErrors.NotFound("Product option", optionId);
    }

    private static async Task<IReadOnlyList<AdminOptionResponse>> Read(string id, Db db, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var product = await LoadAdminProducts.One(connection, ProductAnswer.Key(id), Fields.Parse("id,*options,*options.values"), ct);
        return product?.Options ?? throw ProductAnswer.NotFound(id);
    }
}
