using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HeadlessPro.Catalog.Labels;

/// <summary>Creates, renames and deletes types and tags. A value is there once, whatever its case.</summary>
internal sealed record CreateLabelRequest(string Value, string? ExternalId = null, JsonElement? Metadata = null);

internal sealed record UpdateLabelRequest(
    Optional<string> Value = default, Optional<string?> ExternalId = default, Optional<JsonElement?> Metadata = default);

internal static class WriteLabels
{
    public static Task<IResult> CreateType(Body<CreateLabelRequest> body, Db db, CancellationToken ct) => Create(LabelKind.Type, body.Value, db, ct);

    public static Task<IResult> CreateTag(Body<CreateLabelRequest> body, Db db, CancellationToken ct) => Create(LabelKind.Tag, body.Value, db, ct);

    public static Task<IResult> UpdateType(string id, Body<UpdateLabelRequest> body, Db db, CancellationToken ct) => Update(LabelKind.Type, id, body.Value, db, ct);

    public static Task<IResult> UpdateTag(string id, Body<UpdateLabelRequest> body, Db db, CancellationToken ct) => Update(LabelKind.Tag, id, body.Value, db, ct);

    public static Task<IResult> DeleteType(string id, Db db, CancellationToken ct) => Delete(LabelKind.Type, id, db, ct);

    public static Task<IResult> DeleteTag(string id, Db db, CancellationToken ct) => Delete(LabelKind.Tag, id, db, ct);

    private static Task<IResult> Create(LabelKind kind, CreateLabelRequest request, Db db, CancellationToken ct) =>
        Write(kind, $"""
            insert into {kind.Table} as l (id, value, external_id, metadata) values (@key, @value, @external, @metadata::jsonb) returning {LabelRow.Columns}
            """,
            new
            {
                key = WireId.New(),
                value = Checked.Required("value", request.Value),
                external = Checked.Code("external_id", request.ExternalId),
                metadata = Checked.Metadata("metadata", request.Metadata),
            }, request.Value.Trim(), id: "", db, ct);

    private static Task<IResult> Update(LabelKind kind, string id, UpdateLabelRequest request, Db db, CancellationToken ct) =>
        Write(kind, $"""
            update {kind.Table} l set
                value = coalesce(@value, l.value), external_id = case when @hasExternal then @external else l.external_id end,
                metadata = case when @hasMetadata then @metadata::jsonb else l.metadata end, updated_at = now()
            where l.id = @key and l.deleted_at is null returning {LabelRow.Columns}
            """,
            new
            {
                key = Checked.PathId(kind.What, kind.Prefix, id),
                value = request.Value.IsSet ? Checked.Required("value", request.Value.Value) : null,
                hasExternal = request.ExternalId.IsSet,
                external = Checked.Code("external_id", request.ExternalId.Value),
                hasMetadata = request.Metadata.IsSet,
                metadata = Checked.Metadata("metadata", request.Metadata.Value),
            }, request.Value.Value?.Trim(), id, db, ct);

    private static async Task<IResult> Write(LabelKind kind, string sql, object values, string? value, string id, Db db, CancellationToken ct)
    {
        try
        {
            await using var tx = await db.Begin(ct);
            var row = await tx.Connection.QuerySingleOrDefaultAsync<LabelRow>(new CommandDefinition(sql, values, tx.Inner, cancellationToken: ct));
            if (row is null) throw CatalogErrors.NotFound(kind.What, id);
            tx.Publish(new CatalogChanged([]));
            await tx.Commit(ct);
            return Reply.One(kind.Key, row.ToWire(kind), AdminJson.Default.LabelResponse, Fields.All);
        }
        catch (PostgresException e) when (CatalogErrors.Duplicate(e, value) is { } duplicate)
        {
            return Reply.Error(duplicate);
        }
    }

    private static async Task<IResult> Delete(LabelKind kind, string id, Db db, CancellationToken ct)
    {
        var key = Checked.PathId(kind.What, kind.Prefix, id);
        await using var tx = await db.Begin(ct);
        var deleted = await tx.Connection.ExecuteAsync(new CommandDefinition(
            $"update {kind.Table} set deleted_at = now() where id = @key and deleted_at is null", new { key }, tx.Inner, cancellationToken: ct));
        if (deleted == 0) throw CatalogErrors.NotFound(kind.What, id);
        await tx.Connection.ExecuteAsync(new CommandDefinition(kind.Detach, new { key }, tx.Inner, cancellationToken: ct));
        tx.Publish(new CatalogChanged([]));
        await tx.Commit(ct);
        return Reply.Deleted(id, kind.Key);
    }
}
