using HeadlessPro.Platform.Data;

namespace HeadlessPro.Inventory;

/// <summary>Sells the holds of many orders in one transaction, so that a thing many buy is written once for all of them.</summary>
internal static class SellHolds
{
    public static async Task Run(Db db, IReadOnlyCollection<Guid> keys, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        var (lapsed, items) = await SellHeld(tx, keys, ct);
        await LowStock.Check(tx, items, ct);
        await tx.Commit(ct);
        foreach (var key in lapsed) await ReserveStock.Commit(db, key, ct);
    }

    /// <summary>
    /// Takes what is held under the keys off the shelf, in one round trip: locks as everywhere (reservations, then levels), then sums per level.
    /// Answers the keys whose hold had lapsed, which are left alone, and the items sold.
    /// </summary>
    private static async Task<(List<Guid> Lapsed, Guid[] Items)> SellHeld(Transaction tx, IReadOnlyCollection<Guid> keys, CancellationToken ct)
    {
        const string Held = """
            inventory.reservation_lines r join inventory.reservations h on h.key = r.key and h.status = 'held' where r.key = any ($1)
            """;
        await using var batch = tx.Batch();
        object all = keys.ToArray();
        ReserveRows.Add(batch, "select key, status from inventory.reservations where key = any ($1) order by key for update", all);
        ReserveRows.Add(batch, $"""
            select l.item_id from inventory.levels l where (l.item_id, l.location_id) in (select r.item_id, r.location_id from {Held})
            order by l.item_id, l.location_id for update of l
            """, all);
        ReserveRows.Add(batch, $"""
            with sold as (select r.item_id, r.location_id, sum(r.quantity)::bigint as quantity from {Held} group by r.item_id, r.location_id),
            left_shelf as (
                update inventory.levels l set stocked = l.stocked - sold.quantity, reserved = l.reserved - sold.quantity, updated_at = now()
                from sold where l.item_id = sold.item_id and l.location_id = sold.location_id)
            insert into inventory.movements (item_id, location_id, reason, quantity, reference)
            select r.item_id, r.location_id, 'sold', -r.quantity, r.key from {Held} and r.quantity > 0
            """, all);
        ReserveRows.Add(batch, "update inventory.reservations set status = 'committed', updated_at = now() where key = any ($1) and status = 'held'", all);

        await using var reader = await batch.ExecuteReaderAsync(ct);
        var lapsed = new List<Guid>();
        while (await reader.ReadAsync(ct))
            if (reader.GetString(1) == "released") lapsed.Add(reader.GetGuid(0));
        await reader.NextResultAsync(ct);
        var items = new HashSet<Guid>();
        while (await reader.ReadAsync(ct)) items.Add(reader.GetGuid(0));
        return (lapsed, [.. items]);
    }
}
