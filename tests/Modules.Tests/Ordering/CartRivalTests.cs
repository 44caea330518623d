using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Ordering.Carts;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Modules.Tests.Ordering;

/// <summary>Rivals of other hosts, who do not queue with us: each <see cref="CartChange"/> of a test stands for a host.</summary>
public class CartRivalTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    [Fact]
    public async Task A_rivals_change_between_reading_and_writing_makes_the_change_start_again_on_the_new_cart()
    {
        var id = (string)(await shop.Cart((shop.Mug, 1)))["id"]!;
        var (us, rival) = (Host(), Host());
        var seen = new List<long>();
        var result = await us.Run(id, cart =>
        {
            seen.Add(cart.Lines[0].Quantity);
            if (seen.Count == 1) Assert.Null(rival.Run(id, AddMug, default).GetAwaiter().GetResult().Error);
            return AddMug(cart);
        }, default);

        Assert.Equal([1, 2], seen);
        Assert.Equal(3, Assert.Single(result.Value!.Priced.Cart.Lines).Quantity);
        Assert.Equal((3L, 3L), (await Quantity(id), await Version(id)));
    }

    [Fact]
    public async Task Adds_of_two_hosts_at_once_lose_none()
    {
        var id = (string)(await shop.Cart())["id"]!;
        var hosts = new[] { Host(), Host() };
        var results = await Task.WhenAll(Enumerable.Range(0, 40).Select(i => hosts[i % 2].Run(id, AddMug, default)));
        Assert.All(results, r => Assert.Null(r.Error));
        Assert.Equal(40, await Quantity(id));
    }

    [Fact]
    public async Task A_checkout_that_begins_between_reading_and_writing_wins()
    {
        var id = (string)(await shop.Cart((shop.Mug, 1)))["id"]!;
        var result = await Host().Run(id, cart =>
        {
            Lease(id).GetAwaiter().GetResult();
            return AddMug(cart);
        }, default);
        Assert.Equal($"Cart {id} is being completed", result.Error!.Message);
        Assert.Equal((1L, 1L), (await Quantity(id), await Version(id)));

        await shop.Scalar<int>($"update ordering.carts set completing_token = null, completing_until = null where id = '{ShopFixture.Decode("cart", id)}'");
        Assert.Null((await Host().Run(id, AddMug, default)).Error);
        Assert.Equal(2, await Quantity(id));
    }

    private Result<CartState> AddMug(CartState cart) => AddLineItem.Decide(cart, new AddLineItemRequest(shop.Mug.WireId, 1), "");

    private CartChange Host() => new(
        shop.Services.GetRequiredService<CartStore>(), shop.Services.GetRequiredService<CartPricing>(), shop.Contract<IInventory>(),
        shop.Services.GetRequiredService<CartPayments>(), TimeProvider.System);

    private Task<long> Quantity(string id) =>
        shop.Scalar<long>($"select coalesce(sum((l ->> 'quantity')::bigint), 0)::bigint from ordering.carts c, json_array_elements(c.lines) l where c.id = '{ShopFixture.Decode("cart", id)}'");

    private Task<long> Version(string id) => shop.Scalar<long>($"select version from ordering.carts where id = '{ShopFixture.Decode("cart", id)}'");

    private Task<int> Lease(string id) => shop.Scalar<int>(
        $"update ordering.carts set completing_token = gen_random_uuid(), completing_until = now() + interval '1 minute' where id = '{ShopFixture.Decode("cart", id)}'");
}
