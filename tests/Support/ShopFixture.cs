using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Contracts.Inventory;
using Npgsql;

namespace HeadlessPro.Tests.Support;

/// <summary>
/// A small shop to buy from: South Africa (zar, 15 % VAT within prices) and the United States with Canada (usd, 10 % tax on top), one
/// sales channel linked to the publishable key, a shirt in two sizes, a mug that never runs out, promotion <c>SAVE10</c>.
/// </summary>
public class ShopFixture : HpApp
{
    /// <summary>South Africa: zar, prices include 15 % VAT.</summary>
    public string Region { get; private set; } = "";

    /// <summary>United States and Canada: usd, 10 % is added to prices in the United States, nothing in Canada.</summary>
    public string TaxOnTopRegion { get; private set; } = "";

    /// <summary>The channel of the publishable key.</summary>
    public string Channel { get; private set; } = "";

    /// <summary>Shirt, S: R 1 729.00, $ 100.00, 100 in stock.</summary>
    public ShopVariant ShirtS { get; private set; } = null!;

    /// <summary>Shirt, M: R 1 713.00, $ 90.00, 3 in stock.</summary>
    public ShopVariant ShirtM { get; private set; } = null!;

    /// <summary>Mug: R 99.99, $ 7.77, stock is not counted.</summary>
    public ShopVariant Mug { get; private set; } = null!;

    /// <summary>Shipping in South Africa: R 99.00, free from R 1 000.00.</summary>
    public string Standard { get; private set; } = "";

    /// <summary>Shipping in South Africa: R 150.00.</summary>
    public string Courier { get; private set; } = "";

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Region = await AddRegion("South Africa", "zar", true, "za");
        TaxOnTopRegion = await AddRegion("North America", "usd", false, "us", "ca");
        await AddTax("za", 15, "VAT15", "VAT");
        await AddTax("us", 10, "SALES", "Sales tax");

        Channel = (string)(await Admin.PostJson("/admin/sales-channels", new { name = "Web" }))["sales_channel"]!["id"]!;
        var key = (await Contract<IApiKeys>().Resolve(new ResolveApiKey(PublishableKey), default)).Value!;
        await Contract<IApiKeys>().LinkChannels(new LinkKeyChannels(key.Id, [Decode("sc", Channel)], []), default);

        var shirt = await AddProduct("Ember Shirt", [("S", [("zar", 172900), ("usd", 10000)], 100), ("M", [("zar", 171300), ("usd", 9000)], 3)]);
        (ShirtS, ShirtM) = (shirt[0], shirt[1]);
        Mug = (await AddProduct("Mug", [("One", [("zar", 9999), ("usd", 777)], null)]))[0];
        await AddPromotion("SAVE10", percent: 10, currency: "zar");

