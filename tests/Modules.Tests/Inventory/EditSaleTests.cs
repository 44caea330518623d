using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;
using static HeadlessPro.Modules.Tests.Inventory.StockRoom;
using ReserveStock = HeadlessPro.Contracts.Inventory.ReserveStock;

namespace HeadlessPro.Modules.Tests.Inventory;

/// <summary>The stock of an edited order, in whatever order its events come through.</summary>
public class EditSaleTests(HpApp app) : IClassFixture<HpApp>
{
    [Fact]
    public async Task What_an_edit_adds_is_sold_and_what_is_fewer_goes_back_once_however_often_it_is_heard()
    {
        var (less, more, cart, hold) = (await app.WithStock(10), await app.WithStock(10), WireId.New(), WireId.New());
        await app.Hold(cart, Line(less, 5), Line(more, 1));
        await app.Sell(cart);
        await app.Hold(hold, Line(more, 3));

        for (var i = 0; i < 3; i++) await app.Edit(cart, 2, hold, (less, 2));

        Assert.Equal(((7, 0, 0), (6, 0, 0)), (await app.Counts(less), await app.Counts(more)));
        Assert.Equal((7L, 6L), (await app.Available(less), await app.Available(more)));
        Assert.Equal("imported 10, sold -5, canceled 2", await Movements(less));
        Assert.Equal("imported 10, sold -1, sold -3", await Movements(more));
        Assert.Equal("committed 2", await State(cart));
        Assert.Null(await State(hold));

        await app.Cancel(cart);
        Assert.Equal(((10, 0, 0), (10, 0, 0)), (await app.Counts(less), await app.Counts(more)));
    }

    [Fact]
    public async Task An_edit_that_is_heard_before_its_order_was_sold_is_part_of_the_sale()
    {
        var (less, more, cart, hold) = (await app.WithStock(10), await app.WithStock(10), WireId.New(), WireId.New());
        await app.Hold(cart, Line(less, 5));
        await app.Hold(hold, Line(more, 3));

        await app.Edit(cart, 2, hold, (less, 2));
        Assert.Equal(((10, 3, 0), (10, 3, 0)), (await app.Counts(less), await app.Counts(more)));
        Assert.Equal("held 2", await State(cart));
        await app.Sell(cart);
        Assert.Equal(((7, 0, 0), (7, 0, 0)), (await app.Counts(less), await app.Counts(more)));
    }

    [Fact]
    public async Task An_edit_that_is_heard_before_the_one_it_follows_waits_for_that()
    {
        var (variant, cart, hold) = (await app.WithStock(10), WireId.New(), WireId.New());
        await app.Hold(cart, Line(variant, 1));
        await app.Sell(cart);
        await app.Hold(hold, Line(variant, 4));

        await Assert.ThrowsAsync<InvalidOperationException>(() => app.Edit(cart, 3, null, (variant, 3)));
        Assert.Equal((9, 4, 0), await app.Counts(variant));
        await app.Edit(cart, 2, hold);
        await app.Edit(cart, 3, null, (variant, 3));
        Assert.Equal((8, 0, 0), await app.Counts(variant));
    }

    [Fact]
    public async Task After_a_cancellation_an_edit_only_gives_back()
    {
        var (variant, cart, hold) = (await app.WithStock(10), WireId.New(), WireId.New());
        await app.Hold(cart, Line(variant, 2));
        await app.Sell(cart);
        await app.Hold(hold, Line(variant, 3));
        await app.Cancel(cart);
        for (var i = 0; i < 2; i++) await app.Edit(cart, 2, hold, (variant, 1));
        Assert.Equal((10, 0, 0), await app.Counts(variant));
        Assert.Equal("canceled 2", await State(cart));
    }

    [Fact]
    public async Task An_edit_of_a_canceled_order_that_had_held_nothing_only_gives_back()
    {
        var (variant, cart, hold) = (await app.WithStock(10), WireId.New(), WireId.New());
        await app.Hold(hold, Line(variant, 3));
        await app.Cancel(cart);
        await app.Edit(cart, 2, hold);
        Assert.Equal((10, 0, 0), await app.Counts(variant));
        Assert.Equal("canceled 2", await State(cart));
        Assert.Null(await State(hold));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task An_edit_whose_hold_had_lapsed_takes_what_is_left_and_is_owed_the_rest(bool sold)
    {
        var (variant, cart, hold) = (await app.WithStock(5), WireId.New(), WireId.New());
        await app.Hold(cart, Line(variant, 1));
        if (sold) await app.Sell(cart);
        await app.Stock().Reserve(new ReserveStock(hold, null, [Line(variant, 3)], DateTimeOffset.UtcNow), default);
        await Lapsed(hold);
        await app.Hold(WireId.New(), Line(variant, 2));

        await app.Edit(cart, 2, hold);
        await app.Sell(cart);

        Assert.Equal((2, 2, 1), await app.Counts(variant));
    }

    [Fact]
    public async Task An_order_whose_own_hold_had_lapsed_is_sold_what_its_edits_left_of_it()
    {
        var (less, more, cart, hold) = (await app.WithStock(10), await app.WithStock(10), WireId.New(), WireId.New());
        await app.Stock().Reserve(new ReserveStock(cart, null, [Line(less, 5)], DateTimeOffset.UtcNow), default);
        await Lapsed(cart);
        await app.Hold(hold, Line(more, 3));
        await app.Edit(cart, 2, hold, (less, 2));
        Assert.Equal(((10, 0, 0), (10, 0, 0)), (await app.Counts(less), await app.Counts(more)));
        await app.Sell(cart);
        Assert.Equal(((7, 0, 0), (7, 0, 0)), (await app.Counts(less), await app.Counts(more)));
    }

    [Fact]
    public async Task Owed_pieces_are_the_first_that_are_not_owed_any_more()
    {
        var (variant, cart) = (await app.WithStock(2), WireId.New());
        await app.Hold(cart, Line(variant, 5, backorder: true));
        await app.Sell(cart);
        Assert.Equal((0, 0, 3), await app.Counts(variant));
        await app.Edit(cart, 2, null, (variant, 2));
        Assert.Equal((0, 0, 1), await app.Counts(variant));
        await app.Edit(cart, 3, null, (variant, 2));
        Assert.Equal((1, 0, 0), await app.Counts(variant));
        // Never more than the order had of it.
        await app.Edit(cart, 4, null, (variant, 9));
        Assert.Equal((2, 0, 0), await app.Counts(variant));
    }

    [Fact]
    public async Task An_order_of_what_was_not_counted_can_be_sold_what_is()
    {
        var (variant, cart, hold) = (await app.WithStock(4), WireId.New(), WireId.New());
        await app.Hold(hold, Line(variant, 3));
        await app.Edit(cart, 2, hold, (WireId.New(), 2));
        await app.Sell(cart);
        Assert.Equal((1, 0, 0), await app.Counts(variant));
        await app.Cancel(cart);
        Assert.Equal((4, 0, 0), await app.Counts(variant));
    }

    private Task<string?> State(Guid key) => app.Scalar<string>($"select status || ' ' || order_version from inventory.reservations where key = '{key}'");

    private async Task<string?> Movements(Guid variant) => await app.Scalar<string>(
        $"select string_agg(reason || ' ' || quantity, ', ' order by id) from inventory.movements where item_id = '{await app.Item(variant)}'");

    private async Task Lapsed(Guid key)
    {
        for (var i = 0; i < 300 && await State(key) != "released 1"; i++) await Task.Delay(50);
        Assert.Equal("released 1", await State(key));
    }
}
