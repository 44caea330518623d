using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Inventory;

/// <summary>
/// Tells once when an item's available pieces fall to its threshold: <c>items.is_low</c> remembers that it was told, until there is more
/// again. Called after every change to what is on the shelf.
/// </summary>
internal static class LowStock
{
    public static async Task Check(Transaction tx, Guid[] items, CancellationToken ct)
    {
        if (items.Length == 0) return;
        await using var command = tx.Command("""
            with item as (
                select i.id, i.low_stock_threshold, i.is_low from inventory.items i
                where i.id = any ($1) and (i.low_stock_threshold is not null or i.is_low)
                order by i.id for no key update),
            state as (
                select item.id, item.is_low, item.low_stock_threshold as threshold, coalesce(sum(l.stocked - l.reserved - l.backordered), 0)::bigint as available
                from item left join (
                    inventory.levels l join inventory.stock_locations s on s.id = l.location_id and s.deleted_at is null) on l.item_id = item.id
                group by item.id, item.is_low, item.low_stock_threshold)
            update inventory.items i set is_low = not i.is_low
            from state
            where i.id = state.id and state.is_low <> coalesce(state.available <= state.threshold, false)
            returning i.id, i.sku, i.is_low, state.available, state.threshold,
                array(select v.variant_id from inventory.variant_items v where v.item_id = i.id)
            """);
        command.Parameters.Add(new() { Value = items });
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct))
        {
            if (!reader.GetBoolean(2)) continue;
            tx.Publish(new StockLow(reader.GetGuid(0), reader.GetFieldValue<Guid[]>(5), reader.IsDBNull(1) ? null : reader.GetString(1),
                reader.GetInt64(3), reader.GetInt64(4)));
        }
    }
}
