using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Inventory;
using HeadlessPro.Platform.Data;
using static HeadlessPro.Modules.Tests.Inventory.StockRoom;
using ReserveStock = HeadlessPro.Contracts.Inventory.ReserveStock;

namespace HeadlessPro.Modules.Tests.Inventory;

/// <summary>What happens to held stock by itself: the order's event sells it, time gives it back.</summary>
public class StockLifeTests(HpApp app) : IClassFixture<HpApp>
{
    [Fact]
    public async Task A_placed_order_sells_its_hold_and_low_stock_is_told_once()
    {
        var variant = await app.WithStock(5, "LOW-1");
        await app.Scalar<int>("update inventory.items set low_stock_threshold = 3 where sku = 'LOW-1'");
        foreach (var (quantity, left) in new[] { (1, 4), (1, 3), (1, 2) })
        {
            var cart = WireId.New();
            await app.Hold(cart, Line(variant, quantity));
            await Place(cart);
            await Until(async () => await app.Counts(variant) == (left, 0, 0));
        }

        var low = JsonSerializer.Deserialize<StockLow>((await app.Scalar<string>(
            "select string_agg(payload::text, ' ') from events.log where name = 'inventory.stock_low' and payload->>'Sku' = 'LOW-1'"))!)!;
        Assert.Equal((3L, 3L, variant), (low.Available, low.Threshold, Assert.Single(low.VariantIds)));
    }

    [Fact]
    public async Task Orders_that_wait_together_are_sold_together_also_one_whose_hold_lapsed_and_one_sold_before()
    {
        var (variant, other) = (await app.WithStock(10), await app.WithStock(10));
        Guid[] carts = [WireId.New(), WireId.New(), WireId.New(), WireId.New()];
        foreach (var cart in carts) await app.Hold(cart, Line(variant, 2), Line(other, 1));
        await Place(carts[0]);
        await Until(async () => await app.Counts(variant) == (8, 6, 0));
        await Lapse(carts[1]);
        await Until(async () => await app.Counts(variant) == (8, 4, 0));

        await Place(carts);
        await Until(async () => await app.Counts(variant) == (2, 0, 0));
        Assert.Equal((6, 0, 0), await app.Counts(other));
        foreach (var cart in carts)
        {
            Assert.Equal("committed", await Status(cart));
            Assert.Equal("-2,-1", await app.Scalar<string>($"select string_agg(quantity::text, ',' order by quantity) from inventory.movements where reference = '{cart}'"));
        }

        Assert.Equal(0L, await app.Scalar<long>("select count(*) from events.failed where subscriber = 'inventory.on_order_placed'"));
    }

    [Fact]
    public async Task What_can_be_promised_is_the_same_before_and_after_a_hold_is_sold_so_nobody_is_told()
    {
        var (variant, cart) = (await app.WithStock(5), WireId.New());
        await app.Hold(cart, Line(variant, 2));
        var told = await Told();
        await Place(cart);
        await Until(async () => await app.Counts(variant) == (3, 0, 0));
        Assert.Equal((told, 3L), (await Told(), await app.Available(variant)));

        Task<long> Told() => app.Scalar<long>($"select count(*) from events.log where name = 'inventory.stock_changed' and payload->'VariantIds' ? '{variant}'");
    }

    [Fact]
    public async Task An_expired_hold_is_given_back_by_itself_and_an_extended_one_is_not()
    {
        var (variant, lapsing, extended) = (await app.WithStock(4), WireId.New(), WireId.New());
        foreach (var key in new[] { lapsing, extended })
            await app.Stock().Reserve(new ReserveStock(key, null, [Line(variant, 2)], DateTimeOffset.UtcNow.AddSeconds(1)), default);
        await app.Hold(extended, Line(variant, 2));
        await Until(async () => await app.Counts(variant) == (4, 2, 0));
        Assert.Equal(("released", "held"), (await Status(lapsing), await Status(extended)));
    }

