using System.Text;
using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.SignIn.OpenId;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Jobs;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Identity.Apps;

/// <summary>Apps and what they ask for (OAuth 2.0, OpenID Connect): what is registered, and every route by name.</summary>
internal static class AppRoutes
{
    public static void Add(IServiceCollection services)
    {
        services.AddSingleton<Issuer>();
        services.AddSingleton<AppTokens>();
        services.AddSingleton<ClientAuthentication>();
        services.AddSingleton<GiveToken>();
        services.AddSingleton<ActAsItself>();
        services.AddSingleton<ExchangeCode>();
        services.AddSingleton<RefreshTokens>();
        services.AddSingleton<SealedRequests>();
        services.AddSingleton<AppPages>();
        services.AddSingleton<AskPerson>();
        services.AddSingleton<SignInForApp>();
        services.AddSingleton<PageSignIn>();
        services.AddRecurringJob("identity.forget_apps", TimeSpan.FromHours(1), ForgetApps.Run);
        services.AddJson(AppJson.Default);
    }

    public static void Map(IEndpointRouteBuilder routes)
    {
        var apps = routes.MapGroup("/admin/apps").WithTags("Apps");
        apps.MapGet("", ReadApps.List).RequirePermission("apps:read").WithName("GetAdminApps");
        apps.MapPost("", CreateApp.Handle).RequirePermission("apps:write").ShowsSecret().Produces<AppEnvelope>().WithName("PostAdminApps");
        apps.MapGet("/{id}", ReadApps.One).RequirePermission("apps:read").Produces<AppEnvelope>().WithName("GetAdminApp");
        apps.MapPost("/{id}", ChangeApp.Update).RequirePermission("apps:write").Produces<AppEnvelope>().WithName("PostAdminApp");
        apps.MapPost("/{id}/rotate", RotateAppSecret.Handle).RequirePermission("apps:write").ShowsSecret().Produces<AppEnvelope>().WithName("PostAdminAppRotate");
        apps.MapPost("/{id}/revoke", ChangeApp.RevokeTokens).RequirePermission("apps:write").Produces<AppEnvelope>().WithName("PostAdminAppRevoke");
        apps.MapDelete("/{id}", ChangeApp.Delete).RequirePermission("apps:write").WithName("DeleteAdminApp");

        var oauth = routes.MapGroup("/oauth").WithTags("Apps").AddEndpointFilter(OAuthRefusal.Answer);
        oauth.MapPost("/token", GiveToken.Handle).TakesForm().Produces<AppTokenResponse>().WithName("PostOAuthToken");
        oauth.MapPost("/revoke", RevokeToken.Handle).TakesForm().Produces(StatusCodes.Status200OK).WithName("PostOAuthRevoke");
        oauth.MapPost("/introspect", IntrospectToken.Handle).TakesForm().Produces<IntrospectionResponse>().WithName("PostOAuthIntrospect");
        routes.MapGet("/oauth/userinfo", TellWhoItIs.Handle).RequireSignIn(scope: Scopes.OpenId).WithTags("Apps").WithName("GetOAuthUserInfo");
        routes.MapPost("/oauth/userinfo", TellWhoItIs.Handle).RequireSignIn(scope: Scopes.OpenId).WithTags("Apps").WithName("PostOAuthUserInfo");
        routes.MapGet("/auth/consents", Consents.List).RequireSignIn().Produces<ConsentsResponse>().WithTags("Sign-in").WithName("GetAuthConsents");
        routes.MapDelete("/auth/consents/{id}", Consents.Withdraw).RequireSignIn().WithTags("Sign-in").WithName("DeleteAuthConsent");

        var pages = routes.MapGroup("/oauth").ExcludeFromDescription().AddEndpointFilter(AppPages.Answer);
        pages.MapGet("/authorize", AskPerson.Handle);
        pages.MapPost("/authorize", (Delegate)AskPerson.Post);
        pages.MapPost("/sign-in", (SignInForApp page, HttpContext http) => page.Password(http));
        pages.MapPost("/sign-in/passkey", (SignInForApp page, HttpContext http) => page.Passkey(http));
        pages.MapGet("/passkey.js", () => Results.Text(HtmlPage.PasskeyScript.Value, "text/javascript", Encoding.UTF8));
        pages.MapPost("/sign-in/provider", (SignInForApp page, Issuer issuer, HttpContext http) => page.AtProvider(issuer, http));
        pages.MapGet("/{actor}/{provider}/callback", (string actor, string provider, SignInForApp page, OpenIdAttempts attempts, HttpContext http) => page.Return(actor, provider, attempts, http));
        pages.MapPost("/sign-in/code", (SignInForApp page, HttpContext http) => page.Code(http));
        pages.MapPost("/consent", (SignInForApp page, HttpContext http) => page.Consent(http));
        foreach (var (name, operation) in new[] { ("openid-configuration", "GetOpenIdConfiguration"), ("oauth-authorization-server", "GetOAuthAuthorizationServer") })
            routes.MapGet($"/.well-known/{name}", DescribeServer.Handle).Produces<AuthorizationServerResponse>().WithTags("Apps").WithName(operation);
    }

    /// <summary>Only described: naming it to routing would have others refused in a shape that programs of OAuth do not read.</summary>
    private static RouteHandlerBuilder TakesForm(this RouteHandlerBuilder route) => route.WithDescription($"Takes parameters as {OAuthForm.ContentType}.");
}
