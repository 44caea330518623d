using System.Text.Json.Nodes;
using HeadlessPro.Ordering.Checkout;

namespace HeadlessPro.Modules.Tests.Ordering;

/// <summary>Rivals at every step: whatever meets, nothing is sold twice and nobody gets two orders.</summary>
public class CheckoutRaceTests(CheckoutShop shop) : IClassFixture<CheckoutShop>
{
    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    [InlineData(50)]
    public async Task The_last_units_are_sold_once_each_to_200_buyers_at_once(int stock)
    {
        var voucher = await shop.Voucher(stock);
        var carts = new List<string>();
        foreach (var wave in Enumerable.Range(0, 200).Chunk(20)) carts.AddRange(await Task.WhenAll(wave.Select(_ => shop.ReadyCart((voucher, 1)))));
        var before = await shop.Orders();
        using var done = new CancellationTokenSource();
        var sampling = SampleStock(voucher, stock, before, done.Token);

        var outcomes = await Task.WhenAll(carts.Select(shop.TryComplete));
        await done.CancelAsync();
        Assert.True(await sampling > 0, "stock was sampled while buyers raced");

        var refused = outcomes.Where(o => o.Status != 200).ToList();
        Assert.Equal(200 - stock, refused.Count);
        Assert.All(refused, o => Assert.Equal((400, "insufficient_inventory"), (o.Status, (string)JsonNode.Parse(o.Body)!["code"]!)));
        Assert.Equal(stock, await shop.Orders() - before);
        await shop.Settled(voucher, stocked: 0);
    }

    [Fact]
    public async Task Two_lines_of_one_stock_item_never_hold_more_than_there_is()
    {
        var voucher = await shop.Voucher(stock: 3);
        var cart = await shop.ReadyCart((voucher, 2));
        await shop.Store.PostJson($"/store/carts/{cart}/line-items", new { variant_id = voucher.WireId, quantity = 1, metadata = new { gift = true } });
        var rival = await shop.ReadyCart((voucher, 1));
        Assert.Equal(200, (await shop.TryComplete(rival)).Status);

        Assert.Equal(400, (await shop.TryComplete(cart)).Status);
        await shop.Settled(voucher, stocked: 2);
    }

