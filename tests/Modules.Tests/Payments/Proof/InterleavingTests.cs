using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Payments.Proof;

/// <summary>
/// Every order in which {succeeded ×3, refunded ×2, complete ×2, cancel} can reach one cart, 1,680 of them, against the emulator. The first
/// «succeeded» is the provider taking the money and telling, the others tell it again. <c>INTERLEAVINGS</c> says how many of the orders are
/// tried (24; 1680 is all).
/// </summary>
public sealed class InterleavingTests(CardShop shop) : IClassFixture<CardShop>
{
    private const string Steps = "SSSRRCCX";
    private const int Workers = 12;

    private static readonly int Count = int.Parse(Environment.GetEnvironmentVariable("INTERLEAVINGS") ?? "24", CultureInfo.InvariantCulture);

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task Whatever_the_order_of_what_arrives_there_is_one_order_and_the_money_is_where_it_belongs(bool oneAfterTheOther)
    {
        var all = Orders(Steps).ToList();
        Assert.Equal(1680, all.Count);
        // Nothing is told but what a step tells.
        await shop.Stripe.Fault("webhook-drop", "*", times: 1_000_000);
        var chosen = new ConcurrentQueue<string>(Enumerable.Range(0, Math.Min(Count, all.Count)).Select(i => all[(int)((long)i * all.Count / Math.Min(Count, all.Count))]));
        var wrong = new ConcurrentBag<string>();
        await Task.WhenAll(Enumerable.Range(0, Workers).Select(async _ =>
        {
            while (chosen.TryDequeue(out var order))
                if (await Try(order, oneAfterTheOther) is { } problem) wrong.Add($"{order}: {problem}");
        }));

        Assert.True(wrong.IsEmpty, string.Join("\n", wrong.Order(StringComparer.Ordinal)));
        Assert.Equal("", await shop.Uneven());
    }

    private async Task<string?> Try(string order, bool oneAfterTheOther)
    {
        var cart = await shop.CardCart();
        await shop.Stripe.Confirm(cart.ClientSecret);
        var reference = new ShopAndProvider();
        foreach (var step in order)
        {
            await Do(step, cart);
            if (!oneAfterTheOther) continue;
            // What a cancellation gives back is asked of the provider a moment later.
            await (step == 'X' ? shop.Finished() : shop.Heard());
            Tell(reference, step);
        }

        await shop.Finished();
        var books = await Sums(cart);
        var there = await AtProvider(cart);
        if (oneAfterTheOther && reference.ToString() != books) return $"expected {reference}, got {books}";
        if (!books.EndsWith(there, StringComparison.Ordinal)) return $"the provider holds {there}, the books {books}";
        return Fits(books) ? null : $"money and order do not match: {books}";
    }

    /// <summary>Whatever came of it: an order that stands is paid for, but for what somebody gave back; one that is canceled, or is none, keeps nothing.</summary>
    private static bool Fits(string books) => books.StartsWith("order pending", StringComparison.Ordinal)
        ? books.EndsWith("void 0", StringComparison.Ordinal) && !books.Contains("refunded 25000", StringComparison.Ordinal)
        : books.EndsWith("void 25000", StringComparison.Ordinal) || books.Contains("captured 25000, refunded 25000", StringComparison.Ordinal);

    private static void Tell(ShopAndProvider reference, char step)
    {
        if (step == 'S') reference.Succeeded();
        else if (step == 'R') reference.Refunded();
        else if (step == 'C') reference.Complete();
        else reference.Cancel();
    }

    private async Task Do(char step, CardCart cart)
    {
        switch (step)
        {
            case 'S':
                await AtStripe($"/v1/payment_intents/{cart.Intent}/capture", "");
                await Deliver(cart, "payment_intent.succeeded");
                break;
            case 'R':
                await AtStripe("/v1/refunds", $"payment_intent={cart.Intent}&amount=5000");
                await Deliver(cart, "charge.refunded");
                break;
            case 'C':
                await shop.TryComplete(cart.Cart);
                break;
            default:
                if (await shop.Scalar<Guid>($"select id from ordering.orders where cart_id = '{cart.Id}'") is var id && id != default)
                    await shop.Admin.PostJson($"/admin/orders/{HeadlessPro.Contracts.WireId.Encode("order", id)}/cancel");
                break;
        }
    }

    /// <summary>Somebody else's request, refused or not.</summary>
    private async Task AtStripe(string path, string form)
    {
        try
        {
            await shop.Stripe.Form(path, form);
        }
        catch (Xunit.Sdk.TrueException)
        {
            // Nothing to capture or to give back.
        }
    }

    /// <summary>Tells the last event of a kind, or tells it again; nothing when there is none.</summary>
    private async Task Deliver(CardCart cart, string type)
    {
        var state = await shop.Stripe.Control("state?payment=" + cart.Intent);
        if (state["webhooks"]!.AsArray().LastOrDefault(w => (string)w!["type"]! == type) is not { } last) return;
        await shop.Stripe.Control($"events/{last["event"]}/send", new JsonObject { ["times"] = 1 });
        Assert.True((bool)(await shop.Stripe.Control("idle"))["idle"]!);
    }

    private async Task<string> AtProvider(CardCart cart)
    {
        var moved = (await shop.Stripe.Control("state?payment=" + cart.Intent))["movements"]!.AsArray();
        long Of(string kind) => moved.Where(m => (string)m!["kind"]! == kind).Sum(m => (long)m!["amount"]!);
        return $"captured {Of("capture")}, refunded {Of("refund")}, void {Of("void")}";
    }

    private async Task<string> Sums(CardCart cart) => (await shop.Scalar<string>($"""
        select format('order %s; captured %s, refunded %s, void %s', coalesce((select status from ordering.orders where cart_id = c.cart_id), 'none'),
            coalesce(sum(l.amount) filter (where l.kind = 'capture'), 0), coalesce(sum(l.amount) filter (where l.kind = 'refund'), 0),
            coalesce(sum(l.amount) filter (where l.kind = 'void'), 0))
        from payments.collections c left join payments.payments p on p.collection_id = c.id left join payments.ledger l on l.payment_id = p.id
        where c.cart_id = '{cart.Id}' group by c.id
        """))!;

    private static IEnumerable<string> Orders(string left) => left.Length == 0
        ? [""]
        : left.Distinct().SelectMany(first => Orders(left.Remove(left.IndexOf(first), 1)).Select(rest => first + rest));
}
