using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Inventory;

/// <summary>Lists stock locations (<c>q</c>, <c>id</c>, <c>name</c>, <c>kind</c>, <c>sales_channel_id</c>) and reads one.</summary>
internal static class ReadLocations
{
    private static readonly Dictionary<string, string> OrderColumns = new(StringComparer.Ordinal)
    {
        ["id"] = "s.id",
        ["name"] = "s.name",
        ["priority"] = "s.priority",
        ["created_at"] = "s.created_at",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var (paging, fields) = (query.Paging(50), LocationRow.Fields(query));
        var order = query.Order(OrderColumns) ?? "s.priority asc";
        var filter = new
        {
            ids = query.Ids("id", InventoryWire.Location),
            q = query.Text("q"),
            name = query.Text("name"),
            kind = query.Text("kind"),
            channels = query.Ids("sales_channel_id", "sc"),
            paging.Limit,
            paging.Offset,
        };
        query.RejectUnknown();
        const string where = """
            s.deleted_at is null and (@ids::uuid[] is null or s.id = any (@ids)) and (@kind::text is null or s.kind = @kind)
            and (@name::text is null or s.name = @name) and (@q::text is null or strpos(lower(s.name || ' ' || coalesce(s.city, '')), lower(@q)) > 0)
            and (@channels::uuid[] is null or exists (
                select 1 from inventory.location_channels c where c.location_id = s.id and c.sales_channel_id = any (@channels)))
            """;
        await using var connection = await db.Open(ct);
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition($"""
            select count(*) from inventory.stock_locations s where {where};
            select {LocationRow.Columns} from inventory.stock_locations s where {where} order by {order}, s.id limit @Limit offset @Offset
            """, filter, cancellationToken: ct));
        var count = await answers.ReadSingleAsync<long>();
        var rows = (await answers.ReadAsync<LocationRow>()).Select(r => r.ToWire()).ToList();
        return Reply.Page("stock_locations", rows, InventoryJson.Default.StockLocationResponse, fields, count, paging);
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
