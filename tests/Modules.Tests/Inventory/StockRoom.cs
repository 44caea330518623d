using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Contracts.Ordering;
using Npgsql;
using OnOrderCanceled = HeadlessPro.Inventory.OnOrderCanceled;
using OnOrderEdited = HeadlessPro.Inventory.OnOrderEdited;
using OnOrderPlaced = HeadlessPro.Inventory.OnOrderPlaced;

namespace HeadlessPro.Modules.Tests.Inventory;

/// <summary>The shop's stock room in a test's words.</summary>
internal static class StockRoom
{
    public static IInventory Stock(this HpApp app) => app.Contract<IInventory>();

    /// <summary>A variant with that many pieces at the default location.</summary>
    public static async Task<Guid> WithStock(this HpApp app, long stocked, string? sku = null)
    {
        var variant = WireId.New();
        var result = await app.Stock().EnsureItems(new EnsureItems([new EnsureItem(variant, sku, "Thing", true, stocked)]), default);
        Assert.Null(result.Error);
        return variant;
    }

    public static Task<Result<StockReservation>> Hold(this HpApp app, Guid key, params ReserveLine[] lines) =>
        app.Stock().Reserve(new ReserveStock(key, null, lines, DateTimeOffset.UtcNow.AddMinutes(15)), default);

    /// <summary>The order of that cart stands: what its event does when it comes through.</summary>
    public static Task Sell(this HpApp app, Guid key) => OnOrderPlaced.Handle(app.Services, new OrderPlaced(WireId.New(), key, 1, null, 100, "zar"), default);

    /// <summary>The order of that cart is canceled: what its event does when it comes through.</summary>
    public static Task Cancel(this HpApp app, Guid key) => OnOrderCanceled.Handle(app.Services, new OrderCanceled(WireId.New(), key, 1), default);

    /// <summary>The order of that cart is edited: what its event does when it comes through.</summary>
    public static Task Edit(this HpApp app, Guid key, long version, Guid? hold, params (Guid Variant, long Quantity)[] fewer) => OnOrderEdited.Handle(
        app.Services, new OrderEdited(WireId.New(), key, version, 100, "zar", hold, [.. fewer.Select(f => new FewerPieces(f.Variant, f.Quantity))], []), default);

    public static ReserveLine Line(Guid variant, long quantity, bool backorder = false, string label = "Thing (SKU)") =>
        new(variant, quantity, backorder, label);

    public static async Task<long> Available(this HpApp app, Guid variant, params Guid[] channels)
    {
        var answer = await app.Stock().GetAvailability(new GetAvailability([variant], channels), default);
        return Assert.Single(answer.Value!).Available;
    }

    /// <summary>(stocked, reserved, backordered) of a variant's items over all locations.</summary>
    public static async Task<(long Stocked, long Reserved, long Backordered)> Counts(this HpApp app, Guid variant)
    {
        await using var command = app.Database.CreateCommand("""
            select coalesce(sum(l.stocked), 0)::bigint, coalesce(sum(l.reserved), 0)::bigint, coalesce(sum(l.backordered), 0)::bigint
            from inventory.levels l join inventory.variant_items v on v.item_id = l.item_id where v.variant_id = $1
            """);
        command.Parameters.Add(new NpgsqlParameter { Value = variant });
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return (reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2));
    }

    public static async Task<Guid> Item(this HpApp app, Guid variant) =>
        await app.Scalar<Guid>($"select item_id from inventory.variant_items where variant_id = '{variant}'");

    /// <summary>Another location, later in line than the default one, with a level of the item.</summary>
    public static async Task<Guid> Location(this HpApp app, Guid variant, long stocked, int priority, Guid? channel = null)
    {
        var (location, item) = (WireId.New(), await app.Item(variant));
        await app.Scalar<int>($"""
            insert into inventory.stock_locations (id, name, priority) values ('{location}', 'Branch', {priority});
            insert into inventory.levels (id, item_id, location_id, stocked) values ('{WireId.New()}', '{item}', '{location}', {stocked})
            """);
        if (channel is { } id) await app.Stock().LinkChannels(new LinkLocationChannels(location, [id], []), default);
        return location;
    }
}