    [Fact]
    public async Task An_order_placed_just_before_expiry_never_loses_its_stock()
    {
        var (variant, cart) = (await app.WithStock(1), WireId.New());
        await app.Hold(cart, Line(variant, 1));
        // The order's transaction begins in time and ends long after.
        await using var tx = await app.Contract<Db>().Begin(default);
        await tx.Command("insert into inventory.movements (item_id, location_id, reason, quantity) values (gen_random_uuid(), gen_random_uuid(), 'counted', 1)")
            .ExecuteNonQueryAsync();
        tx.Publish(new OrderPlaced(WireId.New(), cart, 1, null, 100, "zar"));
        await Lapse(cart);
        await ExpireReservations.Run(app.Services, default);
        Assert.Equal((1, 1, 0), await app.Counts(variant));
        await tx.Commit(default);
        await ExpireReservations.Run(app.Services, default);
        await Until(async () => await app.Counts(variant) == (0, 0, 0));
        Assert.Equal("committed", await Status(cart));
    }

    [Fact]
    public async Task What_an_edit_held_in_time_is_not_given_away_before_the_edit_is_heard_of()
    {
        var (variant, cart, hold) = (await app.WithStock(3), WireId.New(), WireId.New());
        await app.Hold(cart, Line(variant, 1));
        await app.Sell(cart);
        await app.Hold(hold, Line(variant, 2));
        await using var tx = await app.Contract<Db>().Begin(default);
        // Version 3 cannot be taken before version 2: tried in vain, it keeps its hold.
        tx.Publish(new OrderEdited(WireId.New(), cart, 3, 100, "zar", hold, [], []));
        await tx.Commit(default);
        await Until(async () => await app.Scalar<long>("select count(*) from events.failed where subscriber = 'inventory.on_order_edited'") == 1);
        await Lapse(hold);
        await ExpireReservations.Run(app.Services, default);
        Assert.Equal((2, 2, 0), await app.Counts(variant));

        await app.Edit(cart, 2, null);
        await Until(async () => await app.Counts(variant) == (0, 0, 0));
    }

    [Fact]
    public async Task An_order_that_could_not_be_taken_keeps_its_own_hold_and_nobody_elses()
    {
        var (variant, stuck, abandoned) = (await app.WithStock(5), WireId.New(), WireId.New());
        await app.Hold(stuck, Line(variant, 2));
        await app.Hold(abandoned, Line(variant, 3));
        // The sale of one cart fails whenever it is tried, and another event cannot even be read; an operator has not looked yet.
        await app.Scalar<int>($"""
            create function inventory.refuse_sale() returns trigger language plpgsql as 'begin raise exception ''no''; end';
            create trigger refuse_sale before insert on inventory.movements for each row when (new.reference = '{stuck}') execute function inventory.refuse_sale();
            insert into events.log (name, payload) values ('order.placed', '"nonsense"')
            """);
        await Place(stuck);
        await Until(async () => await app.Scalar<long>("select count(*) from events.failed where subscriber = 'inventory.on_order_placed'") == 2);
        await app.Scalar<int>("update events.failed set retry_at = null where subscriber = 'inventory.on_order_placed'");

        await Lapse(stuck);
        await Lapse(abandoned);
        await ExpireReservations.Run(app.Services, default);
        Assert.Equal((5, 2, 0), await app.Counts(variant));
        Assert.Equal(("held", "released"), (await Status(stuck), await Status(abandoned)));
        Assert.Equal(3, await app.Available(variant));

        // Once it can be taken and is sent again, the order has the pieces that were kept for it.
        await app.Scalar<int>("""
            drop trigger refuse_sale on inventory.movements;
            update events.failed set retry_at = now(), attempts = 1 where event_id in (select id from events.log where payload ? 'CartId')
            """);
        await Until(async () => await app.Counts(variant) == (3, 0, 0));
        Assert.Equal("committed", await Status(stuck));
        await app.Scalar<int>("delete from events.failed");
    }

    private Task<string?> Status(Guid cart) => app.Scalar<string>($"select status from inventory.reservations where key = '{cart}'");

    private Task Lapse(Guid cart) => app.Scalar<int>($"update inventory.reservations set expires_at = clock_timestamp() where key = '{cart}'");

    private async Task Place(params Guid[] carts)
    {
        await using var tx = await app.Contract<Db>().Begin(default);
        foreach (var cart in carts) tx.Publish(new OrderPlaced(WireId.New(), cart, 1, null, 100, "zar"));
        await tx.Commit(default);
    }

    private static async Task Until(Func<Task<bool>> condition)
    {
        for (var i = 0; i < 300; i++)
        {
            if (await condition()) return;
            await Task.Delay(50);
        }

        Assert.Fail("It did not happen within 15 seconds");
    }
}
