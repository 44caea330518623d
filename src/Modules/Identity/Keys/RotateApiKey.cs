using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Keys;

/// <summary>Gives a secret key a new token, shown in this answer and never again. The old one stays good for some hours, and those before it no longer, so that programs can change over.</summary>
internal sealed record RotateApiKeyRequest(int? OverlapHours = null);

internal static class RotateApiKey
{
    private const int UsualOverlap = 24;
    private const int LongestOverlap = 7 * 24;

    public static Task<IResult> Handle(string id, Body<RotateApiKeyRequest> body, Caller caller, Db db, TimeProvider clock, CancellationToken ct)
    {
        var overlap = body.Value.OverlapHours ?? UsualOverlap;
        Check.Range("overlap_hours", overlap, 0, LongestOverlap);
        // Its new token is in this answer: who reads it may do what the key may, for as long as it may.
        return ChangeApiKey.Change(id, caller, db, ct, async (tx, key) =>
        {
            if (key.Type != "secret") throw new ErrorException(Error.NotAllowed("Only secret API keys can be rotated: a publishable one is no secret"));
            if (key.RevokedAt is not null) throw new ErrorException(Error.NotAllowed($"Cannot rotate API key {id} that is revoked"));
            if (key.ExpiresAt <= clock.GetUtcNow()) throw new ErrorException(Error.NotAllowed($"Cannot rotate API key {id} that has expired: make a new one"));
            KeyRules.RequireEnd(key.ExpiresAt, caller);

            var token = KeyRules.NewToken(ApiKeyType.Secret);
            var row = await tx.Connection.QuerySingleAsync<ApiKeyRow>(new CommandDefinition($"""
                update identity.former_keys set good_until = least(good_until, now() + make_interval(hours => @overlap)) where api_key_id = @Id;
                insert into identity.former_keys (token_hash, api_key_id, good_until)
                select token_hash, id, now() + make_interval(hours => @overlap) from identity.api_keys where id = @Id;
                update identity.api_keys k set token_hash = @hash, redacted = @redacted, updated_at = now() where k.id = @Id returning {ApiKeyRow.Columns}
                """, new { key.Id, overlap, hash = ApiKeys.Hash(token), redacted = KeyWire.Redact(token) }, tx.Inner, cancellationToken: ct));
            return Reply.Json(new ApiKeyEnvelope(row.ToWire() with { Token = token }), IdentityJson.Default.ApiKeyEnvelope);
        });
    }
}
