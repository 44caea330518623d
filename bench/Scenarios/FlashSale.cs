using System.Diagnostics;
using System.Text.Json.Nodes;

namespace HeadlessPro.Bench.Scenarios;

/// <summary>
/// One SKU, far fewer pieces than buyers, everybody at once: each buyer goes the whole way from an empty cart, and either gets an order or is
/// told that it is sold out. It runs until every buyer has been; right is as many orders as pieces, and no other refusal than that one.
/// </summary>
internal sealed class FlashSale(Shop shop, HttpConnection admin, int units, int buyers)
{
    public const string Name = "flash";

    private int _orders;
    private long _soldOut;

    public ScenarioResult Run(Processes processes, Load load)
    {
        var variant = PutOnSale();
        shop.Discover(catalogue: false, shipping: true);
        (_orders, _soldOut) = (0, 0);
        var start = Stopwatch.GetTimestamp();
        var result = ClosedLoop.Each(buyers, (worker, _) => BuyOne(worker, variant), (Name, "order"), shop.Connect, processes, load, Refusal.SoldOut);
        var wanted = Math.Min(units, buyers);
        return result with
        {
            Steps = _orders == wanted ? result.Steps
                : [.. result.Steps.Select(s => s.Step == "order" ? s with { Wrong = s.Wrong + 1, Complaint = $"{_orders} orders, not {wanted}" } : s)],
            Notes = new Dictionary<string, double>
            {
                ["units"] = units,
                ["buyers"] = buyers,
                ["orders"] = _orders,
                ["sold_out_after_s"] = _soldOut == 0 ? -1 : Math.Round(Stopwatch.GetElapsedTime(start, _soldOut).TotalSeconds, 2),
                ["everybody_told_after_s"] = result.Seconds,
            },
        };
    }

    private void BuyOne(Worker worker, string variant)
    {
        var begin = Stopwatch.GetTimestamp();
        if (!Checkout.Buy(worker, shop, "order", variant)) worker.Done("told-sold-out", begin);
        else if (Interlocked.Increment(ref _orders) == units) _soldOut = Stopwatch.GetTimestamp();
    }

    /// <summary>A new product with its one variant and so many pieces; answers the variant.</summary>
    private string PutOnSale()
    {
        var sku = $"FLASH-{DateTimeOffset.UtcNow.ToUnixTimeMilliseconds()}";
        var channels = new JsonArray([.. Ask("/admin/sales-channels?limit=100")["sales_channels"]!.AsArray().Select(c => new JsonObject { ["id"] = (string)c!["id"]! })]);
        var product = Ask("/admin/products", new JsonObject
        {
            ["title"] = $"Flash sale {sku}",
            ["status"] = "published",
            ["sales_channels"] = channels,
            ["options"] = new JsonArray(new JsonObject { ["title"] = "Edition", ["values"] = new JsonArray("One") }),
            ["variants"] = new JsonArray(new JsonObject
            {
                ["title"] = "One",
                ["sku"] = sku,
                ["manage_inventory"] = true,
                ["options"] = new JsonObject { ["Edition"] = "One" },
                ["prices"] = new JsonArray(new JsonObject { ["amount"] = 499, ["currency_code"] = shop.Currency }),
            }),
        })["product"]!;
        var item = (string)Ask($"/admin/inventory-items?sku={sku}")["inventory_items"]![0]!["id"]!;
        var location = (string)Ask("/admin/stock-locations?limit=1")["stock_locations"]![0]!["id"]!;
        Ask($"/admin/inventory-items/{item}/location-levels", new JsonObject { ["location_id"] = location, ["stocked_quantity"] = units });
        return (string)product["variants"]![0]!["id"]!;
    }

    private JsonNode Ask(string path, JsonObject? body = null) => Shop.Ask(admin, path, body?.ToJsonString());
}
