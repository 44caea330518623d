using System.Text.Json.Nodes;
using HeadlessPro.Contracts.Inventory;

namespace HeadlessPro.Modules.Tests.Catalog;

public class AdminProductTests(HpApp app) : IClassFixture<HpApp>
{
    private static int _number;

    private static string Unique(string prefix) => $"{prefix}-{Interlocked.Increment(ref _number)}";

    private static Dictionary<string, string> Values(params (string Option, string Value)[] values) => values.ToDictionary(v => v.Option, v => v.Value);

    private static JsonObject Shirt(string handle) => JsonNode.Parse($$$"""
        {
          "title": "Shirt", "handle": "{{{handle}}}", "status": "published", "weight": 0.25, "vendor": "Mill", "seo": {"title": "Buy shirts"},
          "metadata": {"season": "summer"}, "images": [{"url": "https://img.example/1.jpg", "alt": "Front"}, {"url": "/uploads/2.png"}],
          "options": [{"title": "Size", "values": ["S", "M"]}, {"title": "Colour", "values": ["Red", "Blue"]}],
          "variants": [
            {"title": "S / Red", "sku": "{{{handle}}}-s-red", "options": {"Size": "S", "Colour": "Red"},
             "prices": [{"amount": 199.99, "currency_code": "ZAR", "compare_at_amount": 249.99}, {"amount": 1500, "currency_code": "jpy"},
                        {"amount": 180, "currency_code": "zar", "min_quantity": 10}]},
            {"sku": "{{{handle}}}-m-blue", "manage_inventory": false, "allow_backorder": true, "options": {"Size": "M", "Colour": "Blue"}}]
        }
        """)!.AsObject();

    private async Task<JsonNode> Create(JsonObject body) => (await app.Admin.PostJson("/admin/products", body))["product"]!;

    private async Task<(long, long, long, long, long)> Counts() => (
        await app.Scalar<long>("select count(*) from catalog.products where deleted_at is null"),
        await app.Scalar<long>("select count(*) from catalog.variants where deleted_at is null"),
        await app.Scalar<long>("select count(*) from catalog.prices"),
        await app.Scalar<long>("select count(*) from inventory.items where deleted_at is null"),
        await app.Scalar<long>("select count(*) from events.log where name = 'catalog.changed'"));

    [Fact]
    public async Task Deleted_products_are_listed_only_when_they_are_asked_for()
    {
        var id = (string)(await app.Admin.PostJson("/admin/products", new { title = "Short-lived" }))["product"]!["id"]!;
        await app.Admin.DeleteJson($"/admin/products/{id}");
        Assert.Equal(0, (int)(await app.Admin.GetJson($"/admin/products?id={id}"))["count"]!);
        var found = await app.Admin.GetJson($"/admin/products?id={id}&with_deleted=true");
        Assert.Equal((1, id), ((int)found["count"]!, (string)found["products"]![0]!["id"]!));
        Assert.NotNull((string?)found["products"]![0]!["deleted_at"]);
        await app.Admin.GetJson($"/admin/products/{id}", 404);
    }

