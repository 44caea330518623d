using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Fulfillment;

namespace HeadlessPro.Modules.Tests.Fulfillment;

public class ShippingTests(HpApp app) : IClassFixture<HpApp>
{
    [Fact]
    public async Task A_quote_has_the_recorded_shape()
    {
        var zone = await Zone("Shape", """[{"country_code":"za"}]""");
        await Option(zone, "Standard Delivery", """[{"currency_code":"zar","amount":99}]""");
        var quote = Assert.Single(await Quote(zone, "za", 50_000));
        Assert.Equal(("Standard Delivery", 9900L), (quote.Name, quote.Amount));
        var document = JsonNode.Parse(quote.Document)!;
        Recordings.SameShape("shipping-options-list", "shipping_options", new JsonArray(document.DeepClone()));
        Assert.Equal("99", document["amount"]!.ToJsonString());
        Assert.Equal("99", (string)document["calculated_price"]!["raw_calculated_amount"]!["value"]!);
        Assert.True((bool)document["is_tax_inclusive"]!);
        Assert.Equal("1 Main Street", (string)document["service_zone"]!["fulfillment_set"]!["location"]!["address"]!["address_1"]!);
        Assert.Equal(WireId.Encode("so", quote.OptionId), (string)document["id"]!);
        Assert.Equal(WireId.EncodeOrNull("sotype", quote.TypeId), (string)document["type"]!["id"]!);
    }

    [Theory]
    [InlineData(0, 9900)]
    [InlineData(99_999, 9900)]
    [InlineData(100_000, 0)]
    [InlineData(500_000, 0)]
    public async Task Free_above_an_amount(long itemTotal, long expected)
    {
        var zone = await Zone("Free above " + itemTotal, """[{"country_code":"za"}]""");
        await Option(zone, "Standard", """
            [{"currency_code":"zar","amount":99},{"currency_code":"zar","amount":0,"rules":[{"attribute":"item_total","operator":"gte","value":1000}]}]
            """);
        var quote = Assert.Single(await Quote(zone, "za", itemTotal));
        Assert.Equal(expected, quote.Amount);
        // The storefront's «spend more for free shipping» reads the rule.
        var rule = JsonNode.Parse(quote.Document)!["prices"]![1]!["price_rules"]![0]!;
        Assert.Equal(("item_total", "gte", "1000"), ((string)rule["attribute"]!, (string)rule["operator"]!, (string)rule["value"]!));
    }

    [Fact]
    public async Task The_regions_own_price_beats_the_currencys_and_a_rule_beats_both()
    {
        var region = (string)(await app.Admin.PostJson("/admin/regions", new { name = "South Africa", currency_code = "zar", countries = new[] { "za" } }))["region"]!["id"]!;
        var zone = await Zone("Regions", """[{"country_code":"za"}]""");
        await Option(zone, "Standard", $$"""
            [{"currency_code":"zar","amount":99},{"region_id":"{{region}}","amount":79.5},
             {"currency_code":"zar","amount":10,"rules":[{"operator":"gt","value":"1000"}]}]
            """);
        WireId.TryDecode("reg", region, out var id);
        Assert.Equal(9900, Assert.Single(await Quote(zone, "za", 100)).Amount);
        Assert.Equal(7950, Assert.Single(await Quote(zone, "za", 100, region: id)).Amount);
        Assert.Equal(1000, Assert.Single(await Quote(zone, "za", 100_001, region: id)).Amount);
        Assert.Empty(await Quote(zone, "za", 100, currency: "usd"));
    }

    [Fact]
    public async Task Zones_cover_countries_provinces_and_postal_codes()
    {
        var (country, province, zip) = (
            await Zone("Country", """[{"country_code":"ZA"},{"country_code":"na"}]"""),
            await Zone("Province", """[{"country_code":"za","type":"province","province_code":"za-wc"}]"""),
            await Zone("Zip", """[{"country_code":"za","type":"zip","postal_prefix":"80"}]"""));
        foreach (var zone in new[] { country, province, zip }) await Option(zone, "Covers", """[{"currency_code":"zar","amount":1}]""");
        Assert.Equal((1, 0, 0), await Count("za", null, null));
        Assert.Equal((1, 1, 1), await Count("ZA", "WC", "80 01"));
        Assert.Equal((1, 0, 0), await Count("za", "gp", "2000"));
        Assert.Equal((1, 0, 0), await Count("na", "wc", "8001"));
        Assert.Equal((0, 0, 0), await Count("gb", "wc", "8001"));
        Assert.Equal((1, 1, 1), await Count(null, null, null));

        async Task<(int, int, int)> Count(string? to, string? state, string? code) => (
            (await Quote(country, to, 1, state, code)).Count, (await Quote(province, to, 1, state, code)).Count, (await Quote(zip, to, 1, state, code)).Count);
    }

