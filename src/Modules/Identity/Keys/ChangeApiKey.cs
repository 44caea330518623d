using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Keys;

/// <summary>Renames, revokes or deletes a key. Only a revoked key can be deleted.</summary>
internal sealed record UpdateApiKeyRequest(string Title);

internal static class ChangeApiKey
{
    public static Task<IResult> Rename(string id, Body<UpdateApiKeyRequest> body, Db db, CancellationToken ct) =>
        KeyRules.CheckTitle(body.Value.Title) is { } problem
            ? Task.FromResult(Reply.Error(problem))
            : Change(id, "title = @title, updated_at = now()", body.Value.Title, db, ct);

    public static Task<IResult> Revoke(string id, Db db, CancellationToken ct) =>
        Change(id, "revoked_at = coalesce(revoked_at, now()), updated_at = now()", "", db, ct);

    public static async Task<IResult> Delete(string id, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(KeyWire.Prefix, id, out var key)) return Reply.Error(KeyRules.NotFound(id));
        await using var tx = await db.Begin(ct);
        var revoked = await tx.Connection.QuerySingleOrDefaultAsync<bool?>(new CommandDefinition(
            "select revoked_at is not null from identity.api_keys where id = @key and deleted_at is null for update", new { key }, tx.Inner, cancellationToken: ct));
        if (revoked is null) return Reply.Error(KeyRules.NotFound(id));
        if (revoked is false) return Reply.Error(Error.NotAllowed($"Cannot delete API key {id} that is not revoked: revoke it first"));
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            "update identity.api_keys set deleted_at = now() where id = @key", new { key }, tx.Inner, cancellationToken: ct));
        tx.Publish(new ApiKeyChanged(key));
        await tx.Commit(ct);
        return Reply.Deleted(id, "api_key");
    }

    private static async Task<IResult> Change(string id, string assignments, string title, Db db, CancellationToken ct)
    {
        if (!WireId.TryDecode(KeyWire.Prefix, id, out var key)) return Reply.Error(KeyRules.NotFound(id));
        await using var tx = await db.Begin(ct);
        var row = await tx.Connection.QuerySingleOrDefaultAsync<ApiKeyRow>(new CommandDefinition($"""
            update identity.api_keys k set {assignments} where k.id = @key and k.deleted_at is null returning {ApiKeyRow.Columns}
            """, new { key, title }, tx.Inner, cancellationToken: ct));
        if (row is null) return Reply.Error(KeyRules.NotFound(id));
        tx.Publish(new ApiKeyChanged(key));
        await tx.Commit(ct);
        return Reply.Json(new ApiKeyEnvelope(row.ToWire()), IdentityJson.Default.ApiKeyEnvelope);
    }
}
