using System.Text.Json.Serialization;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Identity.Passkeys;

/// <summary>Passkeys (WebAuthn), for customers and for staff. The sign-in itself is <c>POST /auth/{actor}/passkey</c>, a way in like the others.</summary>
internal static class PasskeyRoutes
{
    public static void Add(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton(PasskeySettings.Of(configuration));
        services.AddSingleton<PasskeyChallenges>();
        services.AddSingleton<ISignInProvider, PasskeySignIn>();
        services.AddJson(PasskeyJson.Default);
    }

    public static void Map(RouteGroupBuilder auth)
    {
        auth.MapPost("/{actor}/passkey/options", PasskeySignIn.Options).Produces<PasskeyOptionsResponse>().WithName("PostAuthPasskeyOptions");
        var passkeys = auth.MapGroup("/passkeys").RequireSignIn();
        passkeys.MapGet("", ChangePasskeys.List).Produces<PasskeysResponse>().WithName("GetAuthPasskeys");
        passkeys.MapPost("/options", EnrolPasskey.Options).Produces<PasskeyOptionsResponse>().WithName("PostAuthPasskeysOptions");
        passkeys.MapPost("", EnrolPasskey.Finish).Produces<PasskeyEnvelope>().WithName("PostAuthPasskeys");
        passkeys.MapPost("/{id}", ChangePasskeys.Rename).Produces<PasskeyEnvelope>().WithName("PostAuthPasskey");
        passkeys.MapDelete("/{id}", ChangePasskeys.Remove).WithName("DeleteAuthPasskey");
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, NumberHandling = JsonNumberHandling.Strict,
    Converters = [typeof(WireTimeConverter)])]
[JsonSerializable(typeof(PasskeyChallenge))]
[JsonSerializable(typeof(PasskeySignInOptionsRequest))]
[JsonSerializable(typeof(EnrolPasskeyRequest))]
[JsonSerializable(typeof(RenamePasskeyRequest))]
[JsonSerializable(typeof(PasskeyOptionsResponse))]
[JsonSerializable(typeof(PasskeyEnvelope))]
[JsonSerializable(typeof(PasskeysResponse))]
internal sealed partial class PasskeyJson : JsonSerializerContext;
