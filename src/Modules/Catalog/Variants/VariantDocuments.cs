using System.Text;
using System.Text.Json;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Events;
using HeadlessPro.Platform.Web;
using Npgsql;

namespace HeadlessPro.Catalog;

/// <summary>
/// Variants as carts and orders show them, deleted ones included: at most one round trip, none for variants that were asked for before while
/// the catalogue has not changed. The variant has its options and its product (whose type and collection are ids only); the product on its
/// own has type, collection, tags and categories.
/// </summary>
internal sealed class VariantDocuments(Db db)
{
    private readonly CatalogCopies<Guid, Copy> _copies = new(mostBytes: 16 * 1024 * 1024, copy => copy.Bytes);

    private static readonly Fields VariantFields = Fields.Parse("*,options.**,product.*,product.type.id,product.collection.id");

    public async Task<IReadOnlyList<VariantDocument>> Get(GetVariantDocuments request, CancellationToken ct)
    {
        var found = new List<VariantDocument>(request.VariantIds.Count);
        var missing = new List<Guid>();
        foreach (var id in request.VariantIds.Distinct())
        {
            if (_copies.TryGet(request.AsOf, id, out var copy)) found.Add(copy.ToDocument(id));
            else missing.Add(id);
        }

        if (missing.Count > 0) found.AddRange(await Read([.. missing], ct));
        return found;
    }

    private async Task<List<VariantDocument>> Read(Guid[] ids, CancellationToken ct)
    {
        await using var batch = db.Batch();
        // First: what is read after it may be newer than this version says, never older.
        batch.BatchCommands.Add(TopicVersion.Read("catalog"));
        Add(batch, ids, $"""
            select distinct on (p.id) {StoreRows.Product} from catalog.variants v
            join catalog.products p on p.id = v.product_id
            {StoreRows.Joins}
            where v.id = any (@ids)
            """);
        Add(batch, ids, $"""
            select distinct pg.product_id, {StoreRows.Tag} from catalog.variants v
            join catalog.product_tags pg on pg.product_id = v.product_id
            join catalog.tags g on g.id = pg.tag_id and g.deleted_at is null
            where v.id = any (@ids) order by g.value
            """);
        Add(batch, ids, $"""
            select distinct pk.product_id, {StoreRows.Category} from catalog.variants v
            join catalog.product_categories pk on pk.product_id = v.product_id
            join catalog.categories k on k.id = pk.category_id and k.deleted_at is null
            where v.id = any (@ids) order by k.rank, k.id
            """);
        Add(batch, ids, $"select {StoreRows.Variant} from catalog.variants v where v.id = any (@ids)");
        Add(batch, ids, $"""
            select vv.variant_id, {StoreRows.OptionValue}, {StoreRows.Option} from catalog.variant_values vv
            join catalog.option_values ov on ov.id = vv.option_value_id
            join catalog.options o on o.id = vv.option_id
            where vv.variant_id = any (@ids) order by o.rank, o.id
            """);
        await using var reader = await batch.ExecuteReaderAsync(ct);

        await reader.ReadAsync(ct);
        var version = reader.GetInt64(0);
        await reader.NextResultAsync(ct);
        var products = (await reader.ReadRows(StoreRows.ReadProduct, ct)).ToDictionary(p => p.Id, StringComparer.Ordinal);
        var tags = await reader.NextRowsByKey(StoreRows.ReadTag, ct);
        var categories = await reader.NextRowsByKey(StoreRows.ReadProductCategory, ct);
        var variants = await reader.NextRows(StoreRows.ReadVariant, ct);
        var options = await reader.NextRowsByKey(StoreRows.ReadOptionValueWithOption, ct);
        foreach (var product in products.Values)
            (product.Tags, product.Categories) = ([.. tags[product.Key]], [.. categories[product.Key]]);

        var documents = variants.Select(variant =>
        {
            var product = products[variant.ProductId];
            (variant.Product, variant.Options) = (product, [.. options[variant.Key]]);
            return new VariantDocument(variant.Key, Json(variant), JsonSerializer.Serialize(product, StoreJson.Default.ProductResponse));
        }).ToList();
        _copies.Keep(version, documents.Select(document => KeyValuePair.Create(document.VariantId, Copy.Of(document))));
        return documents;
    }

    private static void Add(NpgsqlBatch batch, Guid[] ids, string sql) =>
        batch.BatchCommands.Add(new NpgsqlBatchCommand(sql) { Parameters = { new NpgsqlParameter("ids", ids) } });

    private static string Json(VariantResponse variant)
    {
        using var body = new MemoryStream();
        using (var writer = new Utf8JsonWriter(body)) JsonBody.WriteSelected(writer, variant, StoreJson.Default.VariantResponse, VariantFields);
        return Encoding.UTF8.GetString(body.GetBuffer(), 0, (int)body.Length);
    }

    /// <summary>A document in half the memory.</summary>
    private sealed record Copy(byte[] Variant, byte[] Product)
    {
        public long Bytes => 200 + Variant.Length + Product.Length;

        public static Copy Of(VariantDocument document) => new(Encoding.UTF8.GetBytes(document.Variant), Encoding.UTF8.GetBytes(document.Product));

        public VariantDocument ToDocument(Guid id) => new(id, Encoding.UTF8.GetString(Variant), Encoding.UTF8.GetString(Product));
    }
}
