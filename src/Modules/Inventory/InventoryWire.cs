using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Inventory;

/// <summary>Prefixes of ids on the wire, and the shapes of answers.</summary>
internal static class InventoryWire
{
    public const string Item = "iitem";
    public const string Level = "ilev";
    public const string Location = "sloc";
    public const string Address = "laddr";
    public const string Reservation = "resitem";
    public const string Variant = "variant";
}

/// <summary>A stock item. Quantities are sums over its levels.</summary>
internal sealed record InventoryItemResponse(
    string Id, string? Sku, string? Title, string? Description, string? Thumbnail, bool RequiresShipping, long? LowStockThreshold,
    string? OriginCountry, string? HsCode, string? MidCode, string? Material, long? Weight, long? Length, long? Height, long? Width,
    long StockedQuantity, long ReservedQuantity, JsonElement? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt,
    IReadOnlyList<InventoryLevelResponse> LocationLevels, IReadOnlyList<InventoryItemVariantResponse> Variants);

/// <summary>An item at a location; available = stocked − reserved − backordered.</summary>
internal sealed record InventoryLevelResponse(
    string Id, string InventoryItemId, string LocationId, long StockedQuantity, long ReservedQuantity, long BackorderedQuantity,
    long IncomingQuantity, long AvailableQuantity, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>A variant that takes so many pieces of the item.</summary>
internal sealed record InventoryItemVariantResponse(string VariantId, int RequiredQuantity);

internal sealed record InventoryItemEnvelope(InventoryItemResponse InventoryItem);

internal sealed record InventoryItemsPage(IReadOnlyList<InventoryItemResponse> InventoryItems, long Count, int Offset, int Limit);

internal sealed record InventoryLevelsPage(IReadOnlyList<InventoryLevelResponse> InventoryLevels, long Count, int Offset, int Limit);

internal sealed record InventoryItemVariantsPage(IReadOnlyList<InventoryItemVariantResponse> Variants, long Count, int Offset, int Limit);

internal sealed record InventoryLevelDeletedResponse(string Id, string Object, bool Deleted, InventoryItemResponse Parent);

internal sealed record BatchLevelsResponse(
    IReadOnlyList<InventoryLevelResponse> Created, IReadOnlyList<InventoryLevelResponse> Updated, IReadOnlyList<string> Deleted);

/// <summary>A warehouse or a shop.</summary>
internal sealed record StockLocationResponse(
    string Id, string Name, string Kind, int Priority, double? Latitude, double? Longitude, string? AddressId,
    StockLocationAddressResponse? Address, JsonElement? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt,
    IReadOnlyList<LocationChannelResponse> SalesChannels);

internal sealed record StockLocationAddressResponse(
    string Id, [property: JsonPropertyName("address_1")] string Address1, [property: JsonPropertyName("address_2")] string? Address2,
    string? Company, string? City, string? CountryCode, string? Phone, string? Province, string? PostalCode);

internal sealed record LocationChannelResponse(string Id);

internal sealed record StockLocationEnvelope(StockLocationResponse StockLocation);

internal sealed record StockLocationsPage(IReadOnlyList<StockLocationResponse> StockLocations, long Count, int Offset, int Limit);

/// <summary>Pieces held for a cart or sold to its order. Backordered pieces are part of the quantity.</summary>
internal sealed record ReservationResponse(
    string Id, string InventoryItemId, string LocationId, long Quantity, long BackorderedQuantity, string Status, string CartId, string? Sku,
    string? Title, DateTimeOffset ExpiresAt, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

internal sealed record ReservationEnvelope(ReservationResponse Reservation);

internal sealed record ReservationsPage(IReadOnlyList<ReservationResponse> Reservations, long Count, int Offset, int Limit);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, NumberHandling = JsonNumberHandling.Strict,
    Converters = [typeof(WireTimeConverter)])]
[JsonSerializable(typeof(CreateInventoryItemRequest))]
[JsonSerializable(typeof(UpdateInventoryItemRequest))]
[JsonSerializable(typeof(CreateInventoryLevelRequest))]
[JsonSerializable(typeof(UpdateInventoryLevelRequest))]
[JsonSerializable(typeof(BatchInventoryLevelsRequest))]
[JsonSerializable(typeof(AttachVariantRequest))]
[JsonSerializable(typeof(CreateStockLocationRequest))]
[JsonSerializable(typeof(UpdateStockLocationRequest))]
[JsonSerializable(typeof(InventoryItemEnvelope))]
[JsonSerializable(typeof(InventoryItemsPage))]
[JsonSerializable(typeof(InventoryLevelsPage))]
[JsonSerializable(typeof(InventoryItemVariantsPage))]
[JsonSerializable(typeof(InventoryLevelDeletedResponse))]
[JsonSerializable(typeof(BatchLevelsResponse))]
[JsonSerializable(typeof(StockLocationEnvelope))]
[JsonSerializable(typeof(StockLocationsPage))]
[JsonSerializable(typeof(StockMovementsPage))]
[JsonSerializable(typeof(ReservationEnvelope))]
[JsonSerializable(typeof(ReservationsPage))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(bool))]
[JsonSerializable(typeof(int))]
[JsonSerializable(typeof(long?))]
[JsonSerializable(typeof(double?))]
[JsonSerializable(typeof(JsonElement?))]
internal sealed partial class InventoryJson : JsonSerializerContext;
