using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Inventory;

internal sealed record UpdateInventoryLevelRequest(long? StockedQuantity = null, long? IncomingQuantity = null);

internal sealed record BatchInventoryLevelsRequest(
    IReadOnlyList<CreateInventoryLevelRequest>? Create = null, IReadOnlyList<BatchInventoryLevel>? Update = null, IReadOnlyList<string>? Delete = null);

internal sealed record BatchInventoryLevel(string LocationId, long? StockedQuantity = null, long? IncomingQuantity = null);

/// <summary>The routes of an item's levels: list, create, set, delete, and many at once. The rules are in <see cref="Levels"/>.</summary>
internal static class ChangeLevels
{
    private static readonly SqlList LevelsOfItem = new(
        "inventory.levels l join inventory.stock_locations s on s.id = l.location_id", LevelRow.Columns, "s.id")
    {
        Always = "l.item_id = @value",
        Filters = (filter, query) => filter.And("l.location_id = any (@value)", query.Ids("location_id", InventoryWire.Location)),
        Orders = SqlList.Columns("l", "created_at", "updated_at"),
        DefaultOrder = "s.priority asc",
    };

    public static async Task<IResult> List(string id, ApiQuery query, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(InventoryWire.Item, id, out var item)) return Reply.Error(InventoryErrors.ItemNotFound(id));
        var list = LevelsOfItem.Of(query, item);
        await using var connection = await db.Open(ct);
        await ItemsStore.Require(id, connection, null, ct);
        var page = (await list.Read<LevelRow>(connection, ct)).To(l => l.ToWire());
        return Reply.Json(new InventoryLevelsPage(page.Rows, page.Count, page.Paging.Offset, page.Paging.Limit), InventoryJson.Default.InventoryLevelsPage);
    }

    public static Task<IResult> Create(string id, Body<CreateInventoryLevelRequest> body, ApiQuery query, Db db, CancellationToken ct) =>
        ChangeOne(id, [body.Value], [], query, db, ct);

    public static Task<IResult> Update(
        string id, string locationId, Body<UpdateInventoryLevelRequest> body, ApiQuery query, Db db, CancellationToken ct) =>
        WireId.TryDecode(InventoryWire.Location, locationId, out var location)
            ? ChangeOne(id, [], [new LevelChange(location, body.Value.StockedQuantity, body.Value.IncomingQuantity)], query, db, ct)
            : Task.FromResult(Reply.Error(InventoryErrors.LocationNotFound(locationId)));

    public static async Task<IResult> Delete(string id, string locationId, ApiQuery query, Db db, CancellationToken ct)
    {
        query.RejectUnknown();
        if (!WireId.TryDecode(InventoryWire.Location, locationId, out var location)) return Reply.Error(InventoryErrors.LocationNotFound(locationId));
        await using var tx = await db.Begin(ct);
        var item = await ItemsStore.Require(id, tx.Connection, tx.Inner, ct);
        var changed = await Levels.Change(tx, item, [], [], [location], ct);
        await tx.Commit(ct);
        return Reply.Json(new InventoryLevelDeletedResponse(
            WireId.Encode(InventoryWire.Level, changed.Deleted[0].Id), "inventory-level", true, (await ItemsStore.Find(item, tx.Connection, ct))!),
            InventoryJson.Default.InventoryLevelDeletedResponse);
    }

    public static async Task<IResult> Batch(string id, Body<BatchInventoryLevelsRequest> body, ApiQuery query, Db db, CancellationToken ct)
    {
        query.RejectUnknown();
        var (create, update, delete) = (body.Value.Create ?? [], body.Value.Update ?? [], body.Value.Delete ?? []);
        Check.Count("create", create, 200);
        Check.Count("update", update, 200);
        Check.Count("delete", delete, 200);
        var deleted = delete.Select(level => WireId.TryDecode(InventoryWire.Level, level, out var key)
            ? key : throw new ErrorException(Error.NotFound($"Inventory level with id: {level} was not found"))).ToArray();

        await using var tx = await db.Begin(ct);
        var item = await ItemsStore.Require(id, tx.Connection, tx.Inner, ct);
        var locations = (await tx.Connection.QueryAsync<Guid>(new CommandDefinition(
            "select location_id from inventory.levels where item_id = @item and id = any (@deleted)", new { item, deleted }, tx.Inner, cancellationToken: ct))).ToList();
        if (locations.Count != deleted.Distinct().Count()) return Reply.Error(Error.NotFound($"Some inventory levels of item {id} in field 'delete' were not found"));
        var changed = await Levels.Change(tx, item, create,
            update.Select(u => new LevelChange(Levels.Location(u.LocationId), u.StockedQuantity, u.IncomingQuantity)).ToList(), locations, ct);
        await tx.Commit(ct);
        return Reply.Json(new BatchLevelsResponse(
            changed.Created.Select(l => l.ToWire()).ToList(), changed.Updated.Select(l => l.ToWire()).ToList(),
            changed.Deleted.Select(l => WireId.Encode(InventoryWire.Level, l.Id)).ToList()), InventoryJson.Default.BatchLevelsResponse);
    }

    private static async Task<IResult> ChangeOne(
        string id, IReadOnlyList<CreateInventoryLevelRequest> create, IReadOnlyList<LevelChange> update, ApiQuery query, Db db, CancellationToken ct)
    {
        var fields = ItemsStore.Fields(query);
        query.RejectUnknown();
        await using var tx = await db.Begin(ct);
        var item = await ItemsStore.Require(id, tx.Connection, tx.Inner, ct);
        await Levels.Change(tx, item, create, update, [], ct);
        await tx.Commit(ct);
        return Reply.One("inventory_item", (await ItemsStore.Find(item, tx.Connection, ct))!, InventoryJson.Default.InventoryItemResponse, fields);
    }
}
