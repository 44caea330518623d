using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Catalog;

/// <summary>Products of these ids that a caller of these channels may see, in their order, with the wanted relations, in one round trip.</summary>
internal sealed class LoadStoreProducts(Guid[] ids, ProductParts parts, PriceContext? prices, IReadOnlyList<Guid> channels)
{
    public async Task<LoadedProducts> Run(Db db, CancellationToken ct)
    {
        await using var batch = db.Batch();
        AddTo(batch);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        return await Read(reader, ct);
    }

    private void AddTo(NpgsqlBatch batch)
    {
        var products = Add(batch, true, $"""
            select {StoreRows.Product} from unnest(@ids) with ordinality as wanted (id, place)
            join catalog.products p on p.id = wanted.id
            {StoreRows.Joins}
            where {Visibility.Condition(channels)} order by wanted.place
            """);
        Visibility.AddTo(products!.Parameters, channels);
        Add(batch, parts.Variants, $"""
            select {StoreRows.Variant} from catalog.variants v
            where v.product_id = any (@ids) and v.deleted_at is null order by v.rank, v.id
            """);
        Add(batch, parts.Options, $"select o.product_id, {StoreRows.Option} from catalog.options o where o.product_id = any (@ids) order by o.rank, o.id");
        Add(batch, parts.Options || parts.VariantOptions, $"""
            select o.product_id, {StoreRows.OptionValue}, {StoreRows.Option} from catalog.options o
            join catalog.option_values ov on ov.option_id = o.id
            where o.product_id = any (@ids) order by o.rank, o.id, ov.rank, ov.id
            """);
        Add(batch, parts.VariantOptions, """
            select vv.variant_id, vv.option_value_id from catalog.variants v
            join catalog.variant_values vv on vv.variant_id = v.id
            join catalog.options o on o.id = vv.option_id
            where v.product_id = any (@ids) and v.deleted_at is null order by o.rank, o.id
            """);
        Add(batch, parts.Images || parts.VariantImages, $"""
            select i.product_id, {StoreRows.Image} from catalog.images i where i.product_id = any (@ids) order by i.rank, i.id
            """);
        Add(batch, parts.Tags, $"""
            select pg.product_id, {StoreRows.Tag} from catalog.product_tags pg
            join catalog.tags g on g.id = pg.tag_id and g.deleted_at is null
            where pg.product_id = any (@ids) order by g.value
            """);
        Add(batch, parts.Categories, $"""
            select pk.product_id, {StoreRows.Category} from catalog.product_categories pk
            join catalog.categories k on k.id = pk.category_id and k.deleted_at is null and k.is_active and not k.is_internal
            where pk.product_id = any (@ids) order by k.rank, k.id
            """);
        if (parts.Prices && prices is not null) batch.BatchCommands.Add(prices.OfProducts(ids));
    }

    private NpgsqlBatchCommand? Add(NpgsqlBatch batch, bool wanted, string sql)
    {
        if (!wanted) return null;
        var command = new NpgsqlBatchCommand(sql) { Parameters = { new NpgsqlParameter("ids", ids) } };
        batch.BatchCommands.Add(command);
        return command;
    }

    private async Task<LoadedProducts> Read(NpgsqlDataReader reader, CancellationToken ct)
    {
        var products = await reader.ReadRows(StoreRows.ReadProduct, ct);
        var variants = parts.Variants ? await reader.NextRows(StoreRows.ReadVariant, ct) : [];
        var options = parts.Options ? await reader.NextRowsByKey(StoreRows.ReadOption, ct) : null;
        var values = parts.Options || parts.VariantOptions ? await reader.NextRowsByKey(StoreRows.ReadOptionValueWithOption, ct) : null;
        var chosen = parts.VariantOptions ? await reader.NextRowsByKey((ref row) => row.Id("optval"), ct) : null;
        var images = parts.Images || parts.VariantImages ? await reader.NextRowsByKey(StoreRows.ReadImage, ct) : null;
        var tags = parts.Tags ? await reader.NextRowsByKey(StoreRows.ReadTag, ct) : null;
        var categories = parts.Categories ? await reader.NextRowsByKey(StoreRows.ReadProductCategory, ct) : null;
        var priceRows = parts.Prices && prices is not null ? await reader.NextRows(PriceChoice.ReadRow, ct) : [];

        var variantsByProduct = variants.ToLookup(v => v.ProductId, StringComparer.Ordinal);
        foreach (var product in products)
        {
            product.Tags = tags?[product.Key].ToList();
            product.Categories = categories?[product.Key].ToList();
            var pictures = images?[product.Key].ToList();
            if (parts.Images) product.Images = pictures;
            if (options is not null) product.Options = WithValues(options[product.Key], values![product.Key]);
            if (!parts.Variants) continue;
            product.Variants = variantsByProduct[product.Id].ToList();
            var byId = chosen is null ? null : values![product.Key].ToDictionary(v => v.Id, StringComparer.Ordinal);
            foreach (var variant in product.Variants)
            {
                variant.Options = chosen?[variant.Key].Where(byId!.ContainsKey).Select(id => byId[id]).ToList();
                if (parts.VariantImages) variant.Images = pictures;
                if (parts.VariantProduct) variant.Product = product with { Variants = null, Options = null };
            }
        }

        return new LoadedProducts(products, priceRows.ToLookup(p => p.VariantId));
    }

    private static List<OptionResponse> WithValues(IEnumerable<OptionResponse> options, IEnumerable<OptionValueResponse> values)
    {
        var byOption = values.ToLookup(v => v.OptionId, v => v with { Option = null }, StringComparer.Ordinal);
        var all = options.ToList();
        foreach (var option in all) option.Values = byOption[option.Id].ToList();
        return all;
    }
}

/// <summary>Products, and the prices that could apply to their variants.</summary>
internal sealed record LoadedProducts(List<ProductResponse> Products, ILookup<Guid, PriceRow> Prices);
