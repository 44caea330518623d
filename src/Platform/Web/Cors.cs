using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Cors.Infrastructure;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HeadlessPro.Platform.Web;

/// <summary>
/// Which web pages may call us: <c>STORE_CORS</c>, <c>AUTH_CORS</c>, <c>ADMIN_CORS</c>, comma-separated origins or <c>*</c>. Storefronts
/// and sign-in answer any origin unless told otherwise, staff's routes none.
/// </summary>
internal static class Cors
{
    private static readonly (string Path, string Setting, string Fallback)[] Groups =
    [
        ("/store", "STORE_CORS", "*"), ("/auth", "AUTH_CORS", "*"), ("/admin", "ADMIN_CORS", ""),
        // What apps in browsers call; the pages on which people sign in answer nobody else's.
        ("/oauth/token", "AUTH_CORS", "*"), ("/oauth/revoke", "AUTH_CORS", "*"), ("/oauth/userinfo", "AUTH_CORS", "*"), ("/.well-known", "AUTH_CORS", "*"),
    ];

    public static void Add(IServiceCollection services)
    {
        services.AddCors();
        services.AddSingleton<TrustedOrigins>();
        services.AddOptions<CorsOptions>().Configure<IConfiguration>((options, configuration) =>
        {
            foreach (var (path, setting, fallback) in Groups) options.AddPolicy(path, policy => Shape(policy, configuration[setting] ?? fallback));
        });
    }

    /// <summary>Before routing: a preflight asks with a method the route does not have.</summary>
    public static void Use(WebApplication app)
    {
        foreach (var (path, setting, fallback) in Groups)
        {
            if ((app.Configuration[setting] ?? fallback).Length == 0) continue;
            app.UseWhen(http => http.Request.Path.StartsWithSegments(path, StringComparison.OrdinalIgnoreCase), branch => branch.Use(next =>
            {
                // As UseCors(path) does, which compiles an expression to call it.
                var cors = new CorsMiddleware(next, app.Services.GetRequiredService<ICorsService>(), app.Services.GetRequiredService<ILoggerFactory>(), path);
                var policies = app.Services.GetRequiredService<ICorsPolicyProvider>();
                return http => cors.Invoke(http, policies);
            }));
        }
    }

    private static void Shape(CorsPolicyBuilder policy, string origins)
    {
        policy.AllowAnyHeader().AllowAnyMethod().SetPreflightMaxAge(TimeSpan.FromHours(2))
            .WithExposedHeaders("X-Request-Id", "ETag", "Idempotency-Replayed", "RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset", "Retry-After");
        // Cookies only go to origins that were named: any page could else act for whoever is signed in.
        if (origins.Trim() == "*") policy.AllowAnyOrigin();
        else policy.WithOrigins(Named(origins)).AllowCredentials();
    }

    internal static string[] Named(string origins) =>
        origins.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries).Where(o => o != "*").Select(o => o.TrimEnd('/')).ToArray();

    internal static IEnumerable<(string Path, string[] Origins)> ByPath(IConfiguration configuration) =>
        Groups.Select(g => (g.Path, Named(configuration[g.Setting] ?? g.Fallback)));
}

/// <summary>Pages of other origins that may act for whoever is signed in: those named for the path, never <c>*</c>.</summary>
internal sealed class TrustedOrigins(IConfiguration configuration)
{
    private readonly (string Path, string[] Origins)[] _groups = [.. Cors.ByPath(configuration)];

    public bool Trust(PathString path, string origin) =>
        _groups.Any(g => path.StartsWithSegments(g.Path, StringComparison.OrdinalIgnoreCase) && g.Origins.Contains(origin, StringComparer.OrdinalIgnoreCase));
}
