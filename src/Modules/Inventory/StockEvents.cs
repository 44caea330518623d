using Dapper;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Inventory;

/// <summary>What the rest of the shop hears when the stock of items has changed by hand.</summary>
internal static class StockEvents
{
    public static async Task Publish(Transaction tx, Guid[] items, CancellationToken ct)
    {
        if (items.Length == 0) return;
        await LowStock.Check(tx, items, ct);
        var variants = (await tx.Connection.QueryAsync<Guid>(new CommandDefinition(
            "select distinct variant_id from inventory.variant_items where item_id = any (@items)", new { items }, tx.Inner, cancellationToken: ct))).ToList();
        if (variants.Count > 0) tx.Publish(new StockChanged(variants));
    }
}
