using Dapper;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.Products;

/// <summary>Lists products of any status, newest first unless ordered otherwise, and reads one.</summary>
internal static class ReadAdminProducts
{
    private static readonly Dictionary<string, string> OrderColumns = new(StringComparer.Ordinal)
    {
        ["id"] = "p.id",
        ["title"] = "p.title",
        ["handle"] = "p.handle",
        ["status"] = "p.status",
        ["created_at"] = "p.created_at",
        ["updated_at"] = "p.updated_at",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var paging = query.Paging(50);
        var order = query.Order(OrderColumns) ?? "p.created_at desc";
        var fields = query.Fields(LoadAdminProducts.Defaults);
        var (where, values) = Filter(query);
        query.RejectUnknown();
        values.Add("limit", paging.Limit);
        values.Add("offset", paging.Offset);

        await using var connection = await db.Open(ct);
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition($"""
            select count(*) from catalog.products p where {where};
            select p.id from catalog.products p where {where} order by {order}, p.id limit @limit offset @offset
            """, values, cancellationToken: ct));
        var count = await answers.ReadSingleAsync<long>();
        var ids = (await answers.ReadAsync<Guid>()).ToArray();
        var products = await LoadAdminProducts.Load(connection, ids, fields, ct);
        return Reply.Page("products", products, AdminJson.Default.AdminProductResponse, fields, count, paging);
    }

    public static async Task<IResult> One(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var key = ProductAnswer.Key(id);
        var fields = query.Fields(LoadAdminProducts.Defaults);
        query.RejectUnknown();
        return await ProductAnswer.One(db, key, fields, ct);
    }

    private static (string Where, DynamicParameters Values) Filter(ApiQuery query)
    {
        var conditions = new List<string> { "p.deleted_at is null" };
        var values = new DynamicParameters();
        void Add<T>(string name, T? value, string condition) where T : class
        {
            if (value is null) return;
            conditions.Add(condition);
            values.Add(name, value);
        }

        Add("q", Check.Like(query.Text("q")), """
            ((p.title || ' ' || coalesce(p.subtitle, '') || ' ' || coalesce(p.description, '')) ilike @q or p.handle ilike @q
                or p.id in (select v.product_id from catalog.variants v where v.sku ilike @q and v.deleted_at is null))
            """);
        Add("statuses", query.Texts("status")?.ToArray(), "p.status = any (@statuses)");
        Add("ids", query.Ids("id", ProductLink.Prefix), "p.id = any (@ids)");
        Add("handles", query.Texts("handle")?.ToArray(), "p.handle = any (@handles)");
        Add("titles", query.Texts("title")?.ToArray(), "p.title = any (@titles)");
        Add("collections", query.Ids("collection_id", "pcol"), "p.collection_id = any (@collections)");
        Add("types", query.Ids("type_id", "ptyp"), "p.type_id = any (@types)");
        Add("tags", query.Ids("tag_id", "ptag"), "exists (select 1 from catalog.product_tags x where x.product_id = p.id and x.tag_id = any (@tags))");
        Add("categories", query.Ids("category_id", "pcat"),
            "exists (select 1 from catalog.product_categories x where x.product_id = p.id and x.category_id = any (@categories))");
        Add("channels", query.Ids("sales_channel_id", "sc"),
            "exists (select 1 from catalog.product_channels x where x.product_id = p.id and x.sales_channel_id = any (@channels))");
        if (query.Flag("is_giftcard") is { } giftcard) conditions.Add(giftcard ? "p.is_giftcard" : "not p.is_giftcard");
        foreach (var column in (ReadOnlySpan<string>)["created_at", "updated_at"])
        {
            foreach (var (op, time) in query.Times(column))
            {
                conditions.Add($"p.{column} {op} @time{conditions.Count}");
                values.Add($"time{conditions.Count - 1}", time);
            }
        }

        return (string.Join(" and ", conditions), values);
    }
}
