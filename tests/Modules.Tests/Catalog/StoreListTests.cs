using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;

namespace HeadlessPro.Modules.Tests.Catalog;

/// <summary>A catalogue in which the ids of a list are read in more than one block.</summary>
public sealed class LongListShop : StoreShop
{
    public const int Products = 1_210;

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        // Equal titles, times and prices in plenty, and some products without a price: then the id decides.
        await Shop.Run($"""
            with new as (
                insert into catalog.products (id, title, handle, status, created_at, updated_at)
                select gen_random_uuid(), 'Title ' || nr % 400, md5(nr::text), 'published',
                    timestamptz '2026-01-01' + nr % 300 * interval '1 hour', timestamptz '2026-02-01' - nr % 300 * interval '1 hour'
                from generate_series(1, {Products}) nr
                returning id),
            variant as (
                insert into catalog.variants (id, product_id, title) select gen_random_uuid(), new.id, 'One' from new returning id)
            insert into catalog.prices (id, variant_id, currency_code, amount)
            select gen_random_uuid(), variant.id, 'zar', 100 + row_number() over (order by variant.id) % 350 from variant limit {Products - 50};
            analyze catalog.products, catalog.variants, catalog.prices
            """);
    }

    public async Task<List<string>> Ids(string order)
    {
        await using var command = Database.CreateCommand($"""
            select p.id from catalog.products p left join catalog.variants v on v.product_id = p.id left join catalog.prices r on r.variant_id = v.id
            order by {order}, p.id
            """);
        await using var reader = await command.ExecuteReaderAsync();
        var ids = new List<string>();
        while (await reader.ReadAsync()) ids.Add(WireId.Encode("prod", reader.GetGuid(0)));
        return ids;
    }
}

public class StoreListTests(LongListShop app) : IClassFixture<LongListShop>
{
    [Theory]
    [InlineData("id", "p.id")]
    [InlineData("title", "p.title")]
    [InlineData("-title", "p.title desc")]
    [InlineData("-handle", "p.handle desc")]
    [InlineData("created_at", "p.created_at")]
    [InlineData("-updated_at", "p.updated_at desc")]
    [InlineData("price", "r.amount nulls last")]
    [InlineData("-price", "r.amount desc nulls last")]
    public async Task Pages_of_any_size_show_the_whole_list_once_and_in_order(string order, string sql)
    {
        var whole = await app.Ids(sql);
        Assert.Equal(LongListShop.Products, whole.Count);
        var region = await app.Region();
        foreach (var size in new[] { 97, 500, 1000 })
        {
            var seen = new List<string>();
            for (var offset = 0; offset < whole.Count + size; offset += size)
            {
                var page = await app.Store.GetJson($"/store/products?order={order}&limit={size}&offset={offset}&region_id={region}&fields=id");
                Assert.Equal((whole.Count, offset, size), ((int)page["count"]!, (int)page["offset"]!, (int)page["limit"]!));
                seen.AddRange(page["products"]!.AsArray().Select(p => (string)p!["id"]!));
            }

            Assert.Equal(whole, seen);
        }

        var none = await app.Store.GetJson($"/store/products?order={order}&limit=0&offset=7&region_id={region}");
        Assert.Equal((0, whole.Count), (none["products"]!.AsArray().Count, (int)none["count"]!));
        var beyond = await app.Store.GetJson($"/store/products?order={order}&offset={int.MaxValue}&region_id={region}");
        Assert.Equal((0, whole.Count), (beyond["products"]!.AsArray().Count, (int)beyond["count"]!));
    }

    [Fact]
    public async Task A_page_that_nobody_asked_for_costs_no_round_trip_when_its_order_and_its_products_were_shown()
    {
        var query = $"region_id={await app.Region()}&fields=*variants.calculated_price";
        var ids = await app.Ids("p.title");
        RoundTrips? trips = null;
        // Other tests of this process drop what is kept, so it is given many chances.
        for (var offset = 0; trips is not { Count: 0 } && offset < 100; offset++)
        {
            await app.Store.GetJson($"/store/products?order=title&limit=120&{query}");
            trips = await RoundTrips.Of(async () =>
            {
                var page = await app.Store.GetJson($"/store/products?order=title&limit=20&offset={offset}&{query}");
                Assert.Equal(ids[offset..(offset + 20)], page["products"]!.AsArray().Select(p => (string)p!["id"]!));
                Assert.Equal(ids[offset], (string)(await app.Store.GetJson($"/store/products/{ids[offset]}?{query}"))["product"]!["id"]!);
            });
        }

        Assert.True(trips is { Count: 0 }, trips?.ToString());
    }

    [Fact]
    public async Task A_product_that_is_kept_for_one_channel_is_not_shown_in_another()
    {
        var (mine, other) = (await app.Shop.Channel("Mine"), await app.Shop.Channel("Other"));
        var product = WireId.TryDecode("prod", (await app.Ids("p.handle"))[0], out var key) ? key : default;
        await app.Shop.Run("insert into catalog.product_channels (product_id, sales_channel_id) values (@product, @channel)", ("product", product), ("channel", mine));
        var (shopper, rival) = (await ClientOf(mine), await ClientOf(other));
        var path = $"/store/products/{WireId.Encode("prod", product)}?fields=id";

        Assert.Equal(1, (int)(await shopper.GetJson("/store/products?fields=id"))["count"]!);
        Assert.Equal(200, (int)(await shopper.GetAsync(path)).StatusCode);
        Assert.Equal(404, (int)(await rival.GetAsync(path)).StatusCode);
        await app.Shop.Run("delete from catalog.product_channels where product_id = @product", ("product", product));
        Assert.Equal(404, (int)(await shopper.GetAsync(path)).StatusCode);
    }

    private async Task<HttpClient> ClientOf(Guid channel)
    {
        var keys = app.Contract<IApiKeys>();
        var token = $"pk_{Guid.NewGuid():n}";
        var key = (await keys.Ensure(new EnsureApiKey(token, ApiKeyType.Publishable, "Channel key"), default)).Value!;
        await keys.LinkChannels(new LinkKeyChannels(key.Id, [channel], []), default);
        var client = new HttpClient { BaseAddress = app.BaseAddress };
        client.DefaultRequestHeaders.Add("x-publishable-api-key", token);
        return client;
    }
}
