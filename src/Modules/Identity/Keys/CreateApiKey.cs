using System.Security.Cryptography;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Staff;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Keys;

/// <summary>
/// Makes a key. A secret one is shown in this answer and never again; it may do what <see cref="Permissions"/> says, everything unless
/// said otherwise, and never more, nor for longer, than who makes it.
/// </summary>
internal sealed record CreateApiKeyRequest(string Title, string Type, IReadOnlyList<string>? Permissions = null, DateTimeOffset? ExpiresAt = null);

internal static class CreateApiKey
{
    public static async Task<IResult> Handle(Body<CreateApiKeyRequest> body, Caller caller, Db db, TimeProvider clock, CancellationToken ct)
    {
        var request = body.Value;
        if (KeyRules.CheckTitle(request.Title) is { } problem) return Reply.Error(problem);
        ApiKeyType? type = request.Type switch { "publishable" => ApiKeyType.Publishable, "secret" => ApiKeyType.Secret, _ => null };
        if (type is null)
            return Reply.Error(Error.Invalid($"Invalid request: Value for field 'type' must be 'publishable' or 'secret', got: '{request.Type}'"));
        if (type == ApiKeyType.Publishable && request.Permissions is not null) return Reply.Error(Error.Invalid("Invalid request: Field 'permissions' is for secret keys"));
        if (request.ExpiresAt <= clock.GetUtcNow()) return Reply.Error(Error.Invalid("Invalid request: Field 'expires_at' must be in the future"));
        if (type == ApiKeyType.Secret) KeyRules.RequireEnd(request.ExpiresAt, caller);
        var grants = type == ApiKeyType.Secret ? Grants.Checked("permissions", request.Permissions ?? [Permissions.Everything], caller) : [];

        var id = WireId.New();
        var token = KeyRules.NewToken(type.Value);
        await using var tx = await db.Begin(ct);
        await ApiKeys.Insert(tx, id, type.Value, request.Title, token, grants, request.ExpiresAt, ct);
        var row = await tx.Connection.QuerySingleAsync<ApiKeyRow>(new CommandDefinition(
            $"select {ApiKeyRow.Columns} from identity.api_keys k where k.id = @id", new { id }, tx.Inner, cancellationToken: ct));
        await tx.Commit(ct);
        return Reply.Json(new ApiKeyEnvelope(row.ToWire() with { Token = token }), IdentityJson.Default.ApiKeyEnvelope);
    }
}

internal static class KeyRules
{
    public static string NewToken(ApiKeyType type) => (type == ApiKeyType.Secret ? "sk_" : "pk_") + RandomNumberGenerator.GetHexString(64, lowercase: true);

    public static Error? CheckTitle(string title) => title.Trim().Length is 0 or > 255
        ? Error.Invalid("Invalid request: Field 'title' must have 1 to 255 characters")
        : null;

    /// <summary>A secret key that ends gives nobody, itself included, one that does not.</summary>
    public static void RequireEnd(DateTimeOffset? end, Caller caller)
    {
        if (caller.ExpiresAt is { } own && !(end <= own))
            throw new ErrorException(Error.Forbidden($"Field 'expires_at' must be no later than {own:yyyy-MM-ddTHH:mm:ssZ}, when your own key ends: nobody gives what they do not have"));
    }

    public static Error NotFound(string id) => Error.NotFound($"API key with id: {id} was not found");
}
