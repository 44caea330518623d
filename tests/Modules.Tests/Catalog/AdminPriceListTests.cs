using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Catalog;

public class AdminPriceListTests(HpApp app) : IClassFixture<HpApp>
{
    private static int _number;

    private async Task<string> Variant()
    {
        var product = (await app.Admin.PostJson("/admin/products", new
        {
            title = $"Listed {Interlocked.Increment(ref _number)}",
            variants = new[] { new { title = "v", prices = new[] { new { amount = 100, currency_code = "zar" } } } },
        }))["product"]!;
        return (string)product["variants"]![0]!["id"]!;
    }

    private Task<long> Prices() => app.Scalar<long>("select count(*) from catalog.prices where price_list_id is not null");

    [Fact]
    public async Task A_price_list_is_created_changed_listed_and_deleted()
    {
        var variant = await Variant();
        var list = (await app.Admin.PostJson("/admin/price-lists", JsonNode.Parse($$$"""
            {
              "title": "Summer", "description": "Hot", "status": "active", "starts_at": "2026-11-20T22:00:00+02:00", "ends_at": "2027-01-01T00:00:00Z",
              "rules": {"customer.groups.id": ["cusgroup_01M7XESKKC7JM10TENH30FRX3Y"]},
              "prices": [{"variant_id": "{{{variant}}}", "amount": 79.5, "currency_code": "ZAR"},
                         {"variant_id": "{{{variant}}}", "amount": 70, "currency_code": "zar", "min_quantity": 5, "max_quantity": 9}]
            }
            """)!))["price_list"]!;
        var id = (string)list["id"]!;
        Assert.Equal("2026-11-20T20:00:00.000Z", (string)list["starts_at"]!);
        Assert.Equal("sale", (string)list["type"]!);
        Assert.Equal("""{"customer.groups.id":["cusgroup_01M7XESKKC7JM10TENH30FRX3Y"]}""", list["rules"]!.ToJsonString());
        Assert.Equal(["zar 79.5  ", "zar 70 5 9"], list["prices"]!.AsArray().Select(p =>
            $"{(string)p!["currency_code"]!} {(decimal)p["amount"]!} {(int?)p["min_quantity"]} {(int?)p["max_quantity"]}"));

        // The variant's own prices are not mixed with the list's.
        var product = (await app.Admin.GetJson($"/admin/products?fields=*variants.prices&q=Listed&order=-created_at&limit=1"))["products"]![0]!;
        Assert.Single(product["variants"]![0]!["prices"]!.AsArray());

        var changed = (await app.Admin.PostJson($"/admin/price-lists/{id}", """{"title":"Winter","type":"override","ends_at":null}"""))["price_list"]!;
        Assert.Equal(("Winter", "override", null, "2026-11-20T20:00:00.000Z"),
            ((string)changed["title"]!, (string)changed["type"]!, (string?)changed["ends_at"], (string)changed["starts_at"]!));
        var refused = await app.Admin.PostJson($"/admin/price-lists/{id}", """{"title":"x","ends_at":"2026-01-01T00:00:00Z"}""", 400);
        Assert.Equal("Invalid request: Value for field 'ends_at' must be later than 'starts_at'", (string)refused["message"]!);
        Assert.Equal(1, (int)(await app.Admin.GetJson("/admin/price-lists?q=winter&status[]=active&type=override"))["count"]!);

        Assert.Equal($$"""{"id":"{{id}}","object":"price_list","deleted":true}""", (await app.Admin.DeleteJson($"/admin/price-lists/{id}")).ToJsonString());
        await app.Admin.GetJson($"/admin/price-lists/{id}", 404);
    }

