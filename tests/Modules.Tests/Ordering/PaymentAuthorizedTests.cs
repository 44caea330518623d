using System.Text.Json.Nodes;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Ordering.Checkout;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Modules.Tests.Ordering;

/// <summary>A shop in which nobody but the event finishes what was begun.</summary>
public class PaidShop : CheckoutShop
{
    protected override string[] Arguments => ["--Checkout:Sweep=01:00:00", "--Checkout:Patience=00:00:00.3"];

    /// <summary>Tells what a provider told, through the real log.</summary>
    public async Task Tell(params string[] carts)
    {
        await using var tx = await Contract<Db>().Begin(default);
        foreach (var cart in carts) tx.Publish(new PaymentAuthorized(Guid.NewGuid(), Decode("cart", cart), 25000, "zar"));
        await tx.Commit(default);
    }

    /// <summary>Waits until the subscriber has taken every event, and nothing waits to be tried again.</summary>
    public async Task Heard()
    {
        const string Pending = $"""
            select (select count(*) from events.log l join events.cursors c on c.event_name = l.name
                    where c.subscriber = '{OnPaymentAuthorized.Name}' and (l.tx, l.id) > (c.tx, c.id))
                + (select count(*) from events.failed where subscriber = '{OnPaymentAuthorized.Name}')
            """;
        for (var i = 0; i < 300 && await Scalar<long>(Pending) != 0; i++) await Task.Delay(50);
        Assert.Equal(0L, await Scalar<long>(Pending));
    }

    /// <summary>The order of a cart as staff see it, or null.</summary>
    public async Task<JsonNode?> OrderOf(string cart) => (await Admin.GetJson($"/admin/orders?cart_id={cart}"))["orders"]!.AsArray().SingleOrDefault();
}

public class PaymentAuthorizedTests(PaidShop shop) : IClassFixture<PaidShop>
{
    [Fact]
    public async Task A_cart_that_is_paid_becomes_its_order_without_its_shopper_however_often_it_is_told()
    {
        var voucher = await shop.Voucher(stock: 5);
        var cart = await shop.ReadyCart((voucher, 2));

        await shop.Tell(cart, cart);
        await shop.Tell(cart);
        await shop.Heard();

        var order = (await shop.OrderOf(cart))!;
        Assert.Equal(("pending", 500m, "authorized"), ((string)order["status"]!, (decimal)order["total"]!, (string)order["payment_status"]!));
        Assert.Equal((string)order["id"]!, (string)(await shop.Complete(cart))["order"]!["id"]!);
        await shop.Settled(voucher, stocked: 3);
    }

    [Fact]
    public async Task The_shopper_and_the_event_at_once_are_one_order_each()
    {
        var voucher = await shop.Voucher(stock: 50);
        var carts = new List<string>();
        for (var i = 0; i < 10; i++) carts.Add(await shop.ReadyCart((voucher, 1)));
        var before = await shop.Orders();

        var telling = shop.Tell([.. carts]);
        var answers = await Task.WhenAll(carts.Select(shop.TryComplete));
        await telling;
        await shop.Heard();

        Assert.All(answers, a => Assert.Equal(200, a.Status));
        Assert.Equal(10, await shop.Orders() - before);
        foreach (var (cart, answer) in carts.Zip(answers))
            Assert.Equal((string)JsonNode.Parse(answer.Body)!["order"]!["id"]!, (string)(await shop.OrderOf(cart))!["id"]!);
        await shop.Settled(voucher, stocked: 40);
    }

    [Fact]
    public async Task A_promise_for_what_is_sold_out_meanwhile_is_let_go_and_nothing_stays_held()
    {
        var (voucher, other) = (await shop.Voucher(stock: 1), await shop.Voucher(stock: 3));
        var cart = await shop.ReadyCart((voucher, 1), (other, 1));
        await shop.Store.PostJson($"/store/carts/{cart}/promotions", new { promo_codes = new[] { "SAVE10" } });
        await shop.Store.GetJson($"/store/carts/{cart}");
        var id = ShopFixture.Decode("cart", cart);
        var promised = await shop.Contract<IPayments>().Authorize(new AuthorizePayment(id, 45000, "zar"), default);
        Assert.Null(promised.Error);
        await shop.Complete(await shop.ReadyCart((voucher, 1)));
        await shop.Settled(voucher, stocked: 0);

        await shop.Tell(cart);
        await shop.Heard();

        Assert.Null(await shop.OrderOf(cart));
        Assert.Equal("1 canceled of 1", await shop.Scalar<string>(
            $"select count(*) filter (where p.canceled_at is not null) || ' canceled of ' || count(*) from payments.payments p join payments.collections c on c.id = p.collection_id where c.cart_id = '{id}'"));
        Assert.Equal((0, 3), await shop.Stock(other));
        Assert.Equal(0L, await shop.Scalar<long>($"select count(*) from pricing.promotion_claims where key = '{id}'"));
        await shop.Store.PostJson($"/store/carts/{cart}", new { email = "again@example.com" });
    }

    [Fact]
    public async Task A_cart_that_somebody_else_is_completing_or_whose_checkout_is_cut_off_is_tried_again_until_it_is_an_order()
    {
        var cart = await shop.ReadyCart((await shop.Voucher(stock: null), 1));
        var cutOff = await shop.ReadyCart((await shop.Voucher(stock: null), 1));
        await shop.Scalar<object>($"update ordering.carts set completing_token = gen_random_uuid(), completing_until = now() + interval '1 second' where id = '{ShopFixture.Decode("cart", cart)}'");
        var steps = shop.Contract<CheckoutSteps>();
        var once = 0;
        steps.Probe = reached =>
        {
            if (reached != CheckoutStep.Paid || Interlocked.Exchange(ref once, 1) == 1) return;
            shop.Scalar<object>($"update ordering.carts set completing_until = now() where id = '{ShopFixture.Decode("cart", cutOff)}'").Wait(TimeSpan.FromSeconds(5));
            throw new InvalidOperationException("cut off");
        };
        try
        {
            await shop.Tell(cutOff, cart);
            await shop.Heard();
        }
        finally
        {
            steps.Probe = null;
        }

        Assert.Equal(1, once);
        foreach (var told in (string[])[cart, cutOff]) Assert.Equal("authorized", (string)(await shop.OrderOf(told))!["payment_status"]!);
    }

    [Fact]
    public async Task A_cart_that_is_unknown_is_no_reason_to_be_told_again()
    {
        var orders = await shop.Orders();
        await shop.Tell(HeadlessPro.Contracts.WireId.Encode("cart", Guid.NewGuid()));
        await shop.Heard();
        Assert.Equal(orders, await shop.Orders());
    }
}
