using System.Text.Json.Serialization;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Identity.Apps;

/// <summary>What a token is worth now (RFC 7662); of one that is worth nothing, or another app's, nothing else is said.</summary>
internal sealed record IntrospectionResponse(bool Active)
{
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Scope { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ClientId { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? TokenType { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? Exp { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Sub { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Aud { get; init; }

    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Iss { get; init; }
}

/// <summary><c>POST /oauth/introspect</c>: a confidential app asks about its own tokens.</summary>
internal static class IntrospectToken
{
    public static async Task<IResult> Handle(ClientAuthentication clients, AppTokens tokens, RefreshTokens refresh, SessionStore sessions, Issuer issuer, HttpContext http)
    {
        var ct = http.RequestAborted;
        var form = await OAuthForm.Read(http);
        var app = await clients.Of(http, form);
        if (!app.IsConfidential) throw new OAuthRefusal("unauthorized_client", "Only confidential apps ask about tokens");
        var (token, isRefresh) = (form.Required("token"), false);
        var found = await tokens.Read(token, ct) is { } said ? await sessions.Check(said, ct)
            : (isRefresh = token.StartsWith(RefreshTokens.Prefix, StringComparison.Ordinal)) && await refresh.Find(token, isUsedToo: false, ct) is { } kept ? await sessions.Of(kept, ct)
            : null;
        return Reply.Json(found is not { ActorId: { } actor } || found.AppId != app.Id ? new IntrospectionResponse(false) : new IntrospectionResponse(true)
        {
            Scope = string.Join(' ', found.Scopes),
            ClientId = app.ClientId,
            TokenType = isRefresh ? null : "Bearer",
            Exp = found.ExpiresAt.ToUnixTimeSeconds(),
            Sub = WireId.Encode(PeopleWire.PrefixOf(found.ActorType), actor),
            Aud = issuer.Url,
            Iss = issuer.Url,
        }, AppJson.Default.IntrospectionResponse);
    }
}
