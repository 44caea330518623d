using System.Text.Json.Nodes;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Catalog;

namespace HeadlessPro.Modules.Tests.Catalog;

public class StorePriceTests(StoreShop app) : IClassFixture<StoreShop>
{
    private readonly Shop _shop = app.Shop;

    [Fact]
    public async Task A_sale_shows_both_amounts_and_where_they_come_from()
    {
        var goods = await _shop.Product("On sale", 172_950);
        var list = await _shop.PriceList("sale");
        var sale = await _shop.Price(goods.Variants[0], 99_999, list: list);
        var price = await Price(goods, $"region_id={await app.Region()}");

        Assert.Equal((999.99m, 1729.50m, "zar"), ((decimal)price["calculated_amount"]!, (decimal)price["original_amount"]!, (string)price["currency_code"]!));
        Assert.Equal("999.99", (string)price["raw_calculated_amount"]!["value"]!);
        Assert.True((bool)price["is_calculated_price_price_list"]!);
        Assert.False((bool)price["is_original_price_price_list"]!);
        Assert.True((bool)price["is_calculated_price_tax_inclusive"]!);
        Assert.Equal((WireId.Encode("price", sale), WireId.Encode("plist", list), "sale"),
            ((string)price["calculated_price"]!["id"]!, (string)price["calculated_price"]!["price_list_id"]!, (string)price["calculated_price"]!["price_list_type"]!));
        Assert.Null((string?)price["original_price"]!["price_list_type"]);
        Assert.False(price.AsObject().ContainsKey("calculated_amount_with_tax"));
    }

    [Fact]
    public async Task With_a_country_the_amounts_with_and_without_its_tax_are_exact_to_the_cent()
    {
        var goods = await _shop.Product("Taxed", 172_900);
        var price = await Price(goods, $"region_id={await app.Region()}&country_code=za");
        Assert.Equal((1729m, 1503.48m), ((decimal)price["calculated_amount_with_tax"]!, (decimal)price["calculated_amount_without_tax"]!));
        Assert.Equal((1729m, 1503.48m), ((decimal)price["original_amount_with_tax"]!, (decimal)price["original_amount_without_tax"]!));
    }

    [Fact]
    public async Task A_compare_at_price_is_the_original_price_of_a_sale()
    {
        var goods = await _shop.Product("Compared", 10_000, compareAt: 15_000);
        var price = await Price(goods, "currency_code=ZAR");
        Assert.Equal((100m, 150m), ((decimal)price["calculated_amount"]!, (decimal)price["original_amount"]!));
        Assert.Equal("sale", (string)price["calculated_price"]!["price_list_type"]!);
        Assert.Null((string?)price["calculated_price"]!["price_list_id"]);
    }

    [Fact]
    public async Task A_variant_without_a_price_in_the_currency_has_none()
    {
        var goods = await _shop.Product("Only zar", 10_000);
        var variant = (await app.Store.GetJson($"/store/products/{goods.Id}?currency_code=usd&fields=*variants.calculated_price"))["product"]!["variants"]![0]!;
        Assert.False(variant.AsObject().ContainsKey("calculated_price"));
    }

    [Fact]
    public async Task A_kept_answer_shows_a_price_list_from_the_moment_it_begins_until_it_ends()
    {
        var goods = await _shop.Product("Turning", 10_000);
        var begins = DateTimeOffset.UtcNow.AddSeconds(1.2);
        var ends = begins.AddSeconds(1.2);
        var list = await _shop.PriceList("sale", starts: $"'{begins:O}'", ends: $"'{ends:O}'");
        await _shop.Price(goods.Variants[0], 7_000, list: list);
        async Task<decimal> Amount() => (decimal)(await Price(goods, "currency_code=zar"))["calculated_amount"]!;

        Assert.Equal(100m, await Amount());
        while (await Amount() == 100m) Assert.True(DateTimeOffset.UtcNow < begins.AddSeconds(1), "It did not begin");
        Assert.True(DateTimeOffset.UtcNow >= begins);
        Assert.Equal(70m, await Amount());
        while (await Amount() == 70m) Assert.True(DateTimeOffset.UtcNow < ends.AddSeconds(1), "It did not end");
        Assert.True(DateTimeOffset.UtcNow >= ends);
        Assert.Equal(100m, await Amount());
    }

