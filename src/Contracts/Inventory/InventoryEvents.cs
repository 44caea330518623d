namespace HeadlessPro.Contracts.Inventory;

/// <summary>A stock item's available pieces fell to its low-stock threshold or below.</summary>
/// <param name="InventoryItemId">The stock item.</param>
/// <param name="VariantIds">Variants that use it.</param>
/// <param name="Sku">SKU.</param>
/// <param name="Available">Pieces left to promise, over all locations.</param>
/// <param name="Threshold">The threshold it reached.</param>
public sealed record StockLow(Guid InventoryItemId, IReadOnlyList<Guid> VariantIds, string? Sku, long Available, long Threshold) : IEvent
{
    /// <inheritdoc/>
    public static string Name => "inventory.stock_low";
}

/// <summary>Available pieces of variants changed (counted, reserved, released, sold, or a location closed or serves other channels).</summary>
/// <param name="VariantIds">The variants, or empty when it may be any of them.</param>
public sealed record StockChanged(IReadOnlyList<Guid> VariantIds) : IEvent
{
    /// <inheritdoc/>
    public static string Name => "inventory.stock_changed";
}
