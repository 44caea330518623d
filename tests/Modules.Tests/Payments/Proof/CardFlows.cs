using System.Diagnostics;
using System.Text;
using System.Text.Json.Nodes;
using HeadlessPro.Payments;

namespace HeadlessPro.Modules.Tests.Payments.Proof;

/// <summary>What people do that makes the shop call Stripe, each with the calls it makes, in order.</summary>
public sealed class CardFlows(CardShop shop)
{
    /// <summary>No answer takes longer: two calls with all their tries, and what a busy machine adds.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(15);

    private ShopVariant? _voucher;

    /// <summary>Calls are <c>METHOD path skip</c>; <c>#</c> stands for the intent.</summary>
    internal static readonly (string Flow, string[] Calls)[] All =
    [
        ("complete", ["GET # 0"]),
        ("change", ["POST # 0"]),
        ("pay another way", ["POST #/cancel 0", "GET # 0"]),
        ("capture", ["GET # 0", "POST #/capture 0", "GET # 1"]),
        ("refund", ["GET # 0", "GET # 1"]),
        ("void", ["GET # 0", "POST # 0", "POST #/cancel 0", "GET # 1"]),
        ("cancel order", ["POST #/cancel 0"]),
        ("sold out", ["GET # 0", "GET # 1", "POST # 0", "POST #/cancel 0", "GET # 2"]),
    ];

    public async Task<CardCart> Prepare(string flow)
    {
        _voucher ??= await shop.Voucher(stock: null);
        var variant = flow == "sold out" ? await shop.Voucher(stock: 1) : _voucher;
        var cart = await shop.OpenCards(await shop.ReadyCart((variant, 1)));
        if (flow == "sold out") await shop.Complete(await shop.ReadyCart((variant, 1)));
        if (flow is not ("change" or "pay another way")) await shop.Stripe.Confirm(cart.ClientSecret);
        if (flow is "capture" or "refund" or "void" or "cancel order") await shop.Complete(cart.Cart);
        if (flow == "refund") await shop.Admin.PostJson($"/admin/payments/{await Payment(cart)}/capture");
        return cart;
    }

    /// <summary>Does it once; answers the status and what the answer is about.</summary>
    public async Task<string> Do(string flow, CardCart cart)
    {
        var watch = Stopwatch.StartNew();
        var answer = flow switch
        {
            "complete" or "sold out" => await Ask(shop.Store, $"/store/carts/{cart.Cart}/complete"),
            "change" => await Ask(shop.Store, $"/store/carts/{cart.Cart}/line-items/{await Line(cart)}", """{"quantity":2}"""),
            "pay another way" => await Ask(
                shop.Store, $"/store/payment-collections/{await Collection(cart)}/payment-sessions", """{"provider_id":"pp_system_default"}"""),
            "cancel order" => await Ask(shop.Admin, $"/admin/orders/{await Order(cart)}/cancel"),
            "refund" => await Ask(shop.Admin, $"/admin/payments/{await Payment(cart)}/refund", """{"amount":100}"""),
            _ => await Ask(shop.Admin, $"/admin/payments/{await Payment(cart)}/{(flow == "void" ? "cancel" : "capture")}"),
        };
        return watch.Elapsed < Patience ? answer : $"{answer} after {watch.Elapsed}";
    }

    /// <summary>What is answered while Stripe does not answer.</summary>
    public static string WithoutStripe(string flow) => flow switch
    {
        // Stripe is told the amount before money moves; what is not wanted any more is canceled at once, its money follows.
        "change" or "cancel order" or "sold out" or "pay another way" => WithStripe(flow),
        _ => "503 payment_provider_unavailable",
    };

    public static string WithStripe(string flow) => flow switch
    {
        "complete" => "200 order",
        "sold out" => "400 insufficient_inventory",
        _ => "200",
    };

