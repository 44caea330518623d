using System.Text.Json.Nodes;
using HeadlessPro.Modules.Tests.Catalog;
using HeadlessPro.Modules.Tests.Identity;
using HeadlessPro.Modules.Tests.Payments;

namespace HeadlessPro.Modules.Tests.Privacy;

/// <summary>A shop that takes cards, where orders are done with at once.</summary>
public sealed class ErasureCardShop : CardShop
{
    protected override string[] Arguments => [.. base.Arguments, "--Privacy:OrdersOpenFor=00:00:00.001", "--Privacy:ErasureWaits=00:00:00"];
}

/// <summary>What becomes of payments when who paid is forgotten.</summary>
public class ErasedPaymentTests(ErasureCardShop shop) : IClassFixture<ErasureCardShop>
{
    [Theory]
    [InlineData(CardShop.Cards, "client_secret", "canceled")]
    [InlineData("pp_stripe_checkout", "url", "expired")]
    public async Task What_the_provider_answered_goes_what_was_begun_is_closed_and_money_still_comes_back(string provider, string key, string over)
    {
        using var person = await Person.Join(shop);
        using var other = await Person.Join(shop);
        var (paid, promised, passedOn) = (await shop.OrderOf(person.Client), await shop.OrderOf(person.Client), await shop.OrderOf(person.Client));
        foreach (var table in (string[])["orders where cart_id", "carts where id"])
            await shop.Scalar<object>($"update ordering.{table.Replace(" where", $" set customer_id = '{CardShop.Decode("cus", other.Id)}', email = '{other.Email}' where", StringComparison.Ordinal)} = '{passedOn.Id}'");
        await shop.Admin.PostJson($"/admin/payments/{await Payment(paid)}/capture");
        var cart = await shop.CartOf(person.Client);
        var begun = await shop.Begin(person.Client, cart, provider);
        var others = await shop.CartOf(other.Client);
        var kept = await shop.Begin(other.Client, others, provider);
        await shop.Quiet();

        var asked = await shop.Admin.PostJson($"/admin/customers/{person.Id}/erasure", new { confirmation = person.Email, force = true, reason = "They will pay otherwise" }, 202);
        await shop.Until($"exists (select from privacy.erasures where status = 'done' and id = '{CardShop.Decode("eras", (string)asked["erasure"]!["id"]!)}')");

        Assert.Equal("sessions {} 4, payments {} 3, whose 0", await shop.Scalar<string>($$"""
            select format('sessions %s %s, payments %s %s, whose %s', string_agg(distinct s.data::text, ' '), count(distinct s.id), string_agg(distinct p.data::text, ' '), count(distinct p.id), count(s.customer_id))
            from payments.collections c join payments.sessions s on s.collection_id = c.id left join payments.payments p on p.session_id = s.id
            where c.cart_id in ('{{paid.Id}}', '{{promised.Id}}', '{{passedOn.Id}}', '{{CardShop.Decode("cart", cart)}}')
            """));
        // It is a guest's now, as far as anybody can see.
        var shown = (await shop.Store.GetJson($"/store/carts/{cart}"))["cart"]!;
        Assert.Empty(shown["payment_collection"]!["payment_sessions"]!.AsArray());
        await shop.Until($"not exists (select from payments.webhook_events where provider = 'shop' and due_at is not null and session_id = '{CardShop.Decode("payses", (string)begun["id"]!)}')");
        Assert.Equal(over, (string)(await shop.AtStripe(begun))["status"]!);
        Assert.Contains((string)kept["data"]![key]!, (await other.Client.GetJson($"/store/carts/{others}"))["cart"]!.ToString(), StringComparison.Ordinal);

        await shop.Admin.PostJson($"/admin/payments/{await Payment(paid)}/refund", new { amount = 100 });
        await shop.Admin.PostJson($"/admin/payments/{await Payment(promised)}/cancel");
        await shop.Finished();
        Assert.Equal("order pending; authorization 25000, capture 25000, refund 10000", await shop.Books(paid));
        Assert.Equal("order pending; authorization 25000, void 25000", await shop.Books(promised));
        Assert.Equal("authorization 25000, capture 25000, refund 10000", await shop.Stripe.Moved(paid.Intent));
        Assert.Equal("authorization 25000, void 25000", await shop.Stripe.Moved(promised.Intent));
        // Of the order whose payment was let go it is told that it is not paid for.
        Assert.Empty((await shop.Uneven()).Split('\n').Where(l => l.Length > 0 && !l.EndsWith("has no payment", StringComparison.Ordinal)));
        Assert.Equal(0L, await shop.Scalar<long>($"select count(*) from payments.sessions s where s.data <> '{{}}' and s.reference in ('{paid.Intent}', '{promised.Intent}')"));
    }

    private async Task<string> Payment(CardCart cart) => (string)(await shop.Admin.GetJson($"/admin/payments?reference={cart.Intent}"))["payments"]![0]!["id"]!;
}
