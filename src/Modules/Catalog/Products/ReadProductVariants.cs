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

    private static readonly Dictionary<string, string> OrderColumns = new(StringComparer.Ordinal)
    {
        ["id"] = "v.id",
        ["title"] = "v.title",
        ["sku"] = "v.sku",
        ["variant_rank"] = "v.rank",
        ["created_at"] = "v.created_at",
        ["updated_at"] = "v.updated_at",
    };

    public static async Task<IResult> List(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var product = ProductAnswer.Key(id);
        var paging = query.Paging(50);
        var order = query.Order(OrderColumns) ?? "v.rank asc";
        var fields = query.Fields(Defaults);
        var filter = new
        {
            product,
            Q = Check.Like(query.Text("q")),
            Ids = query.Ids("id", "variant"),
            Skus = query.Texts("sku")?.ToArray(),
            Managed = query.Flag("manage_inventory"),
            paging.Limit,
            paging.Offset,
        };
        query.RejectUnknown();

        const string where = """
            v.product_id = @product and v.deleted_at is null and (@Q is null or v.title ilike @Q or v.sku ilike @Q)
            and (@Ids::uuid[] is null or v.id = any (@Ids)) and (@Skus::text[] is null or v.sku = any (@Skus))
            and (@Managed is null or v.manage_inventory = @Managed)
            """;
        await using var connection = await db.Open(ct);
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition($"""
            select exists (select 1 from catalog.products where id = @product and deleted_at is null);
            select count(*) from catalog.variants v where {where};
            select v.id from catalog.variants v where {where} order by {order}, v.id limit @Limit offset @Offset
            """, filter, cancellationToken: ct));
        if (!await answers.ReadSingleAsync<bool>()) throw ProductAnswer.NotFound(id);
        var count = await answers.ReadSingleAsync<long>();
        var ids = (await answers.ReadAsync<Guid>()).ToArray();
        var variants = await LoadAdminVariants.ByIds(connection, ids, ct);
        return Reply.Page("variants", variants, AdminJson.Default.AdminVariantResponse, fields, count, paging);
    }

    public static async Task<IResult> One(string id, string variantId, ApiQuery query, Db db, CancellationToken ct)
    {
        var key = Check.PathId("Variant", "variant", variantId);
        ProductAnswer.Key(id);
        var fields = query.Fields(Defaults);
        query.RejectUnknown();
        await using var connection = await db.Open(ct);
        return await Find(connection, id, key, ct) is { } variant
            ? Reply.One("variant", variant, AdminJson.Default.AdminVariantResponse, fields)
            : throw Check.NotFound("Variant", variantId);
    }

    public static async Task<AdminVariantResponse?> Find(NpgsqlConnection connection, string productId, Guid variant, CancellationToken ct) =>
        (await LoadAdminVariants.ByIds(connection, [variant], ct)).Find(v => v.ProductId == WireId.Encode(ProductLink.Prefix, ProductAnswer.Key(productId)));
}
