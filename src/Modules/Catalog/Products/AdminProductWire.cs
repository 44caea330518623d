using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Catalog.Channels;

namespace HeadlessPro.Catalog.Products;

/// <summary>A product as staff see it: drafts, metadata, prices and channels included. Relations that were not asked for are left out.</summary>
internal sealed record AdminProductResponse(
    string Id, string Title, string? Subtitle, string? Description, string Handle, string Status, bool IsGiftcard, bool Discountable,
    string? Thumbnail, string? CollectionId, string? TypeId, decimal? Weight, decimal? Length, decimal? Height, decimal? Width,
    string? HsCode, string? OriginCountry, string? MidCode, string? Material, string? ExternalId, string? Vendor, AdminSeoResponse Seo,
    JsonElement? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt)
{
    public AdminReferenceResponse? Type { get; set; }
    public AdminCollectionReferenceResponse? Collection { get; set; }
    public IReadOnlyList<AdminOptionResponse>? Options { get; set; }
    public IReadOnlyList<AdminReferenceResponse>? Tags { get; set; }
    public IReadOnlyList<AdminImageResponse>? Images { get; set; }
    public IReadOnlyList<AdminVariantResponse>? Variants { get; set; }
    public IReadOnlyList<AdminCategoryReferenceResponse>? Categories { get; set; }
    public IReadOnlyList<SalesChannelResponse>? SalesChannels { get; set; }
}

internal sealed record AdminSeoResponse(string? Title, string? Description);

/// <summary>A tag or type beside a product.</summary>
internal sealed record AdminReferenceResponse(string Id, string Value, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

internal sealed record AdminCollectionReferenceResponse(string Id, string Title, string Handle, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

internal sealed record AdminCategoryReferenceResponse(
    string Id, string Name, string Handle, bool IsActive, bool IsInternal, int Rank, string? ParentCategoryId);

internal sealed record AdminOptionResponse(
    string Id, string Title, int Rank, string ProductId, JsonElement? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    IReadOnlyList<AdminOptionValueResponse> Values);

internal sealed record AdminOptionValueResponse(string Id, string Value, int? Rank, string OptionId, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

internal sealed record AdminImageResponse(
    string Id, string Url, string? Alt, int Rank, string ProductId, JsonElement? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>A variant as staff see it.</summary>
internal sealed record AdminVariantResponse(
    string Id, string Title, string? Sku, string? Barcode, string? Ean, string? Upc, bool AllowBackorder, bool ManageInventory, bool RequiresShipping,
    string? HsCode, string? OriginCountry, string? MidCode, string? Material, decimal? Weight, decimal? Length, decimal? Height, decimal? Width,
    int VariantRank, string? Thumbnail, string ProductId, JsonElement? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    DateTimeOffset? DeletedAt)
{
    public IReadOnlyList<AdminVariantValueResponse>? Options { get; set; }
    public IReadOnlyList<AdminPriceResponse>? Prices { get; set; }
}

/// <summary>The value a variant has for one option.</summary>
internal sealed record AdminVariantValueResponse(string Id, string Value, string OptionId, AdminOptionTitleResponse Option);

internal sealed record AdminOptionTitleResponse(string Id, string Title);

/// <summary>A price in major units. <c>compare_at_amount</c> is struck through beside it.</summary>
internal sealed record AdminPriceResponse(
    string Id, decimal Amount, string CurrencyCode, decimal? CompareAtAmount, int? MinQuantity, int? MaxQuantity, string VariantId, string? PriceListId,
    PriceRulesResponse Rules, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

internal sealed record PriceRulesResponse([property: JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? RegionId);

internal sealed record AdminProductEnvelope(AdminProductResponse Product);

internal sealed record AdminVariantEnvelope(AdminVariantResponse Variant);

internal sealed record AdminOptionEnvelope(AdminOptionResponse ProductOption);

/// <summary>What a batch did.</summary>
internal sealed record BatchProductsResponse(
    IReadOnlyList<AdminProductResponse> Created, IReadOnlyList<AdminProductResponse> Updated, BatchDeletedResponse Deleted);

internal sealed record BatchDeletedResponse(IReadOnlyList<string> Ids, string Object, bool Deleted);
