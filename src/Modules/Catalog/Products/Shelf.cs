using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog;

/// <summary>What a shopper sees of a product beyond the catalogue's own rows: its price in the context and the pieces left.</summary>
internal sealed class Shelf(Db db, StorePrices prices, IInventory inventory)
{
    private static readonly string[] WithoutStock = ["catalog.", "pricing."];
    private static readonly string[] WithStock = ["catalog.", "pricing.", "inventory."];

    public Db Db { get; } = db;

    public StorePrices Prices { get; } = prices;

    /// <summary>The events that change an answer with these parts.</summary>
    public static IReadOnlyList<string> TopicsOf(ProductParts parts) => parts.Stock ? WithStock : WithoutStock;

    /// <summary>Loads products with prices and stock where they are wanted.</summary>
    public async Task<List<ProductResponse>> Products(
        LoadProducts load, ProductParts parts, StorePriceContext? context, IReadOnlyList<Guid> channels, CancellationToken ct)
    {
        var loaded = await load.Run(Db, ct);
        if (parts.Prices) await Prices.Apply(loaded.Products.Select(p => (p, (IReadOnlyList<VariantResponse>)p.Variants!)).ToList(), loaded.Prices, context!, ct);
        if (parts.Stock) await AddStock(loaded.Products.SelectMany(p => p.Variants!), channels, ct);
        return loaded.Products;
    }

    /// <summary>Pieces that can be promised, to variants whose stock is counted.</summary>
    public async Task AddStock(IEnumerable<VariantResponse> variants, IReadOnlyList<Guid> channels, CancellationToken ct)
    {
        var counted = variants.Where(v => v.ManageInventory).ToList();
        if (counted.Count == 0) return;
        var result = await inventory.GetAvailability(new GetAvailability(counted.Select(v => v.Key).ToList(), channels), ct);
        if (!result.Try(out var answer, out var error)) throw new ErrorException(error);
        var available = answer.ToDictionary(a => a.VariantId, a => a.Available);
        foreach (var variant in counted) variant.InventoryQuantity = available.GetValueOrDefault(variant.Key);
    }
}
