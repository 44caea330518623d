using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Platform.Data;
using Npgsql;

namespace HeadlessPro.Inventory;

/// <summary>
/// Makes sure variants have their stock items, thousands at once: one statement per step, whatever the number. Runs one at a time
/// (advisory lock), so that two imports cannot give one variant two items, which would make it a kit.
/// </summary>
/// <remarks>
/// A new variant whose SKU an item already has shares that item. The copies of SKU and title are kept up for an item that is one
/// variant's own; a SKU that another item holds is left empty. Stock is set only where one item is the whole variant, and never below
/// what is reserved: those pieces are promised. Levels are locked before items, as everywhere.
/// </remarks>
internal static class EnsureItems
{
    private const string Input = """
        input as (
            select * from unnest(@variants, @skus, @titles, @ships, @stocks, @ids)
                as i (variant_id, sku, title, requires_shipping, stocked, new_id))
        """;

    // Variants that are one item and nothing else.
    private const string Own = $"""
        {Input}, own as (
            select i.*, v.item_id from input i join inventory.variant_items v on v.variant_id = i.variant_id
            where v.required_quantity = 1
              and not exists (select 1 from inventory.variant_items o where o.variant_id = i.variant_id and o.item_id <> v.item_id))
        """;

    public static async Task<Result<Done>> Run(Db db, Contracts.Inventory.EnsureItems request, CancellationToken ct)
    {
        if (request.Items.Count == 0) return new Done();
        if (request.Items.FirstOrDefault(i => i.Stocked is < 0 or > ReserveStock.MaxQuantity) is { } wrong)
            return Error.Invalid($"Invalid request: Stock of '{wrong.Sku ?? wrong.Title}' must be between 0 and {ReserveStock.MaxQuantity}, got: '{wrong.Stocked}'");

        var items = Distinct(request.Items);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                await Write(db, items, request.Key, ct);
                return new Done();
            }
            // Staff made an item of that SKU at the same moment: next time it is found and shared.
            catch (PostgresException e) when (e.SqlState == PostgresErrorCodes.UniqueViolation && attempt < 3)
            {
            }
        }
    }

    // One row per variant, the last one counts; a SKU goes to the first variant that names it.
    private static List<EnsureItem> Distinct(IReadOnlyList<EnsureItem> items)
    {
        var skus = new HashSet<string>(StringComparer.Ordinal);
        return items.GroupBy(i => i.VariantId).Select(g => g.Last())
            .Select(i => string.IsNullOrWhiteSpace(i.Sku) || !skus.Add(i.Sku) ? i with { Sku = null } : i)
            .ToList();
    }

    private static async Task Write(Db db, List<EnsureItem> items, Guid? key, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        if (!await StockKeys.Take(tx, key, ct)) items = items.ConvertAll(i => i with { Stocked = null });
        var input = new
        {
            variants = items.Select(i => i.VariantId).ToArray(),
            skus = items.Select(i => i.Sku).ToArray(),
            titles = items.Select(i => i.Title).ToArray(),
            ships = items.Select(i => i.RequiresShipping).ToArray(),
            stocks = items.Select(i => i.Stocked).ToArray(),
            ids = items.Select(_ => WireId.New()).ToArray(),
        };
        var location = await LocationsStore.Default(tx, ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition($"""
            select pg_advisory_xact_lock(hashtext('inventory.ensure_items'));

            -- While a large file comes in, the planner thinks these tables small and would read them whole for each batch.
            set local enable_seqscan = off;
            -- Nor may it take thousands of rows for the ten that a parameter without a length stands for.
            set local plan_cache_mode = force_custom_plan;

            with {Input}, fresh as (
                select i.* from input i where not exists (select 1 from inventory.variant_items v where v.variant_id = i.variant_id)),
            shared as (
                select f.variant_id, i.id as item_id from fresh f join inventory.items i on i.sku = f.sku and i.deleted_at is null),
            created as (
                insert into inventory.items (id, sku, title, requires_shipping)
                select f.new_id, f.sku, f.title, f.requires_shipping from fresh f
                where not exists (select 1 from shared s where s.variant_id = f.variant_id)
                returning id)
            insert into inventory.variant_items (variant_id, item_id)
            select s.variant_id, s.item_id from shared s
            union all select f.variant_id, c.id from fresh f join created c on c.id = f.new_id;

            with {Own} select l.id from inventory.levels l join own o on o.item_id = l.item_id
            where l.location_id = @location and o.stocked is not null
            order by l.item_id, l.location_id for update of l;

            with {Own} update inventory.items i set sku = null
            from own o
            where i.id = o.item_id and i.sku is distinct from o.sku
              and not exists (select 1 from inventory.variant_items v where v.item_id = i.id and v.variant_id <> o.variant_id);

            with {Own} update inventory.items i
            set sku = case when exists (select 1 from inventory.items x where x.sku = o.sku and x.deleted_at is null and x.id <> i.id) then i.sku else o.sku end,
                title = o.title, requires_shipping = o.requires_shipping, updated_at = now()
            from own o
            where i.id = o.item_id
              and (i.sku, i.title, i.requires_shipping) is distinct from (o.sku, o.title, o.requires_shipping)
              and not exists (select 1 from inventory.variant_items v where v.item_id = i.id and v.variant_id <> o.variant_id)
            """, With(input, location), tx.Inner, commandTimeout: 120, cancellationToken: ct));

        var changed = (await tx.Connection.QueryAsync<Guid>(new CommandDefinition($"""
            with {Own}, counted as (
                select distinct on (o.item_id) o.item_id, o.stocked, o.new_id from own o where o.stocked is not null order by o.item_id),
            before as (
                select l.item_id, l.stocked from inventory.levels l join counted c on c.item_id = l.item_id where l.location_id = @location),
            written as (
                insert into inventory.levels as l (id, item_id, location_id, stocked)
                select c.new_id, c.item_id, @location, c.stocked from counted c order by c.item_id
                on conflict (item_id, location_id) do update set stocked = greatest(excluded.stocked, l.reserved), updated_at = now()
                where l.stocked <> greatest(excluded.stocked, l.reserved)
                returning l.item_id, l.stocked)
            insert into inventory.movements (item_id, location_id, reason, quantity)
            select w.item_id, @location, 'imported', w.stocked - coalesce(b.stocked, 0)
            from written w left join before b on b.item_id = w.item_id
            where w.stocked <> coalesce(b.stocked, 0)
            returning item_id
            """, With(input, location), tx.Inner, commandTimeout: 120, cancellationToken: ct))).ToArray();
        await StockEvents.Publish(tx, changed, ct);
        await tx.Commit(ct);
    }

    private static DynamicParameters With(object input, Guid location)
    {
        var parameters = new DynamicParameters(input);
        parameters.Add("location", location);
        return parameters;
    }
}