    /// <summary>A minute later: what was cut off is taken up, and whoever was told to try again does.</summary>
    public async Task GoOn(IReadOnlyList<(string Flow, CardCart Cart)> begun)
    {
        await AMinutePasses();
        await Task.WhenAll(begun.Select(b => Again(b.Flow, b.Cart)));
        await AMinutePasses();
    }

    private async Task AMinutePasses()
    {
        do
        {
            await shop.Scalar<object>("""
                update ordering.carts set completing_until = now() where completing_until is not null and completed_at is null;
                update payments.operations set taken_at = taken_at - interval '1 minute' where status = 'open';
                update payments.webhook_events set due_at = now() where due_at is not null
                """);
            await shop.Job(ProcessWebhooks.Name);
            await shop.Job("ordering.finish_checkouts");
            await shop.Job(FinishOperations.Name);
            await shop.Quiet();
        }
        while (await shop.Scalar<bool>("select exists (select from payments.operations where status = 'open')"));
    }

    /// <summary>What is wrong in the end; null when nothing is.</summary>
    public async Task<string?> Problem(string flow, CardCart cart)
    {
        var right = flow switch
        {
            "complete" or "pay another way" => "order pending; authorization 25000",
            "change" => "order pending; authorization 50000",
            "capture" => "order pending; authorization 25000, capture 25000",
            "refund" => "order pending; authorization 25000, capture 25000, refund 10000",
            "void" or "cancel order" => "order canceled; authorization 25000, void 25000",
            _ => "order none; authorization 25000, void 25000",
        };
        var (books, moved) = (await shop.Books(cart), await shop.Stripe.Moved(cart.Intent));
        if (books != right) return $"the books say «{books}», not «{right}»";
        return moved == (flow == "pay another way" ? "" : right[(right.IndexOf(';') + 2)..]) ? null : $"Stripe moved «{moved}», the books say «{books}»";
    }

    private async Task Again(string flow, CardCart cart)
    {
        switch (flow)
        {
            case "change":
                cart = await shop.OpenCards(cart.Cart);
                await shop.Stripe.Confirm(cart.ClientSecret);
                Assert.Equal("200 order", await Do("complete", cart));
                break;
            case "pay another way":
                Assert.Equal("200", await Do(flow, cart));
                Assert.Equal("200 order", await Do("complete", cart));
                break;
            case "complete":
                Assert.Equal("200 order", await Do(flow, cart));
                break;
            case "sold out":
                Assert.Equal("400 invalid_data", await Do(flow, cart));
                break;
            case "capture":
                Assert.Equal("400 nothing_to_capture", await Do(flow, cart));
                break;
            case "void":
                // What stays without money is not to be sent.
                Assert.Equal("400 payment_canceled", await Do(flow, cart));
                Assert.Equal("200", await Do("cancel order", cart));
                break;
        }
    }

    private async Task<string> Payment(CardCart cart) => (string)(await shop.Admin.GetJson($"/admin/payments?reference={cart.Intent}"))["payments"]![0]!["id"]!;

    private async Task<string> Line(CardCart cart) => (string)(await shop.Store.GetJson($"/store/carts/{cart.Cart}"))["cart"]!["items"]![0]!["id"]!;

    private async Task<string> Collection(CardCart cart) =>
        HeadlessPro.Contracts.WireId.Encode("pay_col", await shop.Scalar<Guid>($"select id from payments.collections where cart_id = '{cart.Id}'"));

    private async Task<string> Order(CardCart cart) =>
        HeadlessPro.Contracts.WireId.Encode("order", await shop.Scalar<Guid>($"select id from ordering.orders where cart_id = '{cart.Id}'"));

    internal static async Task<string> Ask(HttpClient client, string path, string body = "{}")
    {
        using var content = new StringContent(body, Encoding.UTF8, "application/json");
        using var answer = await client.PostAsync(new Uri(path, UriKind.Relative), content);
        var said = JsonNode.Parse(await answer.Content.ReadAsStringAsync())!;
        return $"{(int)answer.StatusCode} {(answer.IsSuccessStatusCode ? said["type"] : said["code"])}".TrimEnd();
    }
}
