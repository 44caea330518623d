using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
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
        services.AddSingleton<OpenIdStaff>();
        services.AddSingleton<OpenIdPeople>();
        services.AddJson(OpenIdWireJson.Default);
        var all = OpenIdSettings.All(configuration);
        var staff = StaffSignOn.Of(configuration, all);
        services.AddSingleton(staff);
        services.AddSingleton(new SessionSql(configuration, staff));
        foreach (var settings in all) services.AddSingleton<ISignInProvider>(provider => New(settings, provider));
    }

    public static void Map(RouteGroupBuilder auth)
    {
        var identities = auth.MapGroup("/identities").RequireSignIn();
        identities.MapGet("", ListIdentities.Handle).Produces<AuthIdentitiesResponse>().WithName("GetAuthIdentities");
        identities.MapPost("", AddIdentity.Handle).Produces<AddIdentityResponse>().WithName("PostAuthIdentities");
        identities.MapDelete("/{id}", RemoveIdentity.Handle).WithName("DeleteAuthIdentity");
    }

    private static OpenIdSignIn New(OpenIdSettings settings, IServiceProvider services)
    {
        var (http, clock) = (services.GetRequiredService<OpenIdHttp>(), services.GetRequiredService<TimeProvider>());
        var discovery = new Discovery(settings, http, clock);
        return new OpenIdSignIn(
            settings, new OpenIdClient(settings, http, discovery, new IdTokens(settings, discovery, clock)), services.GetRequiredService<OpenIdAttempts>(), services.GetRequiredService<OpenIdPeople>(),
            services.GetRequiredService<ILogger<OpenIdSignIn>>());
    }
}

/// <summary>Whom a provider's people become here.</summary>
internal sealed record OpenIdPeople(OpenIdCustomers Customers, OpenIdStaff Staff);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, NumberHandling = JsonNumberHandling.Strict,
    Converters = [typeof(WireTimeConverter)])]
[JsonSerializable(typeof(AuthIdentitiesResponse))]
[JsonSerializable(typeof(AddIdentityRequest))]
[JsonSerializable(typeof(AddIdentityResponse))]
internal sealed partial class OpenIdWireJson : JsonSerializerContext;

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(OpenIdProfile))]
internal sealed partial class OpenIdJson : JsonSerializerContext;
