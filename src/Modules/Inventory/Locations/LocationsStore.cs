using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Inventory;

/// <summary>What several slices ask of stock locations.</summary>
internal static class LocationsStore
{
    /// <summary>Condition on location <c>s</c>: it serves one of the channels in the uuid array (empty = any). Without links it serves all.</summary>
    public static string Serves(string channels) => $"""
        (s.deleted_at is null and (cardinality({channels}::uuid[]) = 0
            or not exists (select 1 from inventory.location_channels c where c.location_id = s.id)
            or exists (select 1 from inventory.location_channels c where c.location_id = s.id and c.sales_channel_id = any ({channels}))))
        """;

    /// <summary>Where stock goes that names no place: the first location by priority. A shop that has none gets one.</summary>
    public static async Task<Guid> Default(Transaction tx, CancellationToken ct)
    {
        const string First = "select id from inventory.stock_locations where deleted_at is null order by priority, id limit 1";
        if (await tx.Connection.QuerySingleOrDefaultAsync<Guid?>(new CommandDefinition(First, transaction: tx.Inner, cancellationToken: ct)) is { } location)
            return location;

        // The lock keeps two first imports from making two.
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            select pg_advisory_xact_lock(hashtext('inventory.default_location'));
            insert into inventory.stock_locations (id, name)
            select @id, 'Main warehouse' where not exists (select 1 from inventory.stock_locations where deleted_at is null)
            """, new { id = WireId.New() }, tx.Inner, cancellationToken: ct));
        return await tx.Connection.QuerySingleAsync<Guid>(new CommandDefinition(First, transaction: tx.Inner, cancellationToken: ct));
    }
}
