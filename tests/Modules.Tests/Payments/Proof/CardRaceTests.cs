using System.Text;
using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Payments.Proof;

/// <summary>A hundred at once over one card payment, its webhooks among them: its money moves as often as it should, here and at the provider.</summary>
public sealed class CardRaceTests(CardShop shop) : IClassFixture<CardShop>
{
    [Theory]
    [InlineData(null)]
    [InlineData("lost")]
    [InlineData("late:1.5")]
    public async Task A_hundred_captures_at_once_take_the_money_once(string? fault)
    {
        var cart = await shop.CardOrder();
        var payment = await Payment(cart);
        if (fault is not null) await shop.Stripe.Fault(fault, $"*{cart.Intent}/capture");

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Ask($"/admin/payments/{payment}/capture", "{}")));

        Assert.Single(answers, "200");
        Assert.Equal(99, answers.Count(a => a is "409 payment_busy" or "400 nothing_to_capture"));
        await Even(cart, "order pending; authorization 25000, capture 25000");
    }

    [Fact]
    public async Task A_hundred_refunds_at_once_give_back_what_was_captured_and_no_more()
    {
        var cart = await shop.CardOrder();
        var payment = await Payment(cart);
        await shop.Admin.PostJson($"/admin/payments/{payment}/capture");

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(_ => Ask($"/admin/payments/{payment}/refund", """{"amount":7}""")));

        Assert.Equal(35, answers.Count(a => a == "200"));
        Assert.Equal(65, answers.Count(a => a.StartsWith("409 payment_busy", StringComparison.Ordinal) || a.StartsWith("400 ", StringComparison.Ordinal)));
        await Even(cart, "order pending; authorization 25000, capture 25000" + string.Concat(Enumerable.Repeat(", refund 700", 35)));
    }

    [Fact]
    public async Task Refunds_of_the_shop_and_of_somebody_at_the_provider_are_together_no_more_than_was_captured()
    {
        var cart = await shop.CardOrder();
        var payment = await Payment(cart);
        await shop.Admin.PostJson($"/admin/payments/{payment}/capture");

        var outside = Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Outside(cart)));
        var answers = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Ask($"/admin/payments/{payment}/refund", """{"amount":7}""")));

        Assert.All(answers, a => Assert.True(a == "200" || a[0] == '4', a));
        var refunds = answers.Count(a => a == "200") + (await outside).Count(done => done);
        Assert.Equal(35, refunds);
        await shop.Quiet();
        Assert.Equal(24500L, await shop.Scalar<long>($"select refunded from payments.payments where reference = '{cart.Intent}'"));
        Assert.Equal(24500, (int)(await shop.Stripe.Control("state?payment=" + cart.Intent))["stripe"]!["payment_intents"]![0]!["refunded"]!);
        Assert.Equal("", await shop.Uneven());
    }

    [Fact]
    public async Task A_capture_a_cancellation_and_a_canceled_order_at_once_leave_no_money_between_them()
    {
        var carts = await Task.WhenAll(Enumerable.Range(0, 10).Select(_ => shop.CardOrder()));
        await Task.WhenAll(carts.Select(async cart =>
        {
            var payment = await Payment(cart);
            var order = (string)(await shop.Complete(cart.Cart))["order"]!["id"]!;
            var answers = await Task.WhenAll(
                Ask($"/admin/payments/{payment}/capture", "{}"), Ask($"/admin/payments/{payment}/cancel", "{}"), Ask($"/admin/orders/{order}/cancel", "{}"));
            Assert.DoesNotContain(answers, a => a[0] == '5');
        }));
        await shop.Finished();
        foreach (var cart in carts)
        {
            var books = (await shop.Books(cart)).Split("; ");
            Assert.Equal("order canceled", books[0]);
            Assert.True(books[1] is "authorization 25000, void 25000" or "authorization 25000, capture 25000, refund 25000", books[1]);
            Assert.Equal(books[1], await shop.Stripe.Moved(cart.Intent));
        }

        Assert.Equal("", await shop.Uneven());
    }

    private async Task Even(CardCart cart, string books)
    {
        await shop.Quiet();
        Assert.Equal(books, await shop.Books(cart));
        Assert.EndsWith("; " + await shop.Stripe.Moved(cart.Intent), books, StringComparison.Ordinal);
        Assert.Equal("", await shop.Uneven());
    }

    private async Task<string> Payment(CardCart cart) => (string)(await shop.Admin.GetJson($"/admin/payments?reference={cart.Intent}"))["payments"]![0]!["id"]!;

    /// <summary>Status and, of a refusal, its code.</summary>
    private async Task<string> Ask(string path, string body)
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await shop.Admin.PostAsync(new Uri(path, UriKind.Relative), content);
        var text = await answer.Content.ReadAsStringAsync();
        return answer.IsSuccessStatusCode ? "200" : $"{(int)answer.StatusCode} {JsonNode.Parse(text)!["code"]}";
    }

    private async Task<bool> Outside(CardCart cart)
    {
        try
        {
            await shop.Stripe.Form("/v1/refunds", $"payment_intent={cart.Intent}&amount=700");
            return true;
        }
        catch (Xunit.Sdk.TrueException)
        {
            // There is not that much left.
            return false;
        }
    }
}