    [Fact]
    public async Task Prices_of_a_list_are_changed_in_batches_whole_or_not_at_all()
    {
        var (a, b) = (await Variant(), await Variant());
        var list = (await app.Admin.PostJson("/admin/price-lists", new { title = "Batch", prices = new[] { new { variant_id = a, amount = 90, currency_code = "zar" }, new { variant_id = a, amount = 5, currency_code = "usd" } } }))["price_list"]!;
        var (id, zar, usd) = ((string)list["id"]!, (string)list["prices"]![1]!["id"]!, (string)list["prices"]![0]!["id"]!);
        var before = await Prices();
        var path = $"/admin/price-lists/{id}/prices/batch";

        async Task Refuses(object body, string message, int status = 400)
        {
            Assert.Equal(message, (string)(await app.Admin.PostJson(path, body, status))["message"]!);
            Assert.Equal(before, await Prices());
            Assert.Equal(90m, (decimal)(await app.Admin.GetJson($"/admin/price-lists/{id}"))["price_list"]!["prices"]![1]!["amount"]!);
        }

        const string ghost = "01M7XESKKC7JM10TENH30FRX3Y";
        await Refuses(new { update = new[] { new { id = zar, amount = 80 } }, create = new[] { new { variant_id = "variant_" + ghost, amount = 1, currency_code = "zar" } } },
            $"Variants with ids: variant_{ghost} do not exist");
        await Refuses(new { update = new[] { new { id = zar, amount = 80.001 } } }, "Invalid request: Value for field 'update, 0, amount' has more than the 2 decimals of zar");
        await Refuses(new { update = new[] { new { id = zar, amount = 80 } }, delete = new[] { "price_" + ghost } }, $"Prices with ids: price_{ghost} were not found in the price list", 404);
        await Refuses(new { update = new[] { new { id = zar, amount = 80 } }, delete = new[] { zar } }, $"Invalid request: Fields 'update' and 'delete' name '{zar}' more than once");
        await Refuses(new { create = new[] { new { variant_id = a, amount = 1, currency_code = "zar" } } },
            "A price of the same variant, currency_code, region_id, min_quantity and max_quantity already exists.", 422);

        var done = await app.Admin.PostJson(path, new
        {
            create = new[] { new { variant_id = b, amount = 7, currency_code = "zar" } },
            update = new[] { new { id = zar, amount = 80, min_quantity = 2 } },
            delete = new[] { usd },
        });
        Assert.Equal([b], done["created"]!.AsArray().Select(p => (string)p!["variant_id"]!));
        Assert.Equal([(zar, 80m, 2)], done["updated"]!.AsArray().Select(p => ((string)p!["id"]!, (decimal)p["amount"]!, (int)p["min_quantity"]!)));
        Assert.Equal($$"""{"ids":["{{usd}}"],"object":"price","deleted":true}""", done["deleted"]!.ToJsonString());
        Assert.Equal(2, (await app.Admin.GetJson($"/admin/price-lists/{id}"))["price_list"]!["prices"]!.AsArray().Count);
    }

    [Theory]
    [InlineData("""{}""", "Invalid request: Field 'title' is required")]
    [InlineData("""{"title":"x","type":"gift"}""", "Invalid request: Value for field 'type' must be one of: 'sale', 'override', got: 'gift'")]
    [InlineData("""{"title":"x","status":"on"}""", "Invalid request: Value for field 'status' must be one of: 'draft', 'active', got: 'on'")]
    [InlineData("""{"title":"x","starts_at":"soon"}""", "Invalid request: Expected type: 'date' for field 'starts_at', got: 'soon'")]
    [InlineData("""{"title":"x","rules":{"region_id":["a"]}}""", "Invalid request: Unrecognized fields: 'rules, region_id'")]
    [InlineData("""{"title":"x","rules":{"customer.groups.id":["vip"]}}""", "Invalid request: Value for field 'rules, customer.groups.id, 0' is not a known id, got: 'vip'")]
    [InlineData("""{"title":"x","prices":[{"variant_id":"variant_01M7XESKKC7JM10TENH30FRX3Y","amount":1,"currency_code":"zar"}]}""", "Variants with ids: variant_01M7XESKKC7JM10TENH30FRX3Y do not exist")]
    [InlineData("""{"title":"x","prices":[{"variant_id":"v","amount":1,"currency_code":"zar"}]}""", "Invalid request: Value for field 'prices, 0, variant_id' is not a known id, got: 'v'")]
    public async Task Bad_input_names_the_field_and_creates_nothing(string body, string message)
    {
        var before = await app.Scalar<long>("select count(*) from catalog.price_lists");
        Assert.Equal(message, (string)(await app.Admin.PostJson("/admin/price-lists", body, 400))["message"]!);
        Assert.Equal(before, await app.Scalar<long>("select count(*) from catalog.price_lists"));
    }
}
