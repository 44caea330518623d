using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.Products;

/// <summary>Lists products of any status, newest first unless ordered otherwise, and reads one.</summary>
internal static class ReadAdminProducts
{
    private static readonly SqlList Products = new("catalog.products p", "p.id", "p.id")
    {
        Alive = "p.deleted_at is null",
        Filters = ProductFilters.Staff,
        Orders = SqlList.Columns("p", "id", "title", "handle", "status", "created_at", "updated_at"),
        DefaultOrder = "p.created_at desc",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields(LoadAdminProducts.Defaults);
        var list = Products.Of(query);
        await using var connection = await db.Open(ct);
        var page = await list.Read<Guid>(connection, ct);
        var products = await LoadAdminProducts.Load(connection, [.. page.Rows], fields, ct);
        return Reply.Page("products", page.With(products), AdminJson.Default.AdminProductResponse, fields);
    }

    public static async Task<IResult> One(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var key = ProductAnswer.Key(id);
        var fields = query.Fields(LoadAdminProducts.Defaults);
        query.RejectUnknown();
        return await ProductAnswer.One(db, key, fields, ct);
    }
}
