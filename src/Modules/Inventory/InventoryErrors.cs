using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Inventory;

namespace HeadlessPro.Inventory;

/// <summary>What can go wrong here.</summary>
internal static class InventoryErrors
{
    /// <summary>Names each line that cannot be had, and how many pieces of it there are.</summary>
    public static Error Insufficient(IReadOnlyList<ReserveLine> lines, Func<Guid, long> left) => Error.NotAllowed(
        "Some variant does not have the required inventory: " + string.Join("; ", lines.GroupBy(l => l.VariantId).Select(group =>
            left(group.Key) is var pieces and > 0
                ? $"only {pieces} left of {group.First().Label}, {group.Sum(l => l.Quantity)} wanted"
                : $"{group.First().Label} is sold out")),
        "insufficient_inventory");

    public static Error ItemNotFound(string id) => Error.NotFound($"Inventory item with id: {id} was not found");

    public static Error LocationNotFound(string id) => Error.NotFound($"Stock location with id: {id} was not found");

    public static Error LevelNotFound(string item, string location) =>
        Error.NotFound($"Item {item} is not stocked at location {location}");

    public static Error ReservationNotFound(string key) => Error.NotFound($"Reservation with id: {key} was not found");

    public static Error DuplicateSku(string? sku) => Error.Duplicate($"Inventory item with sku: {sku}, already exists.");

    public static Error BelowReserved(string field, long reserved) =>
        Error.NotAllowed($"Invalid request: Value for field '{field}' too small: {reserved} pieces are reserved here, expected at least: '{reserved}'");
}
