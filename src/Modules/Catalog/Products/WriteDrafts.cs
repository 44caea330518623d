using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using Npgsql;
using NpgsqlTypes;

namespace HeadlessPro.Catalog.Products;

/// <summary>The statements that make the rows of drafts true, in one round trip for any number of products.</summary>
internal static class WriteDrafts
{
    private static readonly string UpsertProducts = UpsertSql.Of("catalog.products", "rows",
        "id uuid", "title text", "subtitle text", "description text", "handle text", "status text", "is_giftcard boolean", "discountable boolean",
        "thumbnail text", "collection_id uuid", "type_id uuid", "weight numeric", "length numeric", "height numeric", "width numeric", "hs_code text",
        "origin_country text", "mid_code text", "material text", "external_id text", "vendor text", "seo_title text", "seo_description text",
        "metadata jsonb");

    private static readonly string UpsertOptions = UpsertSql.Of("catalog.options", "rows",
        "id uuid", "product_id uuid", "title text", "rank int", "metadata jsonb");

    private static readonly string UpsertOptionValues = UpsertSql.Of("catalog.option_values", "rows", "id uuid", "option_id uuid", "value text", "rank int");

    private static readonly string UpsertVariants = UpsertSql.Of("catalog.variants", "rows",
        "id uuid", "product_id uuid", "title text", "sku text", "barcode text", "ean text", "upc text", "allow_backorder boolean",
        "manage_inventory boolean", "requires_shipping boolean", "hs_code text", "origin_country text", "mid_code text", "material text",
        "weight numeric", "length numeric", "height numeric", "width numeric", "rank int", "thumbnail text", "metadata jsonb");

    private static readonly string UpsertImages = UpsertSql.Of("catalog.images", "rows",
        "id uuid", "product_id uuid", "url text", "alt text", "rank int", "metadata jsonb");

    public static readonly string UpsertPrices = UpsertSql.Of("catalog.prices", "rows",
        "id uuid", "variant_id uuid", "price_list_id uuid", "currency_code text", "amount bigint", "compare_at_amount bigint", "region_id uuid",
        "min_quantity int", "max_quantity int");

    public static void Add(NpgsqlBatch batch, IReadOnlyList<ProductDraft> drafts, IReadOnlyList<VariantValueLink> links)
    {
        if (drafts.Count == 0) return;
        Rows(batch, UpsertProducts, drafts.Select(d => d.Fields), DraftJson.Default.IEnumerableProductFields);
        AddOptions(batch, drafts.Where(d => d.OptionsTouched).ToList());
        AddVariants(batch, drafts, links);
        AddPrices(batch, drafts.SelectMany(d => d.Variants).Where(v => v.Prices is not null).ToList());
        AddImages(batch, drafts.Where(d => d.ImagesTouched).ToList());
        AddLinks(batch, "catalog.product_tags", "tag_id", drafts, d => d.TagIds);
        AddLinks(batch, "catalog.product_categories", "category_id", drafts, d => d.CategoryIds);
        AddLinks(batch, "catalog.product_channels", "sales_channel_id", drafts, d => d.ChannelIds);
    }

    private static void AddOptions(NpgsqlBatch batch, List<ProductDraft> drafts)
    {
        if (drafts.Count == 0) return;
        var options = drafts.SelectMany(d => d.Options).ToList();
        var values = options.SelectMany(o => o.Values).ToList();
        // Titles step aside first, so that two options can exchange theirs.
        Ids(batch, "delete from catalog.options where product_id = any (@ids) and id <> all (@kept)", drafts.Select(d => d.Id), options.Select(o => o.Id));
        Ids(batch, "update catalog.options set title = id::text where product_id = any (@ids)", drafts.Select(d => d.Id), []);
        Rows(batch, UpsertOptions, options, DraftJson.Default.IEnumerableOptionDraft);
        Ids(batch, "delete from catalog.option_values where option_id = any (@ids) and id <> all (@kept)", options.Select(o => o.Id), values.Select(v => v.Id));
        Rows(batch, UpsertOptionValues, values, DraftJson.Default.IEnumerableOptionValueDraft);
    }

