using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Inventory;

/// <summary>Lists stock locations (<c>q</c>, <c>id</c>, <c>name</c>, <c>kind</c>, <c>sales_channel_id</c>) and reads one.</summary>
internal static class ReadLocations
{
    private static readonly SqlList Locations = new("inventory.stock_locations s", LocationRow.Columns, "s.id")
    {
        Alive = "s.deleted_at is null",
        Filters = (filter, query) => filter
            .And("s.id = any (@value)", query.Ids("id", InventoryWire.Location))
            .And("s.name = any (@value)", query.Texts("name"))
            .And("s.kind = any (@value)", query.Texts("kind"))
            .And("s.name || ' ' || coalesce(s.city, '') ilike @value", ListFilter.Pattern(query.Text("q")))
            .And("exists (select 1 from inventory.location_channels c where c.location_id = s.id and c.sales_channel_id = any (@value))",
                query.Ids("sales_channel_id", "sc"))
            .AndTimes(query, "s"),
        Orders = SqlList.Columns("s", "id", "name", "priority", "created_at"),
        DefaultOrder = "s.priority asc",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = LocationRow.Fields(query);
        var list = Locations.Of(query);
        await using var connection = await db.Open(ct);
        var page = await list.Read<LocationRow>(connection, ct);
        return Reply.Page("stock_locations", page.To(r => r.ToWire()), InventoryJson.Default.StockLocationResponse, fields);
    }

    public static async Task<IResult> One(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = LocationRow.Fields(query);
        query.RejectUnknown();
        if (!WireId.TryDecode(InventoryWire.Location, id, out var location)) return Reply.Error(InventoryErrors.LocationNotFound(id));
        await using var connection = await db.Open(ct);
        return await LocationRow.Find(location, connection, ct) is { } row
            ? Reply.One("stock_location", row.ToWire(), InventoryJson.Default.StockLocationResponse, fields)
            : Reply.Error(InventoryErrors.LocationNotFound(id));
    }
}
