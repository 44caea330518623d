namespace HeadlessPro.Catalog;

/// <summary>
/// One price that could apply: it is in the currency, of this region or of none, and its price list (if any) is active now for this customer.
/// Without a list it is the variant's own price.
/// </summary>
internal sealed record PriceRow(
    Guid Id, Guid VariantId, Guid? ListId, string? ListType, Guid? RegionId, long Amount, long? CompareAt, int? MinQuantity, int? MaxQuantity);

/// <summary>What a variant costs, and what it would cost without a sale.</summary>
internal sealed record ChosenPrice(PriceRow Calculated, PriceRow Original)
{
    /// <summary>The amount struck through beside the price: the highest of original and compare-at price, when it is above the price.</summary>
    public long? StruckThrough
    {
        get
        {
            var highest = Math.Max(Original.Amount, Math.Max(Original.CompareAt ?? 0, Calculated.CompareAt ?? 0));
            return highest > Calculated.Amount ? highest : null;
        }
    }
}

/// <summary>
/// Which price wins. Of each source (the variant's own prices; each price list) one price stands: of the region before currency-wide, then of
/// a quantity tier before none, then of the highest tier, then the lowest. The cheapest override replaces the variant's own price. The cheapest sale
/// is taken when it is below that; an equal one is not a sale. <see cref="PriceOrder"/> says the same in SQL for sorting.
/// </summary>
internal static class PriceChoice
{
    public static ChosenPrice? Choose(IEnumerable<PriceRow> candidates, long quantity)
    {
        PriceRow? own = null, cheapestOverride = null, cheapestSale = null;
        var standing = candidates
            .Where(p => (p.MinQuantity ?? 1) <= quantity && (p.MaxQuantity ?? long.MaxValue) >= quantity)
            .GroupBy(p => p.ListId)
            .Select(source => source
                .OrderBy(p => p.RegionId is null).ThenBy(p => p.MinQuantity is null && p.MaxQuantity is null)
                .ThenByDescending(p => p.MinQuantity ?? 1).ThenBy(p => p.Amount).First());
        foreach (var price in standing.OrderBy(p => p.Amount).ThenBy(p => p.Id))
        {
            if (price.ListType is null) own ??= price;
            else if (price.ListType == "override") cheapestOverride ??= price;
            else cheapestSale ??= price;
        }

        var original = cheapestOverride ?? own;
        if (original is null) return cheapestSale is null ? null : new ChosenPrice(cheapestSale, cheapestSale);
        return new ChosenPrice(cheapestSale is not null && cheapestSale.Amount < original.Amount ? cheapestSale : original, original);
    }

    /// <summary>Columns of <see cref="PriceRow"/>, of prices <c>r</c> and their lists <c>l</c>.</summary>
    public const string Columns = "r.id, r.variant_id, r.price_list_id, l.type, r.region_id, r.amount, r.compare_at_amount, r.min_quantity, r.max_quantity";

    public static PriceRow ReadRow(ref Row row) => new(
        row.Guid(), row.Guid(), row.GuidOrNull(), row.TextOrNull(), row.GuidOrNull(), row.Long(), row.LongOrNull(), row.NumberOrNull(), row.NumberOrNull());

    /// <summary>From and conditions of candidates; parameters: @currency, @region (or null), @groups (wire ids of customer groups), @now.</summary>
    public const string ActiveList = """
        left join catalog.price_lists l on l.id = r.price_list_id and l.deleted_at is null and l.status = 'active'
            and (l.starts_at is null or l.starts_at <= @now) and (l.ends_at is null or l.ends_at > @now)
            and (not l.rules ? 'customer.groups.id' or l.rules -> 'customer.groups.id' ?| @groups)
        """;

    public const string Applies = """
        r.currency_code = @currency and (r.region_id is null or r.region_id = @region) and (r.price_list_id is null or l.id is not null)
        """;
}
