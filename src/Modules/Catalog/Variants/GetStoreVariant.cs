using HeadlessPro.Contracts;
using HeadlessPro.Platform.Caching;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog;

/// <summary><c>GET /store/product-variants/{id}</c>: one round trip.</summary>
internal static class GetStoreVariant
{
    public static Task<IResult> Handle(string id, HttpContext http, ApiQuery query, AnswerCache cache, Shelf shelf, CancellationToken ct)
    {
        var fields = query.Fields(LoadVariants.Defaults);
        return cache.GetOrCreate(http, LoadVariants.TopicsOf(fields), async () =>
        {
            var variants = WireId.TryDecode("variant", id, out var key) ? await LoadVariants.Run([key], fields, http, query, shelf, ct) : [];
            return variants.Count == 0
                ? Reply.Error(Error.NotFound($"Variant with id: {id} was not found"))
                : Reply.One("variant", variants[0], StoreJson.Default.VariantResponse, fields);
        });
    }
}
