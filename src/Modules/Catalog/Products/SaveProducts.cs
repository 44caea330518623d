using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Npgsql;

namespace HeadlessPro.Catalog.Products;

/// <summary>What one request does to products.</summary>
internal sealed record ProductPlan(IReadOnlyList<ProductDraft> Drafts, IReadOnlyList<Guid> Deletes)
{
    public ProductPlan(ProductDraft draft) : this([draft], [])
    {
    }
}

/// <summary>
/// The one way products are written, all or nothing:
/// PLAN    read what is there, apply the request, check the whole (repeated when a rival was faster)
/// LOOK    refuse what others hold already (handles, SKUs, barcodes) and ids that do not exist
/// STOCK   Inventory makes the stock items of new variants, under ids made here (a contract call never joins a transaction)
/// WRITE   one transaction: lock and compare versions, rows, event, and the job that takes the stock of deleted variants off sale
/// If STOCK or WRITE fails, the new stock items are removed again; if this host dies between them, a job enqueued before STOCK does it.
/// </summary>
internal sealed class SaveProducts(Db db, IInventory inventory, CheckReferences references, TimeProvider clock)
{
    private const int MostTries = 5;

    public async Task<ProductPlan> Save(Func<NpgsqlConnection, Task<ProductPlan>> makePlan, CancellationToken ct)
    {
        for (var attempt = 1; ; attempt++)
        {
            ProductPlan plan;
            List<VariantValueLink> links;
            await using (var connection = await db.Open(ct))
            {
                plan = await makePlan(connection);
                links = plan.Drafts.SelectMany(CheckProduct.Whole).ToList();
                CheckProduct.NotTwice(plan.Drafts);
                await references.MustExist(connection, plan.Drafts, ct);
                await TakenValues.MustBeFree(connection, plan, ct);
            }

            try
            {
                // From here on the caller's leaving changes nothing: a commit that was cut off would leave open whether it happened.
                await EnsureStock(plan, CancellationToken.None);
                if (await Write(plan, links, CancellationToken.None)) return plan;
            }
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.DeadlockDetected && attempt < MostTries)
            {
            }
            catch (PostgresException e) when (CatalogErrors.Duplicate(e) is { } duplicate)
            {
                await UndoStock(plan);
                // A rival was faster: now its value can be seen and named.
                await using var connection = await db.Open(ct);
                await TakenValues.MustBeFree(connection, plan, ct);
                throw new ErrorException(duplicate);
            }
            catch
            {
                await UndoStock(plan);
                throw;
            }

            await UndoStock(plan);
            if (attempt == MostTries)
                throw new ErrorException(Error.Conflict("The product is being changed by somebody else at the same time; read it again and retry"));
        }
    }

    private async Task EnsureStock(ProductPlan plan, CancellationToken ct)
    {
        var items = plan.Drafts.SelectMany(d => d.Variants.Where(v => v.StockTouched).Select(v => Item(v.Id, v.Sku, d.Fields.Title, v.Title, v.RequiresShipping))).ToList();
        if (items.Count == 0) return;
        var made = plan.Drafts.SelectMany(d => d.Variants).Where(v => v is { StockTouched: true, IsNew: true }).Select(v => v.Id).ToList();
        if (made.Count > 0)
        {
            await using var tx = await db.Begin(ct);
            await CheckStockItems.Enqueue(tx, made, clock.GetUtcNow() + CheckStockItems.LongestWrite, ct);
            await tx.Commit(ct);
        }

        if ((await inventory.EnsureItems(new EnsureItems(items), ct)).Error is { } error) throw new ErrorException(error);
    }

    // Makes Inventory agree with what is in the database after all: items of variants that were not created go, copies of names that were
    // not changed come back, and a rival that holds a SKU gets it for its item too. Not cut off by the caller's leaving.
    private async Task UndoStock(ProductPlan plan)
    {
        var touched = plan.Drafts.SelectMany(d => d.Variants).Where(v => v.StockTouched).ToList();
        if (touched.Count == 0) return;
        await using var connection = await db.Open(CancellationToken.None);
        var kept = (await connection.QueryAsync<KeptVariant>("""
            select v.id, v.sku, p.title as product_title, v.title, v.requires_shipping, v.manage_inventory
            from (
                select id from unnest(@ids) as w (id)
                union select s.id from unnest(@skus) as n (name)
                join lateral (select x.id from catalog.variants x where x.sku = n.name and x.deleted_at is null limit 1) s on true) w
            join catalog.variants v on v.id = w.id and v.deleted_at is null join catalog.products p on p.id = v.product_id
            """, new { ids = touched.Select(v => v.Id).ToArray(), skus = touched.Where(v => v.Sku is not null).Select(v => v.Sku!).ToArray() })).ToList();
        var gone = touched.Where(v => v.IsNew).Select(v => v.Id).Except(kept.Select(k => k.Id)).ToList();
        if (gone.Count > 0) await inventory.RemoveItems(new RemoveItems(gone), CancellationToken.None);
        var items = kept.Where(k => k.ManageInventory).Select(k => Item(k.Id, k.Sku, k.ProductTitle, k.Title, k.RequiresShipping)).ToList();
        if (items.Count > 0) await inventory.EnsureItems(new EnsureItems(items), CancellationToken.None);
    }

    private static EnsureItem Item(Guid variant, string? sku, string product, string title, bool requiresShipping) =>
        new(variant, sku, StockName.Of(product, title), requiresShipping, Stocked: null);

    private sealed record KeptVariant(Guid Id, string? Sku, string ProductTitle, string Title, bool RequiresShipping, bool ManageInventory);

    private async Task<bool> Write(ProductPlan plan, List<VariantValueLink> links, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        if (!await LockUnmoved(tx, plan, ct)) return false;
        await references.MustStillExist(tx, plan.Drafts, ct);

        var deletedVariants = plan.Drafts.SelectMany(d => d.DeletedVariants).ToList();
        if (plan.Deletes.Count > 0)
        {
            deletedVariants.AddRange(await tx.Connection.QueryAsync<Guid>(new CommandDefinition("""
                update catalog.products set deleted_at = now() where id = any (@ids);
                update catalog.variants set deleted_at = now() where product_id = any (@ids) and deleted_at is null returning id
                """, new { ids = plan.Deletes.ToArray() }, tx.Inner, cancellationToken: ct)));
        }

        await using (var batch = tx.Batch())
        {
            WriteDrafts.Add(batch, plan.Drafts, links);
            if (batch.BatchCommands.Count > 0) await batch.ExecuteNonQueryAsync(ct);
        }

        if (deletedVariants.Count > 0) await CheckStockItems.Enqueue(tx, deletedVariants, clock.GetUtcNow(), ct);
        tx.Publish(new CatalogChanged([.. plan.Drafts.Select(d => d.Id), .. plan.Deletes]));
        await tx.Commit(ct);
        return true;
    }

    private static async Task<bool> LockUnmoved(Transaction tx, ProductPlan plan, CancellationToken ct)
    {
        var ids = plan.Drafts.Where(d => d.Version is not null).Select(d => d.Id).Concat(plan.Deletes).Order().ToArray();
        if (ids.Length == 0) return true;
        var versions = (await tx.Connection.QueryAsync<(Guid Id, string Version)>(new CommandDefinition("""
            select p.id, p.xmin::text from catalog.products p where p.id = any (@ids) and p.deleted_at is null order by p.id for update
            """, new { ids }, tx.Inner, cancellationToken: ct))).ToDictionary(v => v.Id, v => v.Version);
        return versions.Count == ids.Length && plan.Drafts.All(d => d.Version is null || versions[d.Id] == d.Version);
    }
}
