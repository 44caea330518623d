using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Ordering.Carts;

/// <summary>A cart on the wire. Amounts are major units, exact to the currency's digits.</summary>
internal sealed record CartResponse(
    string Id, string CurrencyCode, string? Email, string? Locale, string RegionId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    DateTimeOffset? CompletedAt,
    decimal Total, decimal Subtotal, decimal TaxTotal, decimal DiscountTotal, decimal DiscountSubtotal, decimal DiscountTaxTotal,
    decimal OriginalTotal, decimal OriginalTaxTotal,
    decimal ItemTotal, decimal ItemSubtotal, decimal ItemTaxTotal, decimal ItemDiscountTotal, decimal ItemDiscountSubtotal, decimal ItemDiscountTaxTotal,
    decimal OriginalItemTotal, decimal OriginalItemSubtotal, decimal OriginalItemTaxTotal,
    decimal ShippingTotal, decimal ShippingSubtotal, decimal ShippingTaxTotal, decimal ShippingDiscountTotal, decimal ShippingDiscountSubtotal,
    decimal ShippingDiscountTaxTotal, decimal OriginalShippingTaxTotal, decimal OriginalShippingSubtotal, decimal OriginalShippingTotal,
    decimal CreditLineSubtotal, decimal CreditLineTaxTotal, decimal CreditLineTotal, decimal GiftCardTotal, decimal GiftCardTaxTotal,
    [property: JsonConverter(typeof(RawJsonConverter))] string? Metadata, string? SalesChannelId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? ShippingAddressId,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? BillingAddressId,
    string? CustomerId, [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] CartCustomerResponse? Customer,
    IReadOnlyList<CartLineResponse> Items, IReadOnlyList<CartShippingMethodResponse> ShippingMethods,
    CartAddressResponse? ShippingAddress, CartAddressResponse? BillingAddress, IReadOnlyList<string> CreditLines, IReadOnlyList<string> GiftCards,
    [property: JsonConverter(typeof(RawJsonConverter))] string Region, [property: JsonConverter(typeof(RawJsonConverter))] string Promotions,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonConverter(typeof(RawJsonConverter))] string? PaymentCollection);

/// <summary>Whose cart it is, with the address of the account.</summary>
internal sealed record CartCustomerResponse(string Id, string? Email, IReadOnlyList<string> Groups);

/// <summary><c>{"cart": …}</c>, for the API description.</summary>
internal sealed record CartEnvelope(CartResponse Cart);

/// <summary>A line of a cart. <see cref="IsAvailable"/> is false when it cannot be sold now; then it is not counted.</summary>
internal sealed record CartLineResponse(
    string Id, string CartId, string? Thumbnail, string VariantId, string ProductId, bool IsGiftcard, string? ProductTypeId, string ProductTitle,
    string? ProductDescription, string? ProductSubtitle, string? ProductType, string? ProductCollection, string? ProductHandle,
    string? VariantSku, string? VariantBarcode, string? VariantTitle, IReadOnlyDictionary<string, string>? VariantOptionValues,
    bool RequiresShipping, bool IsDiscountable, bool IsAvailable, [property: JsonConverter(typeof(RawJsonConverter))] string Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    string Title, string? Subtitle, long Quantity, decimal UnitPrice, decimal? CompareAtUnitPrice, bool IsTaxInclusive,
    decimal Total, decimal Subtotal, decimal TaxTotal, decimal OriginalTotal, decimal OriginalSubtotal, decimal OriginalTaxTotal,
    decimal DiscountTotal, decimal DiscountSubtotal, decimal DiscountTaxTotal,
    IReadOnlyList<CartTaxLineResponse> TaxLines, IReadOnlyList<CartAdjustmentResponse> Adjustments, [property: JsonConverter(typeof(RawJsonConverter))] string Product,
    [property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull), JsonConverter(typeof(RawJsonConverter))] string? Variant);

/// <summary>A line's product as shown unasked: what rules and breadcrumbs need.</summary>
internal sealed record CartLineProductResponse(
    string Id, string? CollectionId, string? TypeId, IReadOnlyList<CartIdResponse> Categories, IReadOnlyList<CartIdResponse> Tags);

internal sealed record CartIdResponse(string Id);

internal sealed record CartShippingMethodResponse(
    decimal Amount, bool IsTaxInclusive, string ShippingOptionId, string Id, string CartId, string Name, [property: JsonConverter(typeof(RawJsonConverter))] string? Data,
    decimal Total, decimal Subtotal, decimal TaxTotal, decimal OriginalTotal, decimal OriginalSubtotal, decimal OriginalTaxTotal,
    decimal DiscountTotal, decimal DiscountSubtotal, decimal DiscountTaxTotal, DateTimeOffset CreatedAt,
    IReadOnlyList<CartTaxLineResponse> TaxLines, IReadOnlyList<CartAdjustmentResponse> Adjustments);

internal sealed record CartTaxLineResponse(
    string Id, string Description, string? Code, decimal Rate, string ProviderId, [property: JsonConverter(typeof(RawJsonConverter))] string? Data, [property: JsonConverter(typeof(RawJsonConverter))] string? Metadata, decimal Total, decimal Subtotal);

/// <summary>A discount on a line. <see cref="Amount"/> is without tax, as recorded.</summary>
internal sealed record CartAdjustmentResponse(string Id, string Code, string PromotionId, decimal Amount, bool IsTaxInclusive);

internal sealed record CartAddressResponse(
    string Id, string? FirstName, string? LastName, string? Company,
    [property: JsonPropertyName("address_1")] string? Address1, [property: JsonPropertyName("address_2")] string? Address2,
    string? City, string? PostalCode, string? CountryCode, string? Province, string? Phone, Dictionary<string, JsonElement>? Metadata);

/// <summary>Serializers of the cart's wire.</summary>
[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, NumberHandling = JsonNumberHandling.Strict,
    Converters = [typeof(WireTimeConverter)])]
[JsonSerializable(typeof(CartEnvelope))]
[JsonSerializable(typeof(CartResponse))]
[JsonSerializable(typeof(CartLineProductResponse))]
[JsonSerializable(typeof(CreateCartRequest))]
[JsonSerializable(typeof(TransferCartRequest))]
[JsonSerializable(typeof(NotMergedResponse))]
[JsonSerializable(typeof(TransferredCartEnvelope))]
[JsonSerializable(typeof(UpdateCartRequest))]
[JsonSerializable(typeof(AddLineItemRequest))]
[JsonSerializable(typeof(ChangeLineItemRequest))]
[JsonSerializable(typeof(CartPromotionsRequest))]
[JsonSerializable(typeof(ComputeTaxesRequest))]
[JsonSerializable(typeof(AddShippingMethodRequest))]
[JsonSerializable(typeof(List<AddShippingMethodRequest>))]
[JsonSerializable(typeof(CalculateShippingRequest))]
[JsonSerializable(typeof(OpenPaymentCollectionRequest))]
[JsonSerializable(typeof(OpenPaymentSessionRequest))]
[JsonSerializable(typeof(StartPaymentRequest))]
[JsonSerializable(typeof(Dictionary<string, JsonElement>))]
internal sealed partial class CartsJson : JsonSerializerContext;
