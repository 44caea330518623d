using System.Text.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HeadlessPro.Identity.SignIn.OpenId;

/// <summary>Sign-in at other people's providers: each that is configured is a way in.</summary>
internal static class OpenIdRoutes
{
    public static void Add(IServiceCollection services, IConfiguration configuration)
    {
        OpenIdHttp.Add(services);
        services.AddSingleton<OpenIdHttp>();
        services.AddSingleton<OpenIdAttempts>();
        services.AddSingleton<OpenIdCustomers>();
        foreach (var settings in OpenIdSettings.All(configuration)) services.AddSingleton<ISignInProvider>(provider => New(settings, provider));
    }

    private static OpenIdSignIn New(OpenIdSettings settings, IServiceProvider services)
    {
        var (http, clock) = (services.GetRequiredService<OpenIdHttp>(), services.GetRequiredService<TimeProvider>());
        var discovery = new Discovery(settings, http, clock);
        return new OpenIdSignIn(
            settings, new OpenIdClient(settings, http, discovery, new IdTokens(settings, discovery, clock)), services.GetRequiredService<OpenIdAttempts>(), services.GetRequiredService<OpenIdCustomers>(),
            services.GetRequiredService<ILogger<OpenIdSignIn>>());
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OpenIdProfile))]
internal sealed partial class OpenIdJson : JsonSerializerContext;
