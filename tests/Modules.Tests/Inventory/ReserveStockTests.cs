using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Contracts.Ordering;
using static HeadlessPro.Modules.Tests.Inventory.StockRoom;

namespace HeadlessPro.Modules.Tests.Inventory;

public class ReserveStockTests(HpApp app) : IClassFixture<HpApp>
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(50)]
    public async Task Of_200_buyers_at_once_exactly_as_many_get_one_as_there_are(int stock)
    {
        var variant = await app.WithStock(stock);
        using var over = new CancellationTokenSource();
        var sampler = Task.Run(async () =>
        {
            var samples = 0;
            for (; !over.IsCancellationRequested; samples++)
            {
                var (stocked, reserved, _) = await app.Counts(variant);
                Assert.InRange(reserved, 0, stocked);
                Assert.Equal(stock, stocked);
            }

            return samples;
        });

        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(_ => Task.Run(() => app.Hold(WireId.New(), Line(variant, 1)))));
        await over.CancelAsync();

        Assert.Equal(stock, results.Count(r => r.IsOk));
        Assert.All(results.Where(r => !r.IsOk), r => Assert.Equal(
            new Error(ErrorType.NotAllowed, "insufficient_inventory", "Some variant does not have the required inventory: Thing (SKU) is sold out"), r.Error));
        Assert.Equal((stock, stock, 0), await app.Counts(variant));
        Assert.True(await sampler > 0);
    }

    [Fact]
    public async Task Buyers_of_the_same_things_in_every_order_never_deadlock()
    {
        var variants = new List<Guid>();
        for (var i = 0; i < 6; i++) variants.Add(await app.WithStock(100));
        var results = await Task.WhenAll(Enumerable.Range(0, 200).Select(n => Task.Run(async () =>
        {
            var random = new Random(n);
            var key = WireId.New();
            var lines = variants.OrderBy(_ => random.Next()).Take(3).Select(v => Line(v, 1)).ToArray();
            var held = await app.Hold(key, lines);
            if (n % 3 == 0) await app.Stock().Release(new ReleaseStock(key), default);
            else if (n % 3 == 1) await app.Hold(key, lines[0], Line(variants[random.Next(6)], 2));
            else await app.Sell(key);
            return held;
        })));
        Assert.All(results, r => Assert.Null(r.Error));
        foreach (var variant in variants)
        {
            var (stocked, reserved, _) = await app.Counts(variant);
            var held = await app.Scalar<decimal?>($"""
                select sum(l.quantity) from inventory.reservation_lines l join inventory.reservations r using (key)
                where r.status = 'held' and l.item_id = '{await app.Item(variant)}'
                """);
            Assert.Equal(held ?? 0, reserved);
            Assert.InRange(stocked, reserved, 100);
        }
    }

    [Fact]
    public async Task Two_lines_of_one_thing_are_added_up()
    {
        var variant = await app.WithStock(3);
        var refused = await app.Hold(WireId.New(), Line(variant, 2, label: "Shirt (S-1)"), Line(variant, 2, label: "Shirt (S-1)"));
        Assert.Equal("Some variant does not have the required inventory: only 3 left of Shirt (S-1), 4 wanted", refused.Error!.Message);
        Assert.Equal((3, 0, 0), await app.Counts(variant));
        Assert.True((await app.Hold(WireId.New(), Line(variant, 1), Line(variant, 2))).IsOk);
        Assert.Equal((3, 3, 0), await app.Counts(variant));
    }

    [Fact]
    public async Task All_lines_or_none()
    {
        var (plenty, scarce) = (await app.WithStock(10), await app.WithStock(1));
        var refused = await app.Hold(WireId.New(), Line(plenty, 2), Line(scarce, 2, label: "Hat (H-1)"));
        Assert.Equal("Some variant does not have the required inventory: only 1 left of Hat (H-1), 2 wanted", refused.Error!.Message);
        Assert.Equal((10, 0, 0), await app.Counts(plenty));
        Assert.Equal((1, 0, 0), await app.Counts(scarce));
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from inventory.reservation_lines where item_id = '{await app.Item(plenty)}'"));
    }

    [Fact]
    public async Task A_kit_is_as_available_as_its_scarcest_part_and_takes_all_of_them()
    {
        var (frame, wheel, kit) = (await app.WithStock(4), await app.WithStock(7), WireId.New());
        await app.Scalar<int>($"""
            insert into inventory.variant_items (variant_id, item_id, required_quantity)
            values ('{kit}', '{await app.Item(frame)}', 1), ('{kit}', '{await app.Item(wheel)}', 2)
            """);
        Assert.Equal(3, await app.Available(kit));
        var refused = await app.Hold(WireId.New(), Line(kit, 4, label: "Bicycle (B-1)"));
        Assert.Equal("Some variant does not have the required inventory: only 3 left of Bicycle (B-1), 4 wanted", refused.Error!.Message);
        // A kit and a loose part share the wheels.
        Assert.False((await app.Hold(WireId.New(), Line(kit, 3), Line(wheel, 2))).IsOk);
        Assert.True((await app.Hold(WireId.New(), Line(kit, 3), Line(wheel, 1))).IsOk);
        Assert.Equal((4, 3, 0), await app.Counts(frame));
        Assert.Equal((7, 7, 0), await app.Counts(wheel));
        Assert.Equal(0, await app.Available(kit));
        Assert.Equal(1, await app.Available(frame));
    }

    [Fact]
    public async Task The_first_location_that_has_it_all_serves_else_several_in_order()
    {
        var variant = await app.WithStock(2);
        var second = await app.Location(variant, 5, priority: 1);
        var third = await app.Location(variant, 4, priority: 2);
        Assert.Equal(11, await app.Available(variant));

        await app.Hold(WireId.New(), Line(variant, 3));
        Assert.Equal(3L, await Reserved(variant, second));
        await app.Hold(WireId.New(), Line(variant, 8));
        Assert.Equal((11, 11, 0), await app.Counts(variant));
        Assert.Equal((5L, 4L), (await Reserved(variant, second), await Reserved(variant, third)));
        Assert.Equal("Some variant does not have the required inventory: Thing (SKU) is sold out", (await app.Hold(WireId.New(), Line(variant, 1))).Error!.Message);
    }

    [Fact]
    public async Task Only_locations_that_serve_the_channel_count()
    {
        var (online, kiosk, variant) = (WireId.New(), WireId.New(), await app.WithStock(0));
        await app.Location(variant, 5, 1, online);
        await app.Location(variant, 3, 2, kiosk);
        Assert.Equal((8, 5, 3), (await app.Available(variant), await app.Available(variant, online), await app.Available(variant, kiosk)));
        Assert.Equal(8, await app.Available(variant, online, kiosk));
        var request = new ReserveStock(WireId.New(), kiosk, [Line(variant, 4)], DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.Contains("only 3 left", (await app.Stock().Reserve(request, default)).Error!.Message, StringComparison.Ordinal);
        Assert.True((await app.Stock().Reserve(request with { SalesChannelId = online }, default)).IsOk);
        Assert.Equal((1, 3), (await app.Available(variant, online), await app.Available(variant, kiosk)));
    }

    [Fact]
    public async Task Backorders_take_what_is_there_and_owe_the_rest()
    {
        var variant = await app.WithStock(2);
        var key = WireId.New();
        Assert.True((await app.Hold(key, Line(variant, 5, backorder: true))).IsOk);
        Assert.Equal((2, 2, 3), await app.Counts(variant));
        Assert.Equal(-3, await app.Available(variant));
        Assert.False((await app.Hold(WireId.New(), Line(variant, 1))).IsOk);

        await app.Sell(key);
        Assert.Equal((0, 0, 3), await app.Counts(variant));
        // Goods that arrive are first the ones that are owed.
        await app.Stock().EnsureItems(new EnsureItems([new EnsureItem(variant, null, "Thing", true, 4)]), default);
        Assert.Equal(1, await app.Available(variant));
        Assert.False((await app.Hold(WireId.New(), Line(variant, 2))).IsOk);
        Assert.True((await app.Hold(WireId.New(), Line(variant, 1))).IsOk);
    }

    [Fact]
    public async Task Pieces_owed_to_one_channel_are_not_promised_again_through_another()
    {
        var (web, pos, variant) = (WireId.New(), WireId.New(), await app.WithStock(0));
        var online = await app.Location(variant, 5, 1, web);
        // Five backordered pieces arrived and lie on the shelf: they are somebody's.
        await app.Scalar<int>($"update inventory.levels set backordered = 5 where location_id = '{online}'");
        var shop = await app.Location(variant, 5, 2, web);
        await app.Stock().LinkChannels(new LinkLocationChannels(shop, [pos], []), default);
        Assert.Equal((5, 5), (await app.Available(variant, web), await app.Available(variant, pos)));

        var buy = new ReserveStock(WireId.New(), web, [Line(variant, 5)], DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.True((await app.Stock().Reserve(buy, default)).IsOk);
        Assert.Equal((0L, 5L), (await Reserved(variant, online), await Reserved(variant, shop)));
        Assert.Equal((0, 0), (await app.Available(variant, web), await app.Available(variant, pos)));

        var refused = await app.Stock().Reserve(buy with { Key = WireId.New(), SalesChannelId = pos, Lines = [Line(variant, 1)] }, default);
        Assert.Equal("Some variant does not have the required inventory: Thing (SKU) is sold out", refused.Error!.Message);
        Assert.Equal((10, 5, 5), await app.Counts(variant));
    }

    [Fact]
    public async Task A_backorder_takes_what_is_free_anywhere_and_is_owed_by_the_first_location()
    {
        var (web, variant) = (WireId.New(), await app.WithStock(0));
        var first = await app.Location(variant, 3, 1, web);
        await app.Scalar<int>($"update inventory.levels set backordered = 3 where location_id = '{first}'");
        var second = await app.Location(variant, 2, 2, web);
        var buy = new ReserveStock(WireId.New(), web, [Line(variant, 5, backorder: true)], DateTimeOffset.UtcNow.AddMinutes(1));
        Assert.True((await app.Stock().Reserve(buy, default)).IsOk);
        Assert.Equal((0L, 2L), (await Reserved(variant, first), await Reserved(variant, second)));
        Assert.Equal((5, 2, 6), await app.Counts(variant));
        Assert.Equal(-3, await app.Available(variant, web));
    }

    [Fact]
    public async Task Released_backorders_are_no_longer_owed()
    {
        var variant = await app.WithStock(1);
        var key = WireId.New();
        await app.Hold(key, Line(variant, 1), Line(variant, 3, backorder: true));
        Assert.Equal((1, 1, 3), await app.Counts(variant));
        await app.Stock().Release(new ReleaseStock(key), default);
        Assert.Equal((1, 0, 0), await app.Counts(variant));
    }

    [Fact]
    public async Task What_was_never_counted_is_sold_out_unless_it_may_be_backordered()
    {
        Assert.Equal("insufficient_inventory", (await app.Hold(WireId.New(), Line(WireId.New(), 1))).Error!.Code);
        Assert.True((await app.Hold(WireId.New(), Line(WireId.New(), 1, backorder: true))).IsOk);
        Assert.Empty((await app.Stock().GetAvailability(new GetAvailability([WireId.New()], []), default)).Value!);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(-1)]
    [InlineData(1_000_000_000_000)]
    [InlineData(long.MaxValue)]
    public async Task Quantities_that_make_no_sense_are_refused(long quantity)
    {
        var variant = await app.WithStock(1);
        var refused = await app.Hold(WireId.New(), Line(variant, quantity, backorder: true));
        Assert.Equal($"Invalid request: Value for field 'quantity' must be between 1 and 1000000000, got: '{quantity}'", refused.Error!.Message);
        Assert.Equal((1, 0, 0), await app.Counts(variant));
    }

    [Fact]
    public async Task The_same_key_and_lines_again_extend_the_same_hold()
    {
        var variant = await app.WithStock(1);
        var (key, later) = (WireId.New(), DateTimeOffset.UtcNow.AddHours(1));
        await app.Hold(key, Line(variant, 1));
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ =>
            Task.Run(() => app.Stock().Reserve(new ReserveStock(key, null, [Line(variant, 1)], later), default))));
        Assert.All(results, r => Assert.Equal(new StockReservation(key, later), r.Value));
        Assert.Equal((1, 1, 0), await app.Counts(variant));
        Assert.True(await app.Scalar<bool>($"select expires_at > now() + interval '50 minutes' from inventory.reservations where key = '{key}'"));
    }

    [Fact]
    public async Task A_key_raced_by_100_holds_once()
    {
        var (variant, key) = (await app.WithStock(150), WireId.New());
        var results = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Task.Run(() => app.Hold(key, Line(variant, 2)))));
        Assert.All(results, r => Assert.Null(r.Error));
        Assert.Equal((150, 2, 0), await app.Counts(variant));
    }

    [Fact]
    public async Task The_same_key_with_other_lines_replaces_the_hold_or_leaves_it()
    {
        var (shirt, hat, key) = (await app.WithStock(5), await app.WithStock(2), WireId.New());
        await app.Hold(key, Line(shirt, 4));
        Assert.True((await app.Hold(key, Line(shirt, 5), Line(hat, 1))).IsOk);
        Assert.Equal(((5, 5, 0), (2, 1, 0)), (await app.Counts(shirt), await app.Counts(hat)));
        Assert.False((await app.Hold(key, Line(shirt, 1), Line(hat, 3))).IsOk);
        Assert.Equal(((5, 5, 0), (2, 1, 0)), (await app.Counts(shirt), await app.Counts(hat)));
        Assert.True((await app.Hold(key, Line(hat, 2))).IsOk);
        Assert.Equal(((5, 0, 0), (2, 2, 0)), (await app.Counts(shirt), await app.Counts(hat)));
    }

    [Fact]
    public async Task Sold_pieces_leave_the_shelf_once_and_leave_a_trace()
    {
        var (variant, key) = (await app.WithStock(5), WireId.New());
        await app.Hold(key, Line(variant, 2));
        for (var i = 0; i < 3; i++) await app.Sell(key);
        Assert.Equal((3, 0, 0), await app.Counts(variant));
        Assert.Equal("imported 5, sold -2", await app.Scalar<string>(
            $"select string_agg(reason || ' ' || quantity, ', ' order by id) from inventory.movements where item_id = '{await app.Item(variant)}'"));
        // After the sale neither a late release nor a repeated hold changes anything.
        await app.Stock().Release(new ReleaseStock(key), default);
        Assert.True((await app.Hold(key, Line(variant, 1))).IsOk);
        Assert.Equal((3, 0, 0), await app.Counts(variant));
        await Assert.ThrowsAnyAsync<Npgsql.PostgresException>(() => app.Scalar<int>("delete from inventory.movements"));
    }

    [Fact]
    public async Task Released_pieces_are_free_once_and_can_be_held_again()
    {
        var (variant, key) = (await app.WithStock(5), WireId.New());
        await app.Hold(key, Line(variant, 2));
        for (var i = 0; i < 3; i++) Assert.Null((await app.Stock().Release(new ReleaseStock(key), default)).Error);
        Assert.Equal((5, 0, 0), await app.Counts(variant));
        await app.Hold(key, Line(variant, 2));
        Assert.Equal((5, 2, 0), await app.Counts(variant));
    }

    [Fact]
    public async Task An_order_whose_hold_had_lapsed_takes_what_is_left_and_is_owed_the_rest()
    {
        var (variant, key) = (await app.WithStock(3), WireId.New());
        await app.Stock().Reserve(new ReserveStock(key, null, [Line(variant, 2)], DateTimeOffset.UtcNow), default);
        for (var i = 0; i < 300 && await app.Counts(variant) != (3, 0, 0); i++) await Task.Delay(50);
        await app.Hold(WireId.New(), Line(variant, 2));
        await app.Sell(key);
        Assert.Equal((2, 2, 1), await app.Counts(variant));
    }

    [Fact]
    public async Task An_order_whose_hold_had_lapsed_does_not_take_goods_that_arrived_for_others()
    {
        var (variant, key) = (await app.WithStock(2), WireId.New());
        await app.Stock().Reserve(new ReserveStock(key, null, [Line(variant, 2)], DateTimeOffset.UtcNow), default);
        for (var i = 0; i < 300 && await app.Counts(variant) != (2, 0, 0); i++) await Task.Delay(50);
        await app.Hold(WireId.New(), Line(variant, 5, backorder: true));
        await app.Stock().EnsureItems(new EnsureItems([new EnsureItem(variant, null, "Thing", true, 5)]), default);
        Assert.Equal((5, 2, 3), await app.Counts(variant));
        await app.Sell(key);
        Assert.Equal((5, 2, 5), await app.Counts(variant));
    }

    [Fact]
    public async Task What_was_given_back_on_purpose_is_not_sold_later()
    {
        var (variant, key) = (await app.WithStock(3), WireId.New());
        await app.Hold(key, Line(variant, 2));
        await app.Stock().Release(new ReleaseStock(key), default);
        await app.Sell(key);
        Assert.Equal((3, 0, 0), await app.Counts(variant));
    }

    [Fact]
    public async Task What_a_canceled_order_was_sold_goes_back_once_and_leaves_a_trace()
    {
        var (variant, owed, key) = (await app.WithStock(5), await app.WithStock(1), WireId.New());
        await app.Hold(key, Line(variant, 2), Line(owed, 3, backorder: true));
        await app.Sell(key);
        Assert.Equal(((3, 0, 0), (0, 0, 2)), (await app.Counts(variant), await app.Counts(owed)));

        for (var i = 0; i < 3; i++) await app.Cancel(key);
        await app.Sell(key);

        Assert.Equal(((5, 0, 0), (1, 0, 0)), (await app.Counts(variant), await app.Counts(owed)));
        Assert.Equal((5L, 1L), (await app.Available(variant), await app.Available(owed)));
        Assert.Equal("imported 5, sold -2, canceled 2", await Movements(variant));
        Assert.Equal("imported 1, sold -1, canceled 1", await Movements(owed));
        Assert.True((await app.Hold(key, Line(variant, 1))).IsOk);
        Assert.Equal((5, 0, 0), await app.Counts(variant));
    }

    [Fact]
    public async Task An_order_canceled_before_its_sale_was_heard_of_is_never_sold_whether_its_hold_lapsed_or_not()
    {
        var (variant, held, lapsed) = (await app.WithStock(5), WireId.New(), WireId.New());
        await app.Hold(held, Line(variant, 2));
        await app.Stock().Reserve(new ReserveStock(lapsed, null, [Line(variant, 1)], DateTimeOffset.UtcNow), default);
        for (var i = 0; i < 300 && await app.Counts(variant) != (5, 2, 0); i++) await Task.Delay(50);

        foreach (var key in (Guid[])[held, lapsed, WireId.New()])
        {
            await app.Cancel(key);
            await app.Sell(key);
            await HeadlessPro.Inventory.OnOrderPlaced.HandleMany(app.Services, [new OrderPlaced(WireId.New(), key, 1, null, 100, "zar")], default);
        }

        Assert.Equal((5, 0, 0), await app.Counts(variant));
        Assert.Equal("imported 5", await Movements(variant));
    }

    [Fact]
    public async Task A_canceled_orders_pieces_go_back_to_a_level_that_was_deleted_when_it_was_empty_and_are_told_of()
    {
        var (variant, key) = (await app.WithStock(2), WireId.New());
        var item = await app.Item(variant);
        await app.Scalar<int>($"update inventory.items set low_stock_threshold = 1 where id = '{item}'");
        await app.Hold(key, Line(variant, 2));
        await app.Sell(key);
        Assert.True(await app.Scalar<bool>($"select is_low from inventory.items where id = '{item}'"));
        await app.Scalar<int>($"delete from inventory.levels where item_id = '{item}'");
        var told = await Told();
        await app.Cancel(key);
        Assert.Equal((2, 0, 0), await app.Counts(variant));
        Assert.False(await app.Scalar<bool>($"select is_low from inventory.items where id = '{item}'"));
        Assert.Equal(told + 1, await Told());

        Task<long> Told() => app.Scalar<long>($"select count(*) from events.log where name = 'inventory.stock_changed' and payload->'VariantIds' ? '{variant}'");
    }

    private async Task<string?> Movements(Guid variant) => await app.Scalar<string>(
        $"select string_agg(reason || ' ' || quantity, ', ' order by id) from inventory.movements where item_id = '{await app.Item(variant)}'");

    [Fact]
    public async Task Unknown_keys_are_nothing_when_sold_and_nothing_when_released()
    {
        const string Rows = "select (select count(*) from inventory.reservations) + (select count(*) from inventory.movements)";
        var before = await app.Scalar<long>(Rows);
        await app.Sell(WireId.New());
        Assert.Null((await app.Stock().Release(new ReleaseStock(WireId.New()), default)).Error);
        Assert.Equal(before, await app.Scalar<long>(Rows));
    }

    [Fact]
    public async Task Holding_takes_two_round_trips_and_availability_one()
    {
        var (variant, key) = (await app.WithStock(5), WireId.New());
        var trips = await RoundTrips.Of(() => app.Hold(key, Line(variant, 1)));
        Assert.True(trips.Count == 2, trips.ToString());
        trips = await RoundTrips.Of(() => app.Hold(key, Line(variant, 2)));
        Assert.True(trips.Count == 2, trips.ToString());
        trips = await RoundTrips.Of(() => app.Stock().Release(new ReleaseStock(key), default));
        Assert.True(trips.Count == 2, trips.ToString());
        trips = await RoundTrips.Of(() => app.Available(variant));
        Assert.True(trips.Count == 1, trips.ToString());
    }

    private async Task<long> Reserved(Guid variant, Guid location) =>
        await app.Scalar<long>($"select reserved from inventory.levels where item_id = '{await app.Item(variant)}' and location_id = '{location}'");
}
