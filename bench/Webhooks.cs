using System.Diagnostics;
using System.Globalization;

namespace HeadlessPro.Bench;

/// <summary>
/// <c>dev/bench webhooks</c>: carts are paid with a card at the emulated Stripe and nobody completes them, so that only the webhook makes their
/// orders. Timed from before the shopper's confirmation at the provider until <c>GET /store/orders/by-payment-intent/{id}</c> shows the order:
/// confirming and asking are within it.
/// </summary>
internal static class Webhooks
{
    public static int Run(Arguments arguments)
    {
        var url = arguments.Url("url", "http://127.0.0.1:9000");
        // dev/run has the emulator 450 ports above the shop.
        var provider = arguments.Url("provider", $"http://127.0.0.1:{url.Port + 450}");
        var (key, carts, concurrency) = (arguments.Text("key", "pk_demo"), arguments.Number("carts") ?? 500, arguments.Number("concurrency") ?? 4);
        var warmup = arguments.Number("warmup") ?? 50;
        arguments.RefuseUnknown();

        var shop = new Shop(url, key);
        shop.Discover(catalogue: true, shipping: true);
        var (waits, left) = (new Histogram(), carts + warmup);
        Parallel.For(0, concurrency, new ParallelOptions { MaxDegreeOfParallelism = concurrency }, worker =>
        {
            using var stripe = new HttpClient { BaseAddress = provider };
            using var shopper = shop.Connect();
            for (var turn = Interlocked.Decrement(ref left); turn >= 0; turn = Interlocked.Decrement(ref left))
            {
                var waited = Pay(shop, shopper, stripe, shop.Variants[turn % shop.Variants.Count], turn);
                if (turn >= carts) continue;
                lock (waits) waits.Record(waited);
            }
        });
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{waits.Count} carts paid by {concurrency} shoppers at once: their orders shown after {waits.Percentile(0.5):0.0} ms (median), {waits.Percentile(0.99):0.0} ms (p99), {waits.Max.TotalMilliseconds:0.0} ms (longest)"));
        return 0;
    }

    private static TimeSpan Pay(Shop shop, HttpConnection shopper, HttpClient stripe, string variant, int turn)
    {
        var cart = (string)Shop.Ask(shopper, "/store/carts",
            $$"""{"region_id":"{{shop.Region}}","email":"shopper{{turn}}@example.com","items":[{"variant_id":"{{variant}}","quantity":1}],"shipping_address":{{shop.Address}},"billing_address":{{shop.Address}}}""")["cart"]!["id"]!;
        Shop.Ask(shopper, $"/store/carts/{cart}/shipping-methods", $$"""{"option_id":"{{shop.ShippingOption}}"}""");
        var collection = Shop.Ask(shopper, "/store/payment-collections", $$"""{"cart_id":"{{cart}}"}""")["payment_collection"]!["id"];
        var session = Shop.Ask(shopper, $"/store/payment-collections/{collection}/payment-sessions", """{"provider_id":"pp_stripe_stripe"}""")
            ["payment_collection"]!["payment_sessions"]![0]!["data"]!;
        var (intent, secret) = ((string)session["id"]!, (string)session["client_secret"]!);

        using var confirmation = new FormUrlEncodedContent([new("client_secret", secret), new("payment_method", "pm_card_visa"), new("use_stripe_sdk", "true"), new("key", "pk_test_bench")]);
        var start = Stopwatch.GetTimestamp();
        using var answer = stripe.PostAsync(new Uri($"/v1/payment_intents/{intent}/confirm", UriKind.Relative), confirmation).GetAwaiter().GetResult();
        if (!answer.IsSuccessStatusCode) throw new BenchException($"The provider answered {(int)answer.StatusCode} to the confirmation.");
        while (!shopper.Send("GET", $"/store/orders/by-payment-intent/{intent}").IsOk)
        {
            if (Stopwatch.GetElapsedTime(start).TotalSeconds > 30) throw new BenchException($"The order of {intent} was not placed within 30 s.");
            Thread.Sleep(2);
        }

        return Stopwatch.GetElapsedTime(start);
    }
}
