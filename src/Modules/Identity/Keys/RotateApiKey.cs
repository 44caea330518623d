using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Staff;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Keys;

/// <summary>Gives a secret key a new token, shown in this answer and never again. The old one stays good for some hours, so that programs can change over.</summary>
internal sealed record RotateApiKeyRequest(int? OverlapHours = null);

internal static class RotateApiKey
{
    private const int UsualOverlap = 24;
    private const int LongestOverlap = 7 * 24;

    public static async Task<IResult> Handle(string id, Body<RotateApiKeyRequest> body, Caller caller, Db db, CancellationToken ct)
    {
        var overlap = body.Value.OverlapHours ?? UsualOverlap;
        Check.Range("overlap_hours", overlap, 0, LongestOverlap);
        if (!WireId.TryDecode(KeyWire.Prefix, id, out var key)) return Reply.Error(KeyRules.NotFound(id));

        await using var tx = await db.Begin(ct);
        var found = await tx.Connection.QuerySingleOrDefaultAsync<(string Type, string[] Grants, bool IsRevoked)?>(new CommandDefinition(
            "select type, permissions, revoked_at is not null from identity.api_keys where id = @key and deleted_at is null for update", new { key }, tx.Inner, cancellationToken: ct));
        if (found is not { } before) return Reply.Error(KeyRules.NotFound(id));
        if (before.Type != "secret") return Reply.Error(Error.NotAllowed("Only secret API keys can be rotated: a publishable one is no secret"));
        if (before.IsRevoked) return Reply.Error(Error.NotAllowed($"Cannot rotate API key {id} that is revoked"));
        // Its new token is in this answer: who reads it may do what the key may.
        Grants.RequireAll(before.Grants, caller);

        var token = KeyRules.NewToken(ApiKeyType.Secret);
        var row = await tx.Connection.QuerySingleAsync<ApiKeyRow>(new CommandDefinition($"""
            insert into identity.former_keys (token_hash, api_key_id, good_until)
            select token_hash, id, now() + make_interval(hours => @overlap) from identity.api_keys where id = @key;
            update identity.api_keys k set token_hash = @hash, redacted = @redacted, updated_at = now() where k.id = @key returning {ApiKeyRow.Columns}
            """, new { key, overlap, hash = ApiKeys.Hash(token), redacted = KeyWire.Redact(token) }, tx.Inner, cancellationToken: ct));
        tx.Publish(new ApiKeyChanged(key));
        await tx.Commit(ct);
        return Reply.Json(new ApiKeyEnvelope(row.ToWire() with { Token = token }), IdentityJson.Default.ApiKeyEnvelope);
    }
}
