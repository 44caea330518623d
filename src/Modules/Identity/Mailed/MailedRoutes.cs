using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Identity.Protection;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Jobs;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Identity.Mailed;

/// <summary>What goes by mail: a forgotten password, a proof of the address or number, and two ways in.</summary>
internal static class MailedRoutes
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<KnownDevices>();
        services.AddSingleton<Throttle>();
        services.AddSingleton<MailedSecrets>();
        services.AddSingleton<ISignInProvider, MagicLink>();
        services.AddSingleton<ISignInProvider, OneTimeCode>();
        services.AddJobHandler(MailedSecrets.Job, MailedSecrets.Run);
        services.AddRecurringJob("identity.forget_attempts", TimeSpan.FromMinutes(10), Throttle.Forget);
        services.AddJson(MailedJson.Default);
    }

    public static void Map(RouteGroupBuilder auth)
    {
        auth.MapPost("/{actor}/{provider}/reset-password", ResetPassword.Ask).Produces(StatusCodes.Status201Created).WithName("PostAuthResetPassword");
        auth.MapPost("/{actor}/{provider}/update", ResetPassword.Update).Produces<UpdateSignInResponse>().WithName("PostAuthUpdate");
        auth.MapPost("/verification/request", VerifyEmail.Ask).RequireSignIn().Produces<VerificationEnvelope>().WithName("PostAuthVerificationRequest");
        auth.MapPost("/verification/confirm", VerifyEmail.Confirm).Produces<ConfirmVerificationResponse>().WithName("PostAuthVerificationConfirm");
        auth.MapGet("/phone", Phones.Read).RequireSignIn().Produces<PhoneResponse>().WithName("GetAuthPhone");
        auth.MapPost("/phone", Phones.Add).RequireSignIn().Produces<PhoneResponse>(StatusCodes.Status202Accepted).WithName("PostAuthPhone");
        auth.MapPost("/phone/confirm", Phones.Confirm).RequireSignIn().Produces<PhoneResponse>().WithName("PostAuthPhoneConfirm");
        auth.MapDelete("/phone", Phones.Remove).RequireSignIn().Produces<PhoneResponse>().WithName("DeleteAuthPhone");
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, NumberHandling = JsonNumberHandling.Strict,
    Converters = [typeof(WireTimeConverter)])]
[JsonSerializable(typeof(MailAsked))]
[JsonSerializable(typeof(AddPhoneRequest))]
[JsonSerializable(typeof(ConfirmPhoneRequest))]
[JsonSerializable(typeof(PhoneResponse))]
[JsonSerializable(typeof(ResetPasswordRequest))]
[JsonSerializable(typeof(UpdateSignInRequest))]
[JsonSerializable(typeof(UpdateSignInResponse))]
[JsonSerializable(typeof(RequestVerificationRequest))]
[JsonSerializable(typeof(ConfirmVerificationRequest))]
[JsonSerializable(typeof(ConfirmVerificationResponse))]
[JsonSerializable(typeof(UnprovenResponse))]
[JsonSerializable(typeof(VerificationEnvelope))]
[JsonSerializable(typeof(VerificationResponse))]
internal sealed partial class MailedJson : JsonSerializerContext;
