using System.Diagnostics;
using System.Text.Json.Nodes;

namespace HeadlessPro.Journeys.Tests;

/// <summary>The bench does what it says, at a small size. Nothing here says how fast anything is.</summary>
public class BenchTests(ShopFixture shop) : IClassFixture<ShopFixture>
{
    private static readonly string[] Scenarios = ["list", "list-storefront", "list-unique", "detail", "detail-cold", "search", "cart", "big-cart", "checkout", "mixed", "flash"];

    [Fact]
    public async Task Every_scenario_runs_on_generated_data_without_an_error()
    {
        await Bench(0, "data", "--products", "300", "--admin-key", HpApp.SecretKey, "--database", shop.ConnectionString);
        Assert.Equal(300L, await shop.Scalar<long>("select count(*) from catalog.products where handle like 'bench-1-%'"));
        Assert.Equal(0L, await shop.Scalar<long>("""
            select count(*) from catalog.variants v where v.sku like 'B1-%' and (
                (select count(*) from catalog.variant_values where variant_id = v.id) <> 2
                or (select count(*) from catalog.prices where variant_id = v.id) <> 2
                or not exists (select from inventory.variant_items i join inventory.levels l on l.item_id = i.item_id where i.variant_id = v.id))
            """));

        var results = await Run("--scenario", "all", "--concurrency", "4", "--seconds", "0.8", "--warmup", "0.2", "--units", "20", "--buyers", "50", "--admin-key", HpApp.SecretKey);

        Assert.Equal(Scenarios, results.Select(r => (string)r!["scenario"]!));
        Assert.All(results, r => Assert.True((long)r!["failed"]! == 0 && (double)r["rate"]! > 0, r.ToJsonString()));
        Assert.Equal(20, (int)results[^1]!["notes"]!["orders"]!);
        Assert.Equal(20L, await shop.Scalar<long>("select sum(quantity)::bigint from ordering.order_lines where variant_sku like 'FLASH-%'"));

        await Bench(0, "books", "--database", shop.ConnectionString);
        await shop.Scalar<int?>("update inventory.levels set stocked = stocked + 1 where id = (select min(id::text)::uuid from inventory.levels)");
        var uneven = await Bench(1, "books", "--wait", "0", "--database", shop.ConnectionString);
        Assert.Contains("1 things not even", uneven, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Twice_of_what_the_shop_can_do_is_answered_or_refused_with_a_time_to_try_again()
    {
        var results = await Run("overload", "--scenario", "cart", "--concurrency", "4", "--shoppers", "16", "--seconds", "0.8", "--warmup", "0.2");

        Assert.Equal([4, 16], results.Select(r => (int)r!["concurrency"]!));
        Assert.All(results, r => Assert.True((long)r!["failed"]! == 0 && (double)r["answered"]!["rate"]! > 0, r.ToJsonString()));
    }

    [Fact]
    public async Task A_price_change_is_waited_for()
    {
        var output = await Bench(0, "freshness", "--changes", "3", "--other", shop.BaseAddress.ToString(), "--admin-key", HpApp.SecretKey);
        Assert.Contains("3 price changes: shown by the other host after", output, StringComparison.Ordinal);
        Assert.Contains("; 0 carts with an old price", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_list_is_measured_beside_a_bare_endpoint_that_answers_the_same()
    {
        var results = await Run("bare", "--concurrency", "2", "--seconds", "0.5", "--warmup", "0.2");

        Assert.Equal(["list", "bare"], results.Select(r => (string)r!["scenario"]!));
        Assert.All(results, r => Assert.True((long)r!["failed"]! == 0 && (double)r["rate"]! > 0, r.ToJsonString()));
    }

    [Fact]
    public async Task Wrong_use_is_told_in_a_sentence()
    {
        var output = await Bench(2, "--scenario", "nothing");
        Assert.Contains("There is no scenario 'nothing'", output, StringComparison.Ordinal);

        output = await Bench(2, "--key", "pk_unknown");
        Assert.Contains("A valid publishable key is required", output, StringComparison.Ordinal);
    }

    private async Task<JsonArray> Run(params string[] arguments)
    {
        var file = Path.GetTempFileName();
        try
        {
            await Bench(0, [.. arguments, "--json", file]);
            return JsonNode.Parse(await File.ReadAllTextAsync(file))!["results"]!.AsArray();
        }
        finally
        {
            File.Delete(file);
        }
    }

    private async Task<string> Bench(int exitCode, params string[] arguments)
    {
        string[] shopOptions = ["--url", shop.BaseAddress.ToString(), .. arguments[0] == "books" || arguments.Contains("--key") ? Array.Empty<string>() : ["--key", HpApp.PublishableKey]];
        using var bench = Process.Start(new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "HeadlessPro.Bench.dll"), .. arguments, .. shopOptions])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        })!;
        var errors = bench.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await bench.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken) + await errors;
        await bench.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.True(bench.ExitCode == exitCode, output);
        return output;
    }
}
