namespace HeadlessPro.Journeys.Tests;

/// <summary>
/// A host is killed (SIGKILL) at a named step of a checkout; after a restart the retry yields one order or a clean cart, and nothing stays
/// reserved. KILLS sets how many times (50 for the full proof).
/// </summary>
public class KillTests(KillTests.Shop shop) : IClassFixture<KillTests.Shop>
{
    private static readonly string[] Steps = ["Claimed", "Prepared", "StockReserved", "PromotionsClaimed", "Paid", "Finalized"];

    [Fact]
    public async Task A_killed_checkout_ends_in_one_order_or_a_clean_cart()
    {
        var kills = int.Parse(Environment.GetEnvironmentVariable("KILLS") ?? "6");
        var variant = (await shop.AddProduct("Kill drill", [("One", [("zar", 10000)], 1000)]))[0];
        await shop.Scalar<object>($"update catalog.variants set requires_shipping = false where id = '{variant.Id}'");
        for (var i = 0; i < kills; i++) await KillAndRetry(variant, Steps[i % Steps.Length]);

        var sold = await shop.Scalar<long>("select count(*) from ordering.orders");
        Assert.Equal(kills, sold);
        Assert.Equal(0L, await shop.Scalar<long>("select count(*) from (select cart_id from ordering.orders group by cart_id having count(*) > 1) d"));
        for (var i = 0; i < 200 && await Reserved(variant) > 0; i++) await Task.Delay(100);
        Assert.Equal(0, await Reserved(variant));
        Assert.Equal(1000 - sold, await shop.Scalar<long>(
            $"select sum(l.stocked)::bigint from inventory.levels l join inventory.variant_items v on v.item_id = l.item_id where v.variant_id = '{variant.Id}'"));
        // One promise of money for each order, none without.
        Assert.Equal(sold, await shop.Scalar<long>("select count(*) from payments.payments where canceled_at is null"));
    }

    private async Task KillAndRetry(ShopVariant variant, string step)
    {
        var cart = (string)(await shop.Store.PostJson("/store/carts", new
        {
            region_id = shop.Region,
            email = "thandi@example.com",
            items = new[] { new { variant_id = variant.WireId, quantity = 1 } },
        }))["cart"]!["id"]!;
        await shop.Store.PostJson($"/store/carts/{cart}/payment-sessions", new { provider_id = "pp_system_default" });

        using var victim = await HostProcess.Start(
            shop.ConnectionString, ("Checkout__KillAt", step), ("Checkout__Lease", "00:00:02"), ("Checkout__Sweep", "01:00:00"));
        // Warm, it comes to the step before its lease lapses and the other host goes on with the cart.
        await victim.Store.GetJson($"/store/carts/{cart}");
        await Assert.ThrowsAsync<HttpRequestException>(() => victim.Store.PostAsync(new Uri($"/store/carts/{cart}/complete", UriKind.Relative), null));
        Assert.True(await victim.Died(), $"the host died at {step}");

        var order = (await shop.Store.PostJson($"/store/carts/{cart}/complete"))["order"]!;
        Assert.Equal(1L, await shop.Scalar<long>($"select count(*) from ordering.orders where cart_id = '{ShopFixture.Decode("cart", cart)}'"));
        Assert.Equal(100m, (decimal)order["total"]!);
    }

    private Task<long> Reserved(ShopVariant variant) => shop.Scalar<long>(
        $"select sum(l.reserved)::bigint from inventory.levels l join inventory.variant_items v on v.item_id = l.item_id where v.variant_id = '{variant.Id}'")!;

    /// <summary>The surviving host; leases lapse quickly so that the drill does not take minutes.</summary>
    public class Shop : ShopFixture
    {
        protected override string[] Arguments => ["--Checkout:Lease=00:00:01", "--Checkout:Sweep=00:00:01"];
    }
}