    [Fact]
    public async Task A_product_is_created_with_everything_that_hangs_on_it()
    {
        var channel = (string)(await app.Admin.PostJson("/admin/sales-channels", new { name = "Web" }))["sales_channel"]!["id"]!;
        var body = Shirt(Unique("shirt"));
        body["sales_channels"] = new JsonArray(new JsonObject { ["id"] = channel });
        var product = await Create(body);

        Assert.Equal("published", (string)product["status"]!);
        Assert.Equal("https://img.example/1.jpg", (string)product["thumbnail"]!);
        Assert.Equal("""{"title":"Buy shirts","description":null}""", product["seo"]!.ToJsonString());
        Assert.Equal("""{"season":"summer"}""", product["metadata"]!.ToJsonString());
        Assert.Equal(0.25m, (decimal)product["weight"]!);
        Assert.Equal(["Front", null], product["images"]!.AsArray().Select(i => (string?)i!["alt"]));
        Assert.Equal(["Size: S,M", "Colour: Red,Blue"], product["options"]!.AsArray().Select(o =>
            $"{(string)o!["title"]!}: {string.Join(',', o["values"]!.AsArray().Select(v => (string)v!["value"]!))}"));
        Assert.Equal([channel], product["sales_channels"]!.AsArray().Select(c => (string)c!["id"]!));

        var variants = product["variants"]!.AsArray();
        Assert.Equal(["S / Red", "M / Blue"], variants.Select(v => (string)v!["title"]!));
        Assert.Equal(["Size=S", "Colour=Red"], variants[0]!["options"]!.AsArray().Select(o => $"{(string)o!["option"]!["title"]!}={(string)o["value"]!}"));
        Assert.Equal(
            ["jpy 1500  ", "zar 199.99 249.99 ", "zar 180  10"],
            variants[0]!["prices"]!.AsArray().Select(p => $"{(string)p!["currency_code"]!} {(decimal)p["amount"]!} {(decimal?)p["compare_at_amount"]} {(int?)p["min_quantity"]}"));
        Assert.Empty(variants[1]!["prices"]!.AsArray());

        // Only the variant whose stock is counted has a stock item.
        Assert.Equal(1L, await app.Scalar<long>($"select count(*) from inventory.items where sku = '{(string)variants[0]!["sku"]!}' and deleted_at is null"));
        Assert.Equal(0L, await app.Scalar<long>($"select count(*) from inventory.items where sku = '{(string)variants[1]!["sku"]!}'"));
        Assert.Equal(product.ToJsonString(), (await app.Admin.GetJson($"/admin/products/{(string)product["id"]!}"))["product"]!.ToJsonString());
    }

    [Fact]
    public async Task A_handle_is_made_of_the_title_and_a_draft_is_the_default()
    {
        var product = await Create(new JsonObject { ["title"] = "Crème Brûlée, 200 g (x)" });
        Assert.Equal("creme-brulee-200-g-x", (string)product["handle"]!);
        Assert.Equal("draft", (string)product["status"]!);
        var refused = await app.Admin.PostJson("/admin/products", new { title = "Creme brulee 200 g X" }, 422);
        Assert.Equal("Product with handle: creme-brulee-200-g-x, already exists.", (string)refused["message"]!);
        Assert.Equal("duplicate_error", (string)refused["type"]!);
    }

    [Fact]
    public async Task Given_variants_are_changed_new_ones_created_and_missing_ones_deleted()
    {
        var handle = Unique("shirt");
        var product = await Create(Shirt(handle));
        var (id, first, second) = ((string)product["id"]!, (string)product["variants"]![0]!["id"]!, (string)product["variants"]![1]!["id"]!);

        // Without `variants` they stay as they are.
        var renamed = (await app.Admin.PostJson($"/admin/products/{id}", new { title = "Better shirt", description = (string?)null }))["product"]!;
        Assert.Equal("Better shirt", (string)renamed["title"]!);
        Assert.Equal(product["variants"]!.ToJsonString(), renamed["variants"]!.ToJsonString());

        var changed = (await app.Admin.PostJson($"/admin/products/{id}", new
        {
            options = new object[] { new { title = "Size", values = new[] { "S", "M", "L" } }, new { title = "Colour", values = new[] { "Red", "Blue" } } },
            variants = new object[]
            {
                new { title = "New", sku = handle + "-s-red", options = Values(("Size", "L"), ("Colour", "Red")) },
                new { id = first, sku = (string?)null, options = Values(("Size", "M")) },
            },
        }))["product"]!;
        var variants = changed["variants"]!.AsArray();
        Assert.Equal(["New", "S / Red"], variants.Select(v => (string)v!["title"]!));
        Assert.Equal(first, (string)variants[1]!["id"]!);
        Assert.Null((string?)variants[1]!["sku"]);
        Assert.Equal(["M", "Red"], variants[1]!["options"]!.AsArray().Select(o => (string)o!["value"]!));
        Assert.Equal(3, variants[1]!["prices"]!.AsArray().Count);
        await app.Admin.GetJson($"/admin/products/{id}/variants/{second}", 404);
        Assert.Equal(1L, await app.Scalar<long>($"select count(*) from catalog.variants where sku = '{handle}-m-blue' and deleted_at is not null"));
    }

