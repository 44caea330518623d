using System.Text;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Identity.Keys;
using HeadlessPro.Identity.Protection;
using HeadlessPro.Platform.Data;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Apps;

/// <summary>
/// Which app is calling: a confidential one shows its secret, as Basic or in the body; a public one only says who it is. Wrong secrets are
/// counted per address, never per app: its id is known to all, and nobody must be able to lock it out by that.
/// </summary>
internal sealed class ClientAuthentication(Db db, Throttle throttle)
{
    public async Task<AppRow> Of(HttpContext http, OAuthForm form)
    {
        var ct = http.RequestAborted;
        var (clientId, secret) = Basic(http) is { } header ? (header.Id, header.Secret) : (form["client_id"], form["client_secret"]);
        if (clientId is null) throw new OAuthRefusal("invalid_client", "No client authentication was sent", StatusCodes.Status401Unauthorized);
        if (Basic(http) is not null && (form["client_secret"] is not null || (form["client_id"] ?? clientId) != clientId))
            throw new OAuthRefusal("invalid_request", "More than one way of client authentication was used");
        var (app, isRight) = WireId.TryDecode(PeopleWire.App, clientId, out var id) ? await Find(id, secret, ct) : (null, false);
        // Of an app nobody knows the answer is that of a wrong secret.
        if (app is not null && (app.IsConfidential ? isRight : secret is null)) return app;
        if (await throttle.Take(Throttle.SignIn, http, null, ct) is { } refused) throw new OAuthRefusal("temporarily_unavailable", refused.Message, StatusCodes.Status429TooManyRequests);
        throw new OAuthRefusal("invalid_client", "The client is not known, or its authentication is wrong", StatusCodes.Status401Unauthorized);
    }

    private async Task<(AppRow? App, bool IsRight)> Find(Guid id, string? secret, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        await using var both = await connection.QueryMultipleAsync(new CommandDefinition($"""
            select {AppRow.Columns} from identity.apps a where a.id = @id and a.deleted_at is null;
            select exists (select from identity.app_secrets where app_id = @id and secret_hash = @hash and (good_until is null or good_until > now()))
            """, new { id, hash = ApiKeys.Hash(secret ?? "") }, cancellationToken: ct));
        return (await both.ReadSingleOrDefaultAsync<AppRow>(), await both.ReadSingleAsync<bool>());
    }

    /// <summary>Both halves are form-encoded before they are base 64 (RFC 6749, 2.3.1).</summary>
    private static (string Id, string Secret)? Basic(HttpContext http)
    {
        var header = http.Request.Headers.Authorization.ToString();
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return null;
        Span<byte> bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header["Basic ".Length..].Trim(), bytes, out var written)) return ("", "");
        var parts = Encoding.UTF8.GetString(bytes[..written]).Split(':', 2);
        return (Decode(parts[0]), parts.Length > 1 ? Decode(parts[1]) : "");
    }

    private static string Decode(string text) => Uri.UnescapeDataString(text.Replace('+', ' '));
}
