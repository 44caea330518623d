using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Catalog.Imports;

/// <summary>
/// Writes planned products, hundreds at once: one statement per table whatever the number, each of which leaves rows alone that are as they
/// should be. The caller publishes and commits.
/// </summary>
internal static class WritePlannedProducts
{
    private static readonly string[] ProductColumns =
    [
        "id", "handle", "status", "is_giftcard", "discountable", "thumbnail", "collection_id", "type_id",
        .. PlainFields.ProductTexts.Select(f => f.Name), .. PlainFields.ProductNumbers.Select(f => f.Name),
    ];

    private static readonly string[] VariantColumns =
    [
        "id", "product_id", "title", "sku", "barcode", "allow_backorder", "manage_inventory", "requires_shipping", "rank", "thumbnail", "weight",
        .. PlainFields.VariantTexts.Select(f => f.Name), .. PlainFields.VariantNumbers.Select(f => f.Name),
    ];

    private static readonly string UpsertProducts = Upsert("catalog.products", ProductColumns);
    private static readonly string UpsertVariants = Upsert("catalog.variants", VariantColumns);

    public static async Task Run(Transaction tx, IReadOnlyList<ProductState> products, IReadOnlyList<Guid> channels, CancellationToken ct)
    {
        await ResolveNames.Run(tx, products, ct);
        var variants = products.SelectMany(p => p.Variants.Where(v => v.Line > 0).Select(v => (Product: p, Variant: v))).ToList();
        await using var batch = tx.Batch();
        AddProducts(batch, products);
        AddOptions(batch, products);
        AddVariants(batch, variants);
        AddPrices(batch, variants);
        AddImages(batch, products);
        AddLinks(batch, products, channels);
        batch.Timeout = 120;
        await batch.ExecuteNonQueryAsync(ct);
        await Touch(tx, products, await ResolveNames.Link(tx, products, ct), ct);
    }

    // Whoever has read the product to change it must notice that a part of it is another now: its row moves with its parts. A part that this
    // transaction has written carries its number.
    private static async Task Touch(Transaction tx, IReadOnlyList<ProductState> products, HashSet<Guid> linked, CancellationToken ct)
    {
        await using var command = tx.Command("""
            with mine as (select pg_current_xact_id()::xid as x)
            update catalog.products p set updated_at = now() from mine
            where p.id = any(@ids) and p.xmin <> mine.x and (
                p.id = any(@linked)
                or exists (select 1 from catalog.product_channels c where c.product_id = p.id and c.xmin = mine.x)
                or exists (select 1 from catalog.images i where i.product_id = p.id and i.xmin = mine.x)
                or exists (select 1 from catalog.options o where o.product_id = p.id and (
                    o.xmin = mine.x or exists (select 1 from catalog.option_values y where y.option_id = o.id and y.xmin = mine.x)))
                or exists (select 1 from catalog.variants v where v.product_id = p.id and v.deleted_at is null and (
                    v.xmin = mine.x or exists (select 1 from catalog.prices r where r.variant_id = v.id and r.xmin = mine.x)
                    or exists (select 1 from catalog.variant_values x where x.variant_id = v.id and x.xmin = mine.x))))
            """);
        command.Parameters.AddWithValue("ids", Column(products, p => p.Id));
        command.Parameters.AddWithValue("linked", linked.ToArray());
        command.CommandTimeout = 120;
        await command.ExecuteNonQueryAsync(ct);
    }

    private static void AddProducts(NpgsqlBatch batch, IReadOnlyList<ProductState> products)
    {
        var values = new List<Array>
        {
            Column(products, p => p.Id), Column(products, p => p.Handle), Column(products, p => p.Status), Column(products, p => p.IsGiftcard),
            Column(products, p => p.Discountable), Column(products, p => p.Thumbnail), Column(products, p => p.CollectionId), Column(products, p => p.TypeId),
        };
        for (var i = 0; i < PlainFields.ProductTexts.Length; i++) values.Add(Column(products, p => p.Texts[i]));
        for (var i = 0; i < PlainFields.ProductNumbers.Length; i++) values.Add(Column(products, p => p.Numbers[i]));
        values.Add(Column(products, p => p.MetadataPatch));
        Add(batch, UpsertProducts, [.. values]);
    }

