using HeadlessPro.Contracts;
using HeadlessPro.Platform.Caching;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog;

/// <summary><c>GET /store/products/{id}</c>: one round trip; none when the answer is kept, or the product for a list.</summary>
internal static class GetStoreProduct
{
    public static Task<IResult> Handle(string id, HttpContext http, ApiQuery query, AnswerCache cache, Shelf shelf, CancellationToken ct)
    {
        var fields = StoreProductFields.Of(query);
        var parts = ProductParts.Of(fields);
        return cache.GetOrCreate(http, Shelf.TopicsOf(parts), async () =>
        {
            var channels = http.Features.Get<Caller>()!.SalesChannelIds;
            var stamp = shelf.StampOf(parts);
            var context = parts.Prices ? await shelf.Prices.ContextOf(query, ct) : null;
            if (!WireId.TryDecode("prod", id, out var key)) return NotFound(id);
            var products = await shelf.Documents([key], fields, parts, context, channels, stamp, ct);
            return products.Count == 0 ? NotFound(id) : Reply.One("product", products[0]);
        });
    }

    private static IResult NotFound(string id) => Reply.Error(Error.NotFound($"Product with id: {id} was not found"));
}
