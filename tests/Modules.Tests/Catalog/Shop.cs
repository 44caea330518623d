using HeadlessPro.Contracts;
using Npgsql;

namespace HeadlessPro.Modules.Tests.Catalog;

/// <summary>Fills the catalogue of a test's database directly, so that reading is tested without the writing side.</summary>
internal sealed class Shop(HpApp app)
{
    /// <summary>A product with one variant per size (or a single one), each at <paramref name="price"/> minor units of zar.</summary>
    public async Task<Goods> Product(
        string title, long? price = 10_000, string[]? sizes = null, string status = "published", Guid[]? channels = null, Guid[]? categories = null,
        Guid? collection = null, Guid? type = null, Guid[]? tags = null, string? description = null, bool giftcard = false, long? compareAt = null)
    {
        var product = WireId.New();
        var handle = title.ToLowerInvariant().Replace(' ', '-');
        await Run("""
            insert into catalog.products (id, title, handle, status, description, thumbnail, collection_id, type_id, is_giftcard, weight)
            values (@product, @title, @handle, @status, @description, @thumbnail, @collection, @type, @giftcard, 1233)
            """,
            ("product", product), ("title", title), ("handle", handle), ("status", status), ("description", description),
            ("thumbnail", $"https://images.example/{handle}-1.jpg"), ("collection", collection), ("type", type), ("giftcard", giftcard));
        for (var rank = 0; rank < 2; rank++)
            await Run("insert into catalog.images (id, product_id, url, rank) values (@id, @product, @url, @rank)",
                ("id", WireId.New()), ("product", product), ("url", $"https://images.example/{handle}-{rank + 1}.jpg"), ("rank", rank));
        await Link("product_channels", "sales_channel_id", product, channels);
        await Link("product_categories", "category_id", product, categories);
        await Link("product_tags", "tag_id", product, tags);

        var option = WireId.New();
        await Run("insert into catalog.options (id, product_id, title) values (@option, @product, 'Size')", ("option", option), ("product", product));
        var variants = new List<Guid>();
        var values = new List<Guid>();
        foreach (var size in sizes ?? ["S"])
        {
            var (variant, value) = (WireId.New(), WireId.New());
            await Run("""
                insert into catalog.option_values (id, option_id, value, rank) values (@value, @option, @size, @rank);
                insert into catalog.variants (id, product_id, title, sku, rank) values (@variant, @product, @size, @sku, @rank);
                insert into catalog.variant_values (variant_id, option_id, option_value_id) values (@variant, @option, @value)
                """,
                ("value", value), ("option", option), ("size", size), ("variant", variant), ("product", product),
                ("sku", $"SKU-{handle}-{size}".ToUpperInvariant()), ("rank", variants.Count));
            if (price is { } amount) await Price(variant, amount, compareAt: compareAt);
            variants.Add(variant);
            values.Add(value);
        }

        return new Goods(product, handle, variants, option, values);
    }

    public async Task<Guid> Price(
        Guid variant, long amount, string currency = "zar", Guid? list = null, Guid? region = null, int? min = null, int? max = null, long? compareAt = null)
    {
        var id = WireId.New();
        await Run("""
            insert into catalog.prices (id, variant_id, price_list_id, currency_code, amount, compare_at_amount, region_id, min_quantity, max_quantity)
            values (@id, @variant, @list, @currency, @amount, @compareAt, @region, @min, @max)
            """,
            ("id", id), ("variant", variant), ("list", list), ("currency", currency), ("amount", amount), ("compareAt", compareAt),
            ("region", region), ("min", min), ("max", max));
        return id;
    }

    public async Task<Guid> PriceList(string type, string status = "active", string starts = "null", string ends = "null", string rules = "{}")
    {
        var id = WireId.New();
        await Run($"""
            insert into catalog.price_lists (id, title, type, status, starts_at, ends_at, rules)
            values (@id, 'List', @type, @status, {starts}, {ends}, @rules::jsonb)
            """, ("id", id), ("type", type), ("status", status), ("rules", rules));
        return id;
    }

    public async Task<Guid> Channel(string name, bool disabled = false)
    {
        var id = WireId.New();
        await Run("insert into catalog.sales_channels (id, name, is_disabled) values (@id, @name, @disabled)", ("id", id), ("name", name), ("disabled", disabled));
        return id;
    }

    public async Task<Guid> Category(string name, Guid? parent = null, bool active = true, bool isInternal = false, int rank = 0)
    {
        var id = WireId.New();
        await Run("""
            insert into catalog.categories (id, parent_id, name, handle, path, is_active, is_internal, rank)
            values (@id, @parent, @name, @handle, coalesce((select path from catalog.categories where id = @parent), '{}') || @id, @active, @isInternal, @rank)
            """,
            ("id", id), ("parent", parent), ("name", name), ("handle", name.ToLowerInvariant().Replace(' ', '-')), ("active", active),
            ("isInternal", isInternal), ("rank", rank));
        return id;
    }

    public async Task<Guid> Collection(string title)
    {
        var id = WireId.New();
        await Run("insert into catalog.collections (id, title, handle) values (@id, @title, @handle)", ("id", id), ("title", title), ("handle", title.ToLowerInvariant()));
        return id;
    }

    public Task<Guid> Tag(string value) => Named("tags", value);

    public Task<Guid> Type(string value) => Named("types", value);

    public async Task Run(string sql, params (string Name, object? Value)[] parameters)
    {
        await using var command = app.Database.CreateCommand(sql);
        foreach (var (name, value) in parameters)
            command.Parameters.Add(new NpgsqlParameter(name, value ?? DBNull.Value) { NpgsqlDbType = TypeOf(name, value) });
        await command.ExecuteNonQueryAsync();
        StoreShop.Changed();
    }

    private static NpgsqlTypes.NpgsqlDbType TypeOf(string name, object? value) => value switch
    {
        Guid => NpgsqlTypes.NpgsqlDbType.Uuid,
        Guid[] => NpgsqlTypes.NpgsqlDbType.Uuid | NpgsqlTypes.NpgsqlDbType.Array,
        long => NpgsqlTypes.NpgsqlDbType.Bigint,
        int => NpgsqlTypes.NpgsqlDbType.Integer,
        bool => NpgsqlTypes.NpgsqlDbType.Boolean,
        string => NpgsqlTypes.NpgsqlDbType.Text,
        _ => name switch
        {
            "parent" or "collection" or "type" or "list" or "region" => NpgsqlTypes.NpgsqlDbType.Uuid,
            "compareAt" => NpgsqlTypes.NpgsqlDbType.Bigint,
            "min" or "max" => NpgsqlTypes.NpgsqlDbType.Integer,
            _ => NpgsqlTypes.NpgsqlDbType.Text,
        },
    };

    private async Task<Guid> Named(string table, string value)
    {
        var id = WireId.New();
        await Run($"insert into catalog.{table} (id, value) values (@id, @value)", ("id", id), ("value", value));
        return id;
    }

    private Task Link(string table, string column, Guid product, Guid[]? ids) => ids is null
        ? Task.CompletedTask
        : Run($"insert into catalog.{table} (product_id, {column}) select @product, unnest(@ids)", ("product", product), ("ids", ids));
}

/// <summary>A product a test made.</summary>
internal sealed record Goods(Guid Product, string Handle, IReadOnlyList<Guid> Variants, Guid Option, IReadOnlyList<Guid> Values)
{
    public string Id => WireId.Encode("prod", Product);

    public string VariantId => WireId.Encode("variant", Variants[0]);
}
