using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog;

/// <summary>
/// Pages of product ids in the order of the lowest price of one piece among their variants; products without a price come last, equal ones by
/// id. The rules are those of <see cref="PriceChoice"/>. Parameters: those of the filter, of <see cref="PriceContext"/>, @limit and @offset.
/// </summary>
internal static class PriceOrder
{
    // Further in, reading all prices once is cheaper than walking there.
    private const int LongestWalk = 2000;

    /// <summary>A price that needs no comparing with lists, regions and tiers: at most one for each variant and currency.</summary>
    private const string Plain = "r.price_list_id is null and r.region_id is null and r.min_quantity is null and r.max_quantity is null";

    /// <summary>The prices of one piece, with their lists.</summary>
    private const string Applicable = $"""
        join catalog.prices r on r.variant_id = v.id
        {PriceChoice.ActiveList}
        where v.deleted_at is null and {PriceChoice.Applies} and coalesce(r.min_quantity, 1) <= 1
        """;

    /// <summary><c>(product_id, amount)</c> of each product in a table <c>matching</c> that has a price.</summary>
    private const string Lowest = $"""
        select variant.product_id, min(variant.amount) as amount
        from (
            select s.product_id, least(
                coalesce(min(s.amount) filter (where s.type = 'override'), min(s.amount) filter (where s.type is null)),
                min(s.amount) filter (where s.type = 'sale')) as amount
            from (
                select distinct on (r.variant_id, r.price_list_id) v.product_id, r.variant_id, r.amount, l.type
                from matching
                join catalog.variants v on v.product_id = matching.id
                {Applicable}
                order by r.variant_id, r.price_list_id, r.region_id is null, r.min_quantity is null and r.max_quantity is null, r.amount) s
            group by s.product_id, s.variant_id) variant
        group by variant.product_id
        """;

    public static string Sql(ListFilter filter, bool descending, long end)
    {
        var direction = descending ? "desc" : "asc";
        return filter.Narrows || end > LongestWalk ? Compared(filter.Sql, direction) : Walked(filter.Sql, direction);
    }

    /// <summary>Reads the prices of all matching products.</summary>
    private static string Compared(string filter, string direction) => $"""
        with matching as materialized (select p.id from catalog.products p where {filter})
        select matching.id from matching left join ({Lowest}) lowest on lowest.product_id = matching.id
        order by lowest.amount {direction} nulls last, matching.id limit @limit offset @offset
        """;

    /// <summary>
    /// For the whole catalogue: products that have only plain prices are met in order on an index, so only as many are read as the page needs.
    /// Those that also have others (on sale, of a region) are compared. Only where both run out are products without a price looked for.
    /// </summary>
    private static string Walked(string filter, string direction) => $"""
        with special as materialized (
            select distinct v.product_id from catalog.variants v {Applicable} and not ({Plain})),
        matching as materialized (
            select p.id from catalog.products p where p.id in (select special.product_id from special) and {filter}),
        priced as materialized (
            (select p.id, plain.amount from catalog.prices plain
            join catalog.variants own on own.id = plain.variant_id and own.deleted_at is null
            join catalog.products p on p.id = own.product_id
            where plain.currency_code = @currency and plain.price_list_id is null and plain.region_id is null
                and plain.min_quantity is null and plain.max_quantity is null and {filter}
                and not exists (
                    select 1 from catalog.variants v {Applicable} and v.product_id = own.product_id
                        and (not ({Plain}) or (r.amount, r.variant_id) < (plain.amount, plain.variant_id)))
            order by plain.amount {direction}, p.id limit @limit + @offset)
            union all
            (select lowest.product_id, lowest.amount from ({Lowest}) lowest
            order by lowest.amount {direction}, lowest.product_id limit @limit + @offset))
        select found.id from (
            select priced.id, priced.amount from priced
            union all
            (select p.id, null from catalog.products p
            where {filter} and not exists (select 1 from catalog.variants v {Applicable} and v.product_id = p.id)
            order by p.id limit greatest(0, @limit + @offset - (select count(*) from priced)))) found
        order by found.amount {direction} nulls last, found.id limit @limit offset @offset
        """;
}
