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
        var voucher = await shop.Voucher(stock: null);
        var cart = (string)(await owner.Client.PostJson("/store/carts", new { region_id = shop.Region, items = new[] { new { variant_id = voucher.WireId, quantity = 1 } } }))["cart"]!["id"]!;
        var collection = (string)(await owner.Client.PostJson("/store/payment-collections", new { cart_id = cart }))["payment_collection"]!["id"]!;
        var session = (await owner.Client.PostJson($"/store/payment-collections/{collection}/payment-sessions", new { provider_id = provider }))["payment_collection"]!["payment_sessions"]![0]!;
        var secret = (string)session["data"]![key]!;
        Assert.Contains(secret, (await owner.Client.GetJson($"/store/carts/{cart}"))["cart"]!.ToString(), StringComparison.Ordinal);

        foreach (var (client, status, code) in new[] { (stranger.Client, 400, "cart_of_another_customer"), (shop.Store, 401, "unauthorized") })
        {
            var answers = new[]
            {
                await client.GetJson($"/store/carts/{cart}"), await client.PostJson($"/store/carts/{cart}", new { }),
                await client.PostJson("/store/payment-collections", new { cart_id = cart }), await client.PostJson($"/store/carts/{cart}/payment-sessions", new { }),
            };
            foreach (var answer in answers)
            {
                Assert.Contains((string)session["id"]!, answer.ToString(), StringComparison.Ordinal);
                Assert.DoesNotContain(secret, answer.ToString(), StringComparison.Ordinal);
            }

            var before = await Sessions(collection);
            foreach (var path in (string[])[$"/store/payment-collections/{collection}/payment-sessions", $"/store/carts/{cart}/payment-sessions"])
            {
                foreach (var asked in (string[])[CardShop.Cards, "pp_stripe_checkout", "pp_system_default"])
                    Assert.Equal(code, (string)(await client.PostJson(path, new { provider_id = asked }, status))["code"]!);
            }

            Assert.Equal(before, await Sessions(collection));
        }
    }

    private async Task<string> Sessions(string collection) =>
        (await shop.Scalar<string>($"select string_agg(s::text, '|' order by id) from payments.sessions s where collection_id = '{CardShop.Decode("pay_col", collection)}'"))!;
}
