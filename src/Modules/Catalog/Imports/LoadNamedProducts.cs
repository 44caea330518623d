using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Catalog.Imports;

/// <summary>Reads the products a batch names, and who has its SKUs and barcodes, in one round trip.</summary>
internal static class LoadNamedProducts
{
    private static readonly string ProductTexts = string.Join(", ", PlainFields.ProductTexts.Select(f => "p." + f.Name));
    private static readonly string ProductNumbers = string.Join(", ", PlainFields.ProductNumbers.Select(f => "p." + f.Name));
    private static readonly string VariantTexts = string.Join(", ", PlainFields.VariantTexts.Select(f => "v." + f.Name));
    private static readonly string VariantNumbers = string.Join(", ", PlainFields.VariantNumbers.Select(f => "v." + f.Name));

    /// <summary>Products by handle.</summary>
    /// <param name="batch">Where to run: in the transaction that will write, or on its own for a dry run.</param>
    /// <param name="forUpdate">Whether the rows are to be locked.</param>
    /// <param name="handles">Handles of the batch.</param>
    /// <param name="skus">SKUs it names.</param>
    /// <param name="barcodes">Barcodes it names.</param>
    /// <param name="owners">Filled with who has them.</param>
    /// <param name="ct">Cancellation.</param>
    public static async Task<Dictionary<string, ProductState>> Run(
        NpgsqlBatch batch, bool forUpdate, string[] handles, string[] skus, string[] barcodes, VariantOwners owners, CancellationToken ct)
    {
        const string found = "select p.id from catalog.products p where p.handle = any(@handles) and p.deleted_at is null";
        Add(batch, $"""
            select p.id, p.handle, p.status, p.is_giftcard, p.discountable, p.thumbnail, p.collection_id, p.type_id, {ProductTexts}, {ProductNumbers}
            from catalog.products p where p.handle = any(@handles) and p.deleted_at is null order by p.id {(forUpdate ? "for update" : "")}
            """, "handles", handles);
        Add(batch, $"""
            select o.product_id, o.id, o.title, o.rank, array(select v.id from catalog.option_values v where v.option_id = o.id order by v.id),
                array(select v.value from catalog.option_values v where v.option_id = o.id order by v.id)
            from catalog.options o where o.product_id in ({found}) order by o.rank, o.id
            """, "handles", handles);
        Add(batch, $"""
            select v.product_id, v.id, v.title, v.sku, v.barcode, v.allow_backorder, v.manage_inventory, v.requires_shipping, v.rank, v.thumbnail, v.weight,
                {VariantTexts}, {VariantNumbers},
                array(select x.option_id from catalog.variant_values x where x.variant_id = v.id order by x.option_id),
                array(select y.value from catalog.variant_values x join catalog.option_values y on y.id = x.option_value_id where x.variant_id = v.id order by x.option_id)
            from catalog.variants v where v.product_id in ({found}) and v.deleted_at is null order by v.rank, v.id
            """, "handles", handles);
        Add(batch, $"select i.product_id, i.id, i.url, i.alt, i.rank from catalog.images i where i.product_id in ({found}) order by i.rank, i.id", "handles", handles);
        // One look-up of the unique index each: for the whole array at once the planner takes the trigram index, a hundred times slower.
        Add(batch, """
            select v.sku, p.handle, v.id
            from unnest(@skus) as n (name), lateral (select v.sku, v.id, v.product_id from catalog.variants v where v.sku = n.name and v.deleted_at is null limit 1) as v
            join catalog.products p on p.id = v.product_id
            """, "skus", skus);
        Add(batch, """
            select v.barcode, p.handle, v.id
            from unnest(@barcodes) as n (name), lateral (select v.barcode, v.id, v.product_id from catalog.variants v where v.barcode = n.name and v.deleted_at is null limit 1) as v
            join catalog.products p on p.id = v.product_id
            """, "barcodes", barcodes);

        var products = new Dictionary<Guid, ProductState>();
        await using var reader = await batch.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var product = ReadProduct(reader);
            products.Add(product.Id, product);
        }

        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            var option = new OptionState(reader.GetGuid(1), reader.GetString(2), reader.GetInt32(3), isNew: false);
            var (ids, values) = (reader.GetFieldValue<Guid[]>(4), reader.GetFieldValue<string[]>(5));
            for (var i = 0; i < ids.Length; i++) option.Values[values[i]] = ids[i];
            products[reader.GetGuid(0)].Options.Add(option);
        }

        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct)) products[reader.GetGuid(0)].Variants.Add(ReadVariant(reader));
        await reader.NextResultAsync(ct);
        while (await reader.ReadAsync(ct))
            products[reader.GetGuid(0)].Images.Add(new ImageState(reader.GetGuid(1), reader.GetString(2), isNew: false) { Alt = Text(reader, 3), Rank = reader.GetInt32(4) });
        foreach (var owned in new[] { owners.Skus, owners.Barcodes })
        {
            await reader.NextResultAsync(ct);
            while (await reader.ReadAsync(ct)) owned[reader.GetString(0)] = (reader.GetString(1), reader.GetGuid(2));
        }

        return products.Values.ToDictionary(p => p.Handle, StringComparer.Ordinal);
    }

    private static ProductState ReadProduct(NpgsqlDataReader reader)
    {
        var product = new ProductState(reader.GetGuid(0), reader.GetString(1), isNew: false)
        {
            Status = reader.GetString(2),
            IsGiftcard = reader.GetBoolean(3),
            Discountable = reader.GetBoolean(4),
            Thumbnail = Text(reader, 5),
            CollectionId = reader.IsDBNull(6) ? null : reader.GetGuid(6),
            TypeId = reader.IsDBNull(7) ? null : reader.GetGuid(7),
        };
        Fill(reader, 8, product.Texts, product.Numbers);
        return product;
    }

    private static VariantState ReadVariant(NpgsqlDataReader reader)
    {
        var variant = new VariantState(reader.GetGuid(1), isNew: false)
        {
            Title = reader.GetString(2),
            Sku = Text(reader, 3),
            Barcode = Text(reader, 4),
            AllowBackorder = reader.GetBoolean(5),
            ManageInventory = reader.GetBoolean(6),
            RequiresShipping = reader.GetBoolean(7),
            Rank = reader.GetInt32(8),
            Thumbnail = Text(reader, 9),
            Weight = reader.IsDBNull(10) ? null : reader.GetDecimal(10),
        };
        var next = Fill(reader, 11, variant.Texts, variant.Numbers);
        var (options, values) = (reader.GetFieldValue<Guid[]>(next), reader.GetFieldValue<string[]>(next + 1));
        for (var i = 0; i < options.Length; i++) variant.Values[options[i]] = values[i];
        return variant;
    }

    private static int Fill(NpgsqlDataReader reader, int column, string?[] texts, decimal?[] numbers)
    {
        for (var i = 0; i < texts.Length; i++) texts[i] = Text(reader, column++);
        for (var i = 0; i < numbers.Length; i++, column++) numbers[i] = reader.IsDBNull(column) ? null : reader.GetDecimal(column);
        return column;
    }

    private static string? Text(NpgsqlDataReader reader, int column) => reader.IsDBNull(column) ? null : reader.GetString(column);

    private static void Add(NpgsqlBatch batch, string sql, string name, string[] values) =>
        batch.BatchCommands.Add(new NpgsqlBatchCommand(sql) { Parameters = { new NpgsqlParameter(name, values) } });
}
