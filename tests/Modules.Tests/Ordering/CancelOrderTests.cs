using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Ordering;

public class CancelOrderTests(CheckoutShop shop) : IClassFixture<CheckoutShop>
{
    [Fact]
    public async Task A_canceled_order_gives_stock_and_promotion_uses_back_once_however_often_it_is_canceled()
    {
        var voucher = await shop.Voucher(stock: 10);
        var used = await Used();
        var order = await Order(voucher, 3, code: "SAVE10");
        await shop.Settled(voucher, stocked: 7);
        Assert.Equal(used + 1, await Used());

        var canceled = (await shop.Admin.PostJson($"/admin/orders/{order}/cancel"))["order"]!;

        Assert.Equal(("canceled", 675m, "thandi@example.com"), ((string)canceled["status"]!, (decimal)canceled["total"]!, (string)canceled["email"]!));
        var at = (string)canceled["canceled_at"]!;
        Assert.Equal(at, (string)canceled["updated_at"]!);
        await shop.Settled(voucher, stocked: 10);
        for (var i = 0; i < 100 && await Used() != used; i++) await Task.Delay(50);
        Assert.Equal(used, await Used());

        Assert.Equal(at, (string)(await shop.Admin.PostJson($"/admin/orders/{order}/cancel", new { }))["order"]!["canceled_at"]!);
        Assert.Equal(("canceled", at), await Shown(order));
        Assert.Equal("canceled", (string)(await shop.Store.GetJson($"/store/orders/{order}"))["order"]!["status"]!);
        Assert.Equal(1, await Told(order));
        Assert.Equal([order], (await shop.Admin.GetJson("/admin/orders?status=canceled&canceled_at[$gte]=" + at))["orders"]!.AsArray().Select(o => (string)o!["id"]!));
    }

    [Fact]
    public async Task Twenty_cancellations_at_once_are_one_event_and_twenty_equal_answers()
    {
        var voucher = await shop.Voucher(stock: 4);
        var order = await Order(voucher, 4);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => shop.Admin.PostJson($"/admin/orders/{order}/cancel?fields=status,canceled_at")));

        Assert.Single(answers.Select(a => a.ToJsonString()).Distinct());
        Assert.Equal(1, await Told(order));
        await shop.Settled(voucher, stocked: 4);
    }

    [Theory]
    [InlineData("completed")]
    [InlineData("archived")]
    public async Task An_order_that_is_done_is_not_canceled(string status)
    {
        var voucher = await shop.Voucher(stock: 4);
        var order = await Order(voucher, 1);
        await shop.Settled(voucher, stocked: 3);
        await shop.Scalar<object>($"update ordering.orders set status = '{status}' where id = '{ShopFixture.Decode("order", order)}'");

        var refused = await shop.Admin.PostJson($"/admin/orders/{order}/cancel", status: 400);

        var number = (long)(await shop.Admin.GetJson($"/admin/orders/{order}"))["order"]!["display_id"]!;
        Assert.Equal(("not_allowed", $"order_{status}", $"Order #{number} is {status} and cannot be canceled"),
            ((string)refused["type"]!, (string)refused["code"]!, (string)refused["message"]!));
        Assert.Equal((status, null), await Shown(order));
        Assert.Equal(0, await Told(order));
        Assert.Equal((0, 3), await shop.Stock(voucher));
    }

    [Fact]
    public async Task Only_staff_cancel_and_only_what_is_there()
    {
        var order = await Order(await shop.Voucher(stock: null), 1);
        await shop.Store.PostJson($"/admin/orders/{order}/cancel", status: 401);
        Assert.Equal("Invalid request: Unrecognized fields: 'reason'", (string)(await shop.Admin.PostJson($"/admin/orders/{order}/cancel", new { reason = "x" }, 400))["message"]!);
        Assert.Equal("Order id not found: order_01ARZ3NDEKTSV4RRFFQ69G5FAV", (string)(await shop.Admin.PostJson("/admin/orders/order_01ARZ3NDEKTSV4RRFFQ69G5FAV/cancel", status: 404))["message"]!);
        Assert.Equal(("pending", null), await Shown(order));
        Assert.Equal(0, await Told(order));
    }

    private async Task<string> Order(ShopVariant voucher, int quantity, string? code = null)
    {
        var cart = await shop.ReadyCart((voucher, quantity));
        if (code is not null) await shop.Store.PostJson($"/store/carts/{cart}/promotions", new { promo_codes = new[] { code } });
        return (string)(await shop.Complete(cart))["order"]!["id"]!;
    }

    private async Task<long> Used() => (long)(await shop.Admin.GetJson("/admin/promotions/SAVE10"))["promotion"]!["used"]!;

    private async Task<(string Status, string? CanceledAt)> Shown(string order)
    {
        var shown = (await shop.Admin.GetJson($"/admin/orders/{order}"))["order"]!;
        return ((string)shown["status"]!, (string?)shown["canceled_at"]);
    }

    private Task<long> Told(string order) => shop.Scalar<long>(
        $"select count(*) from events.log where name = 'order.canceled' and payload->>'OrderId' = '{ShopFixture.Decode("order", order)}'");
}
