using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Inventory;

/// <summary>A line of a reservation.</summary>
internal sealed record ReservationRow(
    Guid Id, Guid ItemId, Guid LocationId, long Quantity, long Backordered, string Status, Guid Key, string? Sku, string? Title,
    DateTimeOffset ExpiresAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public ReservationResponse ToWire() => new(
        WireId.Encode(InventoryWire.Reservation, Id), WireId.Encode(InventoryWire.Item, ItemId), WireId.Encode(InventoryWire.Location, LocationId),
        Quantity + Backordered, Backordered, Status, WireId.Encode("cart", Key), Sku, Title, ExpiresAt, CreatedAt, UpdatedAt);
}

/// <summary>Lists what is held, sold or given back (<c>inventory_item_id</c>, <c>location_id</c>, <c>cart_id</c>, <c>status</c>) and reads one line of it.</summary>
internal static class ReadReservations
{
    private const string From = "inventory.reservation_lines l join inventory.reservations r on r.key = l.key left join inventory.items i on i.id = l.item_id";

    private const string Columns = """
        l.id, l.item_id, l.location_id, l.quantity, l.backordered, r.status, r.key, i.sku, i.title, r.expires_at, r.created_at, r.updated_at
        """;

    private static readonly Dictionary<string, string> OrderColumns = new(StringComparer.Ordinal)
    {
        ["id"] = "l.id",
        ["quantity"] = "l.quantity + l.backordered",
        ["created_at"] = "r.created_at",
        ["expires_at"] = "r.expires_at",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var (paging, fields) = (query.Paging(50), query.Fields("*"));
        var order = query.Order(OrderColumns) ?? "r.created_at desc";
        var filter = new
        {
            ids = query.Ids("id", InventoryWire.Reservation),
            items = query.Ids("inventory_item_id", InventoryWire.Item),
            locations = query.Ids("location_id", InventoryWire.Location),
            carts = query.Ids("cart_id", "cart"),
            statuses = query.Texts("status")?.ToArray(),
            paging.Limit,
            paging.Offset,
        };
        query.RejectUnknown();
        const string where = """
            (@ids::uuid[] is null or l.id = any (@ids)) and (@items::uuid[] is null or l.item_id = any (@items))
            and (@locations::uuid[] is null or l.location_id = any (@locations)) and (@carts::uuid[] is null or l.key = any (@carts))
            and (@statuses::text[] is null or r.status = any (@statuses))
            """;
        await using var connection = await db.Open(ct);
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition($"""
            select count(*) from {From} where {where};
            select {Columns} from {From} where {where} order by {order}, l.id limit @Limit offset @Offset
            """, filter, cancellationToken: ct));
        var count = await answers.ReadSingleAsync<long>();
        var rows = (await answers.ReadAsync<ReservationRow>()).Select(r => r.ToWire()).ToList();
        return Reply.Page("reservations", rows, InventoryJson.Default.ReservationResponse, fields, count, paging);
    }

    public static async Task<IResult> One(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields("*");
        query.RejectUnknown();
        if (!WireId.TryDecode(InventoryWire.Reservation, id, out var line)) return Reply.Error(InventoryErrors.ReservationNotFound(id));
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<ReservationRow>(new CommandDefinition(
            $"select {Columns} from {From} where l.id = @line", new { line }, cancellationToken: ct));
        return row is null
            ? Reply.Error(InventoryErrors.ReservationNotFound(id))
            : Reply.One("reservation", row.ToWire(), InventoryJson.Default.ReservationResponse, fields);
    }
}
