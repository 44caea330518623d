using Dapper;
using HeadlessPro.Platform.Web;
using Npgsql;

namespace HeadlessPro.Catalog.Products;

/// <summary>
/// Says early and clearly that a handle, SKU or barcode belongs to somebody else. The unique indexes say it again for rivals at the same moment.
/// SKUs are looked up one by one: for a whole array the planner takes the trigram index, a hundred times slower.
/// </summary>
internal static class TakenValues
{
    public static async Task MustBeFree(NpgsqlConnection connection, ProductPlan plan, CancellationToken ct)
    {
        var drafts = plan.Drafts;
        if (drafts.Count == 0) return;
        var variants = drafts.SelectMany(d => d.Variants).ToList();
        var leaving = drafts.SelectMany(d => d.DeletedVariants).Concat(variants.Select(v => v.Id)).ToArray();
        var taken = await connection.QueryFirstOrDefaultAsync<TakenValue>(new CommandDefinition("""
            select 'Product' as what, 'handle' as field, p.handle as value from catalog.products p
            where p.handle = any (@handles) and p.id <> all (@ids) and p.deleted_at is null
            union all
            select 'Product variant', 'sku', v.sku from unnest(@skus) as n (name)
            join lateral (select s.id, s.product_id, s.sku from catalog.variants s where s.sku = n.name and s.deleted_at is null limit 1) v on true
            where v.id <> all (@leaving) and v.product_id <> all (@deletes)
            union all
            select 'Product variant', 'barcode', v.barcode from catalog.variants v
            where v.barcode = any (@barcodes) and v.id <> all (@leaving) and v.product_id <> all (@deletes) and v.deleted_at is null
            limit 1
            """,
            new
            {
                handles = drafts.Select(d => d.Fields.Handle).ToArray(),
                ids = drafts.Select(d => d.Id).Concat(plan.Deletes).ToArray(),
                skus = variants.Where(v => v.Sku is not null).Select(v => v.Sku!).ToArray(),
                barcodes = variants.Where(v => v.Barcode is not null).Select(v => v.Barcode!).ToArray(),
                leaving,
                deletes = plan.Deletes.ToArray(),
            }, cancellationToken: ct));
        if (taken is not null) throw new ErrorException(CatalogErrors.Taken(taken.What, taken.Field, taken.Value));
    }

    private sealed record TakenValue(string What, string Field, string Value);
}
