using System.Globalization;
using System.Runtime.CompilerServices;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Npgsql;

namespace HeadlessPro.Catalog.Imports;

/// <summary>Reads products with all that a file says of them, a page in one round trip, following the ids.</summary>
internal static class ExportPages
{
    /// <summary>A variant's own price: what a file's price columns are.</summary>
    public const string OwnPrice = "r.price_list_id is null and r.region_id is null and r.min_quantity is null and r.max_quantity is null";

    private static readonly string ProductPlain = Plain("p", PlainFields.ProductTexts.Select(f => f.Name), PlainFields.ProductNumbers.Select(f => f.Name));
    private static readonly string VariantPlain = Plain("v", PlainFields.VariantTexts.Select(f => f.Name), PlainFields.VariantNumbers.Select(f => f.Name));

    public static async IAsyncEnumerable<IReadOnlyList<ExportedProduct>> Read(Db db, ListFilter filter, int pageSize, [EnumeratorCancellation] CancellationToken ct)
    {
        var after = Guid.Empty;
        while (true)
        {
            var page = await ReadPage(db, filter, after, pageSize, ct);
            if (page.Count > 0) yield return page;
            if (page.Count < pageSize) yield break;
            after = page[^1].Id;
        }
    }

    private static async Task<List<ExportedProduct>> ReadPage(Db db, ListFilter filter, Guid after, int pageSize, CancellationToken ct)
    {
        var products = new List<ExportedProduct>();
        var command = filter.Command($"""
            select p.id, p.handle, p.status, p.is_giftcard, p.discountable, p.metadata::text,
                (select t.value from catalog.types t where t.id = p.type_id), (select c.title from catalog.collections c where c.id = p.collection_id),
                (select string_agg(t.value, ', ' order by t.value) from catalog.product_tags x join catalog.tags t on t.id = x.tag_id where x.product_id = p.id),
                (select string_agg((select string_agg(n.name, ' > ' order by o.at) from unnest(c.path) with ordinality o (id, at) join catalog.categories n on n.id = o.id), ' | ' order by c.id)
                    from catalog.product_categories x join catalog.categories c on c.id = x.category_id and c.deleted_at is null where x.product_id = p.id),
                array(select o.title from catalog.options o where o.product_id = p.id order by o.rank, o.id limit 3), {ProductPlain}
            from catalog.products p where {filter.Sql} and p.id > @after order by p.id limit @page_size
            """);
        command.Parameters.AddWithValue("after", after);
        command.Parameters.AddWithValue("page_size", pageSize);
        await using (var batch = db.Batch())
        {
            batch.BatchCommands.Add(command);
            await using var reader = await batch.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct)) products.Add(ReadProduct(reader));
        }

        if (products.Count > 0) await ReadParts(db, products.ToDictionary(p => p.Id), ct);
        return products;
    }

    private static async Task ReadParts(Db db, Dictionary<Guid, ExportedProduct> products, CancellationToken ct)
    {
        await using var batch = db.Batch();
        Guid[] ids = [.. products.Keys];
        Add(batch, $"""
            select v.product_id, v.id, v.title, v.sku, v.barcode, v.allow_backorder, v.manage_inventory, v.requires_shipping, v.thumbnail, v.weight, v.metadata::text,
                array(select coalesce(y.value, '') from (select o.id from catalog.options o where o.product_id = v.product_id order by o.rank, o.id limit 3) o
                      left join catalog.variant_values x on x.option_id = o.id and x.variant_id = v.id left join catalog.option_values y on y.id = x.option_value_id),
                {VariantPlain}
            from catalog.variants v where v.product_id = any(@ids) and v.deleted_at is null order by v.rank, v.id
            """, ids);
        Add(batch, $"""
            select v.id, r.currency_code, r.amount, r.compare_at_amount from catalog.prices r join catalog.variants v on v.id = r.variant_id
            where v.product_id = any(@ids) and v.deleted_at is null and {OwnPrice}
            """, ids);
        Add(batch, "select i.product_id, i.url, i.alt, i.rank from catalog.images i where i.product_id = any(@ids) order by i.rank, i.id", ids);

        var variants = new Dictionary<Guid, ExportedVariant>();
        await using var reader = await batch.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var variant = ReadVariant(reader);
            variants.Add(variant.Id, variant);
            products[reader.GetGuid(0)].Variants.Add(variant);
        }

        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
            // Each statement sees what is committed by then: a variant made a moment ago has prices here and no row above.
            if (variants.TryGetValue(reader.GetGuid(0), out var variant)) variant.Prices[reader.GetString(1)] = (reader.GetInt64(2), reader.IsDBNull(3) ? null : reader.GetInt64(3));
        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var cells = new Dictionary<Column, string> { [Column.ImageSrc] = reader.GetString(1), [Column.ImagePosition] = Text(reader.GetInt32(3) + 1) };
            if (!reader.IsDBNull(2)) cells[Column.ImageAlt] = reader.GetString(2);
            products[reader.GetGuid(0)].Images.Add(cells);
        }
    }

    private static ExportedProduct ReadProduct(NpgsqlDataReader reader)
    {
        var cells = new Dictionary<Column, string>
        {
            [Column.Handle] = reader.GetString(1),
            // «active» is the word Shopify has for it; the others are the same or only ours.
            [Column.Status] = reader.GetString(2) is "published" ? "active" : reader.GetString(2),
            [Column.GiftCard] = Text(reader.GetBoolean(3)),
            [Column.Discountable] = Text(reader.GetBoolean(4)),
        };
        Set(cells, Column.Metadata, reader, 5);
        Set(cells, Column.Type, reader, 6);
        Set(cells, Column.Collection, reader, 7);
        Set(cells, Column.Tags, reader, 8);
        Set(cells, Column.Category, reader, 9);
        Column[] names = [Column.Option1Name, Column.Option2Name, Column.Option3Name];
        var options = reader.GetFieldValue<string[]>(10);
        for (var i = 0; i < options.Length; i++) cells[names[i]] = options[i];
        SetPlain(cells, reader, 11, [.. PlainFields.ProductTexts.Select(f => f.Column), .. PlainFields.ProductNumbers.Select(f => f.Column)]);
        return new ExportedProduct(reader.GetGuid(0), cells, [], []);
    }

    private static ExportedVariant ReadVariant(NpgsqlDataReader reader)
    {
        var cells = new Dictionary<Column, string>
        {
            [Column.VariantTitle] = reader.GetString(2),
            [Column.InventoryPolicy] = reader.GetBoolean(5) ? "continue" : "deny",
            [Column.InventoryTracker] = reader.GetBoolean(6) ? "headlesspro" : "",
            [Column.RequiresShipping] = Text(reader.GetBoolean(7)),
        };
        Set(cells, Column.Sku, reader, 3);
        Set(cells, Column.Barcode, reader, 4);
        Set(cells, Column.VariantImage, reader, 8);
        if (!reader.IsDBNull(9)) cells[Column.Grams] = Number(reader.GetDecimal(9));
        Set(cells, Column.VariantMetadata, reader, 10);
        Column[] columns = [Column.Option1Value, Column.Option2Value, Column.Option3Value];
        var values = reader.GetFieldValue<string[]>(11);
        for (var i = 0; i < values.Length; i++) cells[columns[i]] = values[i];
        SetPlain(cells, reader, 12, [.. PlainFields.VariantTexts.Select(f => f.Column), .. PlainFields.VariantNumbers.Select(f => f.Column)]);
        return new ExportedVariant(reader.GetGuid(1), cells, new(StringComparer.Ordinal));
    }

    private static void SetPlain(Dictionary<Column, string> cells, NpgsqlDataReader reader, int from, Column[] columns)
    {
        foreach (var column in columns)
        {
            if (!reader.IsDBNull(from)) cells[column] = reader.GetFieldType(from) == typeof(decimal) ? Number(reader.GetDecimal(from)) : reader.GetString(from);
            from++;
        }
    }

    private static void Set(Dictionary<Column, string> cells, Column column, NpgsqlDataReader reader, int index)
    {
        if (!reader.IsDBNull(index)) cells[column] = reader.GetString(index);
    }

    private static string Plain(string alias, IEnumerable<string> texts, IEnumerable<string> numbers) => string.Join(", ", texts.Concat(numbers).Select(name => $"{alias}.{name}"));

    private static string Text(bool value) => value ? "true" : "false";

    private static string Text(int value) => value.ToString(CultureInfo.InvariantCulture);

    private static string Number(decimal value) => value.ToString(CultureInfo.InvariantCulture);

    private static void Add(NpgsqlBatch batch, string sql, Guid[] ids) =>
        batch.BatchCommands.Add(new NpgsqlBatchCommand(sql) { Parameters = { new NpgsqlParameter("ids", ids) } });
}
