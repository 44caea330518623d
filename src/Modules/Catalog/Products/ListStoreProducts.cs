using HeadlessPro.Platform.Caching;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog;

/// <summary>
/// <c>GET /store/products</c>: ids and their number in one round trip, everything about them in a second; none when the answer is kept.
/// <c>order=price</c> sorts by the lowest price of a product's variants in the context, products without a price last.
/// </summary>
internal static class ListStoreProducts
{
    public static Task<IResult> Handle(HttpContext http, ApiQuery query, AnswerCache cache, Shelf shelf, CancellationToken ct)
    {
        var fields = StoreProductFields.Of(query);
        var parts = ProductParts.Of(fields);
        return cache.GetOrCreate(http, Shelf.TopicsOf(parts), () => Answer(http, query, fields, parts, cache, shelf, ct));
    }

    private static async Task<IResult> Answer(
        HttpContext http, ApiQuery query, Fields fields, ProductParts parts, AnswerCache cache, Shelf shelf, CancellationToken ct)
    {
        var channels = http.Features.Get<Caller>()!.SalesChannelIds;
        var paging = query.Paging(50);
        var filter = Visibility.Filter(channels).Where(query, ProductFilters.For(channels));
        var order = OrderOf(query);
        var context = parts.Prices || order.NeedsPrice ? await shelf.Prices.ContextOf(query, ct) : null;

        var page = await Find(filter, order, context?.Prices, paging, cache, shelf.Db, ct);
        return Reply.Page("products", page.With(await shelf.Documents(page.Rows, fields, parts, context, channels, ct)));
    }

    private static ListOrder OrderOf(ApiQuery query) => query.Text("order") switch
    {
        "price" => new("", NeedsPrice: true, Descending: false),
        "-price" => new("", NeedsPrice: true, Descending: true),
        _ => new(query.Order(Columns) is { } order ? order + ", p.id" : "p.id", NeedsPrice: false, Descending: false),
    };

    private readonly record struct ListOrder(string Sql, bool NeedsPrice, bool Descending);

    private static readonly Dictionary<string, string> Columns = SqlList.Columns("p", "created_at", "updated_at", "title", "handle", "id");

    private static async Task<ListPage<Guid>> Find(
        ListFilter filter, ListOrder order, PriceContext? prices, Paging paging, AnswerCache cache, Db db, CancellationToken ct)
    {
        var page = filter.Page(order.NeedsPrice
            ? PriceOrder.Sql(filter, order.Descending, (long)paging.Offset + paging.Limit)
            : $"select p.id from catalog.products p where {filter.Sql} order by {order.Sql} limit @limit offset @offset", paging);
        if (order.NeedsPrice) page.Parameters.AddRange(prices!.Parameters());

        // Every page of a list counts the same products, and counting is most of the work.
        var (key, stamp) = ("count of products " + filter.Key, cache.StampOf(Counted));
        if (cache.TryGet(key, stamp, out long known)) return await db.ReadPage(known, page, paging, (ref row) => row.Guid(), ct);
        var count = filter.Command($"select count(*) from catalog.products p where {filter.Sql}");
        var found = await db.ReadPage(count, page, paging, (ref row) => row.Guid(), ct);
        cache.Keep(key, stamp, found.Count, sizeof(long));
        return found;
    }

    private static readonly string[] Counted = ["catalog."];
}
