using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog.Products;

/// <summary>A row of <c>catalog.products</c> with its type and collection.</summary>
internal sealed class AdminProductRow
{
    public const string Select = """
        select p.id, p.title, p.subtitle, p.description, p.handle, p.status, p.is_giftcard, p.discountable, p.thumbnail, p.collection_id, p.type_id,
            p.weight, p.length, p.height, p.width, p.hs_code, p.origin_country, p.mid_code, p.material, p.external_id, p.vendor,
            p.seo_title, p.seo_description, p.metadata, p.created_at, p.updated_at, p.deleted_at,
            t.value as type_value, t.created_at as type_created_at, t.updated_at as type_updated_at,
            c.title as collection_title, c.handle as collection_handle, c.created_at as collection_created_at, c.updated_at as collection_updated_at
        from catalog.products p
        left join catalog.types t on t.id = p.type_id and t.deleted_at is null
        left join catalog.collections c on c.id = p.collection_id and c.deleted_at is null
        where p.id = any (@ids)
        """;

    public Guid Id { get; set; }
    public string Title { get; set; } = "";
    public string? Subtitle { get; set; }
    public string? Description { get; set; }
    public string Handle { get; set; } = "";
    public string Status { get; set; } = "";
    public bool IsGiftcard { get; set; }
    public bool Discountable { get; set; }
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
    public DateTimeOffset CreatedAt { get; set; }
    public DateTimeOffset UpdatedAt { get; set; }
    public DateTimeOffset? DeletedAt { get; set; }
    public string? TypeValue { get; set; }
    public DateTimeOffset TypeCreatedAt { get; set; }
    public DateTimeOffset TypeUpdatedAt { get; set; }
    public string? CollectionTitle { get; set; }
    public string? CollectionHandle { get; set; }
    public DateTimeOffset CollectionCreatedAt { get; set; }
    public DateTimeOffset CollectionUpdatedAt { get; set; }

    public AdminProductResponse ToWire(Fields fields) => new(
        WireId.Encode("prod", Id), Title, Subtitle, Description, Handle, Status, IsGiftcard, Discountable, Thumbnail,
        CollectionTitle is null ? null : WireId.EncodeOrNull("pcol", CollectionId), TypeValue is null ? null : WireId.EncodeOrNull("ptyp", TypeId),
        Weight, Length, Height, Width, HsCode, OriginCountry, MidCode, Material, ExternalId, Vendor, new AdminSeoResponse(SeoTitle, SeoDescription),
        JsonColumn.Read(Metadata), CreatedAt, UpdatedAt, DeletedAt)
    {
        Type = TypeValue is null || !fields.Wants("type")
            ? null
            : new AdminReferenceResponse(WireId.Encode("ptyp", TypeId!.Value), TypeValue, TypeCreatedAt, TypeUpdatedAt),
        Collection = CollectionTitle is null || !fields.Wants("collection")
            ? null
            : new AdminCollectionReferenceResponse(
                WireId.Encode("pcol", CollectionId!.Value), CollectionTitle, CollectionHandle!, CollectionCreatedAt, CollectionUpdatedAt),
    };
}