        var zone = await AddZone("Warehouse", "za");
        Standard = await AddShipping(zone, "Standard", new { currency_code = "zar", amount = 99 },
            new { currency_code = "zar", amount = 0, rules = new[] { new { @operator = "gte", value = 1000 } } });
        Courier = await AddShipping(zone, "Courier", new { currency_code = "zar", amount = 150 });
    }

    /// <summary>A way of parcels out of the default location to these countries.</summary>
    public async Task<string> AddZone(string name, params string[] countries)
    {
        var location = await Scalar<Guid>("select id from inventory.stock_locations order by priority limit 1");
        var set = (await Admin.PostJson("/admin/fulfillment-sets", new
        {
            name,
            type = "shipping",
            location_id = WireId.Encode("sloc", location),
            address = new { address_1 = "1 Main Street", city = "Johannesburg", country_code = "za" },
        }))["fulfillment_set"]!;
        var zoned = (await Admin.PostJson($"/admin/fulfillment-sets/{set["id"]}/service-zones", new
        {
            name,
            geo_zones = countries.Select(c => new { type = "country", country_code = c }),
        }))["fulfillment_set"]!;
        return (string)zoned["service_zones"]![0]!["id"]!;
    }

    /// <summary>A flat-rate option; prices as the Admin API takes them.</summary>
    public async Task<string> AddShipping(string zone, string name, params object[] prices) =>
        (string)(await Admin.PostJson("/admin/shipping-options", new
        {
            name,
            service_zone_id = zone,
            prices,
            type = new { label = name, description = "Delivered in 2-3 days.", code = name.ToLowerInvariant() },
        }))["shipping_option"]!["id"]!;

    public async Task<string> AddRegion(string name, string currency, bool taxInclusive, params string[] countries) =>
        (string)(await Admin.PostJson("/admin/regions", new { name, currency_code = currency, countries, is_tax_inclusive = taxInclusive }))["region"]!["id"]!;

    /// <summary>The default tax of a country.</summary>
    public Task AddTax(string country, decimal rate, string code, string name) =>
        Admin.PostJson("/admin/tax-regions", new { country_code = country, default_tax_rate = new { rate, code, name } });

    /// <summary>A published product in the channel with option Size; prices in minor units; stock null = not counted.</summary>
    public async Task<IReadOnlyList<ShopVariant>> AddProduct(
        string title, IReadOnlyList<(string Size, (string Currency, long Minor)[] Prices, long? Stock)> variants, bool backorder = false)
    {
        var handle = title.ToLowerInvariant().Replace(' ', '-');
        var product = (await Admin.PostJson("/admin/products", new
        {
            title,
            handle,
            status = "published",
            description = "Made in small runs.",
            thumbnail = $"https://images.example/{handle}.jpg",
            sales_channels = new[] { new { id = Channel } },
            options = new[] { new { title = "Size", values = variants.Select(v => v.Size) } },
            variants = variants.Select(v => new
            {
                title = v.Size,
                sku = $"{handle}-{v.Size}".ToUpperInvariant(),
                manage_inventory = v.Stock is not null,
                allow_backorder = backorder,
                options = new Dictionary<string, string> { ["Size"] = v.Size },
                prices = PricesOf(v.Prices),
            }),
        }))["product"]!;
        var made = new List<ShopVariant>();
        foreach (var (size, _, stock) in variants)
        {
            var variant = product["variants"]!.AsArray().Single(v => (string)v!["title"]! == size)!;
            var (id, sku) = ((string)variant["id"]!, (string)variant["sku"]!);
            var shopVariant = new ShopVariant(Decode("variant", id), id, Decode("prod", (string)product["id"]!), (string)product["id"]!, sku);
            if (stock is not null) await SetStock(shopVariant, stock.Value);
            made.Add(shopVariant);
        }

        return made;
    }

    /// <summary>A variant's prices from now on, in minor units; they replace what it had.</summary>
    public Task SetPrices(ShopVariant variant, params (string Currency, long Minor)[] prices) =>
        Admin.PostJson($"/admin/products/{variant.ProductWireId}/variants/{variant.WireId}", new { prices = PricesOf(prices) });

    /// <summary>Pieces on the shelf of the default location, which serves the channel.</summary>
    public async Task SetStock(ShopVariant variant, long stocked)
    {
        var done = await Contract<IInventory>().EnsureItems(new EnsureItems([new EnsureItem(variant.Id, variant.Sku, variant.Sku, true, stocked)]), default);
        Assert.Null(done.Error);
        var location = await Scalar<Guid>("select id from inventory.stock_locations order by priority limit 1");
        await Contract<IInventory>().LinkChannels(new LinkLocationChannels(location, [Decode("sc", Channel)], []), default);
    }

    /// <summary>A promotion: a percentage, or an amount in major units of a currency.</summary>
    public Task AddPromotion(
        string code, int? percent = null, decimal? amount = null, string? currency = null, bool automatic = false, string target = "items") =>
        Admin.PostJson("/admin/promotions", new
        {
            code,
            type = "standard",
            status = "active",
            is_automatic = automatic,
            application_method = new
            {
                type = percent is null ? "fixed" : "percentage",
                value = percent ?? amount,
                currency_code = currency,
                target_type = target,
                allocation = "across",
            },
        });

    /// <summary>A new cart in South Africa with these lines.</summary>
    public async Task<JsonNode> Cart(params (ShopVariant Variant, long Quantity)[] lines) => (await Store.PostJson("/store/carts", new
    {
        region_id = Region,
        items = lines.Select(l => new { variant_id = l.Variant.WireId, quantity = l.Quantity }),
    }))["cart"]!;

    public static Guid Decode(string prefix, string wireId) =>
        WireId.TryDecode(prefix, wireId, out var id) ? id : throw new ArgumentException($"No {prefix} id: {wireId}", nameof(wireId));

    /// <summary>One statement, for what no route does.</summary>
    protected async Task Run(string sql, params (string Name, object? Value)[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var (name, value) in parameters) command.Parameters.Add(new NpgsqlParameter(name, value ?? DBNull.Value));
        await command.ExecuteNonQueryAsync();
    }

    private static IEnumerable<object> PricesOf(IEnumerable<(string Currency, long Minor)> prices) =>
        prices.Select(p => new { currency_code = p.Currency, amount = Money.ToMajor(p.Minor, p.Currency) });
}

/// <summary>A variant of the test shop.</summary>
public sealed record ShopVariant(Guid Id, string WireId, Guid ProductId, string ProductWireId, string Sku);
