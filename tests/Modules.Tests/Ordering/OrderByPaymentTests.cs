using System.Text.Json.Nodes;
using HeadlessPro.Contracts.Payments;

namespace HeadlessPro.Modules.Tests.Ordering;

public class OrderByPaymentTests(CheckoutShop shop) : IClassFixture<CheckoutShop>
{
    [Theory]
    [InlineData("pi_3PqL8sHeadless0001")]
    [InlineData("cs_test_a1b2c3")]
    [InlineData("5O190127TN364715T")]
    public async Task What_became_of_a_payment_is_told_by_the_providers_id_without_anything_personal(string reference)
    {
        var cart = await shop.ReadyCart((await shop.Voucher(stock: null), 2));
        await shop.Store.PostJson($"/store/carts/{cart}", new
        {
            shipping_address = new { first_name = "Thandi", last_name = "Mokoena", address_1 = "1 Long Street", city = "Cape Town", country_code = "za", phone = "+27215550100" },
        });
        await Name(cart, reference);
        var pending = await shop.Store.GetJson($"/store/orders/by-payment-intent/{reference}", 404);
        Assert.Equal(("order_pending", $"The order of payment {reference} is not placed yet; ask again shortly"), ((string)pending["code"]!, (string)pending["message"]!));
        // Money by hand has no such name: the checkout would take the session for a replaced one.
        await shop.Scalar<object>($"update payments.sessions set reference = null where reference = '{reference}'");
        var order = (await shop.Complete(cart))["order"]!;
        await Name(cart, reference);

        var shown = await shop.Store.GetJson($"/store/orders/by-payment-intent/{reference}?fields=*shipping_address,email,id");

        Assert.Equal($$$"""{"order":{"status":"pending","display_id":{{{order["display_id"]}}},"total":500,"currency_code":"zar","payment_status":"authorized"}}""", shown.ToJsonString());
        await shop.Admin.PostJson($"/admin/orders/{order["id"]}/cancel");
        Assert.Equal("canceled", (string)(await shop.Store.GetJson($"/store/orders/by-payment-intent/{reference}"))["order"]!["status"]!);
    }

    [Fact]
    public async Task A_payment_that_was_let_go_without_an_order_is_not_waited_for()
    {
        var cart = await shop.ReadyCart((await shop.Voucher(stock: null), 1));
        var id = ShopFixture.Decode("cart", cart);
        await shop.Contract<IPayments>().Authorize(new AuthorizePayment(id, 25000, "zar"), default);
        await Name(cart, "pi_let_go");
        Assert.Equal("order_pending", await Code("pi_let_go"));
        await shop.Contract<IPayments>().Void(new VoidPayment(id), default);
        Assert.Equal("not_found", await Code("pi_let_go"));
    }

    [Theory]
    [InlineData("pi_unknown")]
    [InlineData("order_01ARZ3NDEKTSV4RRFFQ69G5FAV")]
    [InlineData("%27%20or%201=1")]
    public async Task An_unknown_id_is_not_found(string id)
    {
        var refused = await shop.Store.GetJson($"/store/orders/by-payment-intent/{id}", 404);
        Assert.Equal(("not_found", $"Order of payment id not found: {Uri.UnescapeDataString(id)}"), ((string)refused["code"]!, (string)refused["message"]!));
        Assert.Equal("not_found", await Code(new string('x', 300)));
        using var stranger = shop.Client();
        await stranger.GetJson($"/store/orders/by-payment-intent/{id}", 400);
    }

    private async Task<string> Code(string reference) => (string)(await shop.Store.GetJson($"/store/orders/by-payment-intent/{reference}", 404))["code"]!;

    /// <summary>Gives the cart's open session a name as a provider would.</summary>
    private Task Name(string cart, string reference) => shop.Scalar<object>($"""
        update payments.sessions s set reference = '{reference}' from payments.collections c
        where c.id = s.collection_id and c.cart_id = '{ShopFixture.Decode("cart", cart)}'
        """);
}
