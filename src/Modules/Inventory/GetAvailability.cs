using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Inventory;

/// <summary>What can still be promised of variants; one statement. The scarcest part of a kit decides.</summary>
internal static class GetAvailability
{
    private static readonly string Sql = $"""
        with part as (
            select v.variant_id, v.item_id, v.required_quantity from inventory.variant_items v where v.variant_id = any ($1)),
        free as (
            select l.item_id, sum(l.stocked - l.reserved - l.backordered) as pieces
            from inventory.levels l join inventory.stock_locations s on s.id = l.location_id
            where l.item_id in (select p.item_id from part p) and {LocationsStore.Serves("$2")}
            group by l.item_id)
        select p.variant_id, min(floor(coalesce(f.pieces, 0) / p.required_quantity))::bigint
        from part p left join free f on f.item_id = p.item_id
        group by p.variant_id
        """;

    public static async Task<Result<IReadOnlyList<VariantAvailability>>> Run(
        Db db, Contracts.Inventory.GetAvailability request, CancellationToken ct)
    {
        var found = new List<VariantAvailability>();
        if (request.VariantIds.Count == 0) return found;
        await using var command = db.Command(Sql);
        command.Parameters.Add(new() { Value = request.VariantIds.ToArray() });
        command.Parameters.Add(new() { Value = request.SalesChannelIds.ToArray() });
        await using var reader = await command.ExecuteReaderAsync(ct);
        while (await reader.ReadAsync(ct)) found.Add(new VariantAvailability(reader.GetGuid(0), reader.GetInt64(1)));
        return found;
    }
}