    [Fact]
    public async Task A_hundred_completions_of_one_cart_at_once_are_one_order_and_a_hundred_equal_answers()
    {
        var voucher = await shop.Voucher(stock: 200);
        var cart = await shop.ReadyCart((voucher, 2));
        var before = await shop.Orders();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => shop.TryComplete(cart)));

        Assert.All(outcomes, o => Assert.Equal(200, o.Status));
        Assert.Single(outcomes.Select(o => o.Body).Distinct());
        Assert.Equal(1, await shop.Orders() - before);
        await shop.Settled(voucher, stocked: 198);
    }

    [Fact]
    public async Task Fifty_equal_requests_with_one_idempotency_key_have_one_effect_and_equal_answers()
    {
        var voucher = await shop.Voucher(stock: 100);
        var cart = (string)(await shop.Cart((voucher, 1)))["id"]!;
        var key = Guid.NewGuid().ToString();

        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Add(cart, voucher, 1, key)));

        Assert.All(answers, a => Assert.Equal(200, a.Status));
        Assert.Single(answers.Select(a => a.Body).Distinct());
        Assert.Equal(2, (int)(await shop.Store.GetJson($"/store/carts/{cart}"))["cart"]!["items"]![0]!["quantity"]!);
        Assert.Equal(422, (await Add(cart, voucher, 2, key)).Status);
        Assert.Equal(2, (int)(await shop.Store.GetJson($"/store/carts/{cart}"))["cart"]!["items"]![0]!["quantity"]!);
    }

    [Theory]
    [MemberData(nameof(Steps))]
    public async Task A_cart_cannot_change_while_it_is_completed_at_any_step(string stepName)
    {
        var step = Enum.Parse<CheckoutStep>(stepName);
        var voucher = await shop.Voucher(stock: 10);
        var cart = await shop.ReadyCart((voucher, 1));
        var steps = shop.Contract<CheckoutSteps>();
        Task<JsonNode>? rival = null;
        var refusal = step == CheckoutStep.Finalized ? 400 : 409;
        steps.Probe = reached =>
        {
            if (reached != step) return;
            rival = Task.Run(() => shop.Store.PostJson($"/store/carts/{cart}/line-items", new { variant_id = voucher.WireId, quantity = 1 }, refusal));
            rival.Wait(TimeSpan.FromSeconds(10));
        };
        JsonNode placed;
        try
        {
            placed = await shop.Complete(cart);
        }
        finally
        {
            steps.Probe = null;
        }

        var refused = await rival!;
        Assert.Equal(step == CheckoutStep.Finalized ? $"Cart {cart} is already completed." : $"Cart {cart} is being completed", (string)refused["message"]!);
        Assert.Equal((1, 250m), ((int)placed["order"]!["items"]![0]!["quantity"]!, (decimal)placed["order"]!["total"]!));
        await shop.Settled(voucher, stocked: 9);
    }

    [Fact]
    public async Task A_checkout_whose_lease_was_taken_over_places_nothing_and_releases_nothing()
    {
        var voucher = await shop.Voucher(stock: 10);
        var cart = await shop.ReadyCart((voucher, 1));
        var id = ShopFixture.Decode("cart", cart);
        var steps = shop.Contract<CheckoutSteps>();
        var before = await shop.Orders();
        var stolen = false;
        steps.Probe = reached =>
        {
            // Another host believes this one dead, takes the lease, and lets it lapse in turn.
            if (reached != CheckoutStep.Paid || stolen) return;
            stolen = true;
            shop.Scalar<object>($"update ordering.carts set completing_token = gen_random_uuid(), completing_until = now() + interval '300 milliseconds' where id = '{id}'").Wait(TimeSpan.FromSeconds(5));
        };
        try
        {
            Assert.Equal("order", (string)(await shop.Complete(cart))["type"]!);
        }
        finally
        {
            steps.Probe = null;
        }

        Assert.True(stolen);
        Assert.Equal(1, await shop.Orders() - before);
        Assert.Equal(1L, await shop.Scalar<long>($"select count(*) from payments.payments p join payments.collections c on c.id = p.collection_id where c.cart_id = '{id}'"));
        await shop.Settled(voucher, stocked: 9);
    }

    [Fact]
    public async Task What_a_checkout_held_that_was_cut_off_is_given_back_when_its_cart_needs_it_no_longer()
    {
        var voucher = await shop.Voucher(stock: 10);
        var cart = await shop.ReadyCart((voucher, 1));
        var id = ShopFixture.Decode("cart", cart);
        await shop.Store.PostJson($"/store/carts/{cart}/promotions", new { promo_codes = new[] { "SAVE10" } });
        var used = await Uses("SAVE10");
        var steps = shop.Contract<CheckoutSteps>();
        steps.Probe = reached =>
        {
            if (reached == CheckoutStep.Paid) throw new InvalidOperationException("cut off");
        };
        try
        {
            Assert.Equal(500, (await shop.TryComplete(cart)).Status);
        }
        finally
        {
            steps.Probe = null;
        }

        Assert.Equal(used + 1, await Uses("SAVE10"));
        Assert.Equal(1L, await LivePayments(id));

        await shop.SetPrices(voucher, ("zar", 0));
        await shop.Scalar<object>($"update ordering.carts set promo_codes = '{{}}', completing_until = now() where id = '{id}'");
        Assert.Equal(0m, (decimal)(await shop.Complete(cart))["order"]!["total"]!);

        Assert.Equal(used, await Uses("SAVE10"));
        Assert.Equal(0L, await LivePayments(id));
        await shop.Settled(voucher, stocked: 9);
    }

    private async Task<long> Uses(string code) => (long)(await shop.Admin.GetJson($"/admin/promotions/{code}"))["promotion"]!["used"]!;

    private Task<long> LivePayments(Guid cart) => shop.Scalar<long>(
        $"select count(*) from payments.payments p join payments.collections c on c.id = p.collection_id where c.cart_id = '{cart}' and p.canceled_at is null");

    public static TheoryData<string> Steps => new(Enum.GetNames<CheckoutStep>());

    private async Task<(int Status, string Body)> Add(string cart, ShopVariant variant, int quantity, string key)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, $"/store/carts/{cart}/line-items")
        {
            Content = System.Net.Http.Json.JsonContent.Create(new { variant_id = variant.WireId, quantity }),
        };
        request.Headers.Add("Idempotency-Key", key);
        using var response = await shop.Store.SendAsync(request);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <summary>Reserved + sold never above what there was; answers how many samples were taken.</summary>
    private async Task<int> SampleStock(ShopVariant variant, int stock, long ordersBefore, CancellationToken ct)
    {
        var samples = 0;
        while (!ct.IsCancellationRequested)
        {
            var (reserved, stocked) = await shop.Stock(variant);
            Assert.InRange(reserved, 0, stocked);
            Assert.InRange(stocked, 0, stock);
            Assert.InRange(await shop.Orders() - ordersBefore, 0, stock);
            samples++;
            await Task.Delay(10, CancellationToken.None);
        }

        return samples;
    }
}
