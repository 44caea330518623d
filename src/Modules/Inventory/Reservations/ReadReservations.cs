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

    private static readonly SqlList Reservations = new(From, Columns, "l.id")
    {
        Filters = (filter, query) => filter
            .And("l.id = any (@value)", query.Ids("id", InventoryWire.Reservation))
            .And("l.item_id = any (@value)", query.Ids("inventory_item_id", InventoryWire.Item))
            .And("l.location_id = any (@value)", query.Ids("location_id", InventoryWire.Location))
            .And("l.key = any (@value)", query.Ids("cart_id", "cart"))
            .And("r.status = any (@value)", query.Texts("status"))
            .AndTimes(query, "r").AndTimes(query, "r", "expires_at"),
        Orders = new Dictionary<string, string>(SqlList.Columns("r", "created_at", "expires_at")) { ["id"] = "l.id", ["quantity"] = "l.quantity + l.backordered" },
        DefaultOrder = "r.created_at desc",
    };

    public static async Task<IResult> List(ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = query.Fields("*");
        var list = Reservations.Of(query);
        await using var connection = await db.Open(ct);
        var page = await list.Read<ReservationRow>(connection, ct);
        return Reply.Page("reservations", page.To(r => r.ToWire()), InventoryJson.Default.ReservationResponse, fields);
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