    private static void AddOptions(NpgsqlBatch batch, IReadOnlyList<ProductState> products)
    {
        var options = products.SelectMany(p => p.Options.Select(o => (p.Id, Option: o))).ToList();
        if (options.Count == 0) return;
        Add(batch, """
            insert into catalog.options as o (id, product_id, title, rank)
            select id, product_id, title, rank from unnest($1, $2, $3, $4) as i (id, product_id, title, rank)
            on conflict (id) do update set title = excluded.title, updated_at = now() where o.title <> excluded.title
            """,
            Column(options, o => o.Option.Id), Column(options, o => o.Id), Column(options, o => o.Option.Title), Column(options, o => o.Option.Rank));
        var values = options.SelectMany(o => o.Option.Values.Where(v => o.Option.NewValues.Contains(v.Key)).Select(v => (o.Option, v.Key, v.Value))).ToList();
        if (values.Count == 0) return;
        Add(batch, """
            insert into catalog.option_values (id, option_id, value, rank)
            select i.id, i.option_id, i.value, coalesce((select max(v.rank) + 1 from catalog.option_values v where v.option_id = i.option_id), 0)
                + row_number() over (partition by i.option_id order by i.nr) - 1
            from unnest($1, $2, $3) with ordinality as i (id, option_id, value, nr)
            """,
            Column(values, v => v.Value), Column(values, v => v.Option.Id), Column(values, v => v.Key));
    }

    private static void AddVariants(NpgsqlBatch batch, List<(ProductState Product, VariantState Variant)> variants)
    {
        if (variants.Count == 0) return;
        var values = new List<Array>
        {
            Column(variants, v => v.Variant.Id), Column(variants, v => v.Product.Id), Column(variants, v => v.Variant.Title), Column(variants, v => v.Variant.Sku),
            Column(variants, v => v.Variant.Barcode), Column(variants, v => v.Variant.AllowBackorder), Column(variants, v => v.Variant.ManageInventory),
            Column(variants, v => v.Variant.RequiresShipping), Column(variants, v => v.Variant.Rank), Column(variants, v => v.Variant.Thumbnail),
            Column(variants, v => v.Variant.Weight),
        };
        for (var i = 0; i < PlainFields.VariantTexts.Length; i++) values.Add(Column(variants, v => v.Variant.Texts[i]));
        for (var i = 0; i < PlainFields.VariantNumbers.Length; i++) values.Add(Column(variants, v => v.Variant.Numbers[i]));
        values.Add(Column(variants, v => v.Variant.MetadataPatch));
        Add(batch, UpsertVariants, [.. values]);

        var chosen = variants.SelectMany(v => v.Product.Options.Where(o => v.Variant.Values.ContainsKey(o.Id))
            .Select(o => (Variant: v.Variant.Id, Option: o.Id, Value: o.Values[v.Variant.Values[o.Id]]))).ToList();
        Add(batch, """
            insert into catalog.variant_values as x (variant_id, option_id, option_value_id)
            select variant_id, option_id, option_value_id from unnest($1, $2, $3) as i (variant_id, option_id, option_value_id)
            on conflict (variant_id, option_id) do update set option_value_id = excluded.option_value_id where x.option_value_id <> excluded.option_value_id
            """,
            Column(chosen, c => c.Variant), Column(chosen, c => c.Option), Column(chosen, c => c.Value));
    }

