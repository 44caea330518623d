using HeadlessPro.Platform.Caching;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog;

/// <summary>
/// <c>GET /store/products</c>: ids and their number in one round trip, everything about the products in a second; none for what is kept.
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
        var stamp = shelf.StampOf(parts);
        var context = parts.Prices || order.NeedsPrice ? await shelf.Prices.ContextOf(query, ct) : null;

        var found = await Find(filter, order, context, paging.Blocks(Block), cache, shelf.Db, ct);
        var ids = found.Ids.Skip(paging.Offset % Block).Take(paging.Limit).ToArray();
        return Reply.Page("products", new ListPage<Document>(await shelf.Documents(ids, fields, parts, context, channels, stamp, ct), found.Count, paging));
    }

    private static ListOrder OrderOf(ApiQuery query) => query.Text("order") switch
    {
        "price" => new("", NeedsPrice: true, Descending: false),
        "-price" => new("", NeedsPrice: true, Descending: true),
        _ => new(query.Order(Columns) is { } order ? order + ", p.id" : "p.id", NeedsPrice: false, Descending: false),
    };

    private readonly record struct ListOrder(string Sql, bool NeedsPrice, bool Descending);

    private static readonly Dictionary<string, string> Columns = SqlList.Columns("p", "created_at", "updated_at", "title", "handle", "id");

    // Reading so many ids takes hardly longer than those of one page, and the pages around it need not ask again.
    private const int Block = 500;

    private static readonly string[] Topics = ["catalog."];

    private sealed record Found(long Count, Guid[] Ids);

    private static Task<Found> Find(
        ListFilter filter, ListOrder order, StorePriceContext? context, Paging block, AnswerCache cache, Db db, CancellationToken ct)
    {
        var prices = order.NeedsPrice ? context! : null;
        var key = $"products {block.Offset} {block.Limit} {order.Sql} {order.Descending} {prices?.Key.Length}:{prices?.Key} {filter.Key}";
        return cache.GetOrMake(key, Topics, Read, found => found.Ids.Length * 16, ct);

        async Task<Found> Read()
        {
            // A list that fits into the block needs no counting, which is most of the work; nor does another part, or order, of one that was counted.
            var (counted, stamp) = ("count of products " + filter.Key, cache.StampOf(Topics));
            var isCounted = cache.TryGet(counted, default, stamp, out long count);
            var ids = prices is null
                ? $"select p.id from catalog.products p where {filter.Sql} order by {order.Sql} limit @limit offset @offset"
                : PriceOrder.Sql(filter, order.Descending, (long)block.Offset + block.Limit);
            var command = filter.Page($"""
                with block as materialized (select array({ids}) as ids)
                select block.ids, case when @offset = 0 and cardinality(block.ids) < @limit then cardinality(block.ids)::bigint
                    else {(isCounted ? "null" : $"(select count(*) from catalog.products p where {filter.Sql})")} end
                from block
                """, block);
            if (prices is not null) command.Parameters.AddRange(prices.Prices.Parameters());

            await using var batch = db.Batch();
            batch.BatchCommands.Add(command);
            await using var reader = await batch.ExecuteReaderAsync(ct);
            await reader.ReadAsync(ct);
            var found = new Found(isCounted ? count : reader.GetInt64(1), reader.GetFieldValue<Guid[]>(0));
            if (!isCounted && found.Count > found.Ids.Length) cache.Keep(counted, default, stamp, found.Count, sizeof(long));
            return found;
        }
    }
}