    [Fact]
    public async Task Two_variants_can_exchange_their_skus_and_two_options_their_titles()
    {
        var handle = Unique("shirt");
        var product = await Create(Shirt(handle));
        var ids = product["variants"]!.AsArray().Select(v => (string)v!["id"]!).ToList();
        var options = product["options"]!.AsArray().Select(o => (string)o!["id"]!).ToList();
        var changed = (await app.Admin.PostJson($"/admin/products/{(string)product["id"]!}", new
        {
            variants = new object[] { new { id = ids[0], sku = handle + "-m-blue" }, new { id = ids[1], sku = handle + "-s-red" } },
        }))["product"]!;
        Assert.Equal([handle + "-m-blue", handle + "-s-red"], changed["variants"]!.AsArray().Select(v => (string)v!["sku"]!));

        changed = (await app.Admin.PostJson($"/admin/products/{(string)product["id"]!}", new
        {
            options = new object[] { new { id = options[1], title = "Shade" }, new { id = options[0] } },
        }))["product"]!;
        Assert.Equal(["Shade", "Size"], changed["options"]!.AsArray().Select(o => (string)o!["title"]!));
        Assert.Equal(["Red", "S"], changed["variants"]![0]!["options"]!.AsArray().Select(o => (string)o!["value"]!));
    }

