using static HeadlessPro.Journeys.Tests.Races.First;

namespace HeadlessPro.Journeys.Tests.Races;

/// <summary>A cart is completed; a rival acts at another host after each of its SQL statements.</summary>
[Collection(AloneWithTheShop.Name)]
public sealed class PlaceOrderRaceTests(RaceShop shop)
{
    private Good _good = null!;
    private Promotion _promotion = null!;
    private string _cart = "";

    [Fact]
    public async Task The_last_unit_goes_to_one_of_two_carts()
    {
        var firsts = await Meeting.AtEveryStatement(shop, async () =>
        {
            var theirs = await Arrange(stock: 1, rivalsCart: true);
            return new Race(() => shop.Ours.Complete(_cart), () => shop.Rival.Complete(theirs!));
        }, async (ours, rival) =>
        {
            var first = ours.IsOk ? Ours : Rival;
            Assert.Equal(("200", "400 insufficient_inventory"), first == Ours ? (ours.Outcome, rival.Outcome) : (rival.Outcome, ours.Outcome));
            Assert.Equal(1, await Ordered());
            return first;
        });
        Meeting.TurnChangesOnce(firsts);
    }

    [Fact]
    public async Task The_last_units_of_two_locations_go_together_or_not_at_all()
    {
        var firsts = await Meeting.AtEveryStatement(shop, async () =>
        {
            _good = await shop.NewGood([1, 1]);
            _cart = await RaceShop.ReadyCart(shop.Ours, _good, 2);
            var theirs = await RaceShop.ReadyCart(shop.Rival, _good);
            return new Race(() => shop.Ours.Complete(_cart), () => shop.Rival.Complete(theirs));
        }, async (ours, rival) =>
        {
            var first = ours.IsOk ? Ours : Rival;
            Assert.Equal(("200", "400 insufficient_inventory"), first == Ours ? (ours.Outcome, rival.Outcome) : (rival.Outcome, ours.Outcome));
            Assert.Equal(first == Ours ? 2 : 1, await Ordered());
            return first;
        });
        Meeting.TurnChangesOnce(firsts);
    }

    [Fact]
    public async Task The_same_cart_completed_at_another_host_is_the_same_order()
    {
        var firsts = await Meeting.AtEveryStatement(shop, async () =>
        {
            await Arrange(stock: 5);
            return new Race(() => shop.Ours.Complete(_cart), () => shop.Rival.Complete(_cart));
        }, async (ours, rival) =>
        {
            Assert.Equal(("200", ours.Body.ToJsonString()), (ours.Outcome, rival.Body.ToJsonString()));
            Assert.Equal(1, await Ordered());
            return Ours;
        }, patience: TimeSpan.FromMilliseconds(200));
        Meeting.TurnChangesOnce(firsts, atOnce: true);
    }

    [Fact]
    public async Task The_cart_does_not_change_any_more()
    {
        var outcomes = new List<string>();
        var firsts = await Meeting.AtEveryStatement(shop, async () =>
        {
            await Arrange(stock: 5);
            return new Race(() => shop.Ours.Complete(_cart), () => shop.Rival.AddLine(_cart, _good, 1));
        }, async (ours, rival) =>
        {
            Assert.Equal("200", ours.Outcome);
            outcomes.Add(rival.Outcome);
            Assert.Equal(1, await Ordered());
            return Ours;
        });
        Meeting.TurnChangesOnce(firsts, atOnce: true);
        Assert.Equal(["409 Cart * is being completed", "400 Cart * is already completed."], outcomes.Distinct());
    }

    [Fact]
    public async Task Staff_cannot_take_away_what_is_sold()
    {
        var firsts = await Meeting.AtEveryStatement(shop, async () =>
        {
            await Arrange(stock: 1);
            return new Race(() => shop.Ours.Complete(_cart), () => shop.Rival.SetStock(_good, _good.Locations[0], 0));
        }, async (ours, rival) =>
        {
            var first = ours.IsOk ? Ours : Rival;
            if (first == Rival) Assert.Equal(("400 insufficient_inventory", "200"), (ours.Outcome, rival.Outcome));
            // Once the piece has left the shelf, none is what there is.
            else Assert.Contains(rival.Outcome, (string[])[RaceHost.Promised, "200"]);
            Assert.Equal(first == Ours ? 1 : 0, await Ordered());
            return first;
        });
        Meeting.TurnChangesOnce(firsts);
    }

