using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Platform.Security;

/// <summary>Who is calling; set by the policy on a module's route group.</summary>
/// <param name="KeyId">The API key.</param>
/// <param name="SalesChannelIds">What a publishable key may see.</param>
public sealed record Caller(Guid KeyId, IReadOnlyList<Guid> SalesChannelIds)
{
    /// <summary>For minimal APIs: a handler's <c>Caller</c> parameter. Only on routes behind a policy of <see cref="CallerPolicies"/>.</summary>
    public static ValueTask<Caller> BindAsync(HttpContext http) =>
        ValueTask.FromResult(http.Features.Get<Caller>() ?? throw new InvalidOperationException("The route has no caller policy."));
}

/// <summary>The policies of route groups. They run before the handler's arguments are read.</summary>
public static class CallerPolicies
{
    /// <summary><c>/store</c>: a publishable key in <c>x-publishable-api-key</c>.</summary>
    public static RouteGroupBuilder RequirePublishableKey(this RouteGroupBuilder group) => group.WithMetadata(new CallerPolicy(ApiKeyType.Publishable));

    /// <summary><c>/admin</c>: a secret key as <c>Authorization: Basic base64("sk_…:")</c> (or Bearer).</summary>
    public static RouteGroupBuilder RequireSecretKey(this RouteGroupBuilder group) => group.WithMetadata(new CallerPolicy(ApiKeyType.Secret));
}

/// <summary>Endpoint metadata: which key the route asks for.</summary>
public sealed record CallerPolicy(ApiKeyType Type);

/// <summary>Checks <see cref="CallerPolicy"/> and sets the <see cref="Caller"/>. Runs after routing, before anything reads the body.</summary>
public sealed class CallerMiddleware(RequestDelegate next)
{
    /// <summary>Runs the check.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata.GetMetadata<CallerPolicy>() is { } policy)
        {
            var keys = http.RequestServices.GetRequiredService<IApiKeys>();
            var caller = policy.Type == ApiKeyType.Publishable ? await Publishable(http, keys) : await Secret(http, keys);
            if (!caller.Try(out var found, out var error))
            {
                await ErrorBody.Send(http, error);
                return;
            }

            http.Features.Set(found);
        }

        await next(http);
    }

    private static async Task<Result<Caller>> Publishable(HttpContext http, IApiKeys keys)
    {
        var token = http.Request.Headers["x-publishable-api-key"].ToString();
        if (token.Length == 0)
            return Error.NotAllowed("Publishable API key required in the request header: x-publishable-api-key. You can manage your keys in settings in the dashboard.");
        var key = await keys.Resolve(new ResolveApiKey(token), http.RequestAborted);
        if (key.Error is { Type: not ErrorType.NotFound } failure) return failure;
        return key.Value is { Type: ApiKeyType.Publishable } found
            ? new Caller(found.Id, found.SalesChannelIds)
            : Error.NotAllowed("A valid publishable key is required to proceed with the request");
    }

    private static async Task<Result<Caller>> Secret(HttpContext http, IApiKeys keys)
    {
        if (!TryReadToken(http.Request.Headers.Authorization.ToString(), out var token)) return Error.Unauthorized();
        var key = await keys.Resolve(new ResolveApiKey(token), http.RequestAborted);
        if (key.Error is { Type: not ErrorType.NotFound } failure) return failure;
        return key.Value is { Type: ApiKeyType.Secret } found ? new Caller(found.Id, []) : Error.Unauthorized();
    }

    private static bool TryReadToken(string header, out string token)
    {
        token = "";
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
        {
            token = header["Bearer ".Length..].Trim();
            return token.Length > 0;
        }

        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return false;
        Span<byte> bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header["Basic ".Length..].Trim(), bytes, out var written)) return false;
        token = System.Text.Encoding.UTF8.GetString(bytes[..written]).Split(':')[0];
        return token.Length > 0;
    }
}
