using static HeadlessPro.Journeys.Tests.Races.First;

namespace HeadlessPro.Journeys.Tests.Races;

/// <summary>A line is added, a promotion is taken, stock is counted; a rival acts at another host after each SQL statement of that.</summary>
[Collection(AloneWithTheShop.Name)]
public sealed class CartAndStockRaceTests(RaceShop shop)
{
    private Good _good = null!;
    private Promotion _promotion = null!;
    private string _cart = "";

    [Fact]
    public async Task A_line_is_added_while_another_cart_buys_the_last_unit()
    {
        var firsts = await Meeting.AtEveryStatement(shop, async () =>
        {
            await Arrange(stock: 1, quantity: 0);
            var theirs = await RaceShop.ReadyCart(shop.Rival, _good);
            return new Race(() => shop.Ours.AddLine(_cart, _good, 1), () => shop.Rival.Complete(theirs));
        }, async (ours, rival) =>
        {
            Assert.Equal("200", rival.Outcome);
            Assert.Contains(ours.Outcome, (string[])["200", "400 insufficient_inventory"]);
            await shop.Ours.Pay(_cart);
            Assert.Equal(ours.IsOk ? "400 insufficient_inventory" : "400 Cart * has no items", (await shop.Ours.Complete(_cart)).Outcome);
            Assert.Equal(1, await Ordered());
            return ours.IsOk ? Ours : Rival;
        });
        Meeting.TurnChangesOnce(firsts);
    }

    [Fact]
    public async Task A_line_is_added_while_the_cart_is_completed()
    {
        var firsts = await Meeting.AtEveryStatement(shop, async () =>
        {
            await Arrange(stock: 5, quantity: 1);
            return new Race(() => shop.Ours.AddLine(_cart, _good, 1), () => shop.Rival.Complete(_cart));
        }, async (ours, rival) =>
        {
            // What is ordered is what the cart held when its turn began, or nothing as long as the shopper has not seen the new total.
            Assert.Contains((ours.Outcome, rival.Outcome), ((string, string)[])
                [("400 Cart * is already completed.", "200"), ("409 Cart * is being completed", "200"), ("200", "200"), ("200", "409 total_changed")]);
            Assert.Equal(!rival.IsOk ? 0 : ours.IsOk ? 2 : 1, await Ordered());
            if (rival.IsOk) Assert.Equal(ours.IsOk ? 500m : 250m, (decimal)rival.Body["order"]!["total"]!);
            return ours.IsOk ? Ours : Rival;
        });
        Meeting.TurnChangesOnce(firsts);
    }

    [Fact]
    public async Task Two_lines_added_at_once_are_both_there()
    {
        var firsts = await Meeting.AtEveryStatement(shop, async () =>
        {
            await Arrange(stock: 5, quantity: 1);
            return new Race(() => shop.Ours.AddLine(_cart, _good, 1), () => shop.Rival.AddLine(_cart, _good, 2));
        }, async (ours, rival) =>
        {
            Assert.Equal(("200", "200"), (ours.Outcome, rival.Outcome));
            Assert.Equal((4, 1000m), Shown(await shop.Rival.Read(_cart)));
            return Shown(rival) == (4, 1000m) ? Ours : Rival;
        });
        Meeting.TurnChangesOnce(firsts);
    }

    [Fact]
    public async Task A_line_is_added_while_staff_take_the_stock_away()
    {
        var firsts = await Meeting.AtEveryStatement(shop, async () =>
        {
            await Arrange(stock: 1, quantity: 0);
            return new Race(() => shop.Ours.AddLine(_cart, _good, 1), () => shop.Rival.SetStock(_good, _good.Locations[0], 0));
        }, async (ours, rival) =>
        {
            Assert.Equal("200", rival.Outcome);
            Assert.Contains(ours.Outcome, (string[])["200", "400 insufficient_inventory"]);
            await shop.Ours.Pay(_cart);
            Assert.Equal(ours.IsOk ? "400 insufficient_inventory" : "400 Cart * has no items", (await shop.Rival.Complete(_cart)).Outcome);
            return ours.IsOk ? Ours : Rival;
        });
        Meeting.TurnChangesOnce(firsts);
    }

