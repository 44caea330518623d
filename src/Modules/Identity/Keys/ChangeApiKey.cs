using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Staff;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Keys;

/// <summary>Renames, revokes or deletes a key that may do no more than whoever does it. Only a revoked key can be deleted.</summary>
internal sealed record UpdateApiKeyRequest(string Title);

internal static class ChangeApiKey
{
    public static Task<IResult> Rename(string id, Body<UpdateApiKeyRequest> body, Caller caller, Db db, CancellationToken ct) =>
        KeyRules.CheckTitle(body.Value.Title) is { } problem
            ? Task.FromResult(Reply.Error(problem))
            : Update(id, "title = @title, updated_at = now()", body.Value.Title, caller, db, ct);

    public static Task<IResult> Revoke(string id, Caller caller, Db db, CancellationToken ct) =>
        Update(id, "revoked_at = coalesce(revoked_at, now()), updated_at = now()", "", caller, db, ct);

    public static Task<IResult> Delete(string id, Caller caller, Db db, CancellationToken ct) => Change(id, caller, db, ct, async (tx, key) =>
    {
        if (key.RevokedAt is null) throw new ErrorException(Error.NotAllowed($"Cannot delete API key {id} that is not revoked: revoke it first"));
        await tx.Connection.ExecuteAsync(new CommandDefinition(
            "update identity.api_keys set deleted_at = now() where id = @Id", new { key.Id }, tx.Inner, cancellationToken: ct));
        return Reply.Deleted(id, "api_key");
    });

    private static Task<IResult> Update(string id, string assignments, string title, Caller caller, Db db, CancellationToken ct) => Change(id, caller, db, ct, async (tx, key) =>
    {
        var row = await tx.Connection.QuerySingleAsync<ApiKeyRow>(new CommandDefinition(
            $"update identity.api_keys k set {assignments} where k.id = @Id returning {ApiKeyRow.Columns}", new { key.Id, title }, tx.Inner, cancellationToken: ct));
        return Reply.Json(new ApiKeyEnvelope(row.ToWire()), IdentityJson.Default.ApiKeyEnvelope);
    });

    /// <summary>Does something to a key, when the caller may do all that it may.</summary>
    public static async Task<IResult> Change(string id, Caller caller, Db db, CancellationToken ct, Func<Transaction, ApiKeyRow, Task<IResult>> change)
    {
        if (!WireId.TryDecode(KeyWire.Prefix, id, out var key)) return Reply.Error(KeyRules.NotFound(id));
        await using var tx = await db.Begin(ct);
        var before = await tx.Connection.QuerySingleOrDefaultAsync<ApiKeyRow>(new CommandDefinition(
            $"select {ApiKeyRow.Columns} from identity.api_keys k where k.id = @key and k.deleted_at is null for update", new { key }, tx.Inner, cancellationToken: ct));
        if (before is null) return Reply.Error(KeyRules.NotFound(id));
        Grants.RequireAll(before.Permissions, caller);
        var answer = await change(tx, before);
        tx.Publish(new ApiKeyChanged(key));
        await tx.Commit(ct);
        return answer;
    }
}
