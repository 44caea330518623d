using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Platform.Security;

/// <summary>Who is calling: a storefront's key, a secret key or a member of staff; set by the route's policy.</summary>
/// <param name="Id">The API key's or the member of staff's.</param>
/// <param name="SalesChannelIds">What a publishable key may see.</param>
public sealed record Caller(Guid Id, IReadOnlyList<Guid> SalesChannelIds)
{
    /// <summary>The shopper, when signed in.</summary>
    public Guid? CustomerId { get; init; }

    /// <summary>Whether it is a member of staff, not a key.</summary>
    public bool IsUser { get; init; }

    /// <summary>What staff and secret keys may do; see <see cref="Permissions"/>.</summary>
    public IReadOnlyList<string> Grants { get; init; } = [];

    /// <summary>When a secret key that calls stops being good; null for never.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>The app that calls, in somebody's name or, when it is also the <see cref="Id"/>, its own.</summary>
    public Guid? AppId { get; init; }

    /// <summary>Its id on the wire: <c>apk_…</c>, <c>user_…</c> or <c>app_…</c>.</summary>
    public string WireName => WireId.Encode(IsUser ? "user" : AppId == Id ? "app" : "apk", Id);

    /// <summary>Whose repeats are the same request.</summary>
    public string Scope => $"{Id:N}{CustomerId:N}{AppId:N}";

    /// <summary>Whether it may do that.</summary>
    public bool May(string permission) => Permissions.Cover(Grants, permission);

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

/// <summary>The policies of routes and route groups. They run before the handler's arguments are read.</summary>
public static class CallerPolicies
{
    /// <summary><c>/store</c>: a publishable key in <c>x-publishable-api-key</c>. A shopper's token is heard when it comes along and is good.</summary>
    public static RouteGroupBuilder RequirePublishableKey(this RouteGroupBuilder group) => group.WithMetadata(new PublishableKeyPolicy());

    /// <summary>
    /// <c>/admin</c>: somebody with that permission. A secret key as <c>Authorization: Basic base64("sk_…:")</c> (or Bearer), or a member of
    /// staff who is signed in, by token or cookie.
    /// </summary>
    public static T RequirePermission<T>(this T routes, string permission) where T : IEndpointConventionBuilder =>
        Permissions.All.Any(p => p.Name == permission)
            ? routes.WithMetadata(new PermissionPolicy(permission))
            : throw new ArgumentException($"There is no permission '{permission}'.", nameof(permission));

    /// <summary>A customer's token, beside what the group asks for. An app's is taken where it has the scope (<see cref="Scopes"/>), nowhere when none is named.</summary>
    public static T RequireCustomer<T>(this T routes, string? scope = null) where T : IEndpointConventionBuilder => routes.WithMetadata(new SignInPolicy(ActorTypes.Customer, IsBound: true, scope));

    /// <summary>Where nobody need be signed in: what an app needs to be heard as the customer.</summary>
    public static T HearsApps<T>(this T routes, string scope) where T : IEndpointConventionBuilder => routes.WithMetadata(new HearsApps(scope));

    /// <summary>A member of staff who is signed in, whatever they may do: for what is their own.</summary>
    public static T RequireStaff<T>(this T routes) where T : IEndpointConventionBuilder => routes.WithMetadata(new SignInPolicy(ActorTypes.User, IsBound: true));

    /// <summary>A token of whoever has signed in, of that kind when one is given, who need not be a customer or member of staff yet. An app's only where a scope is named.</summary>
    public static T RequireSignIn<T>(this T routes, string? actorType = null, string? scope = null) where T : IEndpointConventionBuilder =>
        routes.WithMetadata(new SignInPolicy(actorType, IsBound: false, scope));
}

/// <summary>Endpoint metadata: where nobody need be signed in, an app with that scope is heard as the customer; without it, it is a guest.</summary>
/// <param name="Scope">Its name.</param>
public sealed record HearsApps(string Scope);

/// <summary>Endpoint metadata: the route asks for a publishable key.</summary>
public sealed record PublishableKeyPolicy;

/// <summary>Endpoint metadata: what a caller of the route must be allowed to do.</summary>
/// <param name="Permission">Its name.</param>
public sealed record PermissionPolicy(string Permission);

/// <summary>Endpoint metadata: who must be signed in.</summary>
/// <param name="ActorType">Of which kind; any when null.</param>
/// <param name="IsBound">Whether there must be a customer or member of staff already.</param>
/// <param name="Scope">What an app must have been let do to act for them here; null where no app may.</param>
public sealed record SignInPolicy(string? ActorType, bool IsBound, string? Scope = null);

/// <summary>Checks a route's policies, and sets the <see cref="Caller"/> and <see cref="Actor"/>. Runs after routing, before anything reads the body.</summary>
public sealed class CallerMiddleware(RequestDelegate next)
{
    /// <summary>Runs the check.</summary>
    public async Task InvokeAsync(HttpContext http)
    {
        if (http.GetEndpoint()?.Metadata is { } metadata && await Refuse(http, metadata) is { } error)
        {
            // Programs that act for people look for it (RFC 6750).
            if (error.Type == ErrorType.Unauthorized && metadata.GetMetadata<SignInPolicy>()?.Scope is not null) http.Response.Headers.WWWAuthenticate = "Bearer";
            await ErrorBody.Send(http, error);
            return;
        }

        await next(http);
    }

