using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Inventory;

/// <summary>Stock of variants place by place, thousands at once: what product files read and write. Kits have no stock of their own.</summary>
internal static class StockByLocation
{
    // A variant that is one piece of one item.
    private const string Own = """
        own as (
            select v.variant_id, v.item_id from inventory.variant_items v
            where v.variant_id = any(@variants) and v.required_quantity = 1
              and not exists (select 1 from inventory.variant_items o where o.variant_id = v.variant_id and o.item_id <> v.item_id))
        """;

    public static async Task<Result<IReadOnlyList<LocationInfo>>> Locations(Db db, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var rows = await connection.QueryAsync<(Guid Id, string Name)>(new CommandDefinition(
            "select id, name from inventory.stock_locations where deleted_at is null order by priority, id", cancellationToken: ct));
        return rows.Select((r, i) => new LocationInfo(r.Id, r.Name, i == 0)).ToList();
    }

    public static async Task<Result<IReadOnlyList<VariantStock>>> Read(Db db, GetStock request, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var rows = await connection.QueryAsync<(Guid VariantId, Guid LocationId, long Stocked)>(new CommandDefinition($"""
            with {Own} select o.variant_id, l.location_id, l.stocked from own o join inventory.levels l on l.item_id = o.item_id
            join inventory.stock_locations s on s.id = l.location_id and s.deleted_at is null
            """, new { variants = request.VariantIds.ToArray() }, cancellationToken: ct));
        return rows.Select(r => new VariantStock(r.VariantId, r.LocationId, r.Stocked)).ToList();
    }

    public static async Task<Result<Done>> Set(Db db, SetStock request, CancellationToken ct)
    {
        if (request.Stock.FirstOrDefault(s => s.Stocked is < 0 or > ReserveStock.MaxQuantity) is { } wrong)
            return Error.Invalid($"Invalid request: Stock must be between 0 and {ReserveStock.MaxQuantity}, got: '{wrong.Stocked}'");
        var stock = request.Stock.GroupBy(s => (s.VariantId, s.LocationId)).Select(g => g.Last()).ToList();
        await using var tx = await db.Begin(ct);
        if (!await StockKeys.Take(tx, request.Key, ct)) return new Done();
        var input = new
        {
            variants = stock.Select(s => s.VariantId).ToArray(),
            locations = stock.Select(s => s.LocationId).ToArray(),
            pieces = stock.Select(s => s.Stocked).ToArray(),
            ids = stock.Select(_ => WireId.New()).ToArray(),
        };
        // Levels are locked in one order before they are written, as everywhere that holds several.
        await tx.Connection.ExecuteAsync(new CommandDefinition($"""
            with {Own} select l.id from inventory.levels l where l.item_id in (select item_id from own) and l.location_id = any(@locations)
            order by l.item_id, l.location_id for update
            """, input, tx.Inner, cancellationToken: ct));
        var changed = (await tx.Connection.QueryAsync<Guid>(new CommandDefinition($"""
            with {Own}, counted as (
                select distinct on (o.item_id, i.location_id) i.new_id, o.item_id, i.location_id, i.stocked
                from unnest(@ids, @variants, @locations, @pieces) as i (new_id, variant_id, location_id, stocked)
                join own o on o.variant_id = i.variant_id
                join inventory.stock_locations s on s.id = i.location_id and s.deleted_at is null),
            before as (
                select l.item_id, l.location_id, l.stocked from inventory.levels l join counted c using (item_id, location_id)),
            written as (
                insert into inventory.levels as l (id, item_id, location_id, stocked)
                select new_id, item_id, location_id, stocked from counted order by item_id, location_id
                on conflict (item_id, location_id) do update set stocked = greatest(excluded.stocked, l.reserved), updated_at = now()
                where l.stocked <> greatest(excluded.stocked, l.reserved)
                returning l.item_id, l.location_id, l.stocked)
            insert into inventory.movements (item_id, location_id, reason, quantity)
            select w.item_id, w.location_id, 'imported', w.stocked - coalesce(b.stocked, 0)
            from written w left join before b using (item_id, location_id)
            where w.stocked <> coalesce(b.stocked, 0)
            returning item_id
            """, input, tx.Inner, cancellationToken: ct))).Distinct().ToArray();
        await StockEvents.Publish(tx, changed, ct);
        await tx.Commit(ct);
        return new Done();
    }
}