    [Fact]
    public async Task Options_not_for_the_shop_or_another_channel_are_not_offered()
    {
        var (mine, other) = (WireId.New(), WireId.New());
        var zone = await Zone("Channel", """[{"country_code":"za"}]""", mine);
        await Option(zone, "Shown", """[{"currency_code":"zar","amount":1}]""");
        await Option(zone, "Hidden", """[{"currency_code":"zar","amount":1}]""", """[{"attribute":"enabled_in_store","operator":"eq","value":"false"}]""");
        await Option(zone, "Returns", """[{"currency_code":"zar","amount":1}]""", """[{"attribute":"is_return","operator":"eq","value":true}]""");
        await Option(zone, "Unknown", """[{"currency_code":"zar","amount":1}]""", """[{"attribute":"moon","operator":"eq","value":"full"}]""");
        await Option(zone, "Big carts", """[{"currency_code":"zar","amount":1}]""", """[{"attribute":"item_total","operator":"gte","value":"5000"}]""");
        Assert.Equal(["Shown"], (await Quote(zone, "za", 100)).Select(q => q.Name));
        Assert.Equal(["Shown", "Big carts"], (await Quote(zone, "za", 500_000)).Select(q => q.Name));
        Assert.Equal(["Shown"], (await Quote(zone, "za", 100, channel: mine)).Select(q => q.Name));
        Assert.Empty(await Quote(zone, "za", 100, channel: other));
    }

    [Fact]
    public async Task A_change_is_quoted_at_once_and_quotes_ask_the_database_nothing()
    {
        var zone = await Zone("Change", """[{"country_code":"za"}]""");
        var id = await Option(zone, "Slow", """[{"currency_code":"zar","amount":10}]""");
        Assert.Equal(1000, Assert.Single(await Quote(zone, "za", 1)).Amount);
        var price = (string)(await app.Admin.GetJson($"/admin/shipping-options/{id}"))["shipping_option"]!["prices"]![0]!["id"]!;
        var updated = (await app.Admin.PostJson($"/admin/shipping-options/{id}", $$"""{"name":"Fast","prices":[{"id":"{{price}}","currency_code":"zar","amount":20.05}]}"""))["shipping_option"]!;
        Assert.Equal((price, "20.05"), ((string)updated["prices"]![0]!["id"]!, updated["prices"]![0]!["amount"]!.ToJsonString()));
        foreach (var field in new[] { "name", "prices", "rules", "service_zone_id", "type_id" })
            await app.Admin.PostJson($"/admin/shipping-options/{id}", $$"""{"{{field}}":null}""", 400);
        var quote = Assert.Single(await Quote(zone, "za", 1));
        Assert.Equal(("Fast", 2005L), (quote.Name, quote.Amount));
        // The change echoes through LISTEN once more; after that nothing is read again.
        var trips = await RoundTrips.Of(() => Quote(zone, "za", 1));
        for (var i = 0; i < 50 && trips.Count > 0; i++)
        {
            await Task.Delay(100);
            trips = await RoundTrips.Of(() => Quote(zone, "za", 1));
        }

        Assert.True(trips.Count == 0, trips.ToString());
        await app.Admin.DeleteJson($"/admin/shipping-options/{id}");
        Assert.Empty(await Quote(zone, "za", 1));
    }

    [Fact]
    public async Task A_price_named_twice_is_refused_and_changes_nothing()
    {
        var id = await Option(await Zone("Twice", """[{"country_code":"za"}]"""), "Twice", """[{"currency_code":"zar","amount":10},{"currency_code":"usd","amount":1}]""");
        var before = (await app.Admin.GetJson($"/admin/shipping-options/{id}"))["shipping_option"]!;
        var price = (string)before["prices"]![0]!["id"]!;
        var refused = await app.Admin.PostJson($"/admin/shipping-options/{id}", $$"""
            {"name":"Changed","prices":[{"id":"{{price}}","currency_code":"zar","amount":20},{"currency_code":"eur","amount":3},{"id":"{{price}}","currency_code":"usd","amount":2}]}
            """, 400);
        Assert.Equal($"Invalid request: Field 'prices, 2, id' names a price twice, got: '{price}'", (string)refused["message"]!);
        Assert.Equal(before.ToJsonString(), (await app.Admin.GetJson($"/admin/shipping-options/{id}"))["shipping_option"]!.ToJsonString());
    }

