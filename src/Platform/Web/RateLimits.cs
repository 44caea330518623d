using System.Globalization;
using HeadlessPro.Contracts;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// How often one client may ask in a minute: <c>RateLimits:PerMinute</c> (100), to sign in and its like <c>RateLimits:SignInPerMinute</c> (20).
/// Every answer says what is left (<c>RateLimit-Limit</c>, <c>-Remaining</c>, <c>-Reset</c>), a refusal is 429 with <c>Retry-After</c>.
/// </summary>
/// <remarks>
/// A client is its address (of IPv6 the network of 64 bits that one customer of a provider has); behind a proxy, <see cref="Proxies"/> says whose
/// word on that counts. Some may ask as often as they like (<see cref="ExemptClients"/>). Health, hosts of the same shop and signed webhooks are never limited. 0 switches a limit off.
/// Minutes are counted from the full one, over all hosts (<see cref="RequestCounts"/>).
/// </remarks>
internal sealed class RateLimits(RequestDelegate next, RequestCounts counts, ExemptClients exempt, IConfiguration configuration, TimeProvider clock)
{
    private static readonly string[] Unlimited = ["/health", "/internal", "/webhooks", "/hooks"];

    private readonly int _perMinute = configuration.GetValue("RateLimits:PerMinute", 100);
    private readonly int _signInPerMinute = configuration.GetValue("RateLimits:SignInPerMinute", 20);

    public Task InvokeAsync(HttpContext http)
    {
        // However the path is spelled: routes do not mind.
        var isSignIn = !HttpMethods.IsGet(http.Request.Method)
            && (http.Request.Path.StartsWithSegments("/auth", StringComparison.OrdinalIgnoreCase) || http.Request.Path.StartsWithSegments("/oauth/sign-in", StringComparison.OrdinalIgnoreCase));
        var limit = isSignIn ? _signInPerMinute : _perMinute;
        if (limit <= 0 || ClientAddress.Of(http) is not { } address || IsUnlimited(http.Request.Path) || exempt.Contains(address)) return next(http);

        var now = clock.GetUtcNow();
        var asked = counts.Count((isSignIn ? "auth " : "") + ClientAddress.ClientOf(address), now.ToUnixTimeSeconds() / 60, limit);
        var reset = (60 - now.Second).ToString(CultureInfo.InvariantCulture);
        http.Response.Headers["RateLimit-Limit"] = limit.ToString(CultureInfo.InvariantCulture);
        http.Response.Headers["RateLimit-Remaining"] = Math.Max(0, limit - asked).ToString(CultureInfo.InvariantCulture);
        http.Response.Headers["RateLimit-Reset"] = reset;
        if (asked <= limit) return next(http);

        http.Response.Headers.RetryAfter = reset;
        return ErrorBody.Send(
            http, Error.NotAllowed($"Too many requests: {limit} a minute are answered. Try again in {reset} seconds", "too_many_requests"), StatusCodes.Status429TooManyRequests);
    }

    private static bool IsUnlimited(PathString path)
    {
        foreach (var prefix in Unlimited)
            if (path.StartsWithSegments(prefix, StringComparison.OrdinalIgnoreCase)) return true;

        return false;
    }
}
