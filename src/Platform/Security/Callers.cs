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
    /// <summary>The shopper, when signed in.</summary>
    public Guid? CustomerId { get; init; }

    /// <summary>Whose repeats are the same request.</summary>
    public string Scope => CustomerId is { } customer ? $"{KeyId:N}{customer:N}" : KeyId.ToString("N");

    /// <summary>For minimal APIs: a handler's <c>Caller</c> parameter. Only on routes behind a policy of <see cref="CallerPolicies"/>.</summary>
    public static ValueTask<Caller> BindAsync(HttpContext http) =>
        ValueTask.FromResult(http.Features.Get<Caller>() ?? throw new InvalidOperationException("The route has no caller policy."));
}

/// <summary>Who is signed in: a handler's parameter, on routes behind <see cref="CallerPolicies.RequireSignIn{T}"/> or one that asks for more.</summary>
/// <param name="Session">The session and its person.</param>
public sealed record Actor(SignedIn Session)
{
    /// <summary>The customer or member of staff; only where the policy asks for one.</summary>
    public Guid Id => Session.ActorId ?? throw new InvalidOperationException("The route lets in those who are nobody yet.");

    /// <summary>For minimal APIs.</summary>
    public static ValueTask<Actor> BindAsync(HttpContext http) =>
        ValueTask.FromResult(http.Features.Get<Actor>() ?? throw new InvalidOperationException("The route has no sign-in policy."));
}

/// <summary>The policies of route groups. They run before the handler's arguments are read.</summary>
public static class CallerPolicies
{
    /// <summary><c>/store</c>: a publishable key in <c>x-publishable-api-key</c>. A shopper's token is heard when it comes along and is good.</summary>
    public static RouteGroupBuilder RequirePublishableKey(this RouteGroupBuilder group) => group.WithMetadata(new CallerPolicy(ApiKeyType.Publishable));

    /// <summary><c>/admin</c>: a secret key as <c>Authorization: Basic base64("sk_…:")</c> (or Bearer).</summary>
    public static RouteGroupBuilder RequireSecretKey(this RouteGroupBuilder group) => group.WithMetadata(new CallerPolicy(ApiKeyType.Secret));

    /// <summary>A customer's token, beside what the group asks for.</summary>
    public static T RequireCustomer<T>(this T routes) where T : IEndpointConventionBuilder => routes.WithMetadata(new SignInPolicy(ActorTypes.Customer, IsBound: true));

    /// <summary>A token of whoever has signed in, of that kind when one is given, who need not be a customer or member of staff yet.</summary>
    public static T RequireSignIn<T>(this T routes, string? actorType = null) where T : IEndpointConventionBuilder => routes.WithMetadata(new SignInPolicy(actorType, IsBound: false));
}

/// <summary>Endpoint metadata: which key the route asks for.</summary>
public sealed record CallerPolicy(ApiKeyType Type);

/// <summary>Endpoint metadata: who must be signed in.</summary>
/// <param name="ActorType">Of which kind; any when null.</param>
/// <param name="IsBound">Whether there must be a customer or member of staff already.</param>
public sealed record SignInPolicy(string? ActorType, bool IsBound);

/// <summary>Checks <see cref="CallerPolicy"/> and <see cref="SignInPolicy"/>, and sets the <see cref="Caller"/> and <see cref="Actor"/>. Runs after routing, before anything reads the body.</summary>
public sealed class CallerMiddleware(RequestDelegate next)
{
    /// <summary>Runs the check.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata is { } metadata && await Refuse(http, metadata.GetMetadata<CallerPolicy>(), metadata.GetMetadata<SignInPolicy>()) is { } error)
            await ErrorBody.Send(http, error);
        else
            await next(http);
    }

    private static async Task<Error?> Refuse(HttpContext http, CallerPolicy? key, SignInPolicy? signIn)
    {
        if (key is not null)
        {
            var keys = http.RequestServices.GetRequiredService<IApiKeys>();
            if (!(await (key.Type == ApiKeyType.Publishable ? Publishable(http, keys) : Secret(http, keys))).Try(out var caller, out var error)) return error;
            http.Features.Set(caller);
        }

        var isOptional = key?.Type == ApiKeyType.Publishable && signIn is null;
        if (!isOptional && signIn is null) return null;
        if (SessionToken.Of(http) is not { } token) return isOptional ? null : Error.Unauthorized();
        var session = await http.RequestServices.GetRequiredService<ISessions>().Resolve(new ResolveSession(token), http.RequestAborted);
        // A guest may still have an old token; what is asked of a guest is answered.
        if (!session.Try(out var found, out var unknown)) return isOptional && unknown.Type == ErrorType.Unauthorized ? null : unknown;
        if (signIn is { } policy && ((policy.ActorType ?? found.ActorType) != found.ActorType || (policy.IsBound && found.ActorId is null))) return Error.Unauthorized();
        http.Features.Set(new Actor(found));
        if (found is { ActorType: ActorTypes.Customer, ActorId: { } customer } && http.Features.Get<Caller>() is { } known) http.Features.Set(known with { CustomerId = customer });
        return null;
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