    [Fact]
    public async Task Sets_zones_profiles_and_types_are_kept_by_staff()
    {
        var set = (await app.Admin.PostJson("/admin/fulfillment-sets", new { name = "Pickup", type = "pickup" }))["fulfillment_set"]!;
        var id = (string)set["id"]!;
        Assert.StartsWith("fuset_", id, StringComparison.Ordinal);
        await app.Admin.PostJson("/admin/fulfillment-sets", new { name = "Pickup", type = "pickup" }, 422);
        var zoned = (await app.Admin.PostJson($"/admin/fulfillment-sets/{id}/service-zones", """{"name":"Home","geo_zones":[{"type":"country","country_code":"za"}]}"""))["fulfillment_set"]!;
        var zone = (string)zoned["service_zones"]![0]!["id"]!;
        zoned = (await app.Admin.PostJson($"/admin/fulfillment-sets/{id}/service-zones/{zone}", """{"geo_zones":[{"country_code":"na"},{"country_code":"bw"}]}"""))["fulfillment_set"]!;
        Assert.Equal(["na", "bw"], zoned["service_zones"]![0]!["geo_zones"]!.AsArray().Select(g => (string)g!["country_code"]!));
        Assert.Equal("Home", (string)(await app.Admin.GetJson($"/admin/fulfillment-sets/{id}/service-zones/{zone}"))["service_zone"]!["name"]!);

        var profile = (string)(await app.Admin.PostJson("/admin/shipping-profiles", new { name = "Heavy" }))["shipping_profile"]!["id"]!;
        Assert.Equal(["Default Shipping Profile", "Heavy"],
            (await app.Admin.GetJson("/admin/shipping-profiles?order=name"))["shipping_profiles"]!.AsArray().Select(p => (string)p!["name"]!));
        var type = (string)(await app.Admin.PostJson("/admin/shipping-option-types", new { label = "Drone", code = "drone" }))["shipping_option_type"]!["id"]!;
        var option = (await app.Admin.PostJson("/admin/shipping-options", $$"""
            {"name":"By drone","service_zone_id":"{{zone}}","shipping_profile_id":"{{profile}}","type_id":"{{type}}","prices":[{"currency_code":"bwp","amount":5}]}
            """))["shipping_option"]!;
        Assert.Equal(("Drone", "Heavy", "manual_manual"), ((string)option["type"]!["label"]!, (string)option["shipping_profile"]!["name"]!, (string)option["provider_id"]!));
        Assert.Equal(1, (int)(await app.Admin.GetJson($"/admin/shipping-options?service_zone_id={zone}"))["count"]!);
        await app.Admin.DeleteJson($"/admin/shipping-profiles/{profile}", status: 400);
        await app.Admin.DeleteJson($"/admin/shipping-option-types/{type}", status: 400);

        var deleted = await app.Admin.DeleteJson($"/admin/fulfillment-sets/{id}/service-zones/{zone}");
        Assert.Equal(("service_zone", 0), ((string)deleted["object"]!, deleted["parent"]!["service_zones"]!.AsArray().Count));
        await app.Admin.GetJson($"/admin/shipping-options/{(string)option["id"]!}", 404);
        Assert.Equal("shipping_profile", (string)(await app.Admin.DeleteJson($"/admin/shipping-profiles/{profile}"))["object"]!);
        Assert.Equal("fulfillment_set", (string)(await app.Admin.DeleteJson($"/admin/fulfillment-sets/{id}"))["object"]!);
        await app.Admin.GetJson($"/admin/fulfillment-sets/{id}", 404);
    }

