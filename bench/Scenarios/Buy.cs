using System.Diagnostics;

namespace HeadlessPro.Bench.Scenarios;

/// <summary>A new cart, then lines into it.</summary>
internal sealed class FillCart(Shop shop, int lines) : IScenario
{
    public string Headline => "add-line";

    public void Once(Worker worker)
    {
        if (CartSteps.Create(worker, shop) is not { } cart) return;
        for (var i = 0; i < lines; i++)
            if (!CartSteps.AddLine(worker, cart, CartSteps.AnyVariant(worker, shop))) return;
    }
}

/// <summary>A cart of 250 different lines, read and changed by turns: one for each worker, made at its first turn.</summary>
internal sealed class BigCart(Shop shop) : IScenario
{
    private const int Lines = 250;

    public string Headline => "change-big-cart";

    public void Once(Worker worker)
    {
        if (worker.Cart.Id is null)
        {
            var from = worker.Random.Next(shop.Variants.Count);
            var items = Enumerable.Range(from, Lines).Select(i => shop.Variants[i % shop.Variants.Count]).Distinct().Select(v => $$"""{"variant_id":"{{v}}","quantity":1}""");
            worker.Cart = (CartSteps.Create(worker, shop, $",\"items\":[{string.Join(',', items)}]"), 0);
        }

        if (worker.Cart.Id is not { } cart) return;
        var read = worker.Get("read-big-cart", $"/store/carts/{cart}");
        if (!read.IsOk) return;
        worker.Expect(read.CountOf("\"variant_id\":"u8) == Math.Min(Lines, shop.Variants.Count), "read-big-cart", "not all lines");
        var (line, quantity) = (read.Text("cart", "items", "id"), read.Number("cart", "items", "quantity") == 1 ? 2 : 1);
        var changed = worker.Post(Headline, $"/store/carts/{cart}/line-items/{line}", $$"""{"quantity":{{quantity}}}""");
        if (changed.IsOk) worker.Expect(changed.Number("cart", "total") > 0, Headline, "no total");
    }
}

/// <summary>The whole way to an order, in the 8 calls of a storefront.</summary>
internal sealed class Checkout(Shop shop) : IScenario
{
    public string Headline => "checkout";

    public void Once(Worker worker) => Buy(worker, shop, "checkout", CartSteps.AnyVariant(worker, shop), CartSteps.AnyVariant(worker, shop));

    /// <summary>True when it became an order.</summary>
    public static bool Buy(Worker worker, Shop shop, string step, params ReadOnlySpan<string> variants)
    {
        var start = Stopwatch.GetTimestamp();
        var email = $"shopper{worker.Random.NextInt64(1_000_000_000)}@example.com";
        if (CartSteps.Create(worker, shop, $$""","email":"{{email}}" """) is not { } cart) return false;
        foreach (var variant in variants)
            if (!CartSteps.AddLine(worker, cart, variant)) return false;
        if (!worker.Post("addresses", $"/store/carts/{cart}", $$"""{"shipping_address":{{shop.Address}},"billing_address":{{shop.Address}}}""").IsOk) return false;
        var shipped = worker.Post("shipping-method", $"/store/carts/{cart}/shipping-methods", $$"""{"option_id":"{{shop.ShippingOption}}"}""");
        if (!shipped.IsOk) return false;
        var total = shipped.Number("cart", "total");
        var collected = worker.Post("payment-collection", "/store/payment-collections", $$"""{"cart_id":"{{cart}}"}""");
        if (!collected.IsOk || collected.Text("payment_collection", "id") is not { } collection) return false;
        if (!worker.Post("payment-session", $"/store/payment-collections/{collection}/payment-sessions", """{"provider_id":"pp_system_default"}""").IsOk) return false;
        var completed = worker.Post("complete", $"/store/carts/{cart}/complete");
        if (!completed.IsOk) return false;
        var isOrder = completed.Text("type") == "order" && total > 0 && completed.Number("order", "total") == total;
        worker.Expect(isOrder, "complete", "not an order with the cart's total");
        if (isOrder) worker.Done(step, start);
        return isOrder;
    }
}

/// <summary>90 look, 9 put something into their cart, 1 buys.</summary>
internal sealed class Mixed(Shop shop) : IScenario
{
    private readonly IScenario[] _browse =
        [new ListProducts(shop, false), new ListProducts(shop, true), new ProductDetail(shop), new ProductDetail(shop), new SearchProducts(shop)];

    public string Headline => "mixed";

    public void Once(Worker worker)
    {
        var start = Stopwatch.GetTimestamp();
        var dice = worker.Random.Next(100);
        if (dice < 90) _browse[worker.Random.Next(_browse.Length)].Once(worker);
        else if (dice < 99) FillOwnCart(worker);
        else Checkout.Buy(worker, shop, "checkout", CartSteps.AnyVariant(worker, shop), CartSteps.AnyVariant(worker, shop));
        worker.Done("mixed", start);
    }

    private void FillOwnCart(Worker worker)
    {
        if (worker.Cart.Id is null || worker.Cart.Lines == 5) worker.Cart = (CartSteps.Create(worker, shop), 0);
        if (worker.Cart.Id is not { } cart) return;
        CartSteps.AddLine(worker, cart, CartSteps.AnyVariant(worker, shop));
        worker.Cart = (cart, worker.Cart.Lines + 1);
    }
}

internal static class CartSteps
{
    public static string AnyVariant(Worker worker, Shop shop) => shop.Variants[worker.Random.Next(shop.Variants.Count)];

    /// <param name="worker">Who.</param>
    /// <param name="shop">Where.</param>
    /// <param name="more">Further properties, with a comma before.</param>
    public static string? Create(Worker worker, Shop shop, string more = "")
    {
        var answer = worker.Post("create-cart", "/store/carts", $$"""{"region_id":"{{shop.Region}}"{{more}}}""");
        if (!answer.IsOk) return null;
        var id = answer.Text("cart", "id");
        worker.Expect(id is not null, "create-cart", "no cart in the answer");
        return id;
    }

    public static bool AddLine(Worker worker, string cart, string variant)
    {
        var answer = worker.Post("add-line", $"/store/carts/{cart}/line-items", $$"""{"variant_id":"{{variant}}","quantity":1}""");
        if (!answer.IsOk) return false;
        worker.Expect(answer.Has(cart) && answer.Has(variant) && answer.Number("cart", "total") > 0, "add-line", "not that cart with the line and a total");
        return true;
    }
}
