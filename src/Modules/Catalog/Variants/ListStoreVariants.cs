using HeadlessPro.Platform.Caching;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog;

/// <summary><c>GET /store/product-variants</c>: variants of the products the caller may see, in two round trips.</summary>
internal static class ListStoreVariants
{
    private static readonly string[] Codes = ["sku", "barcode", "ean", "upc"];

    private static readonly Dictionary<string, string> OrderColumns = new(SqlList.Columns("v", "created_at", "updated_at", "title", "sku", "id"))
    {
        ["variant_rank"] = "v.rank",
    };

    public static Task<IResult> Handle(HttpContext http, ApiQuery query, AnswerCache cache, Shelf shelf, CancellationToken ct)
    {
        var fields = query.Fields(LoadVariants.Defaults);
        return cache.GetOrCreate(http, LoadVariants.TopicsOf(fields), async () =>
        {
            var paging = query.Paging(20);
            var filter = Visibility.Filter(http.Features.Get<Caller>()!.SalesChannelIds, "v.deleted_at is null").Where(query, Filters);
            var order = query.Order(OrderColumns) is { } chosen ? chosen + ", v.id" : "v.id";

            var from = $"from catalog.variants v join catalog.products p on p.id = v.product_id where {filter.Sql}";
            var page = await shelf.Db.ReadPage(
                filter.Command($"select count(*) {from}"), filter.Page($"select v.id {from} order by {order} limit @limit offset @offset", paging),
                paging, (ref row) => row.Guid(), ct);
            var variants = page.Rows.Count == 0 ? [] : await LoadVariants.Run([.. page.Rows], fields, http, query, shelf, ct);
            return Reply.Page("variants", variants, StoreJson.Default.VariantResponse, fields, page.Count, paging);
        });
    }

    private static void Filters(ListFilter filter, ApiQuery query)
    {
        filter
            .And("v.id = any (@value)", query.Ids("id", "variant"))
            .And("v.product_id = any (@value)", query.Ids("product_id", "prod"))
            .And("v.allow_backorder = @value", query.Flag("allow_backorder"))
            .And("v.manage_inventory = @value", query.Flag("manage_inventory"))
            .AndTimes(query, "v");
        ProductFilters.AddVariantSearch(filter, query.Text("q"));
        foreach (var code in Codes) filter.And($"v.{code} = any (@value)", query.Texts(code));
    }
}