    [Theory]
    [InlineData("""{"name":"","prices":[{"currency_code":"zar","amount":1}]}""", "Invalid request: Field 'name' must have 1 to 255 characters")]
    [InlineData("""{"name":"x","prices":[]}""", "Invalid request: Field 'prices' must have 1 entry or more")]
    [InlineData("""{"name":"x"}""", "Invalid request: Field 'prices' is required")]
    [InlineData("""{"name":"x","prices":[{"currency_code":"zar","amount":-1}]}""", "Invalid request: Value for field 'prices, 0, amount' too small, expected at least: '0'")]
    [InlineData("""{"name":"x","prices":[{"currency_code":"zar","amount":1000000000000}]}""", "Invalid request: Value for field 'prices, 0, amount' too large, expected at most: '999999999'")]
    [InlineData("""{"name":"x","prices":[{"currency_code":"zar","amount":1.005}]}""", "Invalid request: Value for field 'prices, 0, amount' has more digits than zar has: 2")]
    [InlineData("""{"name":"x","prices":[{"currency_code":"jpy","amount":1.5}]}""", "Invalid request: Value for field 'prices, 0, amount' has more digits than jpy has: 0")]
    [InlineData("""{"name":"x","prices":[{"currency_code":"rand","amount":1}]}""", "Invalid request: Value for field 'prices, 0, currency_code' must be an ISO 4217 code of three letters")]
    [InlineData("""{"name":"x","prices":[{"amount":1}]}""", "Invalid request: Fields 'prices, 0, currency_code' and 'prices, 0, region_id': expected one of them")]
    [InlineData("""{"name":"x","prices":[{"region_id":"reg_01ARZ3NDEKTSV4RRFFQ69G5FAV","amount":1}]}""", "Invalid request: Value for field 'prices, 0, region_id' does not exist, got: 'reg_01ARZ3NDEKTSV4RRFFQ69G5FAV'")]
    [InlineData("""{"name":"x","prices":[{"currency_code":"zar","amount":1,"rules":[{"operator":"near","value":1}]}]}""", "Invalid request: Value for field 'prices, 0, rules, 0, operator' must be one of: 'eq', 'gt', 'gte', 'lt', 'lte', got: 'near'")]
    [InlineData("""{"name":"x","prices":[{"currency_code":"zar","amount":1,"rules":[{"operator":"gt","value":"much"}]}]}""", "Invalid request: Expected type: 'number' for field 'prices, 0, rules, 0, value', got: 'much'")]
    [InlineData("""{"name":"x","prices":[{"currency_code":"zar","amount":1}],"price_type":"free"}""", "Invalid request: Value for field 'price_type' must be one of: 'flat', 'calculated', got: 'free'")]
    [InlineData("""{"name":"x","prices":[{"currency_code":"zar","amount":1}],"provider_id":"ups"}""", "Invalid request: Value for field 'provider_id' must be one of: 'manual_manual', got: 'ups'")]
    [InlineData("""{"name":"x","prices":[{"currency_code":"zar","amount":1}],"type_id":"sotype_x"}""", "Invalid request: Fields 'type' and 'type_id': expected one of them")]
    [InlineData("""{"name":"x","prices":[{"currency_code":"zar","amount":1}],"shipping_profile_id":"sp_x"}""", "Invalid request: Value for field 'shipping_profile_id' does not exist, got: 'sp_x'")]
    [InlineData("""{"name":"x","prices":[{"currency_code":"zar","amount":1}],"service_zone_id":"serzo_x"}""", "Invalid request: Value for field 'service_zone_id' does not exist, got: 'serzo_x'")]
    [InlineData("""{"name":"x","prices":[{"currency_code":"zar","amount":1}],"rules":[{"attribute":"a","operator":"eq","value":{}}]}""", "Invalid request: Expected type: 'string' for field 'rules, 0, value', got: 'object'")]
    [InlineData("""{"name":"x","prices":[{"currency_code":"zar","amount":1}],"data":[]}""", "Invalid request: Expected type: 'object' for field 'data', got: 'array'")]
    [InlineData("""{"name":"x","prices":[null]}""", "Invalid request: Expected type: 'object' for field 'prices, 0', got: 'null'")]
    [InlineData("""{"name":"x","prices":[{"currency_code":"zar","amount":1,"rules":[null]}]}""", "Invalid request: Expected type: 'object' for field 'prices, 0, rules, 0', got: 'null'")]
    [InlineData("""{"name":"x","prices":[{"currency_code":"zar","amount":1}],"colour":1}""", "Invalid request: Unrecognized fields: 'colour'")]
    public async Task Bad_options_name_the_field_and_create_nothing(string body, string message)
    {
        var before = await app.Scalar<long>("select (select count(*) from fulfillment.shipping_options) + (select count(*) from fulfillment.shipping_option_types)");
        var request = JsonNode.Parse(body)!;
        if (request["service_zone_id"] is null) request["service_zone_id"] = await AnyZone();
        request["type"] ??= JsonNode.Parse("""{"label":"Standard","code":"standard"}""");
        Assert.Equal(message, (string)(await app.Admin.PostJson("/admin/shipping-options", request, 400))["message"]!);
        Assert.Equal(before, await app.Scalar<long>("select (select count(*) from fulfillment.shipping_options) + (select count(*) from fulfillment.shipping_option_types)"));
    }

