using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Security;
using Microsoft.AspNetCore.Http.Metadata;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Modules.Tests.Identity.Access;

/// <summary>What is expected of a cell, and what came of it.</summary>
internal enum Verdict
{
    /// <summary>The request passed the policy, whatever came of it then.</summary>
    Allowed,

    /// <summary>400: no publishable key, or no good one.</summary>
    NoKey,

    /// <summary>401: nobody is signed in who could.</summary>
    Unauthorized,

    /// <summary>403: the permission is missing.</summary>
    Forbidden,

    /// <summary>404: it is another's.</summary>
    NotTheirs,
}

/// <summary>An operation of the API description with the policies of its route.</summary>
internal sealed record Operation(string Method, string Path, string? Permission, bool AsksForKey, SignInPolicy? SignIn)
{
    public static IReadOnlyList<Operation> All(JsonNode description, IServiceProvider services)
    {
        var routes = services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(e => (e.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []).Select(m => (Key: $"{m} {e.RoutePattern.RawText}".TrimEnd('/'), e)))
            .GroupBy(p => p.Key).ToDictionary(g => g.Key, g => g.First().e);
        return
        [
            .. description["paths"]!.AsObject().SelectMany(path => path.Value!.AsObject().Select(operation =>
            {
                var (method, address) = (operation.Key.ToUpperInvariant(), path.Key);
                var metadata = routes[$"{method} {address}".TrimEnd('/')].Metadata;
                return new Operation(
                    method, address, metadata.GetMetadata<PermissionPolicy>()?.Permission, metadata.GetMetadata<PublishableKeyPolicy>() is not null, metadata.GetMetadata<SignInPolicy>());
            })),
        ];
    }

    /// <summary>Whether it ends the sessions of who calls it.</summary>
    public bool EndsSessions => Method == "DELETE" && Path is "/auth/session" or "/auth/sessions";

    /// <summary>Whether what it names is one person's: of another it is not there.</summary>
    public bool IsOfOnePerson => Path is "/store/customers/me/addresses/{id}" or "/auth/sessions/{id}";
}

/// <summary>A column of the matrix: who calls, with what.</summary>
internal sealed record MatrixCaller(string Name)
{
    public string? PublishableKey { get; init; }

    /// <summary>What a secret key may do; null without one.</summary>
    public Func<Operation, string[]>? Grants { get; init; }

    /// <summary>The token that goes along.</summary>
    public Func<Task<string>>? Token { get; init; }

    /// <summary>Whose token it is, when it is good.</summary>
    public string? ActorType { get; init; }

    /// <summary>What a member of staff may do.</summary>
    public string[] Role { get; init; } = [];

    /// <summary>Whether an app holds the token, which was let do what <see cref="Role"/> says.</summary>
    public bool IsApp { get; init; }

    /// <summary>Whether the ids in the address are of what belongs to somebody else.</summary>
    public bool NamesAnothers { get; init; }

    /// <summary>What the declared policies make of it.</summary>
    public Verdict Expected(Operation operation)
    {
        if (operation.Permission is { } permission)
        {
            var grants = Grants is { } key ? key(operation) : ActorType is ActorTypes.User or ActorTypes.App ? Role : null;
            return grants is null ? Verdict.Unauthorized : Matches(grants, permission) ? Verdict.Allowed : Verdict.Forbidden;
        }

        if (operation.AsksForKey && PublishableKey is null) return Verdict.NoKey;
        if (operation.SignIn is { } policy && (ActorType is null || (policy.ActorType ?? ActorType) != ActorType)) return Verdict.Unauthorized;
        if (operation.SignIn is { } asked && IsApp && (asked.Scope is null || !Role.Contains(asked.Scope))) return Verdict.Forbidden;
        return operation.IsOfOnePerson && NamesAnothers ? Verdict.NotTheirs : Verdict.Allowed;
    }

