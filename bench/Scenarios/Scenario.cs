namespace HeadlessPro.Bench.Scenarios;

/// <summary>What a shopper does over and over.</summary>
internal interface IScenario
{
    /// <summary>The step whose rate and latency stand for the scenario.</summary>
    string Headline { get; }

    /// <summary>Once through; every call of it goes through the worker, which measures.</summary>
    void Once(Worker worker);
}

/// <summary>By name. The flash sale is none of these: it ends by itself.</summary>
internal static class AllScenarios
{
    public static readonly string[] Names = ["list", "list-storefront", "list-unique", "detail", "detail-cold", "search", "cart", "big-cart", "checkout", "mixed", FlashSale.Name];

    public static IScenario Make(string name, Shop shop, int linesPerCart, string adminKey)
    {
        shop.Discover(catalogue: !name.StartsWith("list", StringComparison.Ordinal), shipping: name is "checkout" or "mixed");
        return name switch
        {
            "list" => new ListProducts(shop, storefront: false),
            "list-storefront" => new ListProducts(shop, storefront: true),
            "list-unique" => new ListUnique(shop),
            "detail" => new ProductDetail(shop),
            "detail-cold" => new ColdDetail(shop, adminKey),
            "search" => new SearchProducts(shop),
            "cart" => new FillCart(shop, linesPerCart),
            "big-cart" => new BigCart(shop),
            "checkout" => new Checkout(shop),
            "mixed" => new Mixed(shop),
            _ => throw new BenchException($"There is no scenario '{name}': {string.Join(", ", Names)}"),
        };
    }
}
