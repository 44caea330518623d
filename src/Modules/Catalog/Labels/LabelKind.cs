using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog.Labels;

/// <summary>A product type or a product tag: one word a product carries. Two kinds of the same thing, a table each.</summary>
/// <param name="Table">Schema-qualified.</param>
/// <param name="Prefix">Of wire ids.</param>
/// <param name="Key">Of the answer, <c>product_type</c>.</param>
/// <param name="What">For messages.</param>
/// <param name="Detach">Takes the label off its products when it is deleted.</param>
internal sealed record LabelKind(string Table, string Prefix, string Key, string What, string Detach)
{
    public static readonly LabelKind Type = new(
        "catalog.types", "ptyp", "product_type", "Product type", "update catalog.products set type_id = null, updated_at = now() where type_id = @key");

    public static readonly LabelKind Tag = new(
        "catalog.tags", "ptag", "product_tag", "Product tag", "delete from catalog.product_tags where tag_id = @key");
}

internal sealed record ProductTypeEnvelope(LabelResponse ProductType);

internal sealed record ProductTagEnvelope(LabelResponse ProductTag);

/// <summary>A row of <c>catalog.types</c> or <c>catalog.tags</c>.</summary>
internal sealed record LabelRow(
    Guid Id, string Value, string? ExternalId, string? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt)
{
    public const string Columns = "l.id, l.value, l.external_id, l.metadata, l.created_at, l.updated_at, l.deleted_at";

    public LabelResponse ToWire(LabelKind kind) => new(
        WireId.Encode(kind.Prefix, Id), Value, ExternalId, JsonColumn.Read(Metadata), CreatedAt, UpdatedAt, DeletedAt);
}