    [Fact]
    public async Task Products_are_sorted_by_what_they_cost_now_and_those_without_price_come_last()
    {
        var cheap = await _shop.Product("Sorted cheap", 5_000);
        var dear = await _shop.Product("Sorted dear", 50_000);
        await _shop.Product("Sorted unpriced", price: null);
        var middle = await _shop.Product("Sorted middle", 90_000, ["S", "M"]);
        await _shop.Price(middle.Variants[1], 20_000, list: await _shop.PriceList("sale"));
        GC.KeepAlive((cheap, dear));

        Assert.Equal(["Sorted cheap", "Sorted middle", "Sorted dear", "Sorted unpriced"], await Titles("q=sorted&order=price&currency_code=zar"));
        Assert.Equal(["Sorted dear", "Sorted middle", "Sorted cheap", "Sorted unpriced"], await Titles($"q=sorted&order=-price&region_id={await app.Region()}"));
        Assert.Equal(["Sorted middle", "Sorted dear"], await Titles("q=sorted&order=price&currency_code=zar&limit=2&offset=1"));
    }

    [Fact]
    public async Task Sorting_agrees_with_the_prices_shown_for_any_mix_of_prices()
    {
        var random = new Random(20261121);
        var region = await app.Region();
        WireId.TryDecode("reg", region, out var regionId);
        Guid[] lists = [await _shop.PriceList("sale"), await _shop.PriceList("sale"), await _shop.PriceList("override"), await _shop.PriceList("sale", status: "draft")];
        for (var i = 0; i < 30; i++)
        {
            var variant = (await _shop.Product($"Mixed {i}", price: null)).Variants[0];
            foreach (var list in lists.Cast<Guid?>().Append(null).Where(_ => random.Next(2) == 0))
                foreach (var (inRegion, min, max) in new (Guid?, int?, int?)[] { (null, null, null), (regionId, null, null), (null, 1, 5), (regionId, 2, null), (Guid.NewGuid(), null, null) })
                    if (random.Next(2) == 0) await _shop.Price(variant, random.Next(1, 1000), list: list, region: inRegion, min: min, max: max);
        }

        var page = await app.Store.GetJson($"/store/products?q=mixed&order=price&limit=100&region_id={region}&fields=id,*variants.calculated_price");
        var amounts = page["products"]!.AsArray().Select(p => (decimal?)p!["variants"]![0]!["calculated_price"]?["calculated_amount"]).ToList();
        Assert.Equal(30, amounts.Count);
        Assert.Contains(amounts, a => a is not null);
        Assert.Equal(amounts.OrderBy(a => a ?? decimal.MaxValue), amounts);

        // Without a filter the order is found by another way; a filter that everything passes must not change it.
        await _shop.Product("Never priced", price: null);
        foreach (var query in new[] { $"order=price&region_id={region}", $"order=-price&region_id={region}", "order=price&currency_code=zar", "order=-price&currency_code=usd" })
        {
            var (whole, compared) = (await Ids($"{query}&limit=200"), await Ids($"{query}&limit=200&created_at[$gt]=2000-01-01"));
            Assert.Equal(await app.Scalar<long>("select count(*) from catalog.products"), whole.Count);
            Assert.Equal(compared, whole);
            Assert.Equal(compared.Skip(7).Take(9), await Ids($"{query}&limit=9&offset=7"));
            Assert.Equal(compared.Skip(whole.Count - 2), await Ids($"{query}&limit=9&offset={whole.Count - 2}"));
        }

        var ids = (await app.Store.GetJson("/store/product-variants?q=mixed&limit=100&fields=id"))["variants"]!.AsArray()
            .Select(v => WireId.TryDecode("variant", (string)v!["id"]!, out var id) ? id : Guid.Empty).ToList();
        var sellable = (await app.Contract<ICatalog>().GetSellableVariants(new(ids.Select(i => new VariantQuantity(i, 1)).ToList(), "zar", regionId, []), default)).Value!;
        Assert.Equal(amounts.Order(), sellable.Select(s => s.UnitPrice / 100m).Order());
    }

    [Fact]
    public async Task A_new_price_shows_at_once()
    {
        var goods = await _shop.Product("Repriced", 10_000);
        Assert.Equal(100m, (decimal)(await Price(goods, "currency_code=zar"))["calculated_amount"]!);
        await _shop.Run("update catalog.prices set amount = 12345 where variant_id = @id", ("id", goods.Variants[0]));
        Assert.Equal(123.45m, (decimal)(await Price(goods, "currency_code=zar"))["calculated_amount"]!);
    }

    private async Task<JsonNode> Price(Goods goods, string query) =>
        (await app.Store.GetJson($"/store/products/{goods.Id}?{query}&fields=*variants.calculated_price"))["product"]!["variants"]![0]!["calculated_price"]!;

    private async Task<List<string>> Ids(string query) =>
        (await app.Store.GetJson($"/store/products?{query}&fields=id"))["products"]!.AsArray().Select(p => (string)p!["id"]!).ToList();

    private async Task<List<string>> Titles(string query) =>
        (await app.Store.GetJson($"/store/products?{query}&fields=title"))["products"]!.AsArray().Select(p => (string)p!["title"]!).ToList();
}
