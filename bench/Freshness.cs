using System.Diagnostics;
using System.Globalization;

namespace HeadlessPro.Bench;

/// <summary>
/// <c>dev/bench freshness --other URL</c>: a price changed at one host of a shop, and how long another host of it (<c>--other</c>) still shows the old
/// one, from the answer to the change. A cart at the other host is read right after the change and must have the new price.
/// </summary>
internal static class Freshness
{
    public static int Run(Arguments arguments)
    {
        var url = arguments.Url("url", "http://127.0.0.1:9000");
        var (other, key, adminKey) = (arguments.Url("other", url.ToString()), arguments.Text("key", "pk_demo"), arguments.Text("admin-key", "sk_demo"));
        var changes = arguments.Number("changes") ?? 40;
        arguments.RefuseUnknown();

        var shop = new Shop(other, key);
        using var admin = new HttpConnection(url, HttpConnection.Basic(adminKey));
        using var shopper = shop.Connect();
        var listed = Shop.Ask(shopper, $"/store/products?limit=1&region_id={shop.Region}&fields=*variants")["products"]![0]!;
        var (product, variant) = ((string)listed["id"]!, (string)listed["variants"]![0]!["id"]!);
        var path = $"/store/products/{product}?region_id={shop.Region}&fields=*variants.calculated_price";
        var cart = (string)Shop.Ask(shopper, "/store/carts", $$"""{"region_id":"{{shop.Region}}","items":[{"variant_id":"{{variant}}","quantity":1}]}""")["cart"]!["id"]!;

        var waits = new List<double>();
        var oldCarts = 0;
        for (var i = 0; i < changes; i++)
        {
            var price = 1000 + (i * 7);
            for (var j = 0; j < 3; j++) Shown();
            Shop.Ask(admin, $"/admin/products/{product}/variants/{variant}", $$"""{"prices":[{"amount":{{price}},"currency_code":"{{shop.Currency}}"}]}""");
            var from = Stopwatch.GetTimestamp();
            if ((decimal?)Shop.Ask(shopper, $"/store/carts/{cart}")["cart"]!["items"]![0]!["unit_price"] != price) oldCarts++;
            while (Shown() != price)
                if (Stopwatch.GetElapsedTime(from).TotalSeconds > 30) throw new BenchException("The new price was not shown within 30 s.");
            waits.Add(Stopwatch.GetElapsedTime(from).TotalMilliseconds);
        }

        waits.Sort();
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"{changes} price changes: shown by the other host after {waits[waits.Count / 2]:0.0} ms (median), {waits[^1]:0.0} ms (longest); {oldCarts} carts with an old price"));
        return oldCarts > 0 ? 1 : 0;

        decimal? Shown() => (decimal?)Shop.Ask(shopper, path)["product"]!["variants"]!.AsArray().First(v => (string)v!["id"]! == variant)!["calculated_price"]!["original_amount"];
    }
}
