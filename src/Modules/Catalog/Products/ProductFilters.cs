using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog;

/// <summary>The filters of a product list, as conditions on products <c>p</c>.</summary>
internal static class ProductFilters
{
    private const string SearchedText = "(p.title || ' ' || coalesce(p.subtitle, '') || ' ' || coalesce(p.description, ''))";

    public static Filter Of(ApiQuery query, HttpRequest request, IReadOnlyList<Guid> callersChannels)
    {
        var filter = new Filter("true")
            .AndVisible(ChannelsOf(query, callersChannels))
            .And("p.id = any (@ids)", "ids", query.Ids("id", "prod"))
            .And("p.handle = any (@handles)", "handles", query.Texts("handle")?.ToArray())
            .And("p.title = any (@titles)", "titles", query.Texts("title")?.ToArray())
            .And("p.is_giftcard = @giftcard", "giftcard", query.Flag("is_giftcard"))
            .And("p.collection_id = any (@collections)", "collections", query.Ids("collection_id", "pcol"))
            .And("p.type_id = any (@types)", "types", query.Ids("type_id", "ptyp"))
            .And("exists (select 1 from catalog.product_tags pg where pg.product_id = p.id and pg.tag_id = any (@tags))", "tags", query.Ids("tag_id", "ptag"))
            .And("""
                exists (select 1 from catalog.product_categories pk where pk.product_id = p.id and pk.category_id = any (array(
                    select k.id from catalog.categories k
                    where k.path && @categories and k.deleted_at is null and k.is_active and not k.is_internal)))
                """, "categories", query.Ids("category_id", "pcat"))
            .And("""
                exists (select 1 from catalog.variants v join catalog.variant_values vv on vv.variant_id = v.id
                    where v.product_id = p.id and v.deleted_at is null and vv.option_value_id = any (@values))
                """, "values", query.Ids("option_value_id", "optval"))
            .AndTimes(query, "p");
        AddOptions(filter, request);
        AddSearch(filter, query.Text("q"));
        return filter;
    }

    private static IReadOnlyList<Guid> ChannelsOf(ApiQuery query, IReadOnlyList<Guid> callersChannels)
    {
        if (query.Ids("sales_channel_id", "sc") is not { Length: > 0 } wanted) return callersChannels;
        return callersChannels.Count == 0 || wanted.All(callersChannels.Contains)
            ? wanted
            : throw new ErrorException(Error.Invalid("Requested sales channel is not part of the publishable key"));
    }

    /// <summary><c>options[Size]=M</c>: products with a variant that has all of the named options at (one of) the named values.</summary>
    private static void AddOptions(Filter filter, HttpRequest request)
    {
        var wanted = request.Query
            .Where(p => p.Key.StartsWith("options[", StringComparison.Ordinal) && p.Key.Contains(']', StringComparison.Ordinal))
            .GroupBy(p => p.Key[8..p.Key.IndexOf(']', StringComparison.Ordinal)], p => p.Value, StringComparer.OrdinalIgnoreCase).Take(10).ToList();
        if (wanted.Count == 0) return;
        var conditions = wanted.Select(option =>
        {
            var values = option.SelectMany(v => v).Select(v => (v ?? "").ToLowerInvariant()).ToArray();
            if (values.Append(option.Key).Any(v => v.Contains('\0', StringComparison.Ordinal)))
                throw new ErrorException(Error.Invalid("Invalid request: Field 'options' contains a null character"));
            return $"""
                exists (select 1 from catalog.variant_values vv
                    join catalog.options o on o.id = vv.option_id join catalog.option_values ov on ov.id = vv.option_value_id
                    where vv.variant_id = v.id and lower(o.title) = lower(@{filter.Parameter(option.Key)}) and lower(ov.value) = any (@{filter.Parameter(values)}))
                """;
        });
        filter.And($"exists (select 1 from catalog.variants v where v.product_id = p.id and v.deleted_at is null and {string.Join(" and ", conditions)})");
    }

    /// <summary>Every word in title, subtitle or description; or the whole as part of a SKU.</summary>
    private static void AddSearch(Filter filter, string? text) => AddSearch(filter, text, "p.id", "p.id", "v.product_id");

    /// <summary>As for products, for variants <c>v</c>.</summary>
    public static void AddVariantSearch(Filter filter, string? text) => AddSearch(filter, text, "v.id", "v.id", "v.id");

    // Two index searches, then a union: an «or» over two tables would use neither index.
    private static void AddSearch(Filter filter, string? text, string id, string ofProduct, string ofVariant)
    {
        var words = Filter.Words(text);
        if (words.Count == 0) return;
        var conditions = words.Select(word => $"{SearchedText} ilike @{filter.Parameter(Filter.Pattern(word))}").ToList();
        var variants = ofProduct == "v.id" ? "join catalog.variants v on v.product_id = p.id" : "";
        filter.And($"""
            {id} in (
                select {ofProduct} from catalog.products p {variants} where p.deleted_at is null and {string.Join(" and ", conditions)}
                union all
                select {ofVariant} from catalog.variants v where v.deleted_at is null and v.sku ilike @{filter.Parameter(Filter.Pattern(text!.Trim()))})
            """);
    }
}