    private static void AddVariants(NpgsqlBatch batch, IReadOnlyList<ProductDraft> drafts, IReadOnlyList<VariantValueLink> links)
    {
        var deleted = drafts.SelectMany(d => d.DeletedVariants).ToList();
        if (deleted.Count > 0) Ids(batch, "update catalog.variants set deleted_at = now() where id = any (@ids)", deleted, []);

        var touched = drafts.SelectMany(d => d.Variants).Where(v => v.Touched).ToList();
        // Codes step aside first, so that two variants can exchange theirs.
        if (touched.Exists(v => !v.IsNew))
            Ids(batch, "update catalog.variants set sku = null, barcode = null where id = any (@ids)", touched.Where(v => !v.IsNew).Select(v => v.Id), []);
        if (touched.Count > 0) Rows(batch, UpsertVariants, touched, DraftJson.Default.IEnumerableVariantDraft);

        var relinked = drafts.Where(d => d.OptionsTouched).SelectMany(d => d.Variants).Concat(touched).Select(v => v.Id).ToHashSet();
        if (relinked.Count == 0) return;
        Ids(batch, "delete from catalog.variant_values where variant_id = any (@ids)", relinked, []);
        Rows(batch, """
            insert into catalog.variant_values (variant_id, option_id, option_value_id)
            select r.variant_id, r.option_id, r.option_value_id
            from jsonb_to_recordset(@rows::jsonb) as r (variant_id uuid, option_id uuid, option_value_id uuid)
            """, links.Where(l => relinked.Contains(l.VariantId)), DraftJson.Default.IEnumerableVariantValueLink);
    }

    private static void AddPrices(NpgsqlBatch batch, List<VariantDraft> variants)
    {
        var replaced = variants.Where(v => !v.IsNew).Select(v => v.Id).ToList();
        if (replaced.Count > 0) Ids(batch, "delete from catalog.prices where variant_id = any (@ids) and price_list_id is null", replaced, []);
        var prices = variants.SelectMany(v => v.Prices!).ToList();
        if (prices.Count > 0) Rows(batch, UpsertPrices, prices, DraftJson.Default.IEnumerablePriceDraft);
    }

    private static void AddImages(NpgsqlBatch batch, List<ProductDraft> drafts)
    {
        if (drafts.Count == 0) return;
        var images = drafts.SelectMany(d => d.Images).ToList();
        Ids(batch, "delete from catalog.images where product_id = any (@ids) and id <> all (@kept)", drafts.Select(d => d.Id), images.Select(i => i.Id));
        if (images.Count > 0) Rows(batch, UpsertImages, images, DraftJson.Default.IEnumerableImageDraft);
    }

    private static void AddLinks(NpgsqlBatch batch, string table, string column, IReadOnlyList<ProductDraft> drafts, Func<ProductDraft, Guid[]?> ids)
    {
        var touched = drafts.Where(d => ids(d) is not null).ToList();
        if (touched.Count == 0) return;
        if (touched.Exists(d => d.Version is not null))
            Ids(batch, $"delete from {table} where product_id = any (@ids)", touched.Where(d => d.Version is not null).Select(d => d.Id), []);
        var pairs = touched.SelectMany(d => ids(d)!.Select(id => (Product: d.Id, Other: id))).ToList();
        if (pairs.Count > 0)
            Ids(batch, $"insert into {table} (product_id, {column}) select * from unnest(@ids, @kept)", pairs.Select(p => p.Product), pairs.Select(p => p.Other));
    }

    private static void Ids(NpgsqlBatch batch, string sql, IEnumerable<Guid> ids, IEnumerable<Guid> kept)
    {
        var command = new NpgsqlBatchCommand(sql) { Parameters = { new NpgsqlParameter("ids", ids.ToArray()) } };
        if (sql.Contains("@kept", StringComparison.Ordinal)) command.Parameters.Add(new NpgsqlParameter("kept", kept.ToArray()));
        batch.BatchCommands.Add(command);
    }

    public static void Rows<T>(NpgsqlBatch batch, string sql, IEnumerable<T> rows, JsonTypeInfo<IEnumerable<T>> type) =>
        batch.BatchCommands.Add(new NpgsqlBatchCommand(sql)
        {
            Parameters = { new NpgsqlParameter("rows", NpgsqlDbType.Text) { Value = JsonSerializer.Serialize(rows, type) } },
        });
}
