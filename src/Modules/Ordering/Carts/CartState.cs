using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Ordering.Carts;

/// <summary>A cart as stored: what the shopper chose, without a single price.</summary>
internal sealed record CartState(
    Guid Id, long Version, Guid RegionId, string CurrencyCode, Guid? SalesChannelId, string? Email, string? Locale, Guid? CustomerId,
    IReadOnlyList<string> PromoCodes, CartAddress? ShippingAddress, CartAddress? BillingAddress, bool TaxesAsked, string? Metadata,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? CompletedAt, Guid? OrderId,
    bool IsCompleting, bool PaymentBegun, IReadOnlyList<CartLine> Lines, IReadOnlyList<CartShippingMethod> ShippingMethods)
{
    /// <summary>The address of its customer's account; <see cref="Email"/> is what the order will be written to.</summary>
    public string? CustomerEmail { get; init; }

    /// <summary>Where the catalogue stood when the cart was read: its prices are no older. Null for a cart that was not read but made.</summary>
    public long? CatalogVersion { get; init; }

    /// <summary>The cart as that customer's, written to the address of the account.</summary>
    public CartState Of(CustomerInfo customer) => this with { CustomerId = customer.Id, CustomerEmail = customer.Email, Email = customer.Email };

    public IReadOnlyList<Guid> SalesChannelIds => SalesChannelId is { } channel ? [channel] : [];
}

/// <summary>A number of one variant. <see cref="Metadata"/> is a JSON object.</summary>
internal sealed record CartLine(
    Guid Id, Guid VariantId, Guid ProductId, long Quantity, [property: JsonConverter(typeof(RawJsonConverter))] string Metadata, LineSnapshot Snapshot,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>A chosen shipping option. <see cref="Data"/> is a JSON object or null.</summary>
internal sealed record CartShippingMethod(
    Guid Id, Guid OptionId, Guid ProfileId, string Name, [property: JsonConverter(typeof(RawJsonConverter))] string? Data, DateTimeOffset CreatedAt);

/// <summary>An address of a cart; a new one gets a new id, and none is changed.</summary>
internal sealed record CartAddress(
    Guid Id, string? FirstName = null, string? LastName = null, string? Company = null,
    [property: JsonPropertyName("address_1")] string? Address1 = null, [property: JsonPropertyName("address_2")] string? Address2 = null,
    string? City = null, string? PostalCode = null, string? CountryCode = null, string? Province = null, string? Phone = null,
    Dictionary<string, JsonElement>? Metadata = null)
{
    /// <summary>As its row keeps it; null for one that no row has yet.</summary>
    [JsonIgnore]
    public KeptAddress? Kept { get; init; }
}

/// <summary>What a line shows of its product, copied so that it outlives the product. No prices.</summary>
internal sealed record LineSnapshot(
    string ProductTitle, string? VariantTitle = null, string? Sku = null, string? Barcode = null, string? ProductSubtitle = null,
    string? ProductDescription = null, string? ProductHandle = null, string? Thumbnail = null, Guid? TypeId = null, string? TypeValue = null,
    Guid? CollectionId = null, string? CollectionTitle = null, IReadOnlyList<Guid>? CategoryIds = null, IReadOnlyList<Guid>? TagIds = null,
    IReadOnlyDictionary<string, string>? OptionValues = null, bool RequiresShipping = true, bool IsDiscountable = true, bool IsGiftcard = false)
{
    /// <summary>Of a line whose variant has not been looked up yet.</summary>
    public static readonly LineSnapshot Unknown = new("");

    public static LineSnapshot Of(SellableVariant v) => new(
        v.ProductTitle, v.VariantTitle, v.Sku, v.Barcode, v.ProductSubtitle, v.ProductDescription, v.ProductHandle, v.Thumbnail, v.TypeId,
        v.TypeValue, v.CollectionId, v.CollectionTitle, v.CategoryIds, v.TagIds, v.OptionValues, v.RequiresShipping, v.IsDiscountable, v.IsGiftcard);

    /// <summary>What a person calls it: <c>Ember Shirt, S (SKU-5-S)</c>.</summary>
    [JsonIgnore]
    public string Label => ProductTitle + (VariantTitle is { Length: > 0 } ? ", " + VariantTitle : "") + (Sku is { Length: > 0 } ? $" ({Sku})" : "");
}

/// <summary>Serializers of what is kept in json columns; unknown members of an older or newer release are ignored.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(IReadOnlyList<CartLine>))]
[JsonSerializable(typeof(IReadOnlyList<CartShippingMethod>))]
[JsonSerializable(typeof(CartAddress))]
[JsonSerializable(typeof(KeptAddress))]
internal sealed partial class CartColumnsJson : JsonSerializerContext;
