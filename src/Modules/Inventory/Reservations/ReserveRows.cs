using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Inventory;

/// <summary>A locked level and whether its location serves the shopper.</summary>
internal sealed record ServingLevel(
    Guid ItemId, Guid LocationId, long Stocked, long Reserved, long Backordered, int Priority, bool Serves);

/// <summary>What RESERVE finds after it has its locks. <paramref name="Parts"/> names every variant that shares the items.</summary>
internal sealed record FoundStock(
    bool IsNew, string Status, string Fingerprint, DateTimeOffset ExpiresAt,
    IReadOnlyList<Take> Lines, IReadOnlyList<ServingLevel> Levels, IReadOnlyList<VariantPart> Parts, Guid? FirstLocation);

/// <summary>What COMMIT and RELEASE find; status null = no such key.</summary>
internal sealed record HeldStock(
    string? Status, DateTimeOffset ExpiresAt, IReadOnlyList<Take> Lines, IReadOnlyList<ServingLevel> Levels, IReadOnlyList<VariantPart> Parts);

/// <summary>The SQL of reserving, and what selling and releasing read first.</summary>
internal static class ReserveRows
{
    private const string Items = """
        (select v.item_id from inventory.variant_items v where v.variant_id = any ($2)
         union select r.item_id from inventory.reservation_lines r where r.key = $1)
        """;

    private static readonly string LockLevels = $"""
        select l.item_id, l.location_id, l.stocked, l.reserved, l.backordered, s.priority, {LocationsStore.Serves("$3")}
        from inventory.levels l join inventory.stock_locations s on s.id = l.location_id
        where l.item_id in {Items}
        order by l.item_id, l.location_id
        for update of l
        """;

    private static readonly string SelectParts = $"""
        select v.variant_id, v.item_id, v.required_quantity from inventory.variant_items v where v.item_id in {Items}
        """;

    private static readonly string SelectFirstLocation = $"""
        select s.id from inventory.stock_locations s where {LocationsStore.Serves("$1")} order by s.priority, s.id limit 1
        """;

    public static async Task<FoundStock> Lock(
        Transaction tx, Contracts.Inventory.ReserveStock request, string fingerprint, CancellationToken ct)
    {
        await using var batch = tx.Batch();
        // «do update» locks the row, whoever made it; a rival with the same key waits here.
        Add(batch, """
            insert into inventory.reservations as r (key, status, fingerprint, expires_at) values ($1, 'held', $2, $3)
            on conflict (key) do update set key = excluded.key
            returning r.xmax = 0, r.status, r.fingerprint, r.expires_at
            """, request.Key, fingerprint, request.ExpiresAt.ToUniversalTime());
        var variants = request.Lines.Select(l => l.VariantId).Distinct().ToArray();
        object channels = request.SalesChannelId is { } channel ? new[] { channel } : Array.Empty<Guid>();
        Add(batch, LockLevels, request.Key, variants, channels);
        Add(batch, "select item_id, location_id, quantity, backordered from inventory.reservation_lines where key = $1", request.Key);
        Add(batch, SelectParts, request.Key, variants);
        // Only what may be owed can need a place that has none of it.
        if (request.Lines.Any(l => l.AllowBackorder)) Add(batch, SelectFirstLocation, channels);

        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        var (isNew, status, oldFingerprint, expiresAt) =
            (reader.GetBoolean(0), reader.GetString(1), reader.GetString(2), reader.GetFieldValue<DateTimeOffset>(3));
        await reader.NextResultAsync(ct);
        var levels = await ReadLevels(reader, ct);
        await reader.NextResultAsync(ct);
        var lines = await ReadTakes(reader, ct);
        await reader.NextResultAsync(ct);
        var parts = await ReadParts(reader, ct);
        await reader.NextResultAsync(ct);
        Guid? first = await reader.ReadAsync(ct) ? reader.GetGuid(0) : null;
        return new FoundStock(isNew, status, oldFingerprint, expiresAt, lines, levels, parts, first);
    }

    public static async Task<HeldStock> LockHeld(Transaction tx, Guid key, CancellationToken ct)
    {
        await using var batch = tx.Batch();
        Add(batch, "select status, expires_at from inventory.reservations where key = $1 for update", key);
        Add(batch, """
            select l.item_id, l.location_id, l.stocked, l.reserved, l.backordered, 0, true
            from inventory.levels l join inventory.reservation_lines r on r.item_id = l.item_id and r.location_id = l.location_id
            where r.key = $1
            order by l.item_id, l.location_id
            for update of l
            """, key);
        Add(batch, "select item_id, location_id, quantity, backordered from inventory.reservation_lines where key = $1", key);
        Add(batch, """
            select v.variant_id, v.item_id, v.required_quantity from inventory.variant_items v
            where v.item_id in (select r.item_id from inventory.reservation_lines r where r.key = $1)
            """, key);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        if (!await reader.ReadAsync(ct)) return new HeldStock(null, default, [], [], []);
        var (status, expiresAt) = (reader.GetString(0), reader.GetFieldValue<DateTimeOffset>(1));
        await reader.NextResultAsync(ct);
        var levels = await ReadLevels(reader, ct);
        await reader.NextResultAsync(ct);
        var lines = await ReadTakes(reader, ct);
        await reader.NextResultAsync(ct);
        return new HeldStock(status, expiresAt, lines, levels, await ReadParts(reader, ct));
    }