    [Theory]
    [InlineData("""{"name":"x","type":"air"}""", "Invalid request: Value for field 'type' must be one of: 'shipping', 'pickup', got: 'air'")]
    [InlineData("""{"name":"x","type":"shipping","location_id":"warehouse"}""", "Invalid request: Value for field 'location_id' does not exist, got: 'warehouse'")]
    [InlineData("""{"name":"x","type":"shipping","address":{"address_1":"a","country_code":"za"}}""", "Invalid request: Field 'address' needs field 'location_id'")]
    [InlineData("""{"name":"x\u0000","type":"shipping"}""", "Invalid request: Field 'name' contains a null character")]
    [InlineData("""{"name":"x","type":"shipping","sales_channel_ids":["web"]}""", "Invalid request: Value for field 'sales_channel_ids' does not exist, got: 'web'")]
    public async Task Bad_sets_name_the_field(string body, string message) =>
        Assert.Equal(message, (string)(await app.Admin.PostJson("/admin/fulfillment-sets", body, 400))["message"]!);

    [Theory]
    [InlineData("/admin/shipping-options/so_x", "Shipping option with id: so_x was not found")]
    [InlineData("/admin/fulfillment-sets/fuset_01ARZ3NDEKTSV4RRFFQ69G5FAV", "Fulfillment set with id: fuset_01ARZ3NDEKTSV4RRFFQ69G5FAV was not found")]
    [InlineData("/admin/shipping-profiles/sp_x", "Shipping profile with id: sp_x was not found")]
    [InlineData("/admin/shipping-option-types/sotype_x", "Shipping option type with id: sotype_x was not found")]
    public async Task Unknown_ids_are_not_found(string path, string message)
    {
        Assert.Equal(message, (string)(await app.Admin.GetJson(path, 404))["message"]!);
        Assert.Equal(message, (string)(await app.Admin.PostJson(path, new { }, 404))["message"]!);
        Assert.Equal(message, (string)(await app.Admin.DeleteJson(path, status: 404))["message"]!);
    }

    private async Task<string> AnyZone() => await app.Scalar<Guid>("select id from fulfillment.service_zones where deleted_at is null limit 1") is var id && id != default
        ? WireId.Encode("serzo", id) : await Zone("Any", """[{"country_code":"za"}]""");

    private async Task<string> Zone(string name, string geoZones, Guid? channel = null)
    {
        var set = (string)(await app.Admin.PostJson("/admin/fulfillment-sets", new
        {
            name,
            type = "shipping",
            location_id = WireId.Encode("sloc", WireId.New()),
            address = new { address_1 = "1 Main Street", city = "Johannesburg", country_code = "ZA" },
            sales_channel_ids = channel is { } id ? [WireId.Encode("sc", id)] : Array.Empty<string>(),
        }))["fulfillment_set"]!["id"]!;
        return (string)(await app.Admin.PostJson($"/admin/fulfillment-sets/{set}/service-zones", $$"""{"name":"Zone","geo_zones":{{geoZones}}}"""))
            ["fulfillment_set"]!["service_zones"]![0]!["id"]!;
    }

    private async Task<string> Option(string zone, string name, string prices, string rules = "null") =>
        (string)(await app.Admin.PostJson("/admin/shipping-options", $$"""
            {"name":"{{name}}","service_zone_id":"{{zone}}","type":{"label":"Standard","code":"standard","description":"Two days"},"prices":{{prices}},"rules":{{rules}}}
            """))["shipping_option"]!["id"]!;

    /// <summary>Quotes of one zone's options; tests share a database.</summary>
    private async Task<IReadOnlyList<ShippingQuote>> Quote(
        string zone, string? country, long itemTotal, string? province = null, string? postalCode = null, string currency = "zar", Guid? region = null,
        Guid? channel = null)
    {
        var answer = await app.Contract<IFulfillment>().QuoteShipping(
            new QuoteShipping(currency, region, country, province, postalCode, itemTotal, channel, null, IsTaxInclusive: true), default);
        return answer.Value!.Where(q => (string)JsonNode.Parse(q.Document)!["service_zone_id"]! == zone).ToList();
    }
}
