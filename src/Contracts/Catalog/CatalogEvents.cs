namespace HeadlessPro.Contracts.Catalog;

/// <summary>Products were created, changed or deleted, or anything their answers show (prices, categories, collections, tags, types, options, channels).</summary>
/// <param name="ProductIds">The products, or empty when it may be any of them.</param>
public sealed record CatalogChanged(IReadOnlyList<Guid> ProductIds) : IEvent
{
    /// <inheritdoc/>
    public static string Name => "catalog.changed";
}
