using System.Text.Json;
using System.Text.Json.Serialization;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Inventory;

internal sealed record StockLocationAddressRequest(
    [property: JsonPropertyName("address_1")] string Address1, string CountryCode, [property: JsonPropertyName("address_2")] string? Address2 = null,
    string? Company = null, string? City = null, string? Province = null, string? PostalCode = null, string? Phone = null);

internal sealed record CreateStockLocationRequest(
    string Name, string Kind = "warehouse", int Priority = 0, StockLocationAddressRequest? Address = null,
    double? Latitude = null, double? Longitude = null, JsonElement? Metadata = null);

internal sealed record UpdateStockLocationRequest(
    Optional<string> Name = default, Optional<string> Kind = default, Optional<int> Priority = default,
    Optional<StockLocationAddressRequest?> Address = default, Optional<double?> Latitude = default, Optional<double?> Longitude = default,
    Optional<JsonElement?> Metadata = default);

/// <summary>Opens, changes and closes warehouses and shops. One that still holds pieces for somebody cannot be closed.</summary>
internal static class ChangeLocation
{
    public static async Task<IResult> Create(Body<CreateStockLocationRequest> body, ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = LocationRow.Fields(query);
        query.RejectUnknown();
        var request = body.Value;
        Check.Json("metadata", request.Metadata);
        var row = new LocationRow(WireId.New(), request.Name, request.Kind, request.Priority, null, null, null, null, null, null, null, null, null,
            request.Latitude, request.Longitude, Check.JsonText(request.Metadata), default, default, null, []).With(request.Address);
        row.Check();
        await using var tx = await db.Begin(ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            insert into inventory.stock_locations (id, name, kind, priority, address_id, address_1, address_2, company, city, province, postal_code,
                country_code, phone, latitude, longitude, metadata)
            values (@Id, @Name, @Kind, @Priority, @AddressId, @Address1, @Address2, @Company, @City, @Province, @PostalCode,
                @CountryCode, @Phone, @Latitude, @Longitude, @Metadata::jsonb)
            """, row, tx.Inner, cancellationToken: ct));
        await tx.Commit(ct);
        return Reply.One("stock_location", (await LocationRow.Find(row.Id, tx.Connection, ct))!.ToWire(), InventoryJson.Default.StockLocationResponse, fields);
    }

    public static async Task<IResult> Update(string id, Body<UpdateStockLocationRequest> body, ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = LocationRow.Fields(query);
        query.RejectUnknown();
        if (!WireId.TryDecode(InventoryWire.Location, id, out var location)) return Reply.Error(InventoryErrors.LocationNotFound(id));
        var request = body.Value;
        Check.Json("metadata", request.Metadata.Value);

        await using var tx = await db.Begin(ct);
        if (await LocationRow.Find(location, tx.Connection, ct, tx.Inner) is not { } old) return Reply.Error(InventoryErrors.LocationNotFound(id));
        var row = old with
        {
            Name = request.Name.Or(old.Name),
            Kind = request.Kind.Or(old.Kind),
            Priority = request.Priority.Or(old.Priority),
            Latitude = request.Latitude.Or(old.Latitude),
            Longitude = request.Longitude.Or(old.Longitude),
            Metadata = request.Metadata.IsSet ? Check.JsonText(request.Metadata.Value) : old.Metadata,
        };
        if (request.Address.IsSet) row = row.With(request.Address.Value);
        row.Check();
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            update inventory.stock_locations set name = @Name, kind = @Kind, priority = @Priority, address_id = @AddressId, address_1 = @Address1,
                address_2 = @Address2, company = @Company, city = @City, province = @Province, postal_code = @PostalCode, country_code = @CountryCode,
                phone = @Phone, latitude = @Latitude, longitude = @Longitude, metadata = @Metadata::jsonb, updated_at = now()
            where id = @Id
            """, row, tx.Inner, cancellationToken: ct));
        await tx.Commit(ct);
        return Reply.One("stock_location", (await LocationRow.Find(location, tx.Connection, ct))!.ToWire(), InventoryJson.Default.StockLocationResponse, fields);
    }

    public static async Task<IResult> Delete(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        query.RejectUnknown();
        if (!WireId.TryDecode(InventoryWire.Location, id, out var location)) return Reply.Error(InventoryErrors.LocationNotFound(id));
        await using var tx = await db.Begin(ct);
        if (await LocationRow.Find(location, tx.Connection, ct, tx.Inner) is null) return Reply.Error(InventoryErrors.LocationNotFound(id));
        var levels = (await tx.Connection.QueryAsync<LevelRow>(new CommandDefinition($"""
            select {LevelRow.Columns} from inventory.levels l where l.location_id = @location order by l.item_id, l.location_id for update
            """, new { location }, tx.Inner, cancellationToken: ct))).ToList();
        if (levels.Sum(l => l.Reserved + l.Backordered) is var promised and > 0)
            return Reply.Error(Error.NotAllowed($"Cannot delete stock location {id}: {promised} pieces are reserved there"));
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            "update inventory.stock_locations set deleted_at = now(), updated_at = now() where id = @location", new { location }, tx.Inner, cancellationToken: ct));
        await LowStock.Check(tx, levels.Select(l => l.ItemId).ToArray(), ct);
        tx.Publish(new StockChanged([]));
        await tx.Commit(ct);
        return Reply.Deleted(id, "stock_location");
    }
}