    [Theory]
    [InlineData("""{}""", "Invalid request: Field 'title' is required")]
    [InlineData("""{"title":null}""", "Invalid request: Expected type: 'string' for field 'title', got: 'null'")]
    [InlineData("""{"title":"x","status":"live"}""", "Invalid request: Value for field 'status' must be one of: 'draft', 'proposed', 'published', 'rejected', got: 'live'")]
    [InlineData("""{"title":"x","handle":"A b"}""", "Invalid request: Value for field 'handle' must contain URL safe characters only (lower-case letters, digits, '-', '_', '.'), got: 'A b'")]
    [InlineData("""{"title":"x","weight":-1}""", "Invalid request: Value for field 'weight' too small, expected at least: '0'")]
    [InlineData("""{"title":"x","description":"a\u0000"}""", "Invalid request: Field 'description' contains a null character")]
    [InlineData("""{"title":"x","thumbnail":"javascript:alert(1)"}""", "Invalid request: Value for field 'thumbnail' is not a valid URL, got: 'javascript:alert(1)'")]
    [InlineData("""{"title":"x","collection_id":"pcol_01M7XESKKC7JM10TENH30FRX3Y"}""", "Invalid request: Field 'collection_id' names what does not exist: 'pcol_01M7XESKKC7JM10TENH30FRX3Y'")]
    [InlineData("""{"title":"x","tags":["ptag_01M7XESKKC7JM10TENH30FRX3Y"]}""", "Invalid request: Field 'tags' names what does not exist: 'ptag_01M7XESKKC7JM10TENH30FRX3Y'")]
    [InlineData("""{"title":"x","categories":[{"id":"nonsense"}]}""", "Invalid request: Value for field 'categories, 0' is not a known id, got: 'nonsense'")]
    [InlineData("""{"title":"x","sales_channels":[{"id":"sc_01M7XESKKC7JM10TENH30FRX3Y"},{"id":"sc_01M7XESKKC7JM10TENH30FRX3Y"}]}""", "Invalid request: Field 'sales_channels' names 'sc_01M7XESKKC7JM10TENH30FRX3Y' more than once")]
    [InlineData("""{"title":"x","tags":[5]}""", "Invalid request: Value for field 'tags[0]' is not valid")]
    [InlineData("""{"title":"x","options":[{"title":"Size","values":[]}]}""", "Invalid request: Field 'options, 0, values' must have at least 1 entry")]
    [InlineData("""{"title":"x","options":[{"title":"Size","values":["S","S"]}]}""", "Invalid request: Field 'options, 0, values' names 'S' more than once")]
    [InlineData("""{"title":"x","options":[{"title":"Size","values":["S"]},{"title":"Size","values":["S"]}]}""", "Invalid request: Field 'options' names 'Size' more than once")]
    [InlineData("""{"title":"x","options":[{"title":"Size","values":["S"]}],"variants":[{"title":"v"}]}""", "Invalid request: Field 'variants, 0, options, Size' is required: variant 'v' needs a value for every option of its product")]
    [InlineData("""{"title":"x","options":[{"title":"Size","values":["S"]}],"variants":[{"title":"v","options":{"Size":"XL"}}]}""", "Invalid request: Value for field 'variants, 0, options, Size' is not one of the option's values, got: 'XL'")]
    [InlineData("""{"title":"x","variants":[{"title":"v","options":{"Size":"XL"}}]}""", "Invalid request: Field 'variants, 0, options' names an option the product does not have: 'Size'")]
    [InlineData("""{"title":"x","variants":[{"title":"v","prices":[{"amount":1.234,"currency_code":"zar"}]}]}""", "Invalid request: Value for field 'variants, 0, prices, 0, amount' has more than the 2 decimals of zar")]
    [InlineData("""{"title":"x","variants":[{"title":"v","prices":[{"amount":-1,"currency_code":"zar"}]}]}""", "Invalid request: Value for field 'variants, 0, prices, 0, amount' too small, expected at least: '0'")]
    [InlineData("""{"title":"x","variants":[{"title":"v","prices":[{"amount":1000000000000,"currency_code":"zar"}]}]}""", "Invalid request: Value for field 'variants, 0, prices, 0, amount' too large, expected less than: '1000000000000'")]
    [InlineData("""{"title":"x","variants":[{"title":"v","prices":[{"amount":1,"currency_code":"rand"}]}]}""", "Invalid request: Field 'variants, 0, prices, 0, currency_code' must have at most 3 characters")]
    [InlineData("""{"title":"x","variants":[{"title":"v","prices":[{"amount":1,"currency_code":"zar"},{"amount":2,"currency_code":"ZAR"}]}]}""", "Invalid request: Field 'variants, 0, prices, 1' repeats the currency_code, region_id and quantities of another price")]
    [InlineData("""{"title":"x","variants":[{"title":"v","prices":[{"amount":1,"currency_code":"zar","min_quantity":5,"max_quantity":4}]}]}""", "Invalid request: Value for field 'variants, 0, prices, 0, max_quantity' too small, expected at least: '5'")]
    [InlineData("""{"title":"x","variants":[{"title":"v","prices":[{"amount":1,"currency_code":"zar","rules":{"region_id":"reg_01M7XESKKC7JM10TENH30FRX3Y"}}]}]}""", "Invalid request: Field 'region_id' names what does not exist: 'reg_01M7XESKKC7JM10TENH30FRX3Y'")]
    [InlineData("""{"title":"x","variants":[{"title":"v","price":1}]}""", "Invalid request: Unrecognized fields: 'variants, 0, price'")]
    public async Task Bad_input_names_the_field_and_changes_nothing(string body, string message)
    {
        var before = await Counts();
        Assert.Equal(message, (string)(await app.Admin.PostJson("/admin/products", body, 400))["message"]!);
        Assert.Equal(before, await Counts());
    }

    [Fact]
    public async Task What_is_taken_is_named_and_nothing_changes()
    {
        var (handle, other) = (Unique("shirt"), Unique("shirt"));
        var body = Shirt(handle);
        body["variants"]![0]!["barcode"] = handle + "-bar";
        var product = await Create(body);
        var before = await Counts();

        async Task Refuses(string path, object request, string message)
        {
            Assert.Equal(message, (string)(await app.Admin.PostJson(path, request, 422))["message"]!);
            Assert.Equal(before, await Counts());
        }

        await Refuses("/admin/products", new { title = "x", handle }, $"Product with handle: {handle}, already exists.");
        await Refuses("/admin/products", new { title = "x", handle = other, variants = new[] { new { title = "v", sku = handle + "-s-red" } } },
            $"Product variant with sku: {handle}-s-red, already exists.");
        await Refuses("/admin/products", new { title = "x", handle = other, variants = new[] { new { title = "v", barcode = handle + "-bar" } } },
            $"Product variant with barcode: {handle}-bar, already exists.");
        await Refuses("/admin/products", new { title = "x", handle = other, variants = new[] { new { title = "v" }, new { title = "w" } } },
            "Product variant with options: none, already exists.");
        await Refuses($"/admin/products/{(string)product["id"]!}/variants", new { title = "again", options = Values(("Size", "S"), ("Colour", "Red")) },
            "Product variant with options: Size: S, Colour: Red, already exists.");
        await Refuses("/admin/products/batch", new { create = new[] { new { title = "a", handle = other }, new { title = "b", handle = other } } },
            $"Product with handle: {other}, already exists.");
    }