    [Fact]
    public async Task A_line_is_added_while_its_price_rises()
    {
        var firsts = await Meeting.AtEveryStatement(shop, async () =>
        {
            await Arrange(stock: 5, quantity: 1);
            return new Race(() => shop.Ours.AddLine(_cart, _good, 1), () => shop.Rival.SetPrice(_good, 300));
        }, async (ours, rival) =>
        {
            Assert.Equal(("200", "200"), (ours.Outcome, rival.Outcome));
            Assert.Contains(Shown(ours), ((long, decimal)[])[(2, 500m), (2, 600m)]);
            // Whoever saw the old total is not made to pay the new one unasked.
            Assert.Equal(Shown(ours).Total == 500m ? "409 total_changed" : "200", (await shop.Rival.Complete(_cart)).Outcome);
            return Shown(ours).Total == 500m ? Ours : Rival;
        });
        Meeting.TurnChangesOnce(firsts, atOnce: true);
    }

    [Fact]
    public async Task A_line_is_added_while_staff_end_the_promotion()
    {
        await Meeting.AtEveryStatement(shop, async () =>
        {
            await Arrange(stock: 5, quantity: 1, promotion: true);
            Assert.True((await shop.Ours.AddPromotion(_cart, _promotion.Code)).IsOk);
            return new Race(() => shop.Ours.AddLine(_cart, _good, 1), () => shop.Rival.ChangePromotion(_promotion.Id, "inactive"));
        }, async (ours, rival) =>
        {
            Assert.Equal(("200", "200"), (ours.Outcome, rival.Outcome));
            Assert.Contains(Shown(ours), ((long, decimal)[])[(2, 450m), (2, 500m)]);
            Assert.Equal(Shown(ours).Total == 450m ? "409 total_changed" : "200", (await shop.Rival.Complete(_cart)).Outcome);
            return Shown(ours).Total == 450m ? Ours : Rival;
        });
    }

    [Fact]
    public async Task A_promotion_is_taken_while_another_cart_uses_it_for_the_last_time()
    {
        var firsts = await Meeting.AtEveryStatement(shop, async () =>
        {
            await Arrange(stock: 5, quantity: 1, promotion: true);
            var theirs = await RaceShop.ReadyCart(shop.Rival, await shop.NewGood([5]), 1, _promotion.Code);
            return new Race(() => shop.Ours.AddPromotion(_cart, _promotion.Code), () => shop.Rival.Complete(theirs));
        }, async (ours, rival) =>
        {
            Assert.Equal(("200", 225m), (rival.Outcome, (decimal)rival.Body["order"]!["total"]!));
            Assert.Contains(ours.Outcome, (string[])["200", "400 The promotion code * is invalid"]);
            var total = ours.IsOk ? Shown(ours).Total : 250m;
            Assert.Contains(total, (decimal[])[225m, 250m]);
            var completed = await shop.Ours.Complete(_cart);
            Assert.Equal(total == 225m ? "409 total_changed" : "200", completed.Outcome);
            if (completed.IsOk) Assert.Equal(250m, (decimal)completed.Body["order"]!["total"]!);
            return total == 225m ? Ours : Rival;
        });
        Meeting.TurnChangesOnce(firsts);
    }

    [Fact]
    public async Task A_promotion_is_taken_while_staff_end_it()
    {
        await Meeting.AtEveryStatement(shop, async () =>
        {
            await Arrange(stock: 5, quantity: 1, promotion: true);
            return new Race(() => shop.Ours.AddPromotion(_cart, _promotion.Code), () => shop.Rival.ChangePromotion(_promotion.Id, "inactive"));
        }, async (ours, rival) =>
        {
            Assert.Equal("200", rival.Outcome);
            Assert.Contains(ours.Outcome, (string[])["200", "400 The promotion code * is invalid"]);
            var total = ours.IsOk ? Shown(ours).Total : 250m;
            Assert.Contains(total, (decimal[])[225m, 250m]);
            Assert.Equal(total == 225m ? "409 total_changed" : "200", (await shop.Rival.Complete(_cart)).Outcome);
            return total == 225m ? Ours : Rival;
        });
    }

