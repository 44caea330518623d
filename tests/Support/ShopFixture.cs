using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Events;
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
        await AddPromotion("SAVE10", percent: 10);
    }

    public async Task<string> AddRegion(string name, string currency, bool taxInclusive, params string[] countries) =>
        (string)(await Admin.PostJson("/admin/regions", new { name, currency_code = currency, countries, is_tax_inclusive = taxInclusive }))["region"]!["id"]!;

    /// <summary>The default tax of a country.</summary>
    public async Task AddTax(string country, decimal rate, string code, string name)
    {
        var region = WireId.New();
        await Run("""
            insert into pricing.tax_regions (id, country_code) values (@region, @country);
            insert into pricing.tax_rates (id, tax_region_id, rate, code, name, is_default, is_combinable)
            values (@id, @region, @rate, @code, @name, true, false)
            """, ("region", region), ("country", country), ("id", WireId.New()), ("rate", rate), ("code", code), ("name", name));
        LocalSignals.Raise(PricingChanged.Name);
    }

    /// <summary>A published product in the channel, an option Size with these values; stock null = not counted.</summary>
    public async Task<IReadOnlyList<ShopVariant>> AddProduct(
        string title, IReadOnlyList<(string Size, (string Currency, long Minor)[] Prices, long? Stock)> variants, bool backorder = false)
    {
        var (product, option) = (WireId.New(), WireId.New());
        var handle = title.ToLowerInvariant().Replace(' ', '-');
        await Run("""
            insert into catalog.products (id, title, handle, status, description, thumbnail)
            values (@product, @title, @handle, 'published', 'Made in small runs.', @thumbnail);
            insert into catalog.product_channels (product_id, sales_channel_id) values (@product, @channel);
            insert into catalog.options (id, product_id, title) values (@option, @product, 'Size')
            """, ("product", product), ("title", title), ("handle", handle), ("channel", Decode("sc", Channel)), ("option", option),
            ("thumbnail", $"https://images.example/{handle}.jpg"));
        var made = new List<ShopVariant>();
        foreach (var (size, prices, stock) in variants)
        {
            var (id, value) = (WireId.New(), WireId.New());
            var sku = $"{handle}-{size}".ToUpperInvariant();
            await Run("""
                insert into catalog.option_values (id, option_id, value) values (@value, @option, @size);
                insert into catalog.variants (id, product_id, title, sku, rank, manage_inventory, allow_backorder)
                values (@id, @product, @size, @sku, @rank, @managed, @backorder);
                insert into catalog.variant_values (variant_id, option_id, option_value_id) values (@id, @option, @value)
                """, ("value", value), ("option", option), ("size", size), ("id", id), ("product", product), ("sku", sku), ("rank", made.Count),
                ("managed", stock is not null), ("backorder", backorder));
            foreach (var (currency, minor) in prices) await SetPrice(id, currency, minor);
            if (stock is not null) await SetStock(id, sku, stock.Value);
            made.Add(new ShopVariant(id, WireId.Encode("variant", id), product, WireId.Encode("prod", product), sku));
        }

        return made;
    }

    /// <summary>A price from now on, in minor units.</summary>
    public Task SetPrice(Guid variant, string currency, long minor) => Run("""
        insert into catalog.prices (id, variant_id, currency_code, amount) values (@id, @variant, @currency, @minor)
        on conflict (variant_id, price_list_id, currency_code, region_id, min_quantity, max_quantity) do update set amount = excluded.amount
        """, ("id", WireId.New()), ("variant", variant), ("currency", currency), ("minor", minor));

    /// <summary>Pieces on the shelf of the default location, which serves the channel.</summary>
    public async Task SetStock(Guid variant, string sku, long stocked)
    {
        var done = await Contract<IInventory>().EnsureItems(new EnsureItems([new EnsureItem(variant, sku, sku, true, stocked)]), default);
        Assert.Null(done.Error);
        var location = await Scalar<Guid>("select id from inventory.stock_locations order by priority limit 1");
        await Contract<IInventory>().LinkChannels(new LinkLocationChannels(location, [Decode("sc", Channel)], []), default);
    }

    public async Task AddPromotion(
        string code, int? percent = null, long? minor = null, string currency = "zar", bool automatic = false, string target = "items")
    {
        await Run("""
            insert into pricing.promotions (id, code, type, is_automatic, is_tax_inclusive, status, rules, method_id, method_type, target_type,
                allocation, value_minor, value_percent, method_currency, target_rules, buy_rules)
            values (@id, @code, 'standard', @automatic, false, 'active', '[]', @method, @type, @target, 'across', @minor, @percent, @currency, '[]', '[]')
            """, ("id", WireId.New()), ("code", code), ("automatic", automatic), ("method", WireId.New()), ("type", percent is null ? "fixed" : "percentage"),
            ("target", target), ("minor", minor), ("percent", percent), ("currency", currency));
        LocalSignals.Raise(PricingChanged.Name);
    }

    /// <summary>A new cart in South Africa with these lines.</summary>
    public async Task<JsonNode> Cart(params (ShopVariant Variant, long Quantity)[] lines) => (await Store.PostJson("/store/carts", new
    {
        region_id = Region, items = lines.Select(l => new { variant_id = l.Variant.WireId, quantity = l.Quantity }),
    }))["cart"]!;

    public static Guid Decode(string prefix, string wireId) =>
        WireId.TryDecode(prefix, wireId, out var id) ? id : throw new ArgumentException($"No {prefix} id: {wireId}", nameof(wireId));

    protected async Task Run(string sql, params (string Name, object? Value)[] parameters)
    {
        await using var command = Database.CreateCommand(sql);
        foreach (var (name, value) in parameters) command.Parameters.Add(new NpgsqlParameter(name, value ?? DBNull.Value));
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>A variant of the test shop.</summary>
public sealed record ShopVariant(Guid Id, string WireId, Guid ProductId, string ProductWireId, string Sku);
