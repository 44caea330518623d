using System.Security.Cryptography;
using System.Text;
using HeadlessPro.Catalog.Products;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;

namespace HeadlessPro.Catalog.Imports;

/// <summary>
/// The stock a batch asks for. Inventory is another module: it is told once the batch is committed, under keys made of import and batch, so
/// that telling it again does not bring back what was sold in between.
/// </summary>
internal sealed class StockToSet
{
    private const int Most = 2000;

    private readonly List<EnsureItem> _items = [];
    private readonly List<(Guid VariantId, string Location, long Stocked)> _places = [];

    public void Clear()
    {
        _items.Clear();
        _places.Clear();
    }

    public void Add(ProductState product)
    {
        foreach (var variant in product.Variants)
        {
            // Stock items are named after the product, too.
            if ((variant.Line == 0 && !product.IsRenamed) || !variant.ManageInventory) continue;
            _items.Add(new EnsureItem(variant.Id, variant.Sku, StockName.Of(product.Title, variant.Title), variant.RequiresShipping, variant.Stocked));
            _places.AddRange(variant.Stocks.Select(s => (variant.Id, s.Location, s.Stocked)));
        }
    }

    /// <summary>Sets it; pieces at a location nobody knows are left out (the import has named its column as ignored).</summary>
    /// <param name="inventory">Whom to tell.</param>
    /// <param name="locations">Locations by name.</param>
    /// <param name="import">The import.</param>
    /// <param name="line">The batch's last line; the same batch has the same each time.</param>
    /// <param name="ct">Cancellation.</param>
    public async Task Set(IInventory inventory, IReadOnlyDictionary<string, Guid> locations, Guid import, long line, CancellationToken ct)
    {
        var calls = 0;
        Guid NextKey() => new(SHA256.HashData(Encoding.UTF8.GetBytes($"{import} {line} {++calls}")).AsSpan(0, 16));
        foreach (var items in _items.Chunk(Most)) Check(await inventory.EnsureItems(new EnsureItems(items, NextKey()), ct));
        var known = _places.Where(p => locations.ContainsKey(p.Location)).Select(p => new VariantStock(p.VariantId, locations[p.Location], p.Stocked));
        foreach (var places in known.Chunk(Most)) Check(await inventory.SetStock(new SetStock(places, NextKey()), ct));
    }

    /// <summary>Locations by name, in any case.</summary>
    public static async Task<IReadOnlyDictionary<string, Guid>> Locations(IInventory inventory, CancellationToken ct)
    {
        if (!(await inventory.GetLocations(new GetLocations(), ct)).Try(out var locations, out var error)) throw new InvalidOperationException(error.Message);
        return locations.DistinctBy(l => l.Name, StringComparer.OrdinalIgnoreCase).ToDictionary(l => l.Name, l => l.Id, StringComparer.OrdinalIgnoreCase);
    }

    private static void Check(Result<Done> done)
    {
        if (done.Error is { } error) throw new InvalidOperationException($"Stock could not be set: {error.Message}");
    }
}
