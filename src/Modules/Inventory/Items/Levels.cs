using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Inventory;

internal sealed record CreateInventoryLevelRequest(string LocationId, long StockedQuantity = 0, long IncomingQuantity = 0);

/// <summary>A new count; what is not sent stays.</summary>
internal sealed record LevelChange(Guid LocationId, long? Stocked, long? Incoming);

/// <summary>What changed, for the answer.</summary>
internal sealed record ChangedLevels(IReadOnlyList<LevelRow> Created, IReadOnlyList<LevelRow> Updated, IReadOnlyList<LevelRow> Deleted);

/// <summary>
/// Counting: creates, sets and deletes levels of one item in the caller's transaction, all or none, writes the movements and tells the
/// shop. Never goes below what is reserved: those pieces are promised.
/// </summary>
internal static class Levels
{
    public static async Task<ChangedLevels> Change(
        Transaction tx, Guid item, IReadOnlyList<CreateInventoryLevelRequest> create, IReadOnlyList<LevelChange> update, IReadOnlyList<Guid> deleteLocations,
        CancellationToken ct)
    {
        var made = create.Select(c => new LevelChange(Location(c.LocationId), c.StockedQuantity, c.IncomingQuantity)).ToList();
        foreach (var change in made.Concat(update))
        {
            Check.Range("stocked_quantity", change.Stocked, 0, ReserveStock.MaxQuantity);
            Check.Range("incoming_quantity", change.Incoming, 0, ReserveStock.MaxQuantity);
        }

        var touched = made.Concat(update).Select(c => c.LocationId).Concat(deleteLocations).ToArray();
        if (touched.Length == 0) return new ChangedLevels([], [], []);
        if (touched.Distinct().Count() != touched.Length) throw Wrong(Error.Invalid("Invalid request: Field 'location_id' names a location twice"));
        await RequireLocations(tx, made.Select(c => c.LocationId).ToArray(), ct);
        var old = (await tx.Connection.QueryAsync<LevelRow>(new CommandDefinition($"""
            select {LevelRow.Columns} from inventory.levels l where l.item_id = @item and l.location_id = any (@touched)
            order by l.item_id, l.location_id for update
            """, new { item, touched }, tx.Inner, cancellationToken: ct))).ToDictionary(l => l.LocationId);

        foreach (var location in update.Select(u => u.LocationId).Concat(deleteLocations).Where(l => !old.ContainsKey(l)))
            throw Wrong(InventoryErrors.LevelNotFound(WireId.Encode(InventoryWire.Item, item), WireId.Encode(InventoryWire.Location, location)));
        foreach (var level in made.Where(c => old.ContainsKey(c.LocationId)))
            throw Wrong(Error.Duplicate($"Item {WireId.Encode(InventoryWire.Item, item)} is already stocked at location {WireId.Encode(InventoryWire.Location, level.LocationId)}"));
        if (update.FirstOrDefault(u => u.Stocked < old[u.LocationId].Reserved) is { } low)
            throw Wrong(InventoryErrors.BelowReserved("stocked_quantity", old[low.LocationId].Reserved));
        if (deleteLocations.FirstOrDefault(l => old[l].Reserved + old[l].Backordered > 0) is var held && held != Guid.Empty)
            throw Wrong(Error.NotAllowed($"Cannot remove the level at location {WireId.Encode(InventoryWire.Location, held)}: {old[held].Reserved + old[held].Backordered} pieces are reserved"));

        var created = await Write(tx, item, made, old, ct);
        var updated = await Write(tx, item, update, old, ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            "delete from inventory.levels where item_id = @item and location_id = any (@gone)", new { item, gone = deleteLocations.ToArray() }, tx.Inner, cancellationToken: ct));
        await WriteMovements(tx, item, deleteLocations.Select(l => (l, -old[l].Stocked)), ct);
        await StockEvents.Publish(tx, [item], ct);
        return new ChangedLevels(created, updated, deleteLocations.Select(l => old[l]).ToList());
    }

    /// <summary>The location a body names; its existence is checked with the rest.</summary>
    public static Guid Location(string id) => WireId.TryDecode(InventoryWire.Location, id, out var location)
        ? location
        : throw Wrong(Error.Invalid($"Invalid request: Value for field 'location_id' is not a stock location, got: '{(id.Length > 80 ? id[..80] : id)}'"));

    private static async Task RequireLocations(Transaction tx, Guid[] locations, CancellationToken ct)
    {
        var known = (await tx.Connection.QueryAsync<Guid>(new CommandDefinition(
            "select id from inventory.stock_locations where id = any (@locations) and deleted_at is null for share",
            new { locations }, tx.Inner, cancellationToken: ct))).ToHashSet();
        foreach (var location in locations.Where(l => !known.Contains(l)))
            throw Wrong(InventoryErrors.LocationNotFound(WireId.Encode(InventoryWire.Location, location)));
    }

    private static async Task<IReadOnlyList<LevelRow>> Write(
        Transaction tx, Guid item, IReadOnlyList<LevelChange> changes, Dictionary<Guid, LevelRow> old, CancellationToken ct)
    {
        if (changes.Count == 0) return [];
        var rows = (await tx.Connection.QueryAsync<LevelRow>(new CommandDefinition($"""
            insert into inventory.levels as l (id, item_id, location_id, stocked, incoming)
            select c.id, @item, c.location_id, c.stocked, c.incoming
            from unnest(@ids, @locations, @stocked, @incoming) as c (id, location_id, stocked, incoming)
            on conflict (item_id, location_id) do update
            set stocked = excluded.stocked, incoming = excluded.incoming, updated_at = now()
            returning {LevelRow.Columns}
            """, new
        {
            item,
            ids = changes.Select(_ => WireId.New()).ToArray(),
            locations = changes.Select(c => c.LocationId).ToArray(),
            stocked = changes.Select(c => c.Stocked ?? old[c.LocationId].Stocked).ToArray(),
            incoming = changes.Select(c => c.Incoming ?? old[c.LocationId].Incoming).ToArray(),
        }, tx.Inner, cancellationToken: ct))).ToList();
        await WriteMovements(tx, item, rows.Select(r => (r.LocationId, r.Stocked - (old.TryGetValue(r.LocationId, out var before) ? before.Stocked : 0))), ct);
        return rows;
    }

    private static async Task WriteMovements(Transaction tx, Guid item, IEnumerable<(Guid Location, long Quantity)> movements, CancellationToken ct)
    {
        var moved = movements.Where(m => m.Quantity != 0).ToList();
        if (moved.Count == 0) return;
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            insert into inventory.movements (item_id, location_id, reason, quantity)
            select @item, m.location_id, 'counted', m.quantity from unnest(@locations, @quantities) as m (location_id, quantity)
            """, new { item, locations = moved.Select(m => m.Location).ToArray(), quantities = moved.Select(m => m.Quantity).ToArray() }, tx.Inner, cancellationToken: ct));
    }

    private static ErrorException Wrong(Error error) => new(error);
}
