using System.Text.Json.Nodes;
using HeadlessPro.Modules.Tests.Identity;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>The payment of a customer's cart is that customer's: what the provider has for them, their saved cards perhaps, is nobody else's to see.</summary>
public class CustomerPaymentTests(CardShop shop) : IClassFixture<CardShop>
{
    [Theory]
    [InlineData(CardShop.Cards, "client_secret")]
    [InlineData("pp_stripe_checkout", "url")]
    public async Task Nobody_else_sees_a_customers_payment_or_begins_one(string provider, string key)
    {
        using var owner = await Person.Join(shop);
        using var stranger = await Person.Join(shop);
        (HttpClient Client, int Status, string Code)[] others = [(stranger.Client, 400, "cart_of_another_customer"), (shop.Store, 401, "unauthorized")];
        var cart = await Cart(owner);
        var before = await Rows(cart);
        foreach (var (client, status, code) in others)
            foreach (var body in (object[])[new { }, new { provider_id = provider }])
                Assert.Equal(code, (string)(await client.PostJson($"/store/carts/{cart}/payment-sessions", body, status))["code"]!);
        Assert.Equal(before, await Rows(cart));

        var collection = (string)(await owner.Client.PostJson("/store/payment-collections", new { cart_id = cart }))["payment_collection"]!["id"]!;
        var session = (await owner.Client.PostJson($"/store/payment-collections/{collection}/payment-sessions", new { provider_id = provider }))["payment_collection"]!["payment_sessions"]![0]!;
        var secret = (string)session["data"]![key]!;
        Assert.Contains(secret, (await owner.Client.GetJson($"/store/carts/{cart}"))["cart"]!.ToString(), StringComparison.Ordinal);
        before = await Rows(cart);
        foreach (var (client, status, code) in others)
        {
            // The payment is not confirmed: completing answers the cart.
            var answers = new[] { await client.GetJson($"/store/carts/{cart}"), await client.PostJson($"/store/carts/{cart}/complete") };
            Assert.Equal("cart", (string)answers[1]["type"]!);
            AllWithout(answers, secret, owner);
            Assert.All(answers, a => Assert.Empty(a["cart"]!["payment_collection"]!["payment_sessions"]!.AsArray()));

            Assert.Equal(code, (string)(await client.PostJson("/store/payment-collections", new { cart_id = cart }, status))["code"]!);
            foreach (var path in (string[])[$"/store/payment-collections/{collection}/payment-sessions", $"/store/carts/{cart}/payment-sessions"])
            {
                foreach (var asked in (string[])[CardShop.Cards, "pp_stripe_checkout", "pp_system_default"])
                    Assert.Equal(code, (string)(await client.PostJson(path, new { provider_id = asked }, status))["code"]!);
            }
        }

        Assert.Equal(before, await Rows(cart));
    }

    [Fact]
    public async Task An_order_that_is_paid_tells_nobody_else_how()
    {
        using var owner = await Person.Join(shop);
        using var stranger = await Person.Join(shop);
        var cart = await Cart(owner);
        var session = (await owner.Client.PostJson($"/store/carts/{cart}/payment-sessions", new { provider_id = CardShop.Cards }))["payment_collection"]!["payment_sessions"]![0]!;
        await shop.Stripe.Confirm((string)session["data"]!["client_secret"]!);
        // What is left of the provider's words once it is paid.
        var secret = (string)session["data"]!["id"]!;
        var order = $"/store/orders/{(await owner.Client.PostJson($"/store/carts/{cart}/complete"))["order"]!["id"]}?fields=*payment_collections,*payment_collections.payment_sessions,*payment_collections.payments";
        Assert.Contains(secret, (await owner.Client.GetJson(order)).ToString(), StringComparison.Ordinal);
        foreach (var client in (HttpClient[])[stranger.Client, shop.Store])
            AllWithout([await client.GetJson(order), await client.PostJson($"/store/carts/{cart}/complete{order[order.IndexOf('?', StringComparison.Ordinal)..]}"), await client.GetJson($"/store/carts/{cart}")], secret, owner);
    }

    private static void AllWithout(JsonNode[] answers, string secret, Person owner)
    {
        foreach (var answer in answers.Select(a => a.ToString()))
        {
            foreach (var theirs in (string[])[secret, owner.Email, owner.Id]) Assert.DoesNotContain(theirs, answer, StringComparison.Ordinal);
        }
    }

    private async Task<string> Cart(Person owner)
    {
        var voucher = await shop.Voucher(stock: null);
        return (string)(await owner.Client.PostJson("/store/carts", new { region_id = shop.Region, items = new[] { new { variant_id = voucher.WireId, quantity = 1 } } }))["cart"]!["id"]!;
    }

    /// <summary>The cart and its sessions, but for the time somebody looked at them last.</summary>
    private async Task<string> Rows(string cart) => (await shop.Scalar<string>($"""
        select concat((select c::text from ordering.carts c where c.id = '{CardShop.Decode("cart", cart)}'),
            (select string_agg((to_jsonb(s) - 'updated_at')::text, '|' order by s.id) from payments.sessions s join payments.collections l on l.id = s.collection_id where l.cart_id = '{CardShop.Decode("cart", cart)}'))
        """))!;
}
