using System.Text.Json.Serialization;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Identity.Mfa;

/// <summary>A second factor beside any way in: authenticator apps and recovery codes.</summary>
internal static class MfaRoutes
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<MfaCodes>();
        services.AddSealedColumn(MfaCodes.Secrets);
        services.AddSingleton<MfaGate>();
        services.AddJson(MfaJson.Default);
    }

    public static void Map(RouteGroupBuilder auth)
    {
        var mfa = auth.MapGroup("/mfa");
        mfa.MapGet("/factors", MfaFactors.List).RequireSignIn().Produces<MfaFactorsResponse>().WithName("GetAuthMfaFactors");
        mfa.MapPost("/factors", MfaFactors.Start).RequireSignIn().Produces<MfaSetupResponse>().WithName("PostAuthMfaFactors");
        mfa.MapPost("/factors/{id}/verify", MfaFactors.Verify).RequireSignIn().Produces<MfaFactorEnvelope>().WithName("PostAuthMfaFactorVerify");
        mfa.MapDelete("/factors/{id}", MfaFactors.Disable).RequireSignIn().Produces<MfaFactorEnvelope>().WithName("DeleteAuthMfaFactor");
        mfa.MapPost("/recovery-codes", MfaRecovery.Generate).RequireSignIn().Produces<RecoveryCodesResponse>().WithName("PostAuthMfaRecoveryCodes");
        mfa.MapPost("/challenges/{id}/verify", MfaChallenges.Verify).Produces<SignIn.TokenResponse>().WithName("PostAuthMfaChallengeVerify");
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, NumberHandling = JsonNumberHandling.Strict,
    Converters = [typeof(WireTimeConverter)])]
[JsonSerializable(typeof(StartMfaFactorRequest))]
[JsonSerializable(typeof(VerifyMfaFactorRequest))]
[JsonSerializable(typeof(DisableMfaFactorRequest))]
[JsonSerializable(typeof(RecoveryCodesRequest))]
[JsonSerializable(typeof(RecoveryCodesResponse))]
[JsonSerializable(typeof(VerifyMfaChallengeRequest))]
[JsonSerializable(typeof(MfaRequiredResponse))]
[JsonSerializable(typeof(MfaSetupResponse))]
[JsonSerializable(typeof(MfaFactorEnvelope))]
[JsonSerializable(typeof(MfaFactorsResponse))]
internal sealed partial class MfaJson : JsonSerializerContext;
