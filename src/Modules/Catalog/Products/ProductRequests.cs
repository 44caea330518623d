using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog.Products;

/// <summary>
/// A product to create or the changes to one. What is absent stays as it is (or takes its default in a new product); <c>variants</c>,
/// <c>options</c>, <c>images</c>, <c>tags</c>, <c>categories</c> and <c>sales_channels</c> replace the whole list.
/// </summary>
internal record ProductRequest(
    Optional<string> Title = default, Optional<string?> Subtitle = default, Optional<string?> Description = default,
    Optional<string?> Handle = default, Optional<string> Status = default, Optional<bool> IsGiftcard = default, Optional<bool> Discountable = default,
    Optional<string?> Thumbnail = default, Optional<string?> CollectionId = default, Optional<string?> TypeId = default,
    IReadOnlyList<ProductImageRequest>? Images = null, IReadOnlyList<ProductReference>? Tags = null,
    IReadOnlyList<ProductReference>? Categories = null, IReadOnlyList<ProductReference>? SalesChannels = null,
    IReadOnlyList<ProductOptionRequest>? Options = null, IReadOnlyList<ProductVariantRequest>? Variants = null,
    Optional<decimal?> Weight = default, Optional<decimal?> Length = default, Optional<decimal?> Height = default, Optional<decimal?> Width = default,
    Optional<string?> HsCode = default, Optional<string?> OriginCountry = default, Optional<string?> MidCode = default, Optional<string?> Material = default,
    Optional<string?> ExternalId = default, Optional<string?> Vendor = default, Optional<ProductSeoRequest?> Seo = default,
    Optional<JsonElement?> Metadata = default);

/// <summary>Changes to the product of that id, in a batch.</summary>
internal sealed record BatchProductRequest(string Id) : ProductRequest;

/// <summary>Products to create, change and delete in one step: all or nothing.</summary>
internal sealed record BatchProductsRequest(
    IReadOnlyList<ProductRequest>? Create = null, IReadOnlyList<BatchProductRequest>? Update = null, IReadOnlyList<string>? Delete = null);

/// <summary>A picture; one the product has already when <c>id</c> is given.</summary>
internal sealed record ProductImageRequest(string? Url = null, string? Alt = null, string? Id = null, JsonElement? Metadata = null);

/// <summary>An option and its values, in the order shown; one the product has already when <c>id</c> is given.</summary>
internal sealed record ProductOptionRequest(
    Optional<string> Title = default, IReadOnlyList<string>? Values = null, string? Id = null, Optional<JsonElement?> Metadata = default);

/// <summary>A variant to create, or the changes to one when <c>id</c> is given. <c>options</c>: option title → value. <c>prices</c> replaces all.</summary>
internal sealed record ProductVariantRequest(
    string? Id = null, Optional<string?> Title = default, Optional<string?> Sku = default, Optional<string?> Barcode = default,
    Optional<string?> Ean = default, Optional<string?> Upc = default, Optional<bool> ManageInventory = default,
    Optional<bool> AllowBackorder = default, Optional<bool> RequiresShipping = default, IReadOnlyDictionary<string, string>? Options = null,
    IReadOnlyList<VariantPriceRequest>? Prices = null, Optional<int> VariantRank = default, Optional<string?> Thumbnail = default,
    Optional<decimal?> Weight = default, Optional<decimal?> Length = default, Optional<decimal?> Height = default, Optional<decimal?> Width = default,
    Optional<string?> HsCode = default, Optional<string?> OriginCountry = default, Optional<string?> MidCode = default, Optional<string?> Material = default,
    Optional<JsonElement?> Metadata = default);

/// <summary>A price in major units; for a number of pieces or a region only, when those are given.</summary>
internal sealed record VariantPriceRequest(
    decimal Amount, string CurrencyCode, int? MinQuantity = null, int? MaxQuantity = null, decimal? CompareAtAmount = null,
    PriceRulesRequest? Rules = null, string? Id = null);

internal sealed record PriceRulesRequest(string? RegionId = null);

internal sealed record ProductSeoRequest(string? Title = null, string? Description = null);

/// <summary>Names something that exists: <c>{"id": "…"}</c> or the id alone.</summary>
[JsonConverter(typeof(ProductReferenceConverter))]
internal sealed record ProductReference(string Id);

/// <summary>Reads <see cref="ProductReference"/>.</summary>
internal sealed class ProductReferenceConverter : JsonConverter<ProductReference>
{
    public override ProductReference Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        if (reader.TokenType == JsonTokenType.String) return new ProductReference(reader.GetString()!);
        if (reader.TokenType != JsonTokenType.StartObject) throw new JsonException();
        string? id = null;
        while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
        {
            if (!reader.ValueTextEquals("id") || !reader.Read() || reader.TokenType != JsonTokenType.String || id is not null) throw new JsonException();
            id = reader.GetString();
        }

        return new ProductReference(id ?? throw new JsonException());
    }

    public override void Write(Utf8JsonWriter writer, ProductReference value, JsonSerializerOptions options) => writer.WriteStringValue(value.Id);
}
