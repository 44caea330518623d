using Dapper;
using HeadlessPro.Catalog.Channels;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;
using Npgsql;

namespace HeadlessPro.Catalog.Products;

/// <summary>Reads products for staff with the relations asked for, in one round trip, in the order of the ids.</summary>
internal static class LoadAdminProducts
{
    /// <summary>What answers show unasked.</summary>
    public static readonly string[] Defaults =
        ["*", "seo", "type.**", "collection.**", "options.**", "tags.**", "images.**", "variants.**", "categories.**", "sales_channels.**"];

    public static async Task<List<AdminProductResponse>> Load(NpgsqlConnection connection, Guid[] ids, Fields fields, CancellationToken ct)
    {
        if (ids.Length == 0) return [];
        var statements = new List<string> { AdminProductRow.Select };
        bool Ask(string relation, string sql)
        {
            if (fields.Wants(relation)) statements.Add(sql);
            return fields.Wants(relation);
        }

        var asked = (
            Options: Ask("options", OptionRow.Select + ";" + OptionValueRow.Select),
            Variants: Ask("variants", LoadAdminVariants.ByProduct),
            Images: Ask("images", ImageRow.Select),
            Tags: Ask("tags", """
                select pt.product_id, t.id, t.value, t.created_at, t.updated_at
                from catalog.product_tags pt join catalog.tags t on t.id = pt.tag_id and t.deleted_at is null
                where pt.product_id = any (@ids) order by t.value
                """),
            Categories: Ask("categories", """
                select pc.product_id, c.id, c.name, c.handle, c.is_active, c.is_internal, c.rank, c.parent_id
                from catalog.product_categories pc join catalog.categories c on c.id = pc.category_id and c.deleted_at is null
                where pc.product_id = any (@ids) order by c.path, c.id
                """),
            Channels: Ask("sales_channels", $"""
                select pc.product_id as owner_id, {SalesChannelRow.Columns}
                from catalog.product_channels pc join catalog.sales_channels c on c.id = pc.sales_channel_id and c.deleted_at is null
                where pc.product_id = any (@ids) order by c.created_at, c.id
                """));

        using var answers = await connection.QueryMultipleAsync(new CommandDefinition(string.Join(";\n", statements), new { ids }, cancellationToken: ct));
        var products = (await answers.ReadAsync<AdminProductRow>()).Select(r => (Key: r.Id, Wire: r.ToWire(fields))).ToDictionary(p => p.Key, p => p.Wire);
        if (asked.Options) await AddOptions(answers, products);
        if (asked.Variants)
        {
            var variants = await LoadAdminVariants.Read(answers);
            foreach (var (key, product) in products) product.Variants = variants[key].Select(v => v.Wire).ToList();
        }

        if (asked.Images) Give(products, (await answers.ReadAsync<ImageRow>()).ToLookup(i => i.ProductId, i => i.ToWire()), (p, images) => p.Images = images);
        if (asked.Tags)
            Give(products, (await answers.ReadAsync<TagRow>()).ToLookup(
                t => t.ProductId, t => new AdminReferenceResponse(WireId.Encode("ptag", t.Id), t.Value, t.CreatedAt, t.UpdatedAt)), (p, tags) => p.Tags = tags);
        if (asked.Categories)
            Give(products, (await answers.ReadAsync<CategoryRow>()).ToLookup(
                c => c.ProductId, c => new AdminCategoryReferenceResponse(
                    WireId.Encode("pcat", c.Id), c.Name, c.Handle, c.IsActive, c.IsInternal, c.Rank, WireId.EncodeOrNull("pcat", c.ParentId))),
                (p, categories) => p.Categories = categories);
        if (asked.Channels)
            Give(products, answers.Read((Guid product, SalesChannelRow c) => (product, c), splitOn: "id").ToLookup(p => p.product, p => p.c.ToWire()),
                (p, channels) => p.SalesChannels = channels);
        return ids.Where(products.ContainsKey).Select(id => products[id]).ToList();
    }

    public static async Task<AdminProductResponse?> One(NpgsqlConnection connection, Guid id, Fields fields, CancellationToken ct) =>
        (await Load(connection, [id], fields, ct)).FirstOrDefault(product => product.DeletedAt is null);

    private static async Task AddOptions(SqlMapper.GridReader answers, Dictionary<Guid, AdminProductResponse> products)
    {
        var options = (await answers.ReadAsync<OptionRow>()).AsList();
        var values = (await answers.ReadAsync<OptionValueRow>()).ToLookup(v => v.OptionId, v => v.ToWire());
        Give(products, options.ToLookup(o => o.ProductId, o => o.ToWire([.. values[o.Id]])), (p, own) => p.Options = own);
    }

    private static void Give<T>(
        Dictionary<Guid, AdminProductResponse> products, ILookup<Guid, T> relations, Action<AdminProductResponse, IReadOnlyList<T>> give)
    {
        foreach (var (key, product) in products) give(product, relations[key].ToList());
    }

    private sealed record TagRow(Guid ProductId, Guid Id, string Value, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

    private sealed record CategoryRow(
        Guid ProductId, Guid Id, string Name, string Handle, bool IsActive, bool IsInternal, int Rank, Guid? ParentId);

    private sealed record ImageRow(
        Guid Id, Guid ProductId, string Url, string? Alt, int Rank, string? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
    {
        public const string Select = """
            select i.id, i.product_id, i.url, i.alt, i.rank, i.metadata, i.created_at, i.updated_at
            from catalog.images i where i.product_id = any (@ids) order by i.rank, i.id
            """;

        public AdminImageResponse ToWire() => new(
            WireId.Encode("img", Id), Url, Alt, Rank, WireId.Encode("prod", ProductId), JsonColumn.Read(Metadata), CreatedAt, UpdatedAt);
    }
}

/// <summary>A row of <c>catalog.options</c>.</summary>
internal sealed record OptionRow(
    Guid Id, Guid ProductId, string Title, int Rank, string? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public const string Select = """
        select o.id, o.product_id, o.title, o.rank, o.metadata, o.created_at, o.updated_at
        from catalog.options o where o.product_id = any (@ids) order by o.rank, o.id
        """;

    public AdminOptionResponse ToWire(IReadOnlyList<AdminOptionValueResponse> values) => new(
        WireId.Encode("opt", Id), Title, Rank, WireId.Encode("prod", ProductId), JsonColumn.Read(Metadata), CreatedAt, UpdatedAt, values);
}

/// <summary>A row of <c>catalog.option_values</c>.</summary>
internal sealed record OptionValueRow(Guid Id, Guid OptionId, string Value, int? Rank, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public const string Select = """
        select v.id, v.option_id, v.value, v.rank, v.created_at, v.updated_at
        from catalog.option_values v join catalog.options o on o.id = v.option_id where o.product_id = any (@ids) order by v.rank, v.id
        """;

    public AdminOptionValueResponse ToWire() => new(WireId.Encode("optval", Id), Value, Rank, WireId.Encode("opt", OptionId), CreatedAt, UpdatedAt);
}