    public static void WriteLines(NpgsqlBatch batch, Guid key, IReadOnlyList<Take> takes, bool replace)
    {
        if (replace) Add(batch, "delete from inventory.reservation_lines where key = $1", key);
        if (takes.Count == 0) return;
        Add(batch, """
            insert into inventory.reservation_lines (key, id, item_id, location_id, quantity, backordered)
            select $1, t.id, t.item_id, t.location_id, t.quantity, t.backordered
            from unnest($2, $3, $4, $5, $6) as t (id, item_id, location_id, quantity, backordered)
            """, [key, takes.Select(_ => WireId.New()).ToArray(), .. Columns(takes)]);
    }

    /// <summary>Adds to reserved and backordered (takes may be negative). The levels are locked; one that is missing is made, for backorders.</summary>
    public static void ChangeLevels(NpgsqlBatch batch, IReadOnlyList<Take> changes)
    {
        var sums = changes.GroupBy(t => (t.ItemId, t.LocationId))
            .Select(g => new Take(g.Key.ItemId, g.Key.LocationId, g.Sum(t => t.Quantity), g.Sum(t => t.Backordered)))
            .Where(t => t is not { Quantity: 0, Backordered: 0 })
            .OrderBy(t => t.ItemId).ThenBy(t => t.LocationId)
            .ToList();
        if (sums.Count == 0) return;
        if (sums.Any(t => t is { Quantity: 0, Backordered: > 0 }))
        {
            Add(batch, """
                insert into inventory.levels (id, item_id, location_id)
                select t.id, t.item_id, t.location_id
                from unnest($1, $2, $3, $4, $5) as t (id, item_id, location_id, quantity, backordered)
                where t.quantity = 0 and t.backordered > 0
                order by t.item_id, t.location_id
                on conflict (item_id, location_id) do nothing
                """, [sums.Select(_ => WireId.New()).ToArray(), .. Columns(sums)]);
        }

        Add(batch, """
            update inventory.levels l
            set reserved = l.reserved + t.quantity, backordered = l.backordered + t.backordered, updated_at = now()
            from unnest($1, $2, $3, $4) as t (item_id, location_id, quantity, backordered)
            where l.item_id = t.item_id and l.location_id = t.location_id
            """, Columns(sums));
    }

    /// <summary>Takes sold pieces off the shelf, and out of the hold when they were in one, and writes the movements.</summary>
    public static void SellLevels(NpgsqlBatch batch, Guid key, IReadOnlyList<Take> sold, bool fromHold)
    {
        Add(batch, """
            with t as (select * from unnest($2, $3, $4, $5) as t (item_id, location_id, quantity, backordered)), left_shelf as (
                update inventory.levels l
                set stocked = l.stocked - t.quantity,
                    reserved = l.reserved - case when $6 then t.quantity else 0 end,
                    backordered = l.backordered + case when $6 then 0 else t.backordered end,
                    updated_at = now()
                from t where l.item_id = t.item_id and l.location_id = t.location_id)
            insert into inventory.movements (item_id, location_id, reason, quantity, reference)
            select t.item_id, t.location_id, 'sold', -t.quantity, $1 from t where t.quantity > 0
            """, [key, .. Columns(sold), fromHold]);
    }

    public static object[] Columns(IReadOnlyList<Take> takes) =>
    [
        takes.Select(t => t.ItemId).ToArray(), takes.Select(t => t.LocationId).ToArray(),
        takes.Select(t => t.Quantity).ToArray(), takes.Select(t => t.Backordered).ToArray(),
    ];

    public static void Add(NpgsqlBatch batch, string sql, params object[] values)
    {
        var command = new NpgsqlBatchCommand(sql);
        foreach (var value in values) command.Parameters.Add(new NpgsqlParameter { Value = value });
        batch.BatchCommands.Add(command);
    }

    public static async Task<List<ServingLevel>> ReadLevels(NpgsqlDataReader reader, CancellationToken ct)
    {
        var levels = new List<ServingLevel>();
        while (await reader.ReadAsync(ct))
        {
            levels.Add(new ServingLevel(reader.GetGuid(0), reader.GetGuid(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4),
                reader.GetInt32(5), reader.GetBoolean(6)));
        }

        return levels;
    }

    public static async Task<List<Take>> ReadTakes(NpgsqlDataReader reader, CancellationToken ct)
    {
        var takes = new List<Take>();
        while (await reader.ReadAsync(ct)) takes.Add(new Take(reader.GetGuid(0), reader.GetGuid(1), reader.GetInt64(2), reader.GetInt64(3)));
        return takes;
    }

    public static async Task<List<VariantPart>> ReadParts(NpgsqlDataReader reader, CancellationToken ct)
    {
        var parts = new List<VariantPart>();
        while (await reader.ReadAsync(ct)) parts.Add(new VariantPart(reader.GetGuid(0), reader.GetGuid(1), reader.GetInt32(2)));
        return parts;
    }
}
