using System.Text.Json.Nodes;

namespace HeadlessPro.Host.Demo;

/// <summary>Where the demo shop keeps stock, sells and delivers: South Africa with VAT in the price, the United States without tax.</summary>
internal static class DemoPlaces
{
    private static readonly Place[] Places =
    [
        new("Johannesburg Warehouse", "warehouse", "14 Electron Avenue", "Johannesburg", "za-gp", "1609", -26.1367, 28.1853),
        new("Cape Town Warehouse", "warehouse", "3 Marine Drive", "Cape Town", "za-wc", "7405", -33.9010, 18.4884),
        new("Rosebank Shop", "shop", "15 Cradock Avenue", "Johannesburg", "za-gp", "2196", -26.1458, 28.0427),
        new("V&A Waterfront Shop", "shop", "19 Dock Road", "Cape Town", "za-wc", "8001", -33.9036, 18.4207),
        new("Umhlanga Shop", "shop", "1 Palm Boulevard", "Durban", "za-kzn", "4319", -29.7265, 31.0662),
    ];

    public static async Task Seed(DemoApi api, string channelId, CancellationToken ct)
    {
        await EnsureTaxRegion(api, "za", "VAT", "ZA-VAT", 15, ct);
        await EnsureTaxRegion(api, "us", "No tax", "US-NONE", 0, ct);
        await EnsureRegion(api, "South Africa", "zar", "za", isTaxInclusive: true, ct);
        await EnsureRegion(api, "United States", "usd", "us", isTaxInclusive: false, ct);

        for (var i = 0; i < Places.Length; i++)
        {
            var place = Places[i];
            var location = await api.Ensure("/admin/stock-locations", "stock_locations", "stock_location", "name", new JsonObject
            {
                ["name"] = place.Name,
                ["kind"] = place.Kind,
                ["priority"] = i,
                ["latitude"] = place.Latitude,
                ["longitude"] = place.Longitude,
                ["address"] = Address(place),
            }, ct);
            var locationId = (string)location["id"]!;
            await api.Post($"/admin/stock-locations/{locationId}/sales-channels", new JsonObject { ["add"] = new JsonArray(channelId) }, ct);
            if (i == 0) await EnsureDelivery(api, place, locationId, channelId, ct);
            else if (place.Kind == "shop") await EnsurePickup(api, place, locationId, channelId, ct);
        }
    }

    private static async Task EnsureDelivery(DemoApi api, Place from, string locationId, string channelId, CancellationToken ct)
    {
        var zone = await EnsureZone(api, "Courier from Johannesburg", "shipping", from, locationId, channelId, "South Africa", "za", ct);
        await EnsureOption(api, "Standard delivery", zone, "Standard", "standard", "Two to four working days, free above R 750",
            [Price("zar", 75), FreeAbove("zar", 750)], ct);
        await EnsureOption(api, "Express delivery", zone, "Express", "express", "The next working day in the big cities", [Price("zar", 149)], ct);
        var abroad = await EnsureZone(api, "Air freight from Johannesburg", "shipping", from, locationId, channelId, "United States", "us", ct);
        await EnsureOption(api, "International air", abroad, "Air", "air", "Seven to ten days", [Price("usd", 35)], ct);
    }

    private static async Task EnsurePickup(DemoApi api, Place shop, string locationId, string channelId, CancellationToken ct)
    {
        var zone = await EnsureZone(api, $"Pickup at {shop.Name}", "pickup", shop, locationId, channelId, $"Pickup {shop.City}", "za", ct);
        await EnsureOption(api, $"Pick up at {shop.Name}", zone, "Pickup", "pickup", $"{shop.Street}, {shop.City}: ready within two hours", [Price("zar", 0)], ct);
    }

    private static async Task<string> EnsureZone(
        DemoApi api, string set, string type, Place place, string locationId, string channelId, string zone, string country, CancellationToken ct)
    {
        var made = await api.Ensure("/admin/fulfillment-sets", "fulfillment_sets", "fulfillment_set", "name", new JsonObject
        {
            ["name"] = set,
            ["type"] = type,
            ["location_id"] = locationId,
            ["address"] = Address(place),
            ["sales_channel_ids"] = new JsonArray(channelId),
        }, ct);
        if (made["service_zones"]!.AsArray().FirstOrDefault(z => (string?)z!["name"] == zone) is { } known) return (string)known["id"]!;
        var changed = await api.Post($"/admin/fulfillment-sets/{made["id"]}/service-zones", new JsonObject
        {
            ["name"] = zone,
            ["geo_zones"] = new JsonArray(new JsonObject { ["type"] = "country", ["country_code"] = country }),
        }, ct);
        return (string)changed["fulfillment_set"]!["service_zones"]!.AsArray().Single(z => (string?)z!["name"] == zone)!["id"]!;
    }

    private static Task EnsureOption(DemoApi api, string name, string zone, string label, string code, string description, JsonArray prices, CancellationToken ct) =>
        api.Ensure("/admin/shipping-options", "shipping_options", "shipping_option", "name", new JsonObject
        {
            ["name"] = name,
            ["service_zone_id"] = zone,
            ["price_type"] = "flat",
            ["prices"] = prices,
            ["type"] = new JsonObject { ["label"] = label, ["code"] = code, ["description"] = description },
        }, ct);

    private static JsonObject Price(string currency, int amount) => new() { ["currency_code"] = currency, ["amount"] = amount };

    private static JsonObject FreeAbove(string currency, int total) => new()
    {
        ["currency_code"] = currency,
        ["amount"] = 0,
        ["rules"] = new JsonArray(new JsonObject { ["attribute"] = "item_total", ["operator"] = "gte", ["value"] = total }),
    };

    private static async Task EnsureTaxRegion(DemoApi api, string country, string name, string code, int rate, CancellationToken ct) =>
        await api.Ensure("/admin/tax-regions", "tax_regions", "tax_region", "country_code", new JsonObject
        {
            ["country_code"] = country,
            ["default_tax_rate"] = new JsonObject { ["name"] = name, ["code"] = code, ["rate"] = rate },
        }, ct);

    private static async Task EnsureRegion(DemoApi api, string name, string currency, string country, bool isTaxInclusive, CancellationToken ct) =>
        await api.Ensure("/admin/regions", "regions", "region", "name", new JsonObject
        {
            ["name"] = name,
            ["currency_code"] = currency,
            ["countries"] = new JsonArray(country),
            ["automatic_taxes"] = true,
            ["is_tax_inclusive"] = isTaxInclusive,
            // PayPal takes no rand.
            ["payment_providers"] = new JsonArray([.. Providers.Where(p => currency != "zar" || p != "pp_paypal_paypal").Select(p => (JsonNode)p)]),
        }, ct);

    private static JsonObject Address(Place place) => new()
    {
        ["address_1"] = place.Street,
        ["city"] = place.City,
        ["province"] = place.Province,
        ["postal_code"] = place.PostalCode,
        ["country_code"] = "za",
    };

    private static readonly string[] Providers = ["pp_system_default", "pp_stripe_stripe", "pp_stripe_checkout", "pp_paypal_paypal"];

    private sealed record Place(string Name, string Kind, string Street, string City, string Province, string PostalCode, double Latitude, double Longitude);
}
