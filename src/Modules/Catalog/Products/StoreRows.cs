using HeadlessPro.Contracts;

namespace HeadlessPro.Catalog;

/// <summary>Columns and how they become wire records, side by side: each <c>Read</c> takes what its columns name, in that order.</summary>
internal static class StoreRows
{
    /// <summary>A product <c>p</c> with its type <c>t</c> and collection <c>c</c> (left joins of <see cref="Joins"/>).</summary>
    public const string Product = """
        p.id, p.title, p.subtitle, p.description, p.handle, p.is_giftcard, p.status, p.discountable, p.thumbnail, p.collection_id, p.type_id,
        p.weight, p.length, p.height, p.width, p.hs_code, p.origin_country, p.mid_code, p.material, p.external_id, p.metadata,
        p.created_at, p.updated_at, p.deleted_at,
        t.id, t.value, t.external_id, t.metadata, t.created_at, t.updated_at, t.deleted_at,
        c.id, c.title, c.handle, c.external_id, c.metadata, c.created_at, c.updated_at, c.deleted_at
        """;

    public const string Joins = """
        left join catalog.types t on t.id = p.type_id and t.deleted_at is null
        left join catalog.collections c on c.id = p.collection_id and c.deleted_at is null
        """;

    public static ProductResponse ReadProduct(ref Row row)
    {
        var key = row.Guid();
        return new ProductResponse(
            WireId.Encode("prod", key), row.Text(), row.TextOrNull(), row.TextOrNull(), row.Text(), row.Flag(), row.Text(), row.Flag(), row.TextOrNull(),
            row.IdOrNull("pcol"), row.IdOrNull("ptyp"), row.DecimalOrNull(), row.DecimalOrNull(), row.DecimalOrNull(), row.DecimalOrNull(),
            row.TextOrNull(), row.TextOrNull(), row.TextOrNull(), row.TextOrNull(), row.TextOrNull(), row.JsonOrNull(),
            row.Time(), row.Time(), row.TimeOrNull(),
            row.IdOrNull("ptyp") is { } type
                ? new LabelResponse(type, row.Text(), row.TextOrNull(), row.JsonOrNull(), row.Time(), row.Time(), row.TimeOrNull())
                : SkipType(ref row),
            row.IdOrNull("pcol") is { } collection
                ? new CollectionResponse(collection, row.Text(), row.Text(), row.TextOrNull(), row.JsonOrNull(), row.Time(), row.Time(), row.TimeOrNull())
                : null)
        {
            Key = key,
        };
    }

    /// <summary>A variant <c>v</c>.</summary>
    public const string Variant = """
        v.id, v.title, v.sku, v.barcode, v.ean, v.upc, v.allow_backorder, v.manage_inventory, v.hs_code, v.origin_country, v.mid_code, v.material,
        v.weight, v.length, v.height, v.width, v.metadata, v.rank, v.thumbnail, v.product_id, v.created_at, v.updated_at, v.deleted_at
        """;

    public static VariantResponse ReadVariant(ref Row row)
    {
        var key = row.Guid();
        return new VariantResponse(
            WireId.Encode("variant", key), row.Text(), row.TextOrNull(), row.TextOrNull(), row.TextOrNull(), row.TextOrNull(), row.Flag(), row.Flag(),
            row.TextOrNull(), row.TextOrNull(), row.TextOrNull(), row.TextOrNull(), row.DecimalOrNull(), row.DecimalOrNull(), row.DecimalOrNull(),
            row.DecimalOrNull(), row.JsonOrNull(), row.Number(), row.TextOrNull(), row.Id("prod"), row.Time(), row.Time(), row.TimeOrNull())
        {
            Key = key,
        };
    }

    /// <summary>An option <c>o</c>.</summary>
    public const string Option = "o.id, o.title, o.metadata, o.created_at, o.updated_at";

    public static OptionResponse ReadOption(ref Row row) =>
        new(row.Id("opt"), row.Text(), true, row.JsonOrNull(), row.Time(), row.Time(), null);

    /// <summary>An option value <c>ov</c>.</summary>
    public const string OptionValue = "ov.id, ov.value, ov.rank, ov.metadata, ov.option_id, ov.created_at, ov.updated_at";

    public static OptionValueResponse ReadOptionValue(ref Row row) =>
        new(row.Id("optval"), row.Text(), row.NumberOrNull(), row.JsonOrNull(), row.Id("opt"), row.Time(), row.Time(), null);

    /// <summary>An option value <c>ov</c> followed by its option <c>o</c>.</summary>
    public static OptionValueResponse ReadOptionValueWithOption(ref Row row)
    {
        var value = ReadOptionValue(ref row);
        value.Option = ReadOption(ref row);
        return value;
    }

    /// <summary>An image <c>i</c>.</summary>
    public const string Image = "i.id, i.url, i.metadata, i.rank, i.product_id, i.created_at, i.updated_at";

    public static ImageResponse ReadImage(ref Row row) =>
        new(row.Id("img"), row.Text(), row.JsonOrNull(), row.Number(), row.Id("prod"), row.Time(), row.Time(), null);

    /// <summary>A tag <c>g</c>.</summary>
    public const string Tag = "g.id, g.value, g.external_id, g.metadata, g.created_at, g.updated_at, g.deleted_at";

    public static LabelResponse ReadTag(ref Row row) =>
        new(row.Id("ptag"), row.Text(), row.TextOrNull(), row.JsonOrNull(), row.Time(), row.Time(), row.TimeOrNull());

    /// <summary>A category <c>k</c>.</summary>
    public const string Category = """
        k.id, k.name, k.description, k.handle, k.path, k.is_active, k.is_internal, k.rank, k.external_id, k.metadata, k.parent_id,
        k.created_at, k.updated_at, k.deleted_at
        """;

    public static CategoryResponse ReadCategory(ref Row row)
    {
        var (id, name, description, handle, path) = (row.Id("pcat"), row.Text(), row.Text(), row.Text(), row.Array<Guid>());
        return new CategoryResponse(
            id, name, description, handle, string.Join('.', path.Select(step => WireId.Encode("pcat", step))), row.Flag(), row.Flag(), row.Number(),
            row.TextOrNull(), row.JsonOrNull(), row.IdOrNull("pcat"), row.Time(), row.Time(), row.TimeOrNull())
        {
            Path = path,
        };
    }

    public static ProductCategoryResponse ReadProductCategory(ref Row row) => ReadCategory(ref row).ToProductCategory();

    /// <summary>A type <c>t</c> or a collection <c>c</c> on its own.</summary>
    public const string Type = "t.id, t.value, t.external_id, t.metadata, t.created_at, t.updated_at, t.deleted_at";

    public static LabelResponse ReadType(ref Row row) =>
        new(row.Id("ptyp"), row.Text(), row.TextOrNull(), row.JsonOrNull(), row.Time(), row.Time(), row.TimeOrNull());

    public const string Collection = "c.id, c.title, c.handle, c.external_id, c.metadata, c.created_at, c.updated_at, c.deleted_at";

    public static CollectionResponse ReadCollection(ref Row row) =>
        new(row.Id("pcol"), row.Text(), row.Text(), row.TextOrNull(), row.JsonOrNull(), row.Time(), row.Time(), row.TimeOrNull());

    private static LabelResponse? SkipType(ref Row row)
    {
        row.Skip(6);
        return null;
    }
}
