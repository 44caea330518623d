using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HeadlessPro.Catalog.Products;

/// <summary>Lists the variants of a product and reads one.</summary>
internal static class ReadProductVariants
{
    public static readonly string[] Defaults = ["*", "options.**", "prices.**"];

    private static readonly SqlList Variants = new("catalog.variants v", "v.id", "v.id")
    {
        Always = "v.product_id = @value and v.deleted_at is null",
        Filters = (filter, query) => filter
            .And("(v.title ilike @value or v.sku ilike @value)", ListFilter.Pattern(query.Text("q")))
            .And("v.id = any (@value)", query.Ids("id", "variant"))
            .And("v.sku = any (@value)", query.Texts("sku"))
            .And("v.manage_inventory = @value", query.Flag("manage_inventory"))
            .AndTimes(query, "v"),
        Orders = new Dictionary<string, string>(SqlList.Columns("v", "id", "title", "sku", "created_at", "updated_at")) { ["variant_rank"] = "v.rank" },
        DefaultOrder = "v.rank asc",
    };

    public static async Task<IResult> List(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var product = ProductAnswer.Key(id);
        var fields = query.Fields(Defaults);
        var list = Variants.Of(query, product);
        list.Parameters.Add("product", product);
        await using var connection = await db.Open(ct);
        await using var answers = await connection.QueryMultipleAsync(new CommandDefinition(
            $"select exists (select 1 from catalog.products where id = @product and deleted_at is null); {list.Sql}", list.Parameters, cancellationToken: ct));
        if (!await answers.ReadSingleAsync<bool>()) throw ProductAnswer.NotFound(id);
        var page = await list.Read<Guid>(answers);
        var variants = await LoadAdminVariants.ByIds(connection, [.. page.Rows], ct);
        return Reply.Page("variants", page.With(variants), AdminJson.Default.AdminVariantResponse, fields);
    }

    public static async Task<IResult> One(string id, string variantId, ApiQuery query, Db db, CancellationToken ct)
    {
        var key = Checked.PathId("Variant", "variant", variantId);
        ProductAnswer.Key(id);
        var fields = query.Fields(Defaults);
        query.RejectUnknown();
        await using var connection = await db.Open(ct);
        return await Find(connection, id, key, ct) is { } variant
            ? Reply.One("variant", variant, AdminJson.Default.AdminVariantResponse, fields)
            : throw CatalogErrors.NotFound("Variant", variantId);
    }

    public static async Task<AdminVariantResponse?> Find(NpgsqlConnection connection, string productId, Guid variant, CancellationToken ct) =>
        (await LoadAdminVariants.ByIds(connection, [variant], ct)).Find(v => v.ProductId == WireId.Encode(ProductLink.Prefix, ProductAnswer.Key(productId)));
}
