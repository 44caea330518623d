using System.Text.Json.Nodes;

namespace HeadlessPro.Modules.Tests.Catalog;

public class AdminEventTests(HpApp app) : IClassFixture<HpApp>
{
    private async Task<List<Guid[]>> Since(long position)
    {
        var events = new List<Guid[]>();
        await using var command = app.Database.CreateCommand($"select payload::text from events.log where name = 'catalog.changed' and id > {position} order by id");
        await using var reader = await command.ExecuteReaderAsync();
        while (await reader.ReadAsync())
            events.Add(JsonNode.Parse(reader.GetString(0))!["ProductIds"]!.AsArray().Select(id => (Guid)id!).ToArray());
        return events;
    }

    private Task<long> Position() => app.Scalar<long>("select coalesce(max(id), 0) from events.log");

    private static Guid Key(JsonNode product) =>
        Contracts.WireId.TryDecode("prod", (string)product["id"]!, out var key) ? key : throw new InvalidOperationException("No product id.");

    [Fact]
    public async Task Every_write_says_which_products_changed_and_a_refused_one_says_nothing()
    {
        var start = await Position();
        var product = (await app.Admin.PostJson("/admin/products", new { title = "Told", variants = new[] { new { title = "v", prices = new[] { new { amount = 1, currency_code = "zar" } } } } }))["product"]!;
        var (id, key, variant) = ((string)product["id"]!, Key(product), (string)product["variants"]![0]!["id"]!);
        var category = (string)(await app.Admin.PostJson("/admin/product-categories", new { name = "Told" }))["product_category"]!["id"]!;
        Assert.Equal([[key], []], await Since(start));

        async Task Tells(string path, object body)
        {
            var before = await Position();
            await app.Admin.PostJson(path, body);
            Assert.Equal([[key]], await Since(before));
        }

        await Tells($"/admin/products/{id}", new { subtitle = "x" });
        await Tells($"/admin/products/{id}/variants/{variant}", new { sku = "told-1" });
        await Tells($"/admin/product-categories/{category}/products", new { add = new[] { id } });
        await Tells("/admin/price-lists", new { title = "Told", prices = new[] { new { variant_id = variant, amount = 1, currency_code = "zar" } } });

        var quiet = await Position();
        await app.Admin.PostJson("/admin/products", new { title = "Told" }, 422);
        await app.Admin.PostJson($"/admin/products/{id}", new { status = "nope" }, 400);
        await app.Admin.DeleteJson("/admin/products/prod_01M7XESKKC7JM10TENH30FRX3Y", status: 404);
        Assert.Empty(await Since(quiet));
    }

    [Fact]
    public async Task When_a_price_list_starts_its_products_are_told_again()
    {
        var product = (await app.Admin.PostJson("/admin/products", new { title = "Timed", variants = new[] { new { title = "v" } } }))["product"]!;
        var variant = (string)product["variants"]![0]!["id"]!;
        await app.Admin.PostJson("/admin/price-lists", new
        {
            title = "Soon",
            status = "active",
            starts_at = DateTimeOffset.UtcNow.AddSeconds(2),
            prices = new[] { new { variant_id = variant, amount = 1, currency_code = "zar" } },
        });
        var written = await Position();
        List<Guid[]> told = [];
        for (var i = 0; i < 150 && told.Count == 0; i++)
        {
            await Task.Delay(100);
            told = (await Since(written)).Where(ids => ids.Contains(Key(product))).ToList();
        }

        Assert.Equal([[Key(product)]], told);
    }

    [Fact]
    public async Task A_price_for_one_region_is_kept_with_its_region()
    {
        var region = (string)(await app.Admin.PostJson("/admin/regions", new { name = "Test region", currency_code = "zar" }))["region"]!["id"]!;
        var product = (await app.Admin.PostJson("/admin/products", new
        {
            title = "Regional",
            variants = new[] { new { title = "v", prices = new object[] { new { amount = 10, currency_code = "zar" }, new { amount = 9.5, currency_code = "zar", rules = new { region_id = region } } } } },
        }))["product"]!;
        Assert.Equal([(10m, null), (9.5m, region)], product["variants"]![0]!["prices"]!.AsArray().Select(p => ((decimal)p!["amount"]!, (string?)p["rules"]!["region_id"])));
    }
}
