using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;

namespace HeadlessPro.Modules.Tests.Inventory;

public class EnsureItemsTests(HpApp app) : IClassFixture<HpApp>
{
    [Fact]
    public async Task A_shop_without_a_location_gets_one_and_repeating_changes_nothing()
    {
        var items = Enumerable.Range(0, 2000).Select(n => new EnsureItem(WireId.New(), $"BULK-{n}", $"Thing {n}", true, n)).ToList();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => Task.Run(() => Ensure([.. items]))));
        Assert.Equal(1L, await app.Scalar<long>("select count(*) from inventory.stock_locations"));
        Assert.Equal(2000L, await app.Scalar<long>("select count(*) from inventory.items where sku like 'BULK-%'"));
        Assert.Equal(1999L, await app.Available(items[1999].VariantId));
        var movements = await app.Scalar<long>("select count(*) from inventory.movements");
        await Ensure([.. items]);
        Assert.Equal(movements, await app.Scalar<long>("select count(*) from inventory.movements"));

        await Ensure(items[0] with { Stocked = 7, Title = "Renamed" }, items[1] with { Stocked = null });
        Assert.Equal((7L, 1L), (await app.Available(items[0].VariantId), await app.Available(items[1].VariantId)));
        Assert.Equal("Renamed", await app.Scalar<string>("select title from inventory.items where sku = 'BULK-0'"));
    }

    [Fact]
    public async Task Swapped_skus_end_up_where_they_belong()
    {
        var (a, b) = (new EnsureItem(WireId.New(), "SWAP-A", "A", true, 1), new EnsureItem(WireId.New(), "SWAP-B", "B", true, 2));
        await Ensure(a, b);
        await Ensure(a with { Sku = "SWAP-B" }, b with { Sku = "SWAP-A" });
        Assert.Equal("SWAP-B", await app.Scalar<string>($"select sku from inventory.items where id = '{await app.Item(a.VariantId)}'"));
        Assert.Equal("SWAP-A", await app.Scalar<string>($"select sku from inventory.items where id = '{await app.Item(b.VariantId)}'"));
    }

    [Fact]
    public async Task A_new_variant_of_a_known_sku_shares_the_stock_and_removing_one_leaves_the_other()
    {
        var (first, second) = (await app.WithStock(4, "SHARED"), WireId.New());
        await Ensure(new EnsureItem(second, "SHARED", "Thing", true, null));
        Assert.Equal(4, await app.Available(second));
        await app.Stock().RemoveItems(new RemoveItems([first]), default);
        Assert.Equal(4, await app.Available(second));
        Assert.Empty((await app.Stock().GetAvailability(new GetAvailability([first], []), default)).Value!);
        await app.Stock().RemoveItems(new RemoveItems([first, second]), default);
        Assert.Equal(1L, await app.Scalar<long>("select count(*) from inventory.items where sku = 'SHARED' and deleted_at is not null"));
        Assert.Equal(9, await app.Available(await app.WithStock(9, "SHARED")));
    }

    [Fact]
    public async Task A_count_never_goes_below_what_is_reserved()
    {
        var variant = await app.WithStock(5);
        await app.Hold(WireId.New(), StockRoom.Line(variant, 3));
        await Ensure(new EnsureItem(variant, null, "Thing", true, 1));
        Assert.Equal((3, 3, 0), await app.Counts(variant));
    }

    [Theory]
    [InlineData(-1)]
    [InlineData(1_000_000_000_000)]
    public async Task Impossible_counts_are_refused(long stocked)
    {
        var variant = WireId.New();
        var result = await app.Stock().EnsureItems(new EnsureItems([new EnsureItem(variant, "ODD", "Odd", true, stocked)]), default);
        Assert.Equal($"Invalid request: Stock of 'ODD' must be between 0 and 1000000000, got: '{stocked}'", result.Error!.Message);
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from inventory.variant_items where variant_id = '{variant}'"));
    }

    private async Task Ensure(params EnsureItem[] items) => Assert.Null((await app.Stock().EnsureItems(new EnsureItems(items), default)).Error);
}