    [Fact]
    public async Task A_promotion_is_taken_while_a_line_is_added()
    {
        var firsts = await Meeting.AtEveryStatement(shop, async () =>
        {
            await Arrange(stock: 5, quantity: 1, promotion: true);
            return new Race(() => shop.Ours.AddPromotion(_cart, _promotion.Code), () => shop.Rival.AddLine(_cart, _good, 1));
        }, async (ours, rival) =>
        {
            Assert.Equal(("200", "200"), (ours.Outcome, rival.Outcome));
            Assert.Equal((2, 450m), Shown(await shop.Rival.Read(_cart)));
            return Shown(rival) == (2, 450m) ? Ours : Rival;
        });
        Meeting.TurnChangesOnce(firsts);
    }

    [Fact]
    public async Task A_promotion_is_taken_while_the_cart_is_completed()
    {
        var firsts = await Meeting.AtEveryStatement(shop, async () =>
        {
            await Arrange(stock: 5, quantity: 1, promotion: true);
            return new Race(() => shop.Ours.AddPromotion(_cart, _promotion.Code), () => shop.Rival.Complete(_cart));
        }, (ours, rival) =>
        {
            Assert.Equal("200", rival.Outcome);
            Assert.Contains(ours.Outcome, (string[])["200", "400 Cart * is already completed.", "409 Cart * is being completed"]);
            Assert.Equal(ours.IsOk ? 225m : 250m, (decimal)rival.Body["order"]!["total"]!);
            return Task.FromResult(ours.IsOk ? Ours : Rival);
        });
        Meeting.TurnChangesOnce(firsts);
    }

    [Fact]
    public async Task Stock_is_counted_down_while_a_cart_buys_it()
    {
        var firsts = await Meeting.AtEveryStatement(shop, async () =>
        {
            await Arrange(stock: 1, quantity: 1);
            return new Race(() => shop.Ours.SetStock(_good, _good.Locations[0], 0), () => shop.Rival.Complete(_cart));
        }, async (ours, rival) =>
        {
            // Both only when the piece had left the shelf before it was counted.
            Assert.Contains((ours.Outcome, rival.Outcome), ((string, string)[])[("200", "400 insufficient_inventory"), (RaceHost.Promised, "200"), ("200", "200")]);
            Assert.Equal(rival.IsOk ? 1 : 0, await Ordered());
            return rival.IsOk ? Rival : Ours;
        });
        Meeting.TurnChangesOnce(firsts);
    }

    [Fact]
    public async Task Stock_is_counted_by_two_at_once()
    {
        var firsts = await Meeting.AtEveryStatement(shop, async () =>
        {
            await Arrange(stock: 1, quantity: 0);
            return new Race(() => shop.Ours.SetStock(_good, _good.Locations[0], 3), () => shop.Rival.SetStock(_good, _good.Locations[0], 7));
        }, async (ours, rival) =>
        {
            Assert.Equal(("200", "200"), (ours.Outcome, rival.Outcome));
            var stocked = await shop.Scalar<long>($"select stocked from inventory.levels where item_id = '{ShopFixture.Decode("iitem", _good.Item)}'");
            Assert.Contains(stocked, (long[])[3, 7]);
            return stocked == 7 ? Ours : Rival;
        });
        Meeting.TurnChangesOnce(firsts);
    }

    /// <summary>A new good and our cart with that many of it, with an open payment when it holds any.</summary>
    private async Task Arrange(long stock, long quantity, bool promotion = false)
    {
        _good = await shop.NewGood([stock]);
        if (promotion)
        {
            _promotion = await shop.NewPromotion(limit: 1);
            await shop.Known(_promotion);
        }

        _cart = quantity > 0
            ? await RaceShop.ReadyCart(shop.Ours, _good, quantity)
            : (string)(await shop.Ours.NewCart([])).Body["cart"]!["id"]!;
    }

    private static (long Quantity, decimal Total) Shown(Answer answer) =>
        (answer.Body["cart"]!["items"]!.AsArray().Sum(l => (long)l!["quantity"]!), (decimal)answer.Body["cart"]!["total"]!);

    private Task<long> Ordered() => shop.Scalar<long>($"select coalesce(sum(quantity), 0)::bigint from ordering.order_lines where variant_id = '{_good.Variant.Id}'");
}
