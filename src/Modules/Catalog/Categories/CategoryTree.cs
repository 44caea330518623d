using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Catalog.Categories;

/// <summary>
/// The shape of the tree. Every change of it takes one lock first: two moves that are each right alone can make a cycle together, and ranks
/// of siblings are dense (0, 1, 2, …) only when one writer counts at a time.
/// </summary>
internal static class CategoryTree
{
    private const int Deepest = 20;

    public static Task Lock(Transaction tx, CancellationToken ct) => tx.Connection.ExecuteAsync(new CommandDefinition(
        "select pg_advisory_xact_lock(hashtext('catalog.categories'))", transaction: tx.Inner, cancellationToken: ct));

    /// <summary>The path of a new or moved category, below <paramref name="parent"/>; refuses a parent that is missing, is itself or its descendant, or too deep.</summary>
    public static async Task<Guid[]> PathBelow(Transaction tx, Guid? parent, Guid category, CancellationToken ct)
    {
        if (parent is null) return [category];
        var found = await tx.Connection.QuerySingleOrDefaultAsync<Parent>(new CommandDefinition("""
            select p.path, coalesce((select max(cardinality(d.path) - array_position(d.path, @category)) from catalog.categories d
                where d.path @> array[@category]::uuid[] and d.deleted_at is null), 0) as height
            from catalog.categories p where p.id = @parent and p.deleted_at is null
            """, new { parent, category }, tx.Inner, cancellationToken: ct));
        var id = WireId.Encode(AdminCategoryRow.Prefix, parent.Value);
        if (found is null) throw CatalogErrors.Invalid($"Invalid request: Field 'parent_category_id' names what does not exist: '{id}'");
        if (found.Path.Contains(category))
            throw CatalogErrors.Invalid($"Invalid request: Field 'parent_category_id' names the category itself or one below it: '{id}'");
        return found.Path.Length + 1 + found.Height <= Deepest
            ? [.. found.Path, category]
            : throw CatalogErrors.Invalid($"Invalid request: Field 'parent_category_id' would nest categories deeper than {Deepest} levels");
    }

    /// <summary>Puts the category, which is in its place in the tree, at a rank among its siblings (null: last) and closes gaps there.</summary>
    public static Task Place(Transaction tx, Guid? parent, Guid category, int? rank, CancellationToken ct) =>
        tx.Connection.ExecuteAsync(new CommandDefinition("""
            with others as (
                select c.id, row_number() over (order by c.rank, c.id) - 1 as place from catalog.categories c
                where c.parent_id is not distinct from @parent and c.id <> @category and c.deleted_at is null),
            target as (select least(coalesce(@rank, 2147483647), (select count(*) from others)) as place),
            places as (
                select o.id, case when o.place >= t.place then o.place + 1 else o.place end as place from others o cross join target t
                union all select @category, t.place from target t)
            update catalog.categories c set rank = p.place from places p where c.id = p.id and c.rank <> p.place
            """, new { parent, category, rank }, tx.Inner, cancellationToken: ct));

    /// <summary>Closes the gap a category left among its former siblings.</summary>
    public static Task CloseGaps(Transaction tx, Guid? parent, CancellationToken ct) =>
        tx.Connection.ExecuteAsync(new CommandDefinition("""
            update catalog.categories c set rank = p.place
            from (select id, row_number() over (order by rank, id) - 1 as place from catalog.categories
                where parent_id is not distinct from @parent and deleted_at is null) p
            where c.id = p.id and c.rank <> p.place
            """, new { parent }, tx.Inner, cancellationToken: ct));

    private sealed record Parent(Guid[] Path, int Height);
}
