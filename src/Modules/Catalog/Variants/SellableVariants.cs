using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Events;
using Npgsql;

namespace HeadlessPro.Catalog;

/// <summary>
/// What a cart needs of its variants: at most one round trip, none for variants that were asked for before in the same context while the
/// catalogue has not changed. Lines of one variant are added up, so that their total decides the quantity price.
/// </summary>
internal sealed class SellableVariants(Db db, TimeProvider clock)
{
    private readonly CatalogCopies<(Guid Variant, string Context), Copy> _copies = new(mostBytes: 48 * 1024 * 1024, copy => copy.Bytes);

    public async Task<IReadOnlyList<SellableVariant>> Get(GetSellableVariants request, CancellationToken ct)
    {
        if (request.Lines.Count == 0) return [];
        var quantities = request.Lines.GroupBy(l => l.VariantId).ToDictionary(g => g.Key, g => g.Sum(l => l.Quantity));
        var context = new PriceContext(request.CurrencyCode, request.RegionId, request.CustomerGroupIds ?? [], clock.GetUtcNow());
        var key = $"{context.Currency} {context.RegionId} {string.Join(',', context.Groups)} {string.Join(',', request.SalesChannelIds)}";

        var found = new List<Copy>(quantities.Count);
        foreach (var id in quantities.Keys)
            if (_copies.TryGet(request.AsOf, (id, key), out var copy) && context.Now < copy.Until) found.Add(copy);

        if (found.Count < quantities.Count)
        {
            var missing = quantities.Keys.Except(found.Select(c => c.Variant.VariantId)).ToArray();
            found.AddRange(await Read(missing, context, request.SalesChannelIds, key, ct));
        }

        return found.ConvertAll(copy => copy.At(quantities[copy.Variant.VariantId]));
    }

    private async Task<List<Copy>> Read(Guid[] variants, PriceContext context, IReadOnlyList<Guid> channels, string key, CancellationToken ct)
    {
        await using var batch = db.Batch();
        // First: what is read after it may be newer than this version says, never older.
        batch.BatchCommands.Add(TopicVersion.Read("catalog"));
        batch.BatchCommands.Add(PriceListTurns.Next(context.Now));
        batch.BatchCommands.Add(context.OfVariants(variants));
        batch.BatchCommands.Add(Variants(variants, channels));
        await using var reader = await batch.ExecuteReaderAsync(ct);

        await reader.ReadAsync(ct);
        var version = reader.GetInt64(0);
        await reader.NextResultAsync(ct);
        await reader.ReadAsync(ct);
        var until = reader.IsDBNull(0) ? DateTimeOffset.MaxValue : reader.GetFieldValue<DateTimeOffset>(0);
        await reader.NextResultAsync(ct);
        var prices = (await reader.ReadRows(PriceChoice.ReadRow, ct)).ToLookup(p => p.VariantId);
        await reader.NextResultAsync(ct);
        var found = new List<Copy>(variants.Length);
        while (await reader.ReadAsync(ct))
        {
            var variant = Read(reader);
            found.Add(new Copy(variant, [.. prices[variant.VariantId]], until));
        }

        _copies.Keep(version, found.Select(copy => KeyValuePair.Create((copy.Variant.VariantId, key), copy)));
        return found;
    }

    private static NpgsqlBatchCommand Variants(Guid[] variants, IReadOnlyList<Guid> channels)
    {
        var command = new NpgsqlBatchCommand($"""
            select v.id, v.product_id, v.title, v.sku, v.barcode, p.title, p.subtitle, p.description, p.handle, coalesce(v.thumbnail, p.thumbnail),
                p.type_id, t.value, p.collection_id, c.title,
                array(select array_to_string(k.path, ' ') from catalog.product_categories pk join catalog.categories k on k.id = pk.category_id
                    where pk.product_id = p.id and k.deleted_at is null),
                array(select g.id from catalog.product_tags pg join catalog.tags g on g.id = pg.tag_id
                    where pg.product_id = p.id and g.deleted_at is null),
                array(select word from catalog.variant_values vv join catalog.options o on o.id = vv.option_id
                    join catalog.option_values ov on ov.id = vv.option_value_id, unnest(array[o.title, ov.value]) with ordinality as words (word, nr)
                    where vv.variant_id = v.id order by o.rank, o.id, nr),
                v.manage_inventory, v.allow_backorder, v.requires_shipping, p.discountable, p.is_giftcard
            from catalog.variants v
            join catalog.products p on p.id = v.product_id
            {StoreRows.Joins}
            where v.id = any (@variants) and v.deleted_at is null and {Visibility.Condition(channels)}
            """);
        command.Parameters.AddWithValue("variants", variants);
        Visibility.AddTo(command.Parameters, channels);
        return command;
    }

    private static SellableVariant Read(NpgsqlDataReader reader)
    {
        var row = new Row(reader);
        var (id, product, title, sku, barcode) = (row.Guid(), row.Guid(), row.Text(), row.TextOrNull(), row.TextOrNull());
        var (productTitle, subtitle, description, handle, thumbnail) = (row.Text(), row.TextOrNull(), row.TextOrNull(), row.Text(), row.TextOrNull());
        var (type, typeValue, collection, collectionTitle) = (row.GuidOrNull(), row.TextOrNull(), row.GuidOrNull(), row.TextOrNull());
        // A category's path ends with itself.
        var paths = row.Array<string>().Select(path => path.Split(' ').Select(System.Guid.Parse).ToList()).ToList();
        var tags = row.Array<Guid>();
        var options = row.Array<string>().Chunk(2).ToDictionary(pair => pair[0], pair => pair[1], StringComparer.Ordinal);
        return new SellableVariant(
            id, product, title, sku, barcode, productTitle, subtitle, description, handle, thumbnail, type, typeValue, collection, collectionTitle,
            paths.ConvertAll(path => path[^1]), paths.SelectMany(path => path).Distinct().ToList(), tags, options,
            row.Flag(), row.Flag(), row.Flag(), row.Flag(), row.Flag(), null, null, null);
    }

    /// <summary>A variant without its price, the prices that could apply, and how long those stand.</summary>
    private sealed record Copy(SellableVariant Variant, PriceRow[] Prices, DateTimeOffset Until)
    {
        /// <summary>Roughly: two bytes a character of what may be long, the rest as measured.</summary>
        public long Bytes => 1500 + (Prices.Length * 120) + (2L * (Variant.ProductDescription?.Length ?? 0));

        public SellableVariant At(long quantity)
        {
            var price = PriceChoice.Choose(Prices, quantity);
            return Variant with { UnitPrice = price?.Calculated.Amount, OriginalPrice = price?.Original.Amount, CompareAtPrice = price?.StruckThrough };
        }
    }
}
