using System.Text.Json;
using Dapper;
using HeadlessPro.Catalog.Products;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HeadlessPro.Catalog.Collections;

/// <summary>Creates, changes, fills and deletes collections. A product is in one collection at most.</summary>
internal sealed record CreateCollectionRequest(string Title, string? Handle = null, string? ExternalId = null, JsonElement? Metadata = null);

internal sealed record UpdateCollectionRequest(
    Optional<string> Title = default, Optional<string> Handle = default, Optional<string?> ExternalId = default, Optional<JsonElement?> Metadata = default);

internal static class WriteCollections
{
    public static Task<IResult> Create(Body<CreateCollectionRequest> body, Db db, CancellationToken ct)
    {
        var (request, key) = (body.Value, WireId.New());
        var title = Checked.Required("title", request.Title);
        var handle = string.IsNullOrEmpty(request.Handle)
            ? Handles.From(title, fallback: "collection-" + WireId.Encode("", key)[1..].ToLowerInvariant())
            : Checked.Handle("handle", request.Handle);
        return Write("""
            insert into catalog.collections as c (id, title, handle, external_id, metadata) values (@key, @title, @handle, @external, @metadata::jsonb)
            """,
            new
            {
                key,
                title,
                handle,
                external = Checked.Code("external_id", request.ExternalId),
                metadata = Checked.Metadata("metadata", request.Metadata),
            }, handle, id: "", db, ct);
    }

    public static Task<IResult> Update(string id, Body<UpdateCollectionRequest> body, Db db, CancellationToken ct)
    {
        var request = body.Value;
        return Write("""
            update catalog.collections c set
                title = coalesce(@title, c.title), handle = coalesce(@handle, c.handle),
                external_id = case when @hasExternal then @external else c.external_id end,
                metadata = case when @hasMetadata then @metadata::jsonb else c.metadata end, updated_at = now()
            where c.id = @key and c.deleted_at is null
            """,
            new
            {
                key = CollectionRow.Key(id),
                title = request.Title.IsSet ? Checked.Required("title", request.Title.Value) : null,
                handle = request.Handle.IsSet ? Checked.Handle("handle", request.Handle.Value) : null,
                hasExternal = request.ExternalId.IsSet,
                external = Checked.Code("external_id", request.ExternalId.Value),
                hasMetadata = request.Metadata.IsSet,
                metadata = Checked.Metadata("metadata", request.Metadata.Value),
            }, request.Handle.Value, id, db, ct);
    }

    public static async Task<IResult> Products(string id, Body<LinkIdsRequest> body, Db db, CancellationToken ct)
    {
        var key = CollectionRow.Key(id);
        var link = ProductLink.Read(body.Value);
        await using var tx = await db.Begin(ct);
        var row = await tx.Connection.QuerySingleOrDefaultAsync<CollectionRow>(new CommandDefinition(
            $"select {CollectionRow.Columns} from catalog.collections c where c.id = @key and c.deleted_at is null for update",
            new { key }, tx.Inner, cancellationToken: ct));
        if (row is null) throw CatalogErrors.NotFound(CollectionRow.What, id);
        await link.MustExist(tx, ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            update catalog.products set collection_id = null, updated_at = now() where id = any (@Remove) and collection_id = @key;
            update catalog.products set collection_id = @key, updated_at = now() where id = any (@Add)
            """, new { key, link.Add, link.Remove }, tx.Inner, cancellationToken: ct));
        tx.Publish(new CatalogChanged(link.All));
        await tx.Commit(ct);
        return row.Answer();
    }

    public static async Task<IResult> Delete(string id, Db db, CancellationToken ct)
    {
        var key = CollectionRow.Key(id);
        await using var tx = await db.Begin(ct);
        var deleted = await tx.Connection.ExecuteAsync(new CommandDefinition(
            "update catalog.collections set deleted_at = now() where id = @key and deleted_at is null", new { key }, tx.Inner, cancellationToken: ct));
        if (deleted == 0) throw CatalogErrors.NotFound(CollectionRow.What, id);
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            "update catalog.products set collection_id = null, updated_at = now() where collection_id = @key", new { key }, tx.Inner, cancellationToken: ct));
        tx.Publish(new CatalogChanged([]));
        await tx.Commit(ct);
        return Reply.Deleted(id, "collection");
    }

    private static async Task<IResult> Write(string sql, object values, string? handle, string id, Db db, CancellationToken ct)
    {
        try
        {
            await using var tx = await db.Begin(ct);
            var row = await tx.Connection.QuerySingleOrDefaultAsync<CollectionRow>(new CommandDefinition(
                $"{sql} returning {CollectionRow.Columns}", values, tx.Inner, cancellationToken: ct));
            if (row is null) throw CatalogErrors.NotFound(CollectionRow.What, id);
            tx.Publish(new CatalogChanged([]));
            await tx.Commit(ct);
            return row.Answer();
        }
        catch (PostgresException e) when (CatalogErrors.Duplicate(e, handle) is { } duplicate)
        {
            return Reply.Error(duplicate);
        }
    }
}
