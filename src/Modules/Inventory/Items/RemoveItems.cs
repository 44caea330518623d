using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Inventory;

/// <summary>Takes the stock items of deleted variants from sale. An item that another variant shares stays; holds and counts stay as they are.</summary>
internal static class RemoveItems
{
    public static async Task<Result<Done>> Run(Db db, Contracts.Inventory.RemoveItems request, CancellationToken ct)
    {
        if (request.VariantIds.Count == 0) return new Done();
        await using var tx = await db.Begin(ct);
        // One at a time with EnsureItems: an item it is just sharing with another variant must not be taken away.
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            "select pg_advisory_xact_lock(hashtext('inventory.ensure_items'))", transaction: tx.Inner, cancellationToken: ct));
        var items = (await tx.Connection.QueryAsync<Guid>(new CommandDefinition("""
            delete from inventory.variant_items where variant_id = any (@variants) returning item_id
            """, new { variants = request.VariantIds.ToArray() }, tx.Inner, cancellationToken: ct))).Distinct().ToArray();
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            update inventory.items i set deleted_at = now(), updated_at = now()
            where i.id = any (@items) and i.deleted_at is null
              and not exists (select 1 from inventory.variant_items v where v.item_id = i.id)
            """, new { items }, tx.Inner, cancellationToken: ct));
        await tx.Commit(ct);
        return new Done();
    }
}
