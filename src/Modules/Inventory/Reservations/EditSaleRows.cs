using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Inventory;

/// <summary>What <see cref="EditSale"/> finds: the reservation of the cart, and what is held for the edit (status null = nothing).</summary>
internal sealed record EditedSale(
    string Status, long OrderVersion, string? HoldStatus, IReadOnlyList<Take> Lines, IReadOnlyList<Take> Held,
    IReadOnlyList<ServingLevel> Levels, IReadOnlyList<VariantPart> Parts);

/// <summary>The SQL of <see cref="EditSale"/>. Locks as everywhere: reservations by key, then levels.</summary>
internal static class EditSaleRows
{
    public static async Task<EditedSale> Lock(Transaction tx, OrderEdited edited, CancellationToken ct)
    {
        Guid[] keys = edited.HoldKey is { } hold ? [edited.CartId, hold] : [edited.CartId];
        await using var batch = tx.Batch();
        // An order of what was not counted has held nothing; it may have something from now on.
        ReserveRows.Add(batch, """
            insert into inventory.reservations (key, status, fingerprint, expires_at) values ($1, 'committed', '', now()) on conflict (key) do nothing
            """, edited.CartId);
        ReserveRows.Add(batch, "select key, status, order_version from inventory.reservations where key = any ($1) order by key for update", (object)keys);
        ReserveRows.Add(batch, """
            select l.item_id, l.location_id, l.stocked, l.reserved, l.backordered, 0, true
            from inventory.levels l
            where (l.item_id, l.location_id) in (select r.item_id, r.location_id from inventory.reservation_lines r where r.key = any ($1))
            order by l.item_id, l.location_id
            for update of l
            """, (object)keys);
        foreach (var key in keys) ReserveRows.Add(batch, "select item_id, location_id, quantity, backordered from inventory.reservation_lines where key = $1", key);
        ReserveRows.Add(batch, """
            select v.variant_id, v.item_id, v.required_quantity from inventory.variant_items v
            where v.item_id in (
                select r.item_id from inventory.reservation_lines r where r.key = any ($1)
                union select f.item_id from inventory.variant_items f where f.variant_id = any ($2))
            """, keys, edited.Fewer.Select(f => f.VariantId).ToArray());

        await using var reader = await batch.ExecuteReaderAsync(ct);
        var (status, version, holdStatus) = ("", 0L, (string?)null);
        while (await reader.ReadAsync(ct))
        {
            if (reader.GetGuid(0) == edited.CartId) (status, version) = (reader.GetString(1), reader.GetInt64(2));
            else holdStatus = reader.GetString(1);
        }

        await reader.NextResultAsync(ct);
        var levels = await ReserveRows.ReadLevels(reader, ct);
        await reader.NextResultAsync(ct);
        var lines = await ReserveRows.ReadTakes(reader, ct);
        List<Take> held = [];
        if (keys.Length > 1)
        {
            await reader.NextResultAsync(ct);
            held = await ReserveRows.ReadTakes(reader, ct);
        }

        await reader.NextResultAsync(ct);
        return new EditedSale(status, version, holdStatus, lines, held, levels, await ReserveRows.ReadParts(reader, ct));
    }

    /// <summary>The edit is taken; what was held for it is the order's.</summary>
    public static void Finish(NpgsqlBatch batch, OrderEdited edited)
    {
        ReserveRows.Add(batch, "update inventory.reservations set order_version = $2, updated_at = now() where key = $1", edited.CartId, edited.Version);
        if (edited.HoldKey is { } hold) ReserveRows.Add(batch, "delete from inventory.reservations where key = $1", hold);
    }
}
