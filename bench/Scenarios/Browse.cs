namespace HeadlessPro.Bench.Scenarios;

/// <summary>The first page, always the same: 20 products with prices; or the storefront's own query, 12 with stock, images and options.</summary>
internal sealed class ListProducts(Shop shop, bool storefront) : IScenario
{
    private readonly int _limit = Math.Min(storefront ? 12 : 20, shop.ProductCount);

    public string Headline => storefront ? "list-storefront" : "list";

    public string Path { get; } = storefront
        ? $"/store/products?limit=12&offset=0&region_id={shop.Region}&fields=*variants.calculated_price,%2Bvariants.inventory_quantity,*variants.images,*variants.options,%2Bmetadata,%2Btags,"
        : $"/store/products?limit=20&region_id={shop.Region}&fields=*variants.calculated_price";

    public void Once(Worker worker)
    {
        var answer = worker.Get(Headline, Path);
        if (answer.IsOk) worker.Expect(Page.IsRight(answer, _limit) && (!storefront || answer.CountOf("\"inventory_quantity\":"u8) > 0), Headline, "not a full page with prices");
    }
}

/// <summary>A page of 20 with prices that nobody asked for before: order, offset and a filter on the date of creation vary.</summary>
internal sealed class ListUnique(Shop shop) : IScenario
{
    private static readonly string[] Orders = ["created_at", "-created_at", "updated_at", "-updated_at", "title", "-title", "handle", "-handle"];
    private const int Sizes = 9;

    // Each run begins elsewhere.
    private readonly long _from = DateTimeOffset.UtcNow.ToUnixTimeMilliseconds();

    private readonly int _offsets = Math.Max(1, Math.Min(1000, shop.ProductCount - 24));
    private long _next;

    public string Headline => "list-unique";

    public void Once(Worker worker)
    {
        // A prime goes round all combinations before one comes again: 72,000 in a large catalogue.
        var combinations = (long)Orders.Length * Sizes * _offsets;
        var (rest, offset) = Math.DivRem((_from + Interlocked.Increment(ref _next)) * 48_271 % combinations, _offsets);
        var (size, order) = ((int)(16 + (rest / Orders.Length)), Orders[rest % Orders.Length]);
        var answer = worker.Get(Headline, $"/store/products?limit={size}&offset={offset}&order={order}&region_id={shop.Region}&fields=*variants.calculated_price");
        if (answer.IsOk) worker.Expect(Page.IsRight(answer, Math.Min(size, shop.ProductCount)), Headline, "not a full page with prices");
    }
}

/// <summary>A random product of all, with prices.</summary>
internal sealed class ProductDetail(Shop shop) : IScenario
{
    public string Headline => "detail";

    public void Once(Worker worker) => Look(worker, shop, Headline, shop.Products[worker.Random.Next(shop.Products.Count)].Id);

    public static void Look(Worker worker, Shop shop, string step, string id)
    {
        var answer = worker.Get(step, $"/store/products/{id}?region_id={shop.Region}&fields=*variants.calculated_price");
        if (answer.IsOk) worker.Expect(answer.Has($"\"id\":\"{id}\"") && Page.HasPrices(answer), step, "not that product with prices");
    }
}

/// <summary>Each product once, in any order, after the shop was made to forget what it keeps; then again from there.</summary>
internal sealed class ColdDetail : IScenario
{
    private readonly Shop _shop;
    private readonly string _adminKey;
    private readonly string[] _ids;
    private readonly Lock _turning = new();
    private int _next = -1;

    public ColdDetail(Shop shop, string adminKey)
    {
        (_shop, _adminKey, _ids) = (shop, adminKey, [.. shop.Products.Select(p => p.Id)]);
        new Random(1).Shuffle(_ids);
    }

    public string Headline => "detail-cold";

    public void Once(Worker worker)
    {
        int next;
        lock (_turning)
        {
            _next = (_next + 1) % _ids.Length;
            next = _next;
            if (next == 0) _shop.Forget(_adminKey);
        }

        ProductDetail.Look(worker, _shop, Headline, _ids[next]);
    }
}

/// <summary>A word of some product's title; every second time two words.</summary>
internal sealed class SearchProducts(Shop shop) : IScenario
{
    public string Headline => "search";

    public void Once(Worker worker)
    {
        var titles = shop.Products[worker.Random.Next(shop.Products.Count)].Title.Split(' ');
        var words = titles.Length > 1 && worker.Random.Next(2) == 0 ? $"{titles[0]}%20{titles[^1]}" : shop.Words[worker.Random.Next(shop.Words.Length)];
        var answer = worker.Get(Headline, $"/store/products?limit=20&q={words}&region_id={shop.Region}&fields=*variants.calculated_price");
        if (answer.IsOk) worker.Expect(answer.CountOf("\"variants\":["u8) > 0 && Page.HasPrices(answer), Headline, "nothing found, though a title has the words");
    }
}

internal static class Page
{
    /// <summary>Every product has its variants once, whatever the order of properties.</summary>
    public static bool IsRight(Answer answer, int products) => answer.CountOf("\"variants\":["u8) == products && HasPrices(answer);

    public static bool HasPrices(Answer answer) => answer.Body.IndexOf("\"calculated_amount\":"u8) >= 0;
}
