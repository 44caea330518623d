using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Inventory;

/// <summary>Gives back what an order was sold. Locks are taken as in <see cref="ReserveStock"/>: the reservation of the key, then its levels.</summary>
internal static class ReturnStock
{
    /// <summary>
    /// The order of the key is canceled: what is held or sold goes back where it was, and whatever is heard later, nothing is held or sold
    /// under the key again. Also before its sale was heard of; repeated, nothing happens.
    /// </summary>
    public static async Task Cancel(Db db, Guid key, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        // An order of what was not counted has held nothing; what an edit has held for it is not to be sold either.
        await using (var nothing = tx.Batch())
        {
            ReserveRows.Add(nothing, """
                insert into inventory.reservations (key, status, fingerprint, expires_at) values ($1, 'released', '', now()) on conflict (key) do nothing
                """, key);
            await nothing.ExecuteNonQueryAsync(ct);
        }

        var held = await ReserveRows.LockHeld(tx, key, ct);
        if (held.Status == "canceled") return;

        await using (var batch = tx.Batch())
        {
            if (held.Status == "held") ReserveRows.ChangeLevels(batch, held.Lines.Select(ReserveStock.Negate).ToList());
            if (held.Status == "committed") PutBack(batch, key, held.Lines);
            ReserveRows.WriteLines(batch, key, [], replace: true);
            batch.BatchCommands.Add(ReserveStock.SetStatus(key, "canceled"));
            await batch.ExecuteNonQueryAsync(ct);
        }

        // What had lapsed could be promised all the time.
        if (held.Status != "released")
        {
            var items = held.Lines.Select(l => l.ItemId).Distinct().ToArray();
            await LowStock.Check(tx, items, ct);
            ReserveStock.Publish(tx, held.Parts, items);
        }

        await tx.Commit(ct);
    }

    /// <summary>Puts sold pieces back on the shelf they left and owes those that were owed no more; writes the movements.</summary>
    public static void PutBack(NpgsqlBatch batch, Guid key, IReadOnlyList<Take> returned)
    {
        if (returned.Count == 0) return;
        // The level may have been deleted since, as it was empty.
        ReserveRows.Add(batch, """
            insert into inventory.levels (id, item_id, location_id)
            select t.id, t.item_id, t.location_id from unnest($1, $2, $3) as t (id, item_id, location_id)
            order by t.item_id, t.location_id
            on conflict (item_id, location_id) do nothing
            """, [returned.Select(_ => WireId.New()).ToArray(), .. ReserveRows.Columns(returned)[..2]]);
        ReserveRows.Add(batch, """
            with t as (select * from unnest($2, $3, $4, $5) as t (item_id, location_id, quantity, backordered)), on_shelf as (
                update inventory.levels l
                set stocked = l.stocked + t.quantity, backordered = l.backordered - t.backordered, updated_at = now()
                from t where l.item_id = t.item_id and l.location_id = t.location_id)
            insert into inventory.movements (item_id, location_id, reason, quantity, reference)
            select t.item_id, t.location_id, 'canceled', t.quantity, $1 from t where t.quantity > 0
            """, [key, .. ReserveRows.Columns(returned)]);
    }
}
