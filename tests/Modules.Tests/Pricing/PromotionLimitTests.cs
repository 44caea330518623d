using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;

namespace HeadlessPro.Modules.Tests.Pricing;

public class PromotionLimitTests(HpApp app) : IClassFixture<HpApp>
{
    private static int _codes;

    private IPricing Pricing => app.Contract<IPricing>();

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(50)]
    public async Task Of_fifty_carts_that_claim_at_once_exactly_the_limit_succeeds(int limit)
    {
        var (first, _) = await Create(limit: limit);
        var (second, _) = await Create();
        var results = await Task.WhenAll(Enumerable.Range(0, 50).Select(i =>
            // Named in either order: the locks are taken in one.
            Claim(WireId.New(), $"guest{i}@example.com", i % 2 == 0 ? [(first, 100), (second, 50)] : [(second, 50), (first, 100)])));
        Assert.Equal(limit, results.Count(r => r is null));
        Assert.All(results.OfType<Error>(), e => Assert.Equal("promotion_limit_exceeded", e.Code));
        Assert.Equal(((long)limit, limit * 100L), await Used(first));
        Assert.Equal(((long)limit, limit * 50L), await Used(second));
        Assert.Equal((long)limit, await app.Scalar<long>($"select count(*) from pricing.promotion_claims where promotion_id = '{first}'"));
    }

    [Fact]
    public async Task The_same_cart_claims_once_however_often_it_asks_and_releases_once()
    {
        var (id, code) = await Create(limit: 1);
        var cart = WireId.New();
        var errors = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Claim(cart, "a@example.com", [(id, 700)])));
        Assert.All(errors, Assert.Null);
        Assert.Equal((1L, 700L), await Used(id));

        // Its own use does not count against the cart when it is quoted again; it does against every other.
        Assert.Empty((await Quote(code, cart)).InvalidCodes);
        Assert.Equal([code], (await Quote(code, WireId.New())).InvalidCodes);
        Assert.Equal($"The promotion code {code} is invalid", (await Pricing.CheckPromotionCodes(new CheckPromotionCodes([code]), default)).Error!.Message);

        Assert.Null(await Claim(cart, "a@example.com", [(id, 650)]));
        Assert.Equal((1L, 650L), await Used(id));
        // A deactivated promotion that is held stays held.
        await app.Admin.PostJson($"/admin/promotions/{WireId.Encode("promo", id)}", new { status = "inactive" });
        Assert.Null(await Claim(cart, "a@example.com", [(id, 650)]));
        Assert.Equal("promotion_limit_exceeded", (await Claim(WireId.New(), "b@example.com", [(id, 1)]))!.Code);

        await Task.WhenAll(Enumerable.Range(0, 5).Select(_ => Pricing.ReleasePromotions(new ReleasePromotions(cart), default)));
        Assert.Equal((0L, 0L), await Used(id));
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from pricing.promotion_claims where key = '{cart}'"));
    }

    [Fact]
    public async Task All_or_none_a_claim_of_which_one_part_fails_takes_nothing()
    {
        var (free, _) = await Create();
        var (gone, goneCode) = await Create(limit: 1);
        Assert.Null(await Claim(WireId.New(), "a@example.com", [(gone, 1)]));
        var refused = await Claim(WireId.New(), "b@example.com", [(free, 1), (gone, 1)]);
        Assert.Equal((ErrorType.NotAllowed, "promotion_limit_exceeded", $"The promotion code {goneCode} has been used up"), (refused!.Type, refused.Code, refused.Message));
        Assert.Equal((0L, 0L), await Used(free));
        Assert.Equal(ErrorType.NotFound, (await Claim(WireId.New(), "b@example.com", [(free, 1), (WireId.New(), 1)]))!.Type);
        Assert.Equal((0L, 0L), await Used(free));
    }

    [Fact]
    public async Task A_claim_and_a_release_cost_two_round_trips_each()
    {
        var (id, _) = await Create(limit: 10);
        var cart = WireId.New();
        await Claim(WireId.New(), "a@example.com", [(id, 1)]);
        var claim = await RoundTrips.Of(() => Claim(cart, "a@example.com", [(id, 1)]));
        Assert.True(claim.Count == 2, claim.ToString());
        var release = await RoundTrips.Of(() => Pricing.ReleasePromotions(new ReleasePromotions(cart), default));
        Assert.True(release.Count == 2, release.ToString());
    }

    [Fact]
    public async Task A_limit_per_customer_counts_each_customer_by_themselves()
    {
        var (id, code) = await Create(budget: new { type = "usage", limit = 2, attribute = "customer_email" });
        var results = await Task.WhenAll(Enumerable.Range(0, 20).Select(i => Claim(WireId.New(), i % 2 == 0 ? "A@example.com" : "b@example.com", [(id, 10)])));
        Assert.Equal(4, results.Count(r => r is null));
        Assert.Equal((4L, 40L), await Used(id));
        Assert.Equal([code], (await Quote(code, WireId.New(), "a@EXAMPLE.com")).InvalidCodes);
        Assert.Empty((await Quote(code, WireId.New(), "c@example.com")).InvalidCodes);

        // A cart that changes hands takes its use along.
        var cart = WireId.New();
        Assert.Null(await Claim(cart, "d@example.com", [(id, 10)]));
        Assert.Null(await Claim(cart, "e@example.com", [(id, 10)]));
        Assert.Equal(0L, await app.Scalar<long>($"select used from pricing.promotion_customers where promotion_id = '{id}' and customer = 'd@example.com'"));
        Assert.Equal(1L, await app.Scalar<long>($"select used from pricing.promotion_customers where promotion_id = '{id}' and customer = 'e@example.com'"));
        await Pricing.ReleasePromotions(new ReleasePromotions(cart), default);
        Assert.Equal(0L, await app.Scalar<long>($"select used from pricing.promotion_customers where promotion_id = '{id}' and customer = 'e@example.com'"));
    }

    [Fact]
    public async Task A_budget_of_money_is_never_overspent()
    {
        var (id, code) = await Create(budget: new { type = "spend", limit = 25, currency_code = "zar" });
        var results = await Task.WhenAll(Enumerable.Range(0, 10).Select(i => Claim(WireId.New(), $"{i}@example.com", [(id, 1000)])));
        Assert.Equal(2, results.Count(r => r is null));
        Assert.Equal((2L, 2000L), await Used(id));
        // 5.00 are left: a cart that would get 10.00 gets nothing, one that gets 5.00 gets it.
        var large = await Quote(code, WireId.New(), price: 10000);
        Assert.Equal((0L, 0L), (large.Totals.DiscountTotal, large.Promotions.Single().Amount));
        Assert.Equal(500, (await Quote(code, WireId.New(), price: 5000)).Totals.DiscountTotal);
        Assert.Equal("promotion_limit_exceeded", (await Pricing.ClaimPromotions(new ClaimPromotions(WireId.New(), "x", [new PromotionUse(id, 100)], "usd"), default)).Error!.Code);
        Assert.Null(await Claim(WireId.New(), "y@example.com", [(id, 500)]));
        Assert.Equal([code], (await Quote(code, WireId.New())).InvalidCodes);
        var campaign = (await app.Admin.GetJson($"/admin/promotions/{code}"))["promotion"]!["campaign"]!;
        Assert.Equal((25m, 25m), ((decimal)campaign["budget"]!["limit"]!, (decimal)campaign["budget"]!["used"]!));
    }

    private async Task<Error?> Claim(Guid cart, string customer, (Guid Id, long Amount)[] uses) =>
        (await Pricing.ClaimPromotions(new ClaimPromotions(cart, customer, uses.Select(u => new PromotionUse(u.Id, u.Amount)).ToList(), "zar"), default)).Error;

    [Fact]
    public async Task A_limit_that_is_set_later_counts_what_was_used_before()
    {
        var (id, code) = await Create();
        for (var i = 0; i < 3; i++) Assert.Null(await Claim(WireId.New(), $"early{i % 2}@example.com", [(id, 400)]));
        Assert.Equal(3, (long)(await app.Admin.GetJson($"/admin/promotions/{code}"))["promotion"]!["used"]!);

        var limited = (await app.Admin.PostJson($"/admin/promotions/{WireId.Encode("promo", id)}", new { limit = 4 }))["promotion"]!;
        Assert.Equal((4L, 3L), ((long)limited["limit"]!, (long)limited["used"]!));
        Assert.Null(await Claim(WireId.New(), "fourth@example.com", [(id, 400)]));
        Assert.Equal("promotion_limit_exceeded", (await Claim(WireId.New(), "fifth@example.com", [(id, 400)]))!.Code);

        // Another kind of limit: once for each customer, who have had it once or twice.
        await app.Admin.PostJson($"/admin/promotions/{WireId.Encode("promo", id)}",
            new { limit = (int?)null, campaign = new { budget = new { type = "usage", limit = 2, attribute = "customer_email" } } });
        Assert.Equal("promotion_limit_exceeded", (await Claim(WireId.New(), "early0@example.com", [(id, 400)]))!.Code);
        Assert.Null(await Claim(WireId.New(), "early1@example.com", [(id, 400)]));
    }

    /// <summary>Uses and amounts: the counters of a limited promotion, the claims of one that is not.</summary>
    private async Task<(long, long)> Used(Guid id)
    {
        var claims = (await app.Scalar<long>($"select count(*) from pricing.promotion_claims where promotion_id = '{id}'"),
            await app.Scalar<long>($"select coalesce(sum(amount), 0)::bigint from pricing.promotion_claims where promotion_id = '{id}'"));
        if (await app.Scalar<bool>($"select use_limit is null and budget_type is null from pricing.promotions where id = '{id}'")) return claims;
        Assert.Equal(claims, (
            await app.Scalar<long>($"select used from pricing.promotions where id = '{id}'"),
            await app.Scalar<long>($"select spent from pricing.promotions where id = '{id}'")));
        return claims;
    }

    private async Task<(Guid Id, string Code)> Create(int? limit = null, object? budget = null)
    {
        var code = $"LIMIT{Interlocked.Increment(ref _codes)}";
        var created = (await app.Admin.PostJson("/admin/promotions", new
        {
            code,
            type = "standard",
            status = "active",
            limit,
            campaign = budget is null ? null : new { budget },
            application_method = new { type = "percentage", target_type = "items", value = 10 },
        }))["promotion"]!;
        Assert.True(WireId.TryDecode("promo", (string)created["id"]!, out var id));
        return (id, code);
    }

    private async Task<Quote> Quote(string code, Guid cart, string email = "guest@example.com", long price = 1000) =>
        (await Pricing.Quote(new QuoteRequest("zar", null, null, null, null, email, [], [code],
            [new QuoteLine(WireId.New(), 1, price, WireId.New(), WireId.New(), null, null, [], [], true)], [], CartId: cart), default)).Value!;
}
