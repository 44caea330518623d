using System.Buffers;
using System.Text.Json;
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

    /// <summary>
    /// Products as answers show them. Each is kept by itself, so that lists that differ share the products they have in common: a list that
    /// nobody asked for before loads only the products that were in none.
    /// </summary>
    public async Task<List<ReadOnlyMemory<byte>>> Documents(
        List<Guid> ids, Fields fields, ProductParts parts, StorePriceContext? context, IReadOnlyList<Guid> channels, CancellationToken ct)
    {
        var stamp = cache.StampOf(TopicsOf(parts));
        // Lengths, so that nothing a client writes can pass for something else.
        var kind = $"product {string.Join(',', channels)} {fields.Key.Length}:{fields.Key} {context?.Key} ";
        var documents = new Dictionary<Guid, ReadOnlyMemory<byte>>(ids.Count);
        foreach (var id in ids)
            if (cache.TryGet(kind + id, stamp, out ReadOnlyMemory<byte> kept)) documents[id] = kept;

        if (documents.Count < ids.Count)
        {
            var load = new LoadStoreProducts([.. ids.Where(id => !documents.ContainsKey(id))], parts, context?.Prices);
            foreach (var product in await Products(load, parts, context, channels, ct))
            {
                var json = new ArrayBufferWriter<byte>(4096);
                using (var writer = new Utf8JsonWriter(json, JsonBody.Options)) JsonBody.WriteSelected(writer, product, StoreJson.Default.ProductResponse, fields);
                ReadOnlyMemory<byte> document = json.WrittenSpan.ToArray();
                documents[product.Key] = document;
                cache.Keep(kind + product.Key, stamp, document, document.Length);
            }
        }

        // One that was deleted between the list and the loading is missing from both.
        return ids.Where(documents.ContainsKey).Select(id => documents[id]).ToList();
    }

    /// <summary>Loads products with prices and stock where they are wanted.</summary>
    public async Task<List<ProductResponse>> Products(
        LoadStoreProducts load, ProductParts parts, StorePriceContext? context, IReadOnlyList<Guid> channels, CancellationToken ct)
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