    [Fact]
    public async Task Of_two_equal_handles_at_once_one_is_made_and_no_stock_item_stays_behind()
    {
        for (var round = 0; round < 5; round++)
        {
            var handle = Unique("rival");
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(async n =>
            {
                using var response = await app.Admin.PostAsync("/admin/products", new StringContent(
                    $$"""{"title":"Rival","handle":"{{handle}}","variants":[{"title":"v","sku":"{{handle}}-{{n}}"}]}""", System.Text.Encoding.UTF8, "application/json"));
                return ((int)response.StatusCode, (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["message"]);
            }));
            Assert.Equal(1, answers.Count(a => a.Item1 == 200));
            Assert.All(answers.Where(a => a.Item1 != 200), a => Assert.Equal((422, $"Product with handle: {handle}, already exists."), a));
            Assert.Equal(1L, await app.Scalar<long>($"select count(*) from catalog.products where handle = '{handle}'"));
            Assert.Equal(1L, await app.Scalar<long>($"select count(*) from inventory.items where sku like '{handle}-%' and deleted_at is null"));
        }
    }

    [Fact]
    public async Task Of_two_equal_skus_at_once_one_is_made_and_keeps_its_stock_item()
    {
        for (var round = 0; round < 5; round++)
        {
            var sku = Unique("same");
            var answers = await Task.WhenAll(Enumerable.Range(0, 6).Select(async n =>
            {
                using var response = await app.Admin.PostAsync("/admin/products", new StringContent(
                    $$"""{"title":"Same","handle":"{{sku}}-{{n}}","variants":[{"title":"v","sku":"{{sku}}"}]}""", System.Text.Encoding.UTF8, "application/json"));
                return ((int)response.StatusCode, (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["message"]);
            }));
            Assert.Equal(1, answers.Count(a => a.Item1 == 200));
            Assert.All(answers.Where(a => a.Item1 != 200), a => Assert.Equal((422, $"Product variant with sku: {sku}, already exists."), a));
            Assert.Equal(1L, await app.Scalar<long>($"select count(*) from catalog.products where handle like '{sku}-%'"));
            Assert.Equal(1L, await app.Scalar<long>($"""
                select count(*) from catalog.variants v join inventory.variant_items l on l.variant_id = v.id
                join inventory.items i on i.id = l.item_id and i.deleted_at is null and i.sku = v.sku where v.sku = '{sku}'
                """));
        }
    }

    [Fact]
    public async Task A_change_that_lost_its_sku_to_a_rival_leaves_the_stock_item_as_it_was()
    {
        for (var round = 0; round < 5; round++)
        {
            var wanted = Unique("wanted");
            var products = await Task.WhenAll(Enumerable.Range(0, 3).Select(n => Create(JsonNode.Parse(
                $$"""{"title":"{{wanted}}-{{n}}","variants":[{"title":"v","sku":"{{wanted}}-old-{{n}}"}]}""")!.AsObject())));
            var statuses = await Task.WhenAll(products.Select(async p =>
            {
                using var response = await app.Admin.PostAsync(
                    $"/admin/products/{(string)p["id"]!}/variants/{(string)p["variants"]![0]!["id"]!}",
                    new StringContent($$"""{"sku":"{{wanted}}"}""", System.Text.Encoding.UTF8, "application/json"));
                return (int)response.StatusCode;
            }));
            Assert.Equal([200, 422, 422], statuses.Order());
            Assert.Equal(3L, await app.Scalar<long>($"""
                select count(*) from catalog.variants v join inventory.variant_items l on l.variant_id = v.id
                join inventory.items i on i.id = l.item_id and i.deleted_at is null and i.sku = v.sku where v.sku like '{wanted}%'
                """));
        }
    }

    [Fact]
    public async Task Changes_of_one_product_at_the_same_time_all_count()
    {
        var id = (string)(await Create(new JsonObject { ["title"] = Unique("busy"), ["options"] = JsonNode.Parse("""[{"title":"N","values":["0","1","2","3"]}]""") }))["id"]!;
        await Task.WhenAll(Enumerable.Range(0, 4).Select(n => app.Admin.PostJson($"/admin/products/{id}/variants", new { title = $"v{n}", options = Values(("N", $"{n}")) })));
        var page = await app.Admin.GetJson($"/admin/products/{id}/variants?order=title&fields=title");
        Assert.Equal(["v0", "v1", "v2", "v3"], page["variants"]!.AsArray().Select(v => (string)v!["title"]!));
    }

    [Fact]
    public async Task A_deleted_product_is_gone_with_its_variants_and_stock_and_frees_its_handle_and_skus()
    {
        var handle = Unique("gone");
        var product = await Create(Shirt(handle));
        var id = (string)product["id"]!;
        Assert.True(Contracts.WireId.TryDecode("variant", (string)product["variants"]![0]!["id"]!, out var variant));
        Assert.Equal($$"""{"id":"{{id}}","object":"product","deleted":true}""", (await app.Admin.DeleteJson($"/admin/products/{id}")).ToJsonString());
        await app.Admin.GetJson($"/admin/products/{id}", 404);
        await app.Admin.PostJson($"/admin/products/{id}", new { title = "back" }, 404);
        await app.Admin.DeleteJson($"/admin/products/{id}", status: 404);
        Assert.Equal(0, (int)(await app.Admin.GetJson($"/admin/products?handle={handle}"))["count"]!);

        IReadOnlyList<VariantAvailability> left = [];
        for (var i = 0; i < 100; i++)
        {
            left = (await app.Contract<IInventory>().GetAvailability(new GetAvailability([variant], []), default)).Value!;
            if (left.Count == 0) break;
            await Task.Delay(100);
        }

        Assert.Empty(left);
        await Create(Shirt(handle));
    }

    [Fact]
    public async Task A_batch_is_done_whole_or_not_at_all()
    {
        var (a, b) = ((string)(await Create(Shirt(Unique("batch"))))["id"]!, (string)(await Create(Shirt(Unique("batch"))))["id"]!);
        var fresh = Unique("batch-new");
        var before = await Counts();
        var refused = await app.Admin.PostJson("/admin/products/batch", new
        {
            create = new[] { new { title = "New", handle = fresh } },
            update = new[] { new { id = a, title = "Changed", status = "nope" } },
            delete = new[] { b },
        }, 400);
        Assert.Equal("Invalid request: Value for field 'update, 0, status' must be one of: 'draft', 'proposed', 'published', 'rejected', got: 'nope'", (string)refused["message"]!);
        Assert.Equal(before, await Counts());

        var done = await app.Admin.PostJson("/admin/products/batch", new
        {
            create = new[] { new { title = "New", handle = fresh } },
            update = new[] { new { id = a, title = "Changed" } },
            delete = new[] { b },
        });
        Assert.Equal([fresh], done["created"]!.AsArray().Select(p => (string)p!["handle"]!));
        Assert.Equal(["Changed"], done["updated"]!.AsArray().Select(p => (string)p!["title"]!));
        Assert.Equal($$"""{"ids":["{{b}}"],"object":"product","deleted":true}""", done["deleted"]!.ToJsonString());
        await app.Admin.GetJson($"/admin/products/{b}", 404);
        await app.Admin.PostJson("/admin/products/batch", new { update = new[] { new { id = a } }, delete = new[] { a } }, 400);
        await app.Admin.PostJson("/admin/products/batch", new { delete = new[] { b } }, 404);
    }

    [Fact]
    public async Task Lists_are_filtered_ordered_and_cut_to_the_fields_asked_for()
    {
        var mark = Unique("listmark");
        await app.Admin.PostJson("/admin/products/batch", new
        {
            create = new object[]
            {
                new { title = $"{mark} B", status = "published" }, new { title = $"{mark} A", variants = new[] { new { title = "v", sku = $"{mark}-SKU" } } },
            },
        });
        var page = await app.Admin.GetJson($"/admin/products?q={mark}&order=title&fields=title,status");
        Assert.Equal(2, (int)page["count"]!);
        Assert.Equal([$"{mark} A draft", $"{mark} B published"], page["products"]!.AsArray().Select(p => $"{(string)p!["title"]!} {(string)p["status"]!}"));
        Assert.Equal(["id", "status", "title"], page["products"]![0]!.AsObject().Select(p => p.Key).Order());
        Assert.Equal(1, (int)(await app.Admin.GetJson($"/admin/products?q={mark}&status[]=published&status[]=rejected"))["count"]!);
        Assert.Equal(1, (int)(await app.Admin.GetJson($"/admin/products?q={mark.ToUpperInvariant()}-sku"))["count"]!);
        Assert.Equal(0, (int)(await app.Admin.GetJson($"/admin/products?q={mark}&created_at[$gt]=2100-01-01"))["count"]!);
        Assert.Equal(0, (int)(await app.Admin.GetJson($"/admin/products?q={mark}&id[]=prod_x"))["count"]!);
        Assert.Equal("Order field price is not valid", (string)(await app.Admin.GetJson("/admin/products?order=price", 400))["message"]!);
        Assert.Equal("Invalid request: Unrecognized fields: 'colour'", (string)(await app.Admin.GetJson("/admin/products?colour=red", 400))["message"]!);
    }

    [Fact]
    public async Task Options_and_variants_are_kept_one_by_one_under_the_rules_of_the_whole()
    {
        var product = await Create(Shirt(Unique("parts")));
        var id = (string)product["id"]!;
        var size = (string)product["options"]![0]!["id"]!;
        var before = await Counts();
        var refused = await app.Admin.PostJson($"/admin/products/{id}/options", new { title = "Fit", values = new[] { "Slim" } }, 400);
        Assert.Equal("Invalid request: Field 'variants, 0, options, Fit' is required: variant 'S / Red' needs a value for every option of its product", (string)refused["message"]!);
        refused = await app.Admin.PostJson($"/admin/products/{id}/options/{size}", new { values = new[] { "M" } }, 400);
        Assert.Equal("Invalid request: Value for field 'variants, 0, options, Size' is not one of the option's values, got: 'S'", (string)refused["message"]!);
        Assert.Equal(before, await Counts());

        await app.Admin.PostJson($"/admin/products/{id}/options/{size}", new { title = "Fit size", values = new[] { "M", "S", "XL" } });
        var option = (await app.Admin.GetJson($"/admin/products/{id}/options/{size}"))["product_option"]!;
        Assert.Equal("Fit size", (string)option["title"]!);
        Assert.Equal(["M", "S", "XL"], option["values"]!.AsArray().Select(v => (string)v!["value"]!));

        var variant = (string)product["variants"]![0]!["id"]!;
        await app.Admin.PostJson($"/admin/products/{id}/variants/{variant}", JsonNode.Parse("""{"options":{"Fit size":"XL"},"prices":[{"amount":5,"currency_code":"usd"}]}""")!);
        var read = (await app.Admin.GetJson($"/admin/products/{id}/variants/{variant}"))["variant"]!;
        Assert.Equal(["XL", "Red"], read["options"]!.AsArray().Select(o => (string)o!["value"]!));
        Assert.Equal(["usd 5"], read["prices"]!.AsArray().Select(p => $"{(string)p!["currency_code"]!} {(decimal)p["amount"]!}"));

        Assert.Equal($$"""{"id":"{{variant}}","object":"variant","deleted":true}""", (await app.Admin.DeleteJson($"/admin/products/{id}/variants/{variant}")).ToJsonString());
        await app.Admin.DeleteJson($"/admin/products/{id}/options/{size}");
        Assert.Equal(["Colour"], (await app.Admin.GetJson($"/admin/products/{id}/options"))["product_options"]!.AsArray().Select(o => (string)o!["title"]!));
        Assert.Equal(1, (int)(await app.Admin.GetJson($"/admin/products/{id}/variants"))["count"]!);
    }
}
