using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog;

/// <summary>A product. Relations that were not loaded are left out.</summary>
internal sealed record ProductResponse(
    string Id, string Title, string? Subtitle, string? Description, string Handle, bool IsGiftcard, string Status, bool Discountable,
    string? Thumbnail, string? CollectionId, string? TypeId, decimal? Weight, decimal? Length, decimal? Height, decimal? Width,
    string? HsCode, string? OriginCountry, string? MidCode, string? Material, string? ExternalId, JsonElement? Metadata,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt, LabelResponse? Type, CollectionResponse? Collection)
{
    /// <summary>The key behind <see cref="Id"/>.</summary>
    [JsonIgnore]
    public Guid Key { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<VariantResponse>? Variants { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<OptionResponse>? Options { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<LabelResponse>? Tags { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<ImageResponse>? Images { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<ProductCategoryResponse>? Categories { get; set; }
}

/// <summary>A variant. Relations that were not loaded are left out.</summary>
internal sealed record VariantResponse(
    string Id, string Title, string? Sku, string? Barcode, string? Ean, string? Upc, bool AllowBackorder, bool ManageInventory,
    string? HsCode, string? OriginCountry, string? MidCode, string? Material, decimal? Weight, decimal? Length, decimal? Height,
    decimal? Width, JsonElement? Metadata, int VariantRank, string? Thumbnail, string ProductId,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt)
{
    /// <summary>The key behind <see cref="Id"/>.</summary>
    [JsonIgnore]
    public Guid Key { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public ProductResponse? Product { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<OptionValueResponse>? Options { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<ImageResponse>? Images { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public CalculatedPriceResponse? CalculatedPrice { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? InventoryQuantity { get; set; }
}

/// <summary>An option of one product (<c>is_exclusive</c> is always true: options are not shared between products).</summary>
internal sealed record OptionResponse(
    string Id, string Title, bool IsExclusive, JsonElement? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<OptionValueResponse>? Values { get; set; }
}

internal sealed record OptionValueResponse(
    string Id, string Value, int? Rank, JsonElement? Metadata, string OptionId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    DateTimeOffset? DeletedAt)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public OptionResponse? Option { get; set; }
}

internal sealed record ImageResponse(
    string Id, string Url, JsonElement? Metadata, int Rank, string ProductId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt);

/// <summary>Something that products belong to: a tag, a type, a collection or a category.</summary>
internal interface IProductGroup
{
    string Id { get; }

    /// <summary>Its first products; null when they were not loaded.</summary>
    List<ProductResponse>? Products { set; }
}

/// <summary>A product type or a product tag.</summary>
internal sealed record LabelResponse(
    string Id, string Value, string? ExternalId, JsonElement? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt)
    : IProductGroup
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<ProductResponse>? Products { get; set; }
}

internal sealed record CollectionResponse(
    string Id, string Title, string Handle, string? ExternalId, JsonElement? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    DateTimeOffset? DeletedAt) : IProductGroup
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<ProductResponse>? Products { get; set; }
}

/// <summary>A category as products show it.</summary>
internal sealed record ProductCategoryResponse(
    string Id, string Name, string Description, string Handle, string Mpath, bool IsActive, bool IsInternal, int Rank, string? ExternalId,
    JsonElement? Metadata, string? ParentCategoryId, ParentCategoryReference? ParentCategory,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt);

internal sealed record ParentCategoryReference(string Id);

/// <summary>A category on its own. Relations that were not loaded are left out; a root's parent is null.</summary>
internal sealed record CategoryResponse(
    string Id, string Name, string Description, string Handle, string Mpath, bool IsActive, bool IsInternal, int Rank, string? ExternalId,
    JsonElement? Metadata, string? ParentCategoryId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt) : IProductGroup
{
    /// <summary>Ids from the root down to this one.</summary>
    [JsonIgnore]
    public Guid[] Path { get; init; } = [];

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<CategoryResponse?> ParentCategory { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<CategoryResponse>? CategoryChildren { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public List<ProductResponse>? Products { get; set; }

    /// <summary>As products show it.</summary>
    public ProductCategoryResponse ToProductCategory() => new(
        Id, Name, Description, Handle, Mpath, IsActive, IsInternal, Rank, ExternalId, Metadata, ParentCategoryId,
        ParentCategoryId is null ? null : new ParentCategoryReference(ParentCategoryId), CreatedAt, UpdatedAt, DeletedAt);
}

/// <summary>What a variant costs in the context of the request. Amounts are major units.</summary>
internal sealed record CalculatedPriceResponse(
    string Id, bool IsCalculatedPricePriceList, bool IsCalculatedPriceTaxInclusive, decimal CalculatedAmount, RawAmount RawCalculatedAmount,
    bool IsOriginalPricePriceList, bool IsOriginalPriceTaxInclusive, decimal OriginalAmount, RawAmount RawOriginalAmount,
    string CurrencyCode, PriceOriginResponse CalculatedPrice, PriceOriginResponse OriginalPrice)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? CalculatedAmountWithTax { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? CalculatedAmountWithoutTax { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? OriginalAmountWithTax { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public decimal? OriginalAmountWithoutTax { get; set; }
}

/// <summary>Where a price comes from.</summary>
internal sealed record PriceOriginResponse(string Id, string? PriceListId, string? PriceListType, int? MinQuantity, int? MaxQuantity);

/// <summary>An amount as the peer's clients expect it beside the number.</summary>
internal sealed record RawAmount(string Value, int Precision);
