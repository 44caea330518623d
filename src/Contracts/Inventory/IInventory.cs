namespace HeadlessPro.Contracts.Inventory;

/// <summary>How many there are and who may have them. Every number is of whole pieces.</summary>
[Contract("inventory")]
public interface IInventory
{
    /// <summary>
    /// Makes sure each variant has its stock item, thousands in a call; sets stock where it is given, but never below what is reserved. A new
    /// variant whose SKU an item has already shares that item. A shop without a stock location gets one. Repeated with the same key it leaves
    /// stock as it is: what was sold meanwhile stays sold.
    /// </summary>
    Task<Result<Done>> EnsureItems(EnsureItems request, CancellationToken ct);

    /// <summary>What can still be promised of each variant (stocked − reserved − backordered over the locations that serve the channels; a location without channels serves all; the scarcest part of a kit decides). Unknown variants are missing.</summary>
    Task<Result<IReadOnlyList<VariantAvailability>>> GetAvailability(GetAvailability request, CancellationToken ct);

    /// <summary>Where stock lies, the default location first.</summary>
    Task<Result<IReadOnlyList<LocationInfo>>> GetLocations(GetLocations request, CancellationToken ct);

    /// <summary>Pieces on the shelf of each variant at each location; kits and unknown variants are missing.</summary>
    Task<Result<IReadOnlyList<VariantStock>>> GetStock(GetStock request, CancellationToken ct);

    /// <summary>Sets (does not add) the pieces on the shelf, never below what is reserved. Repeated with the same key it changes nothing.</summary>
    Task<Result<Done>> SetStock(SetStock request, CancellationToken ct);

    /// <summary>
    /// Holds stock for a cart until <see cref="ReserveStock.ExpiresAt"/>, all lines or none. Repeated with the same key and lines: the same
    /// reservation with the new expiry; with other lines: replaced as one step, and left as it was when that fails; a key whose order was
    /// placed, which sells what it held: the reservation as it is. Fails with <c>insufficient_inventory</c>, naming each line's label and how many are left.
    /// </summary>
    Task<Result<StockReservation>> Reserve(ReserveStock request, CancellationToken ct);

    /// <summary>Gives held stock back. Repeating it, or an unknown key or one whose order was placed, changes nothing.</summary>
    Task<Result<Done>> Release(ReleaseStock request, CancellationToken ct);

    /// <summary>Removes the stock items of deleted variants from sale. Repeating it changes nothing more.</summary>
    Task<Result<Done>> RemoveItems(RemoveItems request, CancellationToken ct);

    /// <summary>Adds and removes sales channels a stock location serves. The caller has checked that the channels exist.</summary>
    Task<Result<Done>> LinkChannels(LinkLocationChannels request, CancellationToken ct);
}

/// <summary>Stock items to have.</summary>
/// <param name="Items">Which.</param>
/// <param name="Key">Unique to this call; null = stock is set each time.</param>
public sealed record EnsureItems(IReadOnlyList<EnsureItem> Items, Guid? Key = null);

/// <summary>One stock item.</summary>
/// <param name="VariantId">The variant it stands for.</param>
/// <param name="Sku">SKU, copied for people who count.</param>
/// <param name="Title">What it is, copied for people who count.</param>
/// <param name="RequiresShipping">False for digital goods.</param>
/// <param name="Stocked">When given: pieces on the shelf at the default location (set, not added).</param>
public sealed record EnsureItem(Guid VariantId, string? Sku, string? Title, bool RequiresShipping, long? Stocked);

/// <summary>All locations.</summary>
public sealed record GetLocations;

/// <summary>A stock location.</summary>
public sealed record LocationInfo(Guid Id, string Name, bool IsDefault);

/// <summary>Whose stock.</summary>
public sealed record GetStock(IReadOnlyList<Guid> VariantIds);

/// <summary>Stock to set.</summary>
/// <param name="Stock">Pieces.</param>
/// <param name="Key">Unique to this call; null = stock is set each time.</param>
public sealed record SetStock(IReadOnlyList<VariantStock> Stock, Guid? Key = null);

/// <summary>Pieces of a variant on the shelf of a location.</summary>
public sealed record VariantStock(Guid VariantId, Guid LocationId, long Stocked);

/// <summary>Whose availability; empty channels = all locations.</summary>
public sealed record GetAvailability(IReadOnlyList<Guid> VariantIds, IReadOnlyList<Guid> SalesChannelIds);

/// <summary>Pieces of a variant that can be promised; can be negative after backorders.</summary>
public sealed record VariantAvailability(Guid VariantId, long Available);

/// <summary>Hold stock.</summary>
/// <param name="Key">The cart's id: one reservation per key.</param>
/// <param name="SalesChannelId">Decides which locations serve; null = all.</param>
/// <param name="Lines">Only variants whose inventory is managed. Lines of one variant are added up.</param>
/// <param name="ExpiresAt">When the hold lapses by itself.</param>
public sealed record ReserveStock(Guid Key, Guid? SalesChannelId, IReadOnlyList<ReserveLine> Lines, DateTimeOffset ExpiresAt);

/// <summary>One line to hold.</summary>
/// <param name="VariantId">The variant.</param>
/// <param name="Quantity">Pieces, &gt; 0.</param>
/// <param name="AllowBackorder">May go below zero.</param>
/// <param name="Label">Product title and SKU, for the error a shopper reads.</param>
public sealed record ReserveLine(Guid VariantId, long Quantity, bool AllowBackorder, string Label);

/// <summary>A hold.</summary>
public sealed record StockReservation(Guid Key, DateTimeOffset ExpiresAt);

/// <summary>Hold → free.</summary>
public sealed record ReleaseStock(Guid Key);

/// <summary>Variants that are gone.</summary>
public sealed record RemoveItems(IReadOnlyList<Guid> VariantIds);

/// <summary>Channel links of a location.</summary>
public sealed record LinkLocationChannels(Guid LocationId, IReadOnlyList<Guid> Add, IReadOnlyList<Guid> Remove);
