using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog;

/// <summary>The filters of a product list, as conditions on products <c>p</c>.</summary>
internal static class ProductFilters
{
    private const string SearchedText = "(p.title || ' ' || coalesce(p.subtitle, '') || ' ' || coalesce(p.description, ''))";

    /// <summary>The filters for a caller who sees these channels; none: all of them.</summary>
    public static Action<ListFilter, ApiQuery> For(IReadOnlyList<Guid> callersChannels) => (filter, query) =>
    {
        filter
            .And("p.id = any (@value)", query.Ids("id", "prod"))
            .And("p.handle = any (@value)", query.Texts("handle"))
            .And("p.title = any (@value)", query.Texts("title"))
            .And("p.is_giftcard = @value", query.Flag("is_giftcard"))
            .And("p.collection_id = any (@value)", query.Ids("collection_id", "pcol"))
            .And("p.type_id = any (@value)", query.Ids("type_id", "ptyp"))
            .And("exists (select 1 from catalog.product_tags pg where pg.product_id = p.id and pg.tag_id = any (@value))", query.Ids("tag_id", "ptag"))
            .And("""
                exists (select 1 from catalog.product_categories pk where pk.product_id = p.id and pk.category_id = any (array(
                    select k.id from catalog.categories k
                    where k.path && @value and k.deleted_at is null and k.is_active and not k.is_internal)))
                """, query.Ids("category_id", "pcat"))
            .And("""
                exists (select 1 from catalog.variants v join catalog.variant_values vv on vv.variant_id = v.id
                    where v.product_id = p.id and v.deleted_at is null and vv.option_value_id = any (@value))
                """, query.Ids("option_value_id", "optval"))
            .And(Visibility.InChannels("@value"), Channels(query, callersChannels))
            .AndTimes(query, "p");
        AddOptions(filter, query);
        AddSearch(filter, query.Text("q"));
    };

    /// <summary>Those of staff, for the list and for what is exported.</summary>
    public static void Staff(ListFilter filter, ApiQuery query) => filter
        .And($"""
            ({SearchedText} ilike @value or p.handle ilike @value
                or p.id in (select v.product_id from catalog.variants v where v.sku ilike @value and v.deleted_at is null))
            """, ListFilter.Pattern(query.Text("q")))
        .And("p.status = any (@value)", query.Texts("status"))
        .And("p.id = any (@value)", query.Ids("id", "prod"))
        .And("p.handle = any (@value)", query.Texts("handle"))
        .And("p.title = any (@value)", query.Texts("title"))
        .And("p.collection_id = any (@value)", query.Ids("collection_id", "pcol"))
        .And("p.type_id = any (@value)", query.Ids("type_id", "ptyp"))
        .And("exists (select 1 from catalog.product_tags x where x.product_id = p.id and x.tag_id = any (@value))", query.Ids("tag_id", "ptag"))
        .And("""
            exists (select 1 from catalog.product_categories x join catalog.categories c on c.id = x.category_id
                where x.product_id = p.id and c.path && @value and c.deleted_at is null)
            """, query.Ids("category_id", "pcat"))
        .And("exists (select 1 from catalog.product_channels x where x.product_id = p.id and x.sales_channel_id = any (@value))", query.Ids("sales_channel_id", "sc"))
        .And("p.is_giftcard = @value", query.Flag("is_giftcard"))
        .AndTimes(query, "p");

    private static Guid[]? Channels(ApiQuery query, IReadOnlyList<Guid> callersChannels)
    {
        var wanted = query.Ids("sales_channel_id", "sc");
        return wanted is null || callersChannels.Count == 0 || wanted.All(callersChannels.Contains)
            ? wanted
            : throw new ErrorException(Error.Invalid("Requested sales channel is not part of the publishable key"));
    }

    /// <summary><c>options[Size]=M</c>: products with a variant that has all of the named options at (one of) the named values.</summary>
    private static void AddOptions(ListFilter filter, ApiQuery query)
    {
        var conditions = query.Keyed("options").Take(10).Select(option => $"""
            exists (select 1 from catalog.variant_values vv
                join catalog.options o on o.id = vv.option_id join catalog.option_values ov on ov.id = vv.option_value_id
                where vv.variant_id = v.id and lower(o.title) = lower({filter.Parameter(option.Key)})
                    and lower(ov.value) = any ({filter.Parameter(option.Select(v => v.ToLowerInvariant()).ToArray())}))
            """).ToList();
        if (conditions.Count > 0)
            filter.And($"exists (select 1 from catalog.variants v where v.product_id = p.id and v.deleted_at is null and {string.Join(" and ", conditions)})");
    }

    /// <summary>Every word in title, subtitle or description; or the whole as part of a SKU.</summary>
    private static void AddSearch(ListFilter filter, string? text) => AddSearch(filter, text, "p.id", "p.id", "v.product_id");

    /// <summary>As for products, for variants <c>v</c>.</summary>
    public static void AddVariantSearch(ListFilter filter, string? text) => AddSearch(filter, text, "v.id", "v.id", "v.id");

    // Two index searches, then a union: an «or» over two tables would use neither index.
    private static void AddSearch(ListFilter filter, string? text, string id, string ofProduct, string ofVariant)
    {
        var words = ListFilter.Words(text);
        if (words.Count == 0) return;
        var conditions = words.Select(word => $"{SearchedText} ilike {filter.Parameter(ListFilter.Pattern(word)!)}").ToList();
        var variants = ofProduct == "v.id" ? "join catalog.variants v on v.product_id = p.id" : "";
        filter.And($"""
            {id} in (
                select {ofProduct} from catalog.products p {variants} where p.deleted_at is null and {string.Join(" and ", conditions)}
                union all
                select {ofVariant} from catalog.variants v where v.deleted_at is null and v.sku ilike {filter.Parameter(ListFilter.Pattern(text)!)})
            """);
    }
}
