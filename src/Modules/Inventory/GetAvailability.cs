using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Inventory;

/// <summary>What can still be promised of variants; one statement. The scarcest part of a kit decides.</summary>
internal static class GetAvailability
{
    private static readonly string Sql = $"""
        select v.variant_id, min(floor(free.pieces / v.required_quantity))::bigint
        from inventory.variant_items v
        cross join lateral (
            select coalesce(sum(l.stocked - l.reserved - l.backordered), 0) as pieces
            from inventory.levels l join inventory.stock_locations s on s.id = l.location_id
            where l.item_id = v.item_id and {LocationsStore.Serves("$2")}) free
        where v.variant_id = any ($1)
        group by v.variant_id
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
