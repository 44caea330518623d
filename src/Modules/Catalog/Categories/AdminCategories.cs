using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog.Categories;

/// <summary>
/// A category as staff see it. <c>mpath</c>: ids from the root down to itself, joined by dots. Beside another, as its parent or child, it has
/// no relations of its own.
/// </summary>
internal sealed record AdminCategoryResponse(
    string Id, string Name, string Description, string Handle, string Mpath, bool IsActive, bool IsInternal, int Rank, string? ExternalId,
    string? ParentCategoryId, JsonElement? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public Optional<AdminCategoryResponse?> ParentCategory { get; set; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<AdminCategoryResponse>? CategoryChildren { get; set; }
}

internal sealed record AdminCategoryEnvelope(AdminCategoryResponse ProductCategory);

/// <summary>A row of <c>catalog.categories</c>.</summary>
internal sealed record AdminCategoryRow(
    Guid Id, string Name, string Description, string Handle, Guid[] Path, bool IsActive, bool IsInternal, int Rank, string? ExternalId,
    Guid? ParentId, string? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt)
{
    public const string What = "Product category";
    public const string Prefix = "pcat";

    public const string Columns = """
        c.id, c.name, c.description, c.handle, c.path, c.is_active, c.is_internal, c.rank, c.external_id, c.parent_id, c.metadata,
        c.created_at, c.updated_at, c.deleted_at
        """;

    public static Guid Key(string id) => Checked.PathId(What, Prefix, id);

    private string Mpath => string.Join('.', Path.Select(step => WireId.Encode(Prefix, step)));

    public AdminCategoryResponse ToWire() => new(
        WireId.Encode(Prefix, Id), Name, Description, Handle, Mpath, IsActive, IsInternal, Rank, ExternalId, WireId.EncodeOrNull(Prefix, ParentId),
        JsonColumn.Read(Metadata), CreatedAt, UpdatedAt, DeletedAt);
}
