using HeadlessPro.Catalog.Categories;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Catalog.Imports;

/// <summary>Turns the names a file uses (types, collections, tags, categories) into ids, making those that are missing, and links tags and categories.</summary>
internal static class ResolveNames
{
    private const string KnownCategories = """
        select distinct on (w.key) w.key, c.id from unnest(@keys, @parents, @names) as w (key, parent_id, name)
        join catalog.categories c on c.parent_id is not distinct from w.parent_id and lower(c.name) = lower(w.name) and c.deleted_at is null
        order by w.key, c.id
        """;

    // A handle that is taken, or asked for twice, becomes that of the whole path; when that is taken too, a piece of the new id makes it one of a kind.
    private const string MakeCategories = $"""
        with wanted as (
            select * from unnest(@ids, @keys, @parents, @names, @handles, @long_handles) with ordinality as i (id, key, parent_id, name, handle, long_handle, nr)),
        known as ({KnownCategories}),
        fresh as (
            select distinct on (w.parent_id, lower(w.name)) w.* from wanted w
            where not exists (select 1 from known k where k.key = w.key) order by w.parent_id, lower(w.name), w.key),
        named as (
            select f.*, case when count(*) over (partition by f.handle) > 1
                or exists (select 1 from catalog.categories c where c.handle = f.handle and c.deleted_at is null) then f.long_handle else f.handle end as longer
            from fresh f),
        unique_named as (
            select n.*, case when row_number() over (partition by n.longer order by n.key collate "C") > 1
                or exists (select 1 from catalog.categories c where c.handle = n.longer and c.deleted_at is null) then n.longer || '-' || right(n.id::text, 8) else n.longer end as own_handle
            from named n),
        made as (
            insert into catalog.categories (id, parent_id, name, handle, path, rank, is_active)
            select f.id, f.parent_id, f.name, f.own_handle, coalesce(p.path, array[]::uuid[]) || f.id,
                (select count(*) from catalog.categories s where s.parent_id is not distinct from f.parent_id and s.deleted_at is null)
                    + row_number() over (partition by f.parent_id order by f.nr) - 1, true
            from unique_named f left join catalog.categories p on p.id = f.parent_id
            returning id, parent_id, name)
        select key, id from known
        union all
        select w.key, m.id from wanted w join made m on m.parent_id is not distinct from w.parent_id and lower(m.name) = lower(w.name)
        """;

    public static async Task Run(Transaction tx, IReadOnlyList<ProductState> products, CancellationToken ct)
    {
        var types = await Ensure(tx, Names(products, p => p.Type), """
            insert into catalog.types (id, value) select id, name from unnest(@ids, @names) as i (id, name)
            on conflict (lower(value)) where deleted_at is null do nothing
            """, "select n.name, t.id from unnest(@names) as n (name) join catalog.types t on lower(t.value) = lower(n.name) and t.deleted_at is null", ct);
        // A collection is known by its title or by the handle that title makes.
        var collections = await Ensure(tx, Names(products, p => p.Collection), """
            insert into catalog.collections (id, title, handle)
            select id, name, handle from unnest(@ids, @names, @handles) as i (id, name, handle)
            where not exists (select 1 from catalog.collections c where c.title = i.name and c.deleted_at is null)
            on conflict (handle) where deleted_at is null do nothing
            """, """
            select distinct on (n.name) n.name, c.id from unnest(@names, @handles) as n (name, handle)
            join catalog.collections c on (c.title = n.name or c.handle = n.handle) and c.deleted_at is null
            order by n.name, c.title <> n.name, c.id
            """, ct);
        foreach (var product in products)
        {
            // Null: the file does not speak of it; empty: it says none.
            if (product.Type is not null) product.TypeId = types.TryGetValue(product.Type, out var type) ? type : null;
            if (product.Collection is not null) product.CollectionId = collections.TryGetValue(product.Collection, out var collection) ? collection : null;
        }
    }

    /// <summary>Links tags and categories, after the products have been written; answers the products whose links changed.</summary>
    public static async Task<HashSet<Guid>> Link(Transaction tx, IReadOnlyList<ProductState> products, CancellationToken ct)
    {
        var tags = await Ensure(tx, products.SelectMany(p => p.Tags ?? []).Distinct(StringComparer.Ordinal).ToArray(), """
            insert into catalog.tags (id, value) select id, name from unnest(@ids, @names) as i (id, name)
            on conflict (lower(value)) where deleted_at is null do nothing
            """, "select n.name, t.id from unnest(@names) as n (name) join catalog.tags t on lower(t.value) = lower(n.name) and t.deleted_at is null", ct);
        var changed = new HashSet<Guid>();
        var tagged = products.Where(p => p.Tags is not null).ToList();
        await Replace(tx, changed, "product_tags", "tag_id", tagged.Select(p => p.Id).ToArray(),
            tagged.SelectMany(p => p.Tags!.Select(t => (p.Id, tags[t]))).Distinct().ToList(), ct);

        var sorted = products.Where(p => p.Categories is not null).ToList();
        var categories = await EnsureCategories(tx, sorted.SelectMany(p => p.Categories!), ct);
        await Replace(tx, changed, "product_categories", "category_id", sorted.Select(p => p.Id).ToArray(),
            sorted.SelectMany(p => p.Categories!.Select(c => (p.Id, categories[Key(c, c.Length)]))).Distinct().ToList(), ct);
        return changed;
    }