    private static void AddPrices(NpgsqlBatch batch, List<(ProductState Product, VariantState Variant)> variants)
    {
        var prices = variants.SelectMany(v => v.Variant.Prices.Select(p => (v.Variant.Id, Currency: p.Key, p.Value.Amount, p.Value.CompareAt))).ToList();
        if (prices.Count == 0) return;
        Add(batch, """
            insert into catalog.prices as p (id, variant_id, currency_code, amount, compare_at_amount)
            select id, variant_id, currency_code, amount, compare_at_amount from unnest($1, $2, $3, $4, $5) as i (id, variant_id, currency_code, amount, compare_at_amount)
            on conflict (variant_id, price_list_id, currency_code, region_id, min_quantity, max_quantity)
                do update set amount = excluded.amount, compare_at_amount = excluded.compare_at_amount, updated_at = now()
                where (p.amount, p.compare_at_amount) is distinct from (excluded.amount, excluded.compare_at_amount)
            """,
            Column(prices, _ => WireId.New()), Column(prices, p => p.Id), Column(prices, p => p.Currency), Column(prices, p => p.Amount), Column(prices, p => p.CompareAt));
    }

    private static void AddImages(NpgsqlBatch batch, IReadOnlyList<ProductState> products)
    {
        var images = products.SelectMany(p => p.Images.Where(i => i.Named).Select(i => (p.Id, Image: i))).ToList();
        if (images.Count == 0) return;
        Add(batch, """
            insert into catalog.images as x (id, product_id, url, alt, rank)
            select id, product_id, url, alt, rank from unnest($1, $2, $3, $4, $5) as i (id, product_id, url, alt, rank)
            on conflict (id) do update set alt = excluded.alt, rank = excluded.rank, updated_at = now()
                where (x.alt, x.rank) is distinct from (excluded.alt, excluded.rank)
            """,
            Column(images, i => i.Image.Id), Column(images, i => i.Id), Column(images, i => i.Image.Url), Column(images, i => i.Image.Alt), Column(images, i => i.Image.Rank));
    }

    // New products go to the channels asked for, else to the oldest one; products that exist only gain channels that were asked for.
    private static void AddLinks(NpgsqlBatch batch, IReadOnlyList<ProductState> products, IReadOnlyList<Guid> channels)
    {
        if (channels.Count > 0)
            Add(batch, """
                insert into catalog.product_channels (product_id, sales_channel_id)
                select p, c from unnest($1) as p, unnest($2) as c on conflict do nothing
                """, Column(products, p => p.Id), channels.ToArray());
        else if (products.Any(p => p.IsNew))
            Add(batch, """
                insert into catalog.product_channels (product_id, sales_channel_id)
                select p, c.id from unnest($1) as p,
                    (select id from catalog.sales_channels where deleted_at is null order by is_disabled, created_at, id limit 1) as c
                on conflict do nothing
                """, products.Where(p => p.IsNew).Select(p => p.Id).ToArray());
    }

    private static string Upsert(string table, string[] columns)
    {
        var list = string.Join(", ", columns);
        var settable = columns.Where(c => c is not ("id" or "product_id" or "handle")).ToList();
        var parameters = string.Join(", ", Enumerable.Range(1, columns.Length + 1).Select(i => $"${i}"));
        const string merged = "coalesce(t.metadata, '{}') || coalesce(excluded.metadata, '{}')";
        return $$"""
            insert into {{table}} as t ({{list}}, metadata)
            select {{list}}, metadata::jsonb from unnest({{parameters}}) as i ({{list}}, metadata)
            on conflict (id) do update
                set {{string.Join(", ", settable.Select(c => $"{c} = excluded.{c}"))}},
                    metadata = case when excluded.metadata is null then t.metadata else {{merged}} end, updated_at = now()
                where ({{string.Join(", ", settable.Select(c => "t." + c))}}) is distinct from ({{string.Join(", ", settable.Select(c => "excluded." + c))}})
                    or (excluded.metadata is not null and {{merged}} is distinct from coalesce(t.metadata, '{}'))
            """;
    }

    private static TValue[] Column<TRow, TValue>(IReadOnlyList<TRow> rows, Func<TRow, TValue> value)
    {
        var values = new TValue[rows.Count];
        for (var i = 0; i < values.Length; i++) values[i] = value(rows[i]);
        return values;
    }

    private static void Add(NpgsqlBatch batch, string sql, params Array[] columns)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var column in columns) command.Parameters.Add(new NpgsqlParameter { Value = column });
        batch.BatchCommands.Add(command);
    }
}
