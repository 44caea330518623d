using System.Text.Json.Serialization;

namespace HeadlessPro.Catalog.Products;

/// <summary>
/// A whole product as it is to be: read from the database (or empty), changed by a request, checked as one, saved as one. Parts that were
/// not touched are not written.
/// </summary>
internal sealed class ProductDraft(ProductFields fields)
{
    public ProductFields Fields { get; } = fields;

    /// <summary>The row's version as read; null for a new product. Saving refuses when it has moved.</summary>
    public string? Version => Fields.Version;

    public Guid Id => Fields.Id;

    /// <summary>Where the product stands in the request: prefix of field names in messages.</summary>
    public string Path { get; set; } = "";

    public List<OptionDraft> Options { get; set; } = [];
    public List<VariantDraft> Variants { get; set; } = [];
    public List<ImageDraft> Images { get; set; } = [];
    public Guid[]? TagIds { get; set; }
    public Guid[]? CategoryIds { get; set; }
    public Guid[]? ChannelIds { get; set; }
    public bool OptionsTouched { get; set; }
    public bool ImagesTouched { get; set; }
    public List<Guid> DeletedVariants { get; } = [];
}

/// <summary>The columns of <c>catalog.products</c> that people set.</summary>
internal sealed class ProductFields
{
    public Guid Id { get; set; }
    public string Title { get; set; } = "";
    public string? Subtitle { get; set; }
    public string? Description { get; set; }
    public string Handle { get; set; } = "";
    public string Status { get; set; } = "draft";
    public bool IsGiftcard { get; set; }
    public bool Discountable { get; set; } = true;
    public string? Thumbnail { get; set; }
    public Guid? CollectionId { get; set; }
    public Guid? TypeId { get; set; }
    public decimal? Weight { get; set; }
    public decimal? Length { get; set; }
    public decimal? Height { get; set; }
    public decimal? Width { get; set; }
    public string? HsCode { get; set; }
    public string? OriginCountry { get; set; }
    public string? MidCode { get; set; }
    public string? Material { get; set; }
    public string? ExternalId { get; set; }
    public string? Vendor { get; set; }
    public string? SeoTitle { get; set; }
    public string? SeoDescription { get; set; }
    public string? Metadata { get; set; }

    /// <summary>The row's version as read.</summary>
    [JsonIgnore]
    public string? Version { get; set; }
}

internal sealed class OptionDraft
{
    public Guid Id { get; set; }
    public Guid ProductId { get; set; }
    public string Title { get; set; } = "";
    public int Rank { get; set; }
    public string? Metadata { get; set; }

    [JsonIgnore]
    public List<OptionValueDraft> Values { get; set; } = [];
}

internal sealed class OptionValueDraft
{
    public Guid Id { get; set; }
    public Guid OptionId { get; set; }
    public string Value { get; set; } = "";
    public int? Rank { get; set; }
}

/// <summary>The columns of <c>catalog.variants</c> that people set, and what hangs on them.</summary>
internal sealed class VariantDraft
{
    public Guid Id { get; set; }
    public Guid ProductId { get; set; }
    public string Title { get; set; } = "";
    public string? Sku { get; set; }
    public string? Barcode { get; set; }
    public string? Ean { get; set; }
    public string? Upc { get; set; }
    public bool AllowBackorder { get; set; }
    public bool ManageInventory { get; set; } = true;
    public bool RequiresShipping { get; set; } = true;
    public string? HsCode { get; set; }
    public string? OriginCountry { get; set; }
    public string? MidCode { get; set; }
    public string? Material { get; set; }
    public decimal? Weight { get; set; }
    public decimal? Length { get; set; }
    public decimal? Height { get; set; }
    public decimal? Width { get; set; }
    public int Rank { get; set; }
    public string? Thumbnail { get; set; }
    public string? Metadata { get; set; }

    /// <summary>Where the variant stands in the request.</summary>
    [JsonIgnore]
    public string Path { get; set; } = "";

    /// <summary>Option title → value, as asked for.</summary>
    [JsonIgnore]
    public Dictionary<string, string> Options { get; set; } = new(StringComparer.Ordinal);

    /// <summary>Prices of its own that the variant has, as read.</summary>
    [JsonIgnore]
    public HashSet<Guid> KnownPrices { get; set; } = [];

    /// <summary>Null: untouched.</summary>
    [JsonIgnore]
    public List<PriceDraft>? Prices { get; set; }

    [JsonIgnore]
    public bool IsNew { get; set; }

    [JsonIgnore]
    public bool Touched { get; set; }

    /// <summary>Whether Inventory must hear of it: new, or what it copies has changed.</summary>
    [JsonIgnore]
    public bool StockTouched { get; set; }
}

internal sealed class ImageDraft
{
    public Guid Id { get; set; }
    public Guid ProductId { get; set; }
    public string Url { get; set; } = "";
    public string? Alt { get; set; }
    public int Rank { get; set; }
    public string? Metadata { get; set; }
}

/// <summary>A row of <c>catalog.prices</c>; amounts are minor units.</summary>
internal sealed class PriceDraft
{
    public Guid Id { get; set; }
    public Guid VariantId { get; set; }
    public Guid? PriceListId { get; set; }
    public string CurrencyCode { get; set; } = "";
    public long Amount { get; set; }
    public long? CompareAtAmount { get; set; }
    public Guid? RegionId { get; set; }
    public int? MinQuantity { get; set; }
    public int? MaxQuantity { get; set; }
}

internal sealed record VariantValueLink(Guid VariantId, Guid OptionId, Guid OptionValueId);

/// <summary>Drafts as JSON arrays, which PostgreSQL unfolds into rows.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IEnumerable<ProductFields>))]
[JsonSerializable(typeof(IEnumerable<OptionDraft>))]
[JsonSerializable(typeof(IEnumerable<OptionValueDraft>))]
[JsonSerializable(typeof(IEnumerable<VariantDraft>))]
[JsonSerializable(typeof(IEnumerable<ImageDraft>))]
[JsonSerializable(typeof(IEnumerable<PriceDraft>))]
[JsonSerializable(typeof(IEnumerable<VariantValueLink>))]
[JsonSerializable(typeof(IReadOnlyList<Guid>))]
internal sealed partial class DraftJson : JsonSerializerContext;
