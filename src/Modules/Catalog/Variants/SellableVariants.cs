using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Catalog;

/// <summary>
/// What a cart needs of its variants, in one round trip. Lines of one variant are added up, so that their total decides the quantity price.
/// </summary>
internal static class SellableVariants
{
    public static async Task<IReadOnlyList<SellableVariant>> Get(GetSellableVariants request, Db db, TimeProvider clock, CancellationToken ct)
    {
        if (request.Lines.Count == 0) return [];
        var quantities = request.Lines.GroupBy(l => l.VariantId).ToDictionary(g => g.Key, g => g.Sum(l => l.Quantity));
        var context = new PriceContext(request.CurrencyCode, request.RegionId, request.CustomerGroupIds ?? [], clock.GetUtcNow());

        await using var batch = db.Batch();
        batch.BatchCommands.Add(context.OfVariants([.. quantities.Keys]));
        batch.BatchCommands.Add(Variants(quantities.Keys, request.SalesChannelIds));
        await using var reader = await batch.ExecuteReaderAsync(ct);

        var prices = (await reader.ReadRows(PriceChoice.ReadRow, ct)).ToLookup(p => p.VariantId);
        await reader.NextResultAsync(ct);
        var variants = new List<SellableVariant>(quantities.Count);
        while (await reader.ReadAsync(ct)) variants.Add(Read(reader, prices, quantities));
        return variants;
    }

    private static NpgsqlBatchCommand Variants(IEnumerable<Guid> variants, IReadOnlyList<Guid> channels)
    {
        var command = new NpgsqlBatchCommand($"""
            select v.id, v.product_id, v.title, v.sku, v.barcode, p.title, p.subtitle, p.description, p.handle, coalesce(v.thumbnail, p.thumbnail),
                p.type_id, t.value, p.collection_id, c.title,
                array(select k.id from catalog.product_categories pk join catalog.categories k on k.id = pk.category_id
                    where pk.product_id = p.id and k.deleted_at is null),
                array(select distinct step from catalog.product_categories pk join catalog.categories k on k.id = pk.category_id, unnest(k.path) step
                    where pk.product_id = p.id and k.deleted_at is null),
                array(select g.id from catalog.product_tags pg join catalog.tags g on g.id = pg.tag_id
                    where pg.product_id = p.id and g.deleted_at is null),
                array(select o.title from catalog.variant_values vv join catalog.options o on o.id = vv.option_id
                    where vv.variant_id = v.id order by o.rank, o.id),
                array(select ov.value from catalog.variant_values vv join catalog.options o on o.id = vv.option_id
                    join catalog.option_values ov on ov.id = vv.option_value_id where vv.variant_id = v.id order by o.rank, o.id),
                v.manage_inventory, v.allow_backorder, v.requires_shipping, p.discountable, p.is_giftcard
            from catalog.variants v
            join catalog.products p on p.id = v.product_id
            {ProductRows.Joins}
            where v.id = any (@variants) and v.deleted_at is null and {Visibility.Condition(channels)}
            """);
        command.Parameters.AddWithValue("variants", variants.ToArray());
        Visibility.AddTo(command.Parameters, channels);
        return command;
    }

    private static SellableVariant Read(NpgsqlDataReader reader, ILookup<Guid, PriceRow> prices, Dictionary<Guid, long> quantities)
    {
        var row = new Row(reader);
        var (id, product, title, sku, barcode) = (row.Guid(), row.Guid(), row.Text(), row.TextOrNull(), row.TextOrNull());
        var (productTitle, subtitle, description, handle, thumbnail) = (row.Text(), row.TextOrNull(), row.TextOrNull(), row.Text(), row.TextOrNull());
        var (type, typeValue, collection, collectionTitle) = (row.GuidOrNull(), row.TextOrNull(), row.GuidOrNull(), row.TextOrNull());
        var (categories, path, tags) = (row.Array<Guid>(), row.Array<Guid>(), row.Array<Guid>());
        var (optionTitles, optionValues) = (row.Array<string>(), row.Array<string>());
        var price = PriceChoice.Choose(prices[id], quantities[id]);
        return new SellableVariant(
            id, product, title, sku, barcode, productTitle, subtitle, description, handle, thumbnail, type, typeValue, collection, collectionTitle,
            categories, path, tags, optionTitles.Zip(optionValues).ToDictionary(p => p.First, p => p.Second, StringComparer.Ordinal),
            row.Flag(), row.Flag(), row.Flag(), row.Flag(), row.Flag(),
            price?.Calculated.Amount, price?.Original.Amount, price?.StruckThrough);
    }
}
