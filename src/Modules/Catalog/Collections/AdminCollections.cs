using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Catalog.Collections;

internal sealed record AdminCollectionEnvelope(CollectionResponse Collection);

/// <summary>A row of <c>catalog.collections</c>.</summary>
internal sealed record CollectionRow(
    Guid Id, string Title, string Handle, string? ExternalId, string? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt)
{
    public const string What = "Product collection";
    public const string Prefix = "pcol";
    public const string Columns = "c.id, c.title, c.handle, c.external_id, c.metadata, c.created_at, c.updated_at, c.deleted_at";

    public static Guid Key(string id) => Checked.PathId(What, Prefix, id);

    public CollectionResponse ToWire() => new(
        WireId.Encode(Prefix, Id), Title, Handle, ExternalId, JsonColumn.Read(Metadata), CreatedAt, UpdatedAt, DeletedAt);

    public IResult Answer() => Reply.Json(new AdminCollectionEnvelope(ToWire()), AdminJson.Default.AdminCollectionEnvelope);
}