    // Said again, not asked of the product: by the text of a grant.
    private static bool Matches(string[] grants, string permission) =>
        grants.Any(g => g == "*" || System.Text.RegularExpressions.Regex.IsMatch(permission, "^" + System.Text.RegularExpressions.Regex.Escape(g).Replace(@"\*", "[a-z]+", StringComparison.Ordinal) + "$"));
}

/// <summary>Tokens as our hosts sign them with a shared secret, and as others would.</summary>
internal static class ForgedToken
{
    public const string Secret = "a-shared-secret-of-32-characters-or-more";

    /// <summary>The same token with other claims, rightly signed.</summary>
    public static string With(string token, Action<JsonNode> change)
    {
        var parts = token.Split('.');
        var claims = JsonNode.Parse(Text(parts[1]))!;
        change(claims);
        return Sign(parts[0], Encode(claims.ToJsonString()));
    }

    public static string Tampered(string token)
    {
        var parts = token.Split('.');
        var claims = JsonNode.Parse(Text(parts[1]))!;
        claims["exp"] = (long)claims["exp"]! + 1;
        return $"{parts[0]}.{Encode(claims.ToJsonString())}.{parts[2]}";
    }

    public static string Unsigned(string token) => $"{Encode("""{"alg":"none","typ":"JWT"}""")}.{token.Split('.')[1]}.";

    private static string Sign(string header, string claims) =>
        $"{header}.{claims}.{System.Buffers.Text.Base64Url.EncodeToString(HMACSHA256.HashData(Encoding.UTF8.GetBytes(Secret), Encoding.UTF8.GetBytes($"{header}.{claims}")))}";

    private static string Text(string part) => Encoding.UTF8.GetString(System.Buffers.Text.Base64Url.DecodeFromChars(part));

    private static string Encode(string text) => System.Buffers.Text.Base64Url.EncodeToString(Encoding.UTF8.GetBytes(text));
}

/// <summary>Sends a cell's request and reads the verdict from the answer.</summary>
internal static class Cell
{
    public static HttpRequestMessage Request(Operation operation, MatrixCaller caller, string path, string? token, string? secretKey)
    {
        var request = new HttpRequestMessage(new HttpMethod(operation.Method), path);
        // No handler takes an array: whoever passes the policy changes nothing. What is one person's is looked for only with a body that can be read.
        if (operation.Method == "POST") request.Content = new StringContent(operation.IsOfOnePerson ? "{}" : "[]", Encoding.UTF8, "application/json");
        if (caller.PublishableKey is { } key) request.Headers.Add("x-publishable-api-key", key);
        if (token is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        if (secretKey is not null) request.Headers.Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(secretKey + ":")));
        return request;
    }

    public static async Task<(Verdict Verdict, string Answer)> Send(HttpClient client, HttpRequestMessage request, Operation operation)
    {
        using (request)
        {
            using var response = await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
            var status = (int)response.StatusCode;
            if (status is >= 200 and < 300 || response.Content.Headers.ContentType?.MediaType != "application/json") return (Verdict.Allowed, $"{status}");
            var body = await response.Content.ReadAsStringAsync();
            var message = (string?)JsonNode.Parse(body)!["message"] ?? "";
            Assert.True(status < 500, $"{request.Method} {request.RequestUri}: {status} {body}");
            return (Read(status, message, operation), $"{status} {message}");
        }
    }

    private static Verdict Read(int status, string message, Operation operation) => status switch
    {
        400 when message.StartsWith("Publishable API key required", StringComparison.Ordinal) || message == "A valid publishable key is required to proceed with the request" => Verdict.NoKey,
        401 when message == "Unauthorized" => Verdict.Unauthorized,
        403 when message.StartsWith("The permission '", StringComparison.Ordinal) || message.StartsWith("The scope '", StringComparison.Ordinal) || message == "No app may do this" => Verdict.Forbidden,
        404 when operation.IsOfOnePerson => Verdict.NotTheirs,
        _ => Verdict.Allowed,
    };
}
