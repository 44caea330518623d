using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Inventory;

/// <summary>Says which sales channels a location serves. Everything it stocks is then worth another look.</summary>
internal static class LinkChannels
{
    public static async Task<Result<Done>> Run(Db db, LinkLocationChannels request, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        var exists = await tx.Connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(
            "select id from inventory.stock_locations where id = @LocationId and deleted_at is null for update", request, tx.Inner, cancellationToken: ct));
        if (exists is null) return InventoryErrors.LocationNotFound(WireId.Encode(InventoryWire.Location, request.LocationId));

        var changed = await tx.Connection.ExecuteAsync(new CommandDefinition("""
            delete from inventory.location_channels where location_id = @LocationId and sales_channel_id = any (@remove);
            insert into inventory.location_channels (location_id, sales_channel_id)
            select @LocationId, unnest(@add) on conflict do nothing
            """, new { request.LocationId, remove = request.Remove.ToArray(), add = request.Add.Distinct().ToArray() }, tx.Inner, cancellationToken: ct));
        if (changed > 0) tx.Publish(new StockChanged([]));
        await tx.Commit(ct);
        return new Done();
    }
}
