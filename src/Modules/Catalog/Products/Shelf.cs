using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Platform.Caching;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog;

/// <summary>What a shopper sees of a product beyond the catalogue's own rows: its price in the context and the pieces left.</summary>
internal sealed class Shelf(Db db, StorePrices prices, IInventory inventory, AnswerCache cache)
{
    private static readonly string[] WithoutStock = ["catalog.", "pricing."];
    private static readonly string[] WithStock = ["catalog.", "pricing.", "inventory."];

    public Db Db { get; } = db;

    public StorePrices Prices { get; } = prices;

    /// <summary>The events that change an answer with these parts.</summary>
    public static IReadOnlyList<string> TopicsOf(ProductParts parts) => parts.Stock ? WithStock : WithoutStock;

    /// <summary>Where what these parts depend on stands now.</summary>
    public CacheStamp StampOf(ProductParts parts) => cache.StampOf(TopicsOf(parts));

    /// <summary>
    /// Products as answers show them to callers of these channels; those they may not see are missing. Each is kept by itself, so that lists that
    /// differ share the products they have in common: a list that nobody asked for before loads only the products that were in none. The stamp
    /// (<see cref="StampOf"/>) is from before the context: that names the moment whose prices are chosen.
    /// </summary>
    public async Task<List<Document>> Documents(
        Guid[] ids, Fields fields, ProductParts parts, StorePriceContext? context, IReadOnlyList<Guid> channels, CacheStamp stamp, CancellationToken ct)
    {
        // With its length, so that nothing a client writes can pass for something else.
        var kind = $"product {string.Join(',', channels)} {fields.Key.Length}:{fields.Key} {context?.Key}";
        var documents = new Document?[ids.Length];
        for (var i = 0; i < ids.Length; i++) cache.TryGet(kind, ids[i], stamp, out documents[i]);

        var missing = ids.Where((_, i) => documents[i] is null).ToArray();
        if (missing.Length > 0)
        {
            var loaded = (await Load(missing, parts, context, channels, ct))
                .ToDictionary(p => p.Key, p => Document.Of(p, StoreJson.Default.ProductResponse, fields));
            foreach (var (id, document) in loaded) cache.Keep(kind, id, stamp, document, document.Json.Length);
            for (var i = 0; i < ids.Length; i++) documents[i] ??= loaded.GetValueOrDefault(ids[i]);
        }

        return [.. documents.OfType<Document>()];
    }

    private async Task<List<ProductResponse>> Load(
        Guid[] ids, ProductParts parts, StorePriceContext? context, IReadOnlyList<Guid> channels, CancellationToken ct)
    {
        var loaded = await new LoadStoreProducts(ids, parts, context?.Prices, channels).Run(Db, ct);
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
