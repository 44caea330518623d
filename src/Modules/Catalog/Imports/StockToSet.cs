using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;

namespace HeadlessPro.Catalog.Imports;

/// <summary>The stock a batch asks for. Inventory is another module: it is told once the batch is committed, and telling it again is harmless.</summary>
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
            if (variant.Line == 0 || !variant.ManageInventory) continue;
            _items.Add(new EnsureItem(variant.Id, variant.Sku, $"{product.Title} {variant.Title}".Trim(), variant.RequiresShipping, variant.Stocked));
            _places.AddRange(variant.Stocks.Select(s => (variant.Id, s.Location, s.Stocked)));
        }
    }

    /// <summary>Sets it; pieces at a location nobody knows are left out (the import has named its column as ignored).</summary>
    public async Task Set(IInventory inventory, IReadOnlyDictionary<string, Guid> locations, CancellationToken ct)
    {
        foreach (var items in _items.Chunk(Most)) Check(await inventory.EnsureItems(new EnsureItems(items), ct));
        var known = _places.Where(p => locations.ContainsKey(p.Location)).Select(p => new VariantStock(p.VariantId, locations[p.Location], p.Stocked));
        foreach (var places in known.Chunk(Most)) Check(await inventory.SetStock(new SetStock(places), ct));
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