    [Fact]
    public async Task The_last_use_of_a_promotion_goes_to_one_of_two_carts()
    {
        var firsts = await Meeting.AtEveryStatement(shop, async () =>
        {
            var theirs = await Arrange(stock: 5, rivalsCart: true, promotion: true);
            return new Race(() => shop.Ours.Complete(_cart), () => shop.Rival.Complete(theirs!));
        }, async (ours, rival) =>
        {
            var (winner, loser) = ours.IsOk ? (ours, rival) : (rival, ours);
            Assert.Equal(225m, (decimal)winner.Body["order"]!["total"]!);
            Assert.Equal(1L, await shop.Scalar<long>($"select count(*) from ordering.order_lines l, json_array_elements(l.adjustments) a where a ->> 'code' = '{_promotion.Code}'"));
            Assert.Contains(loser.Outcome, (string[])["409 total_changed", "400 promotion_limit_exceeded"]);
            return ours.IsOk ? Ours : Rival;
        });
        Meeting.TurnChangesOnce(firsts);
    }

    [Fact]
    public async Task A_promotion_that_staff_end_is_used_before_or_not_at_all()
    {
        var firsts = await Meeting.AtEveryStatement(shop, async () =>
        {
            await Arrange(stock: 5, promotion: true);
            return new Race(() => shop.Ours.Complete(_cart), () => shop.Rival.ChangePromotion(_promotion.Id, "inactive"));
        }, async (ours, rival) =>
        {
            Assert.Equal("200", rival.Outcome);
            Assert.Contains(ours.Outcome, (string[])["200", "409 total_changed", "400 promotion_limit_exceeded"]);
            if (ours.IsOk) Assert.Equal(225m, (decimal)ours.Body["order"]!["total"]!);
            Assert.Equal(ours.IsOk ? 1 : 0, await Ordered());
            return ours.IsOk ? Ours : Rival;
        });
        Meeting.TurnChangesOnce(firsts);
    }

    [Fact]
    public async Task A_price_that_rises_is_paid_by_nobody_who_did_not_see_it()
    {
        var firsts = await Meeting.AtEveryStatement(shop, async () =>
        {
            await Arrange(stock: 5);
            return new Race(() => shop.Ours.Complete(_cart), () => shop.Rival.SetPrice(_good, 300));
        }, async (ours, rival) =>
        {
            Assert.Equal("200", rival.Outcome);
            if (ours.IsOk) Assert.Equal(250m, (decimal)ours.Body["order"]!["total"]!);
            else Assert.Equal("409 total_changed", ours.Outcome);
            Assert.Equal(ours.IsOk ? 1 : 0, await Ordered());
            return ours.IsOk ? Ours : Rival;
        });
        // The lease and the state of the catalogue are read together.
        Meeting.TurnChangesOnce(firsts, atOnce: true);
    }

    [Fact]
    public async Task A_price_that_falls_is_given_to_whoever_comes_after()
    {
        var firsts = await Meeting.AtEveryStatement(shop, async () =>
        {
            await Arrange(stock: 5);
            return new Race(() => shop.Ours.Complete(_cart), () => shop.Rival.SetPrice(_good, 200));
        }, (ours, rival) =>
        {
            Assert.Equal(("200", "200"), (ours.Outcome, rival.Outcome));
            var total = (decimal)ours.Body["order"]!["total"]!;
            Assert.Contains(total, (decimal[])[200m, 250m]);
            return Task.FromResult(total == 250m ? Ours : Rival);
        });
        // The lease and the state of the catalogue are read together.
        Meeting.TurnChangesOnce(firsts, atOnce: true);
    }

    /// <summary>A new good, our cart with one of it, and a cart of the rival with the same; or they share the only use of a promotion and no good.</summary>
    private async Task<string?> Arrange(long stock, bool rivalsCart = false, bool promotion = false)
    {
        _good = await shop.NewGood([stock]);
        string[] codes = [];
        if (promotion)
        {
            _promotion = await shop.NewPromotion(limit: 1);
            await shop.Known(_promotion);
            codes = [_promotion.Code];
        }

        _cart = await RaceShop.ReadyCart(shop.Ours, _good, 1, codes);
        return rivalsCart ? await RaceShop.ReadyCart(shop.Rival, promotion ? await shop.NewGood([stock]) : _good, 1, codes) : null;
    }

    private Task<long> Ordered() => shop.Scalar<long>($"select coalesce(sum(quantity), 0)::bigint from ordering.order_lines where variant_id = '{_good.Variant.Id}'");
}
