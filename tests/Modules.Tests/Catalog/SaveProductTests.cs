using System.Net.Http.Json;
using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Modules.Tests.Catalog.Imports;

namespace HeadlessPro.Modules.Tests.Catalog;

/// <summary>What saving a product does beside writing its rows.</summary>
public class SaveProductTests(HpApp app) : IClassFixture<HpApp>
{
    private async Task<JsonNode> Create(object body) => (await app.Admin.PostJson("/admin/products", body))["product"]!;

    [Fact]
    public async Task Once_stock_is_being_made_the_callers_leaving_changes_nothing()
    {
        const string jobs = "select count(*) from jobs.queue where name = 'catalog.check_stock_items' and run_at > now() + interval '50 minutes'";
        var before = await app.Scalar<long>(jobs);
        await using var rival = await app.Hold("select pg_advisory_xact_lock(hashtext('inventory.ensure_items'))");
        using var left = new CancellationTokenSource();
        var request = app.Admin.PostAsync("/admin/products", JsonContent.Create(new { title = "Left", variants = new[] { new { sku = "left-1" } } }), left.Token);
        await app.Until(Rival.WaitsForTurn);
        // Should this host die now, the job finds what was made for nobody.
        Assert.Equal(before + 1, await app.Scalar<long>(jobs));
        await left.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        await Task.Delay(500);
        await rival.CommitAsync();
        await app.Until("exists (select from catalog.variants where sku = 'left-1')");
        Assert.Equal(1L, await app.Scalar<long>("""
            select count(*) from inventory.items i join inventory.variant_items x on x.item_id = i.id join catalog.variants v on v.id = x.variant_id
            where v.sku = 'left-1' and i.sku = 'left-1' and i.deleted_at is null
            """));
    }

    [Fact]
    public async Task Stock_items_of_variants_that_were_never_written_go()
    {
        var real = ShopFixture.Decode("variant", (string)(await Create(new { title = "Real", variants = new[] { new { sku = "real-1" } } }))["variants"]![0]!["id"]!);
        var ghost = WireId.New();
        await app.Contract<IInventory>().EnsureItems(new EnsureItems([new EnsureItem(ghost, "ghost-1", "Ghost", true, null)]), default);
        await using (var command = app.Database.CreateCommand("insert into jobs.queue (name, payload, run_at) values ('catalog.check_stock_items', $1::jsonb, now())"))
        {
            command.Parameters.Add(new() { Value = $"""["{ghost}","{real}"]""" });
            await command.ExecuteNonQueryAsync();
        }

        await app.Until("exists (select from inventory.items where sku = 'ghost-1' and deleted_at is not null)");
        Assert.Equal(1L, await app.Scalar<long>("select count(*) from inventory.items where sku = 'real-1' and deleted_at is null"));
    }

    [Fact]
    public async Task Stock_items_are_called_after_product_and_variant_however_they_came_and_follow_a_new_title()
    {
        var mug = await Create(new { title = "Name Mug", options = new[] { new { title = "Size", values = new[] { "S" } } }, variants = new object[] { new { sku = "name-s", options = new Dictionary<string, string> { ["Size"] = "S" } } } });
        var plain = await Create(new { title = "Name Plain", variants = new[] { new { sku = "name-p" } } });
        await app.Import("Handle,Title,Variant SKU,Variant Inventory Tracker\nname-jug,Name Jug,name-j,x\n");
        Assert.Equal("name-j Name Jug,name-p Name Plain,name-s Name Mug - S", await Names());

        await app.Admin.PostJson($"/admin/products/{mug["id"]}", new { title = "Name Cup" });
        await app.Admin.PostJson($"/admin/products/{plain["id"]}", new { title = "Name Simple" });
        await app.Import("Handle,Title\nname-jug,Name Jar\n");
        Assert.Equal("name-j Name Jar,name-p Name Simple,name-s Name Cup - S", await Names());
    }

    [Fact]
    public async Task A_price_keeps_its_id_when_the_request_names_it_and_others_are_refused()
    {
        var product = await Create(new
        {
            title = "Priced",
            variants = new[] { new { title = "A", prices = new[] { new { amount = 10, currency_code = "zar" }, new { amount = 1, currency_code = "usd" } } } },
        });
        var other = await Create(new { title = "Other priced", variants = new[] { new { prices = new[] { new { amount = 3, currency_code = "zar" } } } } });
        string Price(JsonNode of, string currency) => (string)of["variants"]![0]!["prices"]!.AsArray().Single(p => (string)p!["currency_code"]! == currency)!["id"]!;
        var (zar, foreign, path) = (Price(product, "zar"), Price(other, "zar"), $"/admin/products/{product["id"]}/variants/{product["variants"]![0]!["id"]}");

        var saved = (await app.Admin.PostJson(path, new
        {
            prices = new object[] { new { id = zar, amount = 12, currency_code = "zar" }, new { amount = 2, currency_code = "usd" } },
        }))["product"]!;
        Assert.Equal(zar, Price(saved, "zar"));
        Assert.Equal(["usd 2", "zar 12"], saved["variants"]![0]!["prices"]!.AsArray().Select(p => $"{p!["currency_code"]} {p["amount"]}"));

        foreach (var prices in new object[][] { [new { id = foreign, amount = 1, currency_code = "zar" }], [new { id = zar, amount = 1, currency_code = "zar" }, new { id = zar, amount = 1, currency_code = "usd" }] })
        {
            var refused = await app.Admin.PostJson(path, new { prices }, 400);
            Assert.Equal($"Invalid request: Field 'prices, {prices.Length - 1}, id' names no price of the variant, or one twice: '{(prices.Length == 1 ? foreign : zar)}'", (string)refused["message"]!);
        }

        Assert.Equal(saved["variants"]!.ToJsonString(), (await app.Admin.GetJson($"/admin/products/{product["id"]}"))["product"]!["variants"]!.ToJsonString());
    }

    [Fact]
    public async Task A_constraint_nobody_knows_is_not_taken_for_a_price()
    {
        await using (var command = app.Database.CreateCommand("create unique index only_once on catalog.products (vendor) where vendor = 'Only once'")) await command.ExecuteNonQueryAsync();
        await Create(new { title = "Once", vendor = "Only once" });
        var failed = await app.Admin.PostJson("/admin/products", new { title = "Twice", vendor = "Only once" }, 500);
        Assert.Equal("An unknown error occurred.", (string)failed["message"]!);
        Assert.Equal(0L, await app.Scalar<long>("select count(*) from catalog.products where title = 'Twice'"));
    }

    private Task<string?> Names() => app.Scalar<string>("select string_agg(sku || ' ' || title, ',' order by sku) from inventory.items where sku like 'name-%'");
}
