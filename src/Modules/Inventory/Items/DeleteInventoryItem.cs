using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Inventory;

/// <summary>Deletes a stock item and its links to variants; the row stays for those who ask later. Refused while pieces are promised.</summary>
internal static class DeleteInventoryItem
{
    public static async Task<IResult> Handle(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        query.RejectUnknown();
        await using var tx = await db.Begin(ct);
        var item = await ItemsStore.Require(id, tx.Connection, tx.Inner, ct);
        var promised = await tx.Connection.QuerySingleAsync<long>(new CommandDefinition("""
            select coalesce(sum(l.reserved + l.backordered), 0)::bigint
            from (select reserved, backordered from inventory.levels where item_id = @item order by location_id for update) as l
            """, new { item }, tx.Inner, cancellationToken: ct));
        if (promised > 0) return Reply.Error(Error.NotAllowed($"Cannot delete inventory item {id}: {promised} pieces are reserved"));

        var variants = (await tx.Connection.QueryAsync<Guid>(new CommandDefinition("""
            update inventory.items set deleted_at = now(), updated_at = now() where id = @item;
            delete from inventory.variant_items where item_id = @item returning variant_id
            """, new { item }, tx.Inner, cancellationToken: ct))).ToList();
        if (variants.Count > 0) tx.Publish(new StockChanged(variants));
        await tx.Commit(ct);
        return Reply.Deleted(id, "inventory_item");
    }
}
