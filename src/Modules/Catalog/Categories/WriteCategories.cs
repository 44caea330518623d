using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Catalog;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Npgsql;

namespace HeadlessPro.Catalog.Categories;

/// <summary>Creates, changes, moves and deletes categories.</summary>
internal sealed record CreateCategoryRequest(
    string Name, string? Description = null, string? Handle = null, bool IsActive = false, bool IsInternal = false, string? ParentCategoryId = null,
    int? Rank = null, string? ExternalId = null, JsonElement? Metadata = null);

internal sealed record UpdateCategoryRequest(
    Optional<string> Name = default, Optional<string?> Description = default, Optional<string> Handle = default, Optional<bool> IsActive = default,
    Optional<bool> IsInternal = default, Optional<string?> ParentCategoryId = default, Optional<int> Rank = default,
    Optional<string?> ExternalId = default, Optional<JsonElement?> Metadata = default);

internal static class WriteCategories
{
    private const int LastRank = 1_000_000;

    public static async Task<IResult> Create(Body<CreateCategoryRequest> body, Db db, CancellationToken ct)
    {
        var (request, key) = (body.Value, WireId.New());
        var name = Checked.Required("name", request.Name);
        var parent = Parent(request.ParentCategoryId);
        var rank = request.Rank is { } given ? Checked.Whole("rank", given, 0, LastRank) : (int?)null;
        var values = new
        {
            key,
            name,
            parent,
            request.IsActive,
            request.IsInternal,
            description = Checked.Text("description", request.Description, Longest.Description) ?? "",
            handle = string.IsNullOrEmpty(request.Handle)
                ? Handles.From(name, fallback: "category-" + WireId.Encode("", key)[1..].ToLowerInvariant())
                : Checked.Handle("handle", request.Handle, slashes: true),
            external = Checked.Code("external_id", request.ExternalId),
            metadata = Checked.Metadata("metadata", request.Metadata),
        };
        return await InTree(key, values.handle, db, async tx =>
        {
            var path = await CategoryTree.PathBelow(tx, parent, key, ct);
            await tx.Connection.ExecuteAsync(new CommandDefinition("""
                insert into catalog.categories (id, parent_id, name, description, handle, path, is_active, is_internal, external_id, metadata)
                values (@key, @parent, @name, @description, @handle, @path, @IsActive, @IsInternal, @external, @metadata::jsonb)
                """, With(values, path), tx.Inner, cancellationToken: ct));
            await CategoryTree.Place(tx, parent, key, rank, ct);
        }, ct);
    }

    public static async Task<IResult> Update(string id, Body<UpdateCategoryRequest> body, Db db, CancellationToken ct)
    {
        var (request, key) = (body.Value, AdminCategoryRow.Key(id));
        var parent = request.ParentCategoryId.IsSet ? Parent(request.ParentCategoryId.Value) : null;
        var rank = request.Rank.IsSet ? Checked.Whole("rank", request.Rank.Value, 0, LastRank) : (int?)null;
        var values = new
        {
            key,
            name = request.Name.IsSet ? Checked.Required("name", request.Name.Value) : null,
            description = request.Description.IsSet ? Checked.Text("description", request.Description.Value, Longest.Description) ?? "" : null,
            handle = request.Handle.IsSet ? Checked.Handle("handle", request.Handle.Value, slashes: true) : null,
            active = request.IsActive.IsSet ? request.IsActive.Value : (bool?)null,
            isInternal = request.IsInternal.IsSet ? request.IsInternal.Value : (bool?)null,
            hasExternal = request.ExternalId.IsSet,
            external = Checked.Code("external_id", request.ExternalId.Value),
            hasMetadata = request.Metadata.IsSet,
            metadata = Checked.Metadata("metadata", request.Metadata.Value),
        };
        return await InTree(key, values.handle, db, async tx =>
        {
            var before = await Find(tx, id, ct);
            await tx.Connection.ExecuteAsync(new CommandDefinition("""
                update catalog.categories set
                    name = coalesce(@name, name), description = coalesce(@description, description), handle = coalesce(@handle, handle),
                    is_active = coalesce(@active, is_active), is_internal = coalesce(@isInternal, is_internal),
                    external_id = case when @hasExternal then @external else external_id end,
                    metadata = case when @hasMetadata then @metadata::jsonb else metadata end, updated_at = now()
                where id = @key
                """, values, tx.Inner, cancellationToken: ct));
            var moves = request.ParentCategoryId.IsSet && parent != before.ParentId;
            if (moves) await Move(tx, before, parent, ct);
            if (moves || rank is not null) await CategoryTree.Place(tx, moves ? parent : before.ParentId, key, rank, ct);
            if (moves) await CategoryTree.CloseGaps(tx, before.ParentId, ct);
        }, ct);
    }

    public static async Task<IResult> Delete(string id, Db db, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        await CategoryTree.Lock(tx, ct);
        var category = await Find(tx, id, ct);
        var key = category.Id;
        var children = await tx.Connection.QuerySingleAsync<long>(new CommandDefinition(
            "select count(*) from catalog.categories where parent_id = @key and deleted_at is null", new { key }, tx.Inner, cancellationToken: ct));
        if (children > 0)
            throw new ErrorException(Error.NotAllowed($"Category {id} has {children} categories below it: move or delete them first"));
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            update catalog.categories set deleted_at = now() where id = @key;
            delete from catalog.product_categories where category_id = @key
            """, new { key }, tx.Inner, cancellationToken: ct));
        await CategoryTree.CloseGaps(tx, category.ParentId, ct);
        tx.Publish(new CatalogChanged([]));
        await tx.Commit(ct);
        return Reply.Deleted(id, "product_category");
    }

    private static async Task Move(Transaction tx, AdminCategoryRow category, Guid? parent, CancellationToken ct)
    {
        var path = await CategoryTree.PathBelow(tx, parent, category.Id, ct);
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            update catalog.categories set parent_id = @parent where id = @Id;
            update catalog.categories set path = @path || path[array_position(path, @Id) + 1:] where path @> array[@Id]::uuid[]
            """, new { parent, category.Id, path }, tx.Inner, cancellationToken: ct));
    }

    private static async Task<IResult> InTree(Guid key, string? handle, Db db, Func<Transaction, Task> change, CancellationToken ct)
    {
        try
        {
            await using var tx = await db.Begin(ct);
            await CategoryTree.Lock(tx, ct);
            await change(tx);
            tx.Publish(new CatalogChanged([]));
            await tx.Commit(ct);
        }
        catch (PostgresException e) when (CatalogErrors.Duplicate(e, handle) is { } duplicate)
        {
            return Reply.Error(duplicate);
        }

        return await ReadAdminCategories.Answer(key, fields: null, db, ct);
    }

    private static async Task<AdminCategoryRow> Find(Transaction tx, string id, CancellationToken ct) =>
        await tx.Connection.QuerySingleOrDefaultAsync<AdminCategoryRow>(new CommandDefinition(
            $"select {AdminCategoryRow.Columns} from catalog.categories c where c.id = @key and c.deleted_at is null for update",
            new { key = AdminCategoryRow.Key(id) }, tx.Inner, cancellationToken: ct))
        ?? throw CatalogErrors.NotFound(AdminCategoryRow.What, id);

    private static Guid? Parent(string? id) => string.IsNullOrEmpty(id) ? null : Checked.Id("parent_category_id", AdminCategoryRow.Prefix, id);

    private static DynamicParameters With(object values, Guid[] path)
    {
        var parameters = new DynamicParameters(values);
        parameters.Add("path", path);
        return parameters;
    }
}