    private static string[] Names(IReadOnlyList<ProductState> products, Func<ProductState, string?> name) =>
        products.Select(name).Where(n => n is { Length: > 0 }).Select(n => n!).Distinct(StringComparer.Ordinal).ToArray();

    private static async Task<Dictionary<string, Guid>> Ensure(Transaction tx, string[] names, string insert, string select, CancellationToken ct)
    {
        var found = new Dictionary<string, Guid>(StringComparer.Ordinal);
        if (names.Length == 0) return found;
        await using var batch = tx.Batch();
        foreach (var sql in new[] { insert, select })
        {
            var command = new NpgsqlBatchCommand(sql) { Parameters = { new NpgsqlParameter("names", names) } };
            if (sql.Contains("@ids", StringComparison.Ordinal)) command.Parameters.AddWithValue("ids", names.Select(_ => WireId.New()).ToArray());
            if (sql.Contains("@handles", StringComparison.Ordinal)) command.Parameters.AddWithValue("handles", names.Select(n => Handles.From(n, fallback: Fallback("collection", WireId.New()))).ToArray());
            batch.BatchCommands.Add(command);
        }

        await using var reader = await batch.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) found[reader.GetString(0)] = reader.GetGuid(1);
        return found;
    }

    // Level by level, so that a parent exists before its children: as many round trips as the deepest path is long. The tree is locked only
    // when something is missing, and then looked at again from the root: what was found may have been moved or deleted meanwhile.
    private static async Task<Dictionary<string, Guid>> EnsureCategories(Transaction tx, IEnumerable<string[]> paths, CancellationToken ct)
    {
        var all = paths.ToList();
        var found = await WalkCategories(tx, all, KnownCategories, ct);
        if (all.TrueForAll(p => found.ContainsKey(Key(p, p.Length)))) return found;
        await CategoryTree.Lock(tx, ct);
        return await WalkCategories(tx, all, MakeCategories, ct);
    }

    private static async Task<Dictionary<string, Guid>> WalkCategories(Transaction tx, List<string[]> paths, string sql, CancellationToken ct)
    {
        var found = new Dictionary<string, Guid>(StringComparer.Ordinal);
        for (var depth = 1; ; depth++)
        {
            var level = paths.Where(p => p.Length >= depth && (depth == 1 || found.ContainsKey(Key(p, depth - 1))))
                .DistinctBy(p => Key(p, depth), StringComparer.Ordinal).Select(p => (Path: p, Id: WireId.New())).ToList();
            if (level.Count == 0) return found;
            await using var command = tx.Command(sql);
            command.Parameters.AddWithValue("keys", level.Select(c => Key(c.Path, depth)).ToArray());
            command.Parameters.AddWithValue("parents", level.Select(c => depth == 1 ? (Guid?)null : found[Key(c.Path, depth - 1)]).ToArray());
            command.Parameters.AddWithValue("names", level.Select(c => c.Path[depth - 1]).ToArray());
            if (sql == MakeCategories)
            {
                string Handle((string[] Path, Guid Id) category, int from) =>
                    Handles.From(string.Join(' ', category.Path[from..depth]), fallback: Fallback("category", category.Id));
                command.Parameters.AddWithValue("ids", level.Select(c => c.Id).ToArray());
                command.Parameters.AddWithValue("handles", level.Select(c => Handle(c, depth - 1)).ToArray());
                command.Parameters.AddWithValue("long_handles", level.Select(c => Handle(c, 0)).ToArray());
            }

            await using var reader = await command.ExecuteReaderAsync(ct);
            while (await reader.ReadAsync(ct)) found[reader.GetString(0)] = reader.GetGuid(1);
        }
    }

    private static string Fallback(string what, Guid id) => $"{what}-{WireId.Encode("", id)[1..].ToLowerInvariant()}";

    private static string Key(string[] path, int depth) => string.Join(" > ", path.Take(depth));

    /// <summary>Adds the products whose links changed to <paramref name="changed"/>.</summary>
    private static async Task Replace(Transaction tx, HashSet<Guid> changed, string table, string column, Guid[] products, List<(Guid Product, Guid Other)> links, CancellationToken ct)
    {
        if (products.Length == 0) return;
        await using var command = tx.Command($"""
            with wanted as (select * from unnest(@products, @others) as w (product_id, {column})),
            gone as (
                delete from catalog.{table} x where x.product_id = any(@all)
                  and not exists (select 1 from wanted w where w.product_id = x.product_id and w.{column} = x.{column})
                returning x.product_id),
            come as (
                insert into catalog.{table} (product_id, {column}) select product_id, {column} from wanted on conflict do nothing returning product_id)
            select product_id from gone union select product_id from come
            """);
        command.Parameters.AddWithValue("all", products);
        command.Parameters.AddWithValue("products", links.Select(l => l.Product).ToArray());
        command.Parameters.AddWithValue("others", links.Select(l => l.Other).ToArray());
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) changed.Add(reader.GetGuid(0));
    }
}