    private static async Task<Error?> Refuse(HttpContext http, EndpointMetadataCollection metadata)
    {
        if (metadata.GetMetadata<PermissionPolicy>() is { } asked)
        {
            if (!(await Staff(http)).Try(out var staff, out var unknown)) return unknown;
            http.Features.Set(staff);
            if (staff.May(asked.Permission)) return null;
            return staff.AppId is null ? Error.Forbidden($"The permission '{asked.Permission}' is missing") : TooLittle(http, asked.Permission, $"The permission '{asked.Permission}' is missing");
        }

        var isStore = metadata.GetMetadata<PublishableKeyPolicy>() is not null;
        if (isStore)
        {
            if (!(await Storefront(http)).Try(out var caller, out var error)) return error;
            http.Features.Set(caller);
        }

        return await RefuseActor(http, metadata.GetMetadata<SignInPolicy>(), metadata.GetMetadata<HearsApps>(), isOptional: isStore);
    }

    private static async Task<Error?> RefuseActor(HttpContext http, SignInPolicy? policy, HearsApps? heard, bool isOptional)
    {
        if (policy is not null) isOptional = false;
        else if (!isOptional) return null;
        if (SessionToken.Of(http) is not { } token) return isOptional ? null : Error.Unauthorized();
        var session = await http.RequestServices.GetRequiredService<ISessions>().ResolveSession(new ResolveSession(token), http.RequestAborted);
        // A guest may still have an old token; what is asked of a guest is answered.
        if (!session.Try(out var found, out var unknown)) return isOptional && unknown.Type == ErrorType.Unauthorized ? null : unknown;
        if (policy is not null && ((policy.ActorType ?? found.ActorType) != found.ActorType || (policy.IsBound && found.ActorId is null))) return Error.Unauthorized();
        if (found.AppId is not null)
        {
            var scope = policy is null ? heard?.Scope : policy.Scope;
            if (scope is null || !found.Scopes.Contains(scope))
            {
                // Where guests are answered, an app that may not act for the customer is one.
                return policy is null ? null : TooLittle(http, scope, scope is null ? "No app may do this" : $"The scope '{scope}' is missing");
            }
        }

        http.Features.Set(new Actor(found));
        if (found is { ActorType: ActorTypes.Customer, ActorId: { } customer } && http.Features.Get<Caller>() is { } known) http.Features.Set(known with { CustomerId = customer, AppId = found.AppId });
        return null;
    }

    private static async Task<Result<Caller>> Storefront(HttpContext http)
    {
        var keys = http.RequestServices.GetRequiredService<IApiKeys>();
        var token = http.Request.Headers["x-publishable-api-key"].ToString();
        if (token.Length == 0)
            return Error.NotAllowed("Publishable API key required in the request header: x-publishable-api-key. You can manage your keys in settings in the dashboard.");
        var key = await keys.Resolve(new ResolveApiKey(token), http.RequestAborted);
        if (key.Error is { Type: not ErrorType.NotFound } failure) return failure;
        return key.Value is { Type: ApiKeyType.Publishable } found
            ? new Caller(found.Id, found.SalesChannelIds)
            : Error.NotAllowed("A valid publishable key is required to proceed with the request");
    }

    private static async Task<Result<Caller>> Staff(HttpContext http)
    {
        if (SecretKey(http.Request.Headers.Authorization.ToString()) is { } secret)
        {
            var key = await http.RequestServices.GetRequiredService<IApiKeys>().Resolve(new ResolveApiKey(secret), http.RequestAborted);
            if (key.Error is { Type: not ErrorType.NotFound } failure) return failure;
            return key.Value is { Type: ApiKeyType.Secret } found ? new Caller(found.Id, []) { Grants = found.Grants, ExpiresAt = found.ExpiresAt } : Error.Unauthorized();
        }

        if (SessionToken.Of(http) is not { } token) return Error.Unauthorized();
        var session = await http.RequestServices.GetRequiredService<ISessions>().ResolveSession(new ResolveSession(token), http.RequestAborted);
        if (!session.Try(out var person, out var unknown)) return unknown;
        if (person is not { ActorType: ActorTypes.User or ActorTypes.App, ActorId: { } id }) return Error.Unauthorized();
        if (person.IsSecondFactorMissing)
            return new Error(ErrorType.Forbidden, "mfa_required", "Your role asks for a second factor: set one up (POST /auth/mfa/factors), or sign in with it");
        http.Features.Set(new Actor(person));
        return new Caller(id, []) { IsUser = person.ActorType == ActorTypes.User, AppId = person.AppId, Grants = person.Grants };
    }

    /// <summary>The refusal of an app's token, as RFC 6750 has it.</summary>
    private static Error TooLittle(HttpContext http, string? scope, string message)
    {
        http.Response.Headers.WWWAuthenticate = scope is null ? "Bearer error=\"insufficient_scope\"" : $"Bearer error=\"insufficient_scope\", scope=\"{scope}\"";
        return new Error(ErrorType.Forbidden, "insufficient_scope", message);
    }

    /// <summary>The key, as Basic's user name or, told by its beginning, as Bearer.</summary>
    private static string? SecretKey(string header)
    {
        if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            return header["Bearer ".Length..].Trim() is var token && token.StartsWith("sk_", StringComparison.Ordinal) ? token : null;
        if (!header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase)) return null;
        Span<byte> bytes = new byte[header.Length];
        if (!Convert.TryFromBase64String(header["Basic ".Length..].Trim(), bytes, out var written)) return null;
        return System.Text.Encoding.UTF8.GetString(bytes[..written]).Split(':')[0];
    }
}
