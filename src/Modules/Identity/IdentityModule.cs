using HeadlessPro.Contracts.Identity;
using HeadlessPro.Identity.Apps;
using HeadlessPro.Identity.Audit;
using HeadlessPro.Identity.Customers;
using HeadlessPro.Identity.Keys;
using HeadlessPro.Identity.Mailed;
using HeadlessPro.Identity.Mfa;
using HeadlessPro.Identity.Passkeys;
using HeadlessPro.Identity.Sessions;
using HeadlessPro.Identity.SignIn;
using HeadlessPro.Identity.SignIn.OpenId;
using HeadlessPro.Identity.Staff;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Jobs;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Identity;

/// <summary>The front door of Identity: everything it registers and every route it answers, by name.</summary>
public static class IdentityModule
{
    /// <summary>Registers services, subscribers and jobs.</summary>
    public static void AddIdentity(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IApiKeys, ApiKeys>();
        services.AddSingleton<SigningKeys>();
        services.AddSingleton<Tokens>();
        services.AddSingleton<SessionStore>();
        services.AddSingleton<ISessions, ResolveSessions>();
        services.AddSingleton<ICustomers, FindCustomers>();
        services.AddSingleton<ICustomerData, CustomerData>();
        services.AddSingleton<CustomersStore>();
        services.AddSingleton<AddressBook>();
        services.AddSealedColumn(new("identity.customer_addresses", "sealed"));
        services.AddSingleton<Passwords>();
        services.AddSingleton<ISignInProvider, EmailPassword>();
        services.AddSingleton<SignInRoutes>();
        services.AddSingleton<FinishSignIn>();
        OpenIdRoutes.Add(services, configuration);
        MailedRoutes.Add(services);
        MfaRoutes.Add(services);
        PasskeyRoutes.Add(services, configuration);
        services.AddRecurringJob(SigningKeys.Job, TimeSpan.FromHours(1), SigningKeys.Rotate);
        services.AddRecurringJob("identity.forget_sessions", TimeSpan.FromHours(6), SessionRoutes.Forget);
        services.AddJson(IdentityJson.Default);
        StaffRoutes.Add(services);
        ReadAudit.Add(services);
        AppRoutes.Add(services);
        services.AddJson(PeopleJson.Default);
    }

    /// <summary>Maps the routes.</summary>
    public static void MapIdentity(IEndpointRouteBuilder routes)
    {
        var keys = routes.MapGroup("/admin/api-keys").WithTags("API keys");
        keys.MapGet("", ReadApiKeys.List).RequirePermission("keys:read").WithName("GetAdminApiKeys");
        keys.MapPost("", CreateApiKey.Handle).RequirePermission("keys:write").ShowsSecret().Produces<ApiKeyEnvelope>().WithName("PostAdminApiKeys");
        keys.MapGet("/{id}", ReadApiKeys.One).RequirePermission("keys:read").Produces<ApiKeyEnvelope>().WithName("GetAdminApiKey");
        keys.MapPost("/{id}", ChangeApiKey.Rename).RequirePermission("keys:write").Produces<ApiKeyEnvelope>().WithName("PostAdminApiKey");
        keys.MapPost("/{id}/revoke", ChangeApiKey.Revoke).RequirePermission("keys:write").Produces<ApiKeyEnvelope>().WithName("PostAdminApiKeyRevoke");
        keys.MapPost("/{id}/rotate", RotateApiKey.Handle).RequirePermission("keys:write").ShowsSecret().Produces<ApiKeyEnvelope>().WithName("PostAdminApiKeyRotate");
        keys.MapDelete("/{id}", ChangeApiKey.Delete).RequirePermission("keys:write").WithName("DeleteAdminApiKey");
        StaffRoutes.Map(routes);
        ReadAudit.Map(routes);
        AppRoutes.Map(routes);

        var auth = routes.MapGroup("/auth").WithTags("Sign-in");
        auth.MapGet("/{actor}/providers", SignInRoutes.Providers).Produces<SignInProvidersResponse>().WithName("GetAuthProviders");
        auth.MapPost("/{actor}/{provider}", SignInRoutes.SignIn).Produces<TokenResponse>().WithName("PostAuth");
        auth.MapPost("/{actor}/{provider}/register", SignInRoutes.Register).Produces<TokenResponse>().WithName("PostAuthRegister");
        auth.MapGet("/{actor}/{provider}/callback", SignInRoutes.Callback).Produces<TokenResponse>().WithName("GetAuthCallback");
        auth.MapPost("/{actor}/{provider}/callback", SignInRoutes.Callback).Produces<TokenResponse>().WithName("PostAuthCallback");
        auth.MapPost("/token/refresh", SignInRoutes.Refresh).RequireSignIn().Produces<TokenResponse>().WithName("PostAuthTokenRefresh");
        auth.MapPost("/password", ChangePassword.Handle).RequireSignIn().Produces<UpdateSignInResponse>().WithName("PostAuthPassword");
        auth.MapPost("/session", SessionRoutes.GiveCookie).RequireSignIn().Produces<SignedInEnvelope>().WithName("PostAuthSession");
        auth.MapDelete("/session", SessionRoutes.SignOut).Produces<SignOutResponse>().WithName("DeleteAuthSession");
        auth.MapGet("/sessions", SessionRoutes.List).RequireSignIn().Produces<SessionsResponse>().WithName("GetAuthSessions");
        auth.MapDelete("/sessions", SessionRoutes.RevokeOthers).RequireSignIn().Produces<SignOutResponse>().WithName("DeleteAuthSessions");
        auth.MapDelete("/sessions/{id}", SessionRoutes.Revoke).RequireSignIn().WithName("DeleteAuthSessionById");
        OpenIdRoutes.Map(auth);
        MailedRoutes.Map(auth);
        MfaRoutes.Map(auth);
        PasskeyRoutes.Map(auth);
        routes.MapGet("/.well-known/jwks.json", PublishKeys.Handle).Produces<KeySetResponse>().WithName("GetJwks").WithTags("Sign-in");

        var customers = routes.MapGroup("/admin/customers").WithTags("Customers");
        customers.MapGet("", ManageCustomers.List).RequirePermission("customers:read").WithName("GetAdminCustomers");
        customers.MapPost("", ManageCustomers.Create).RequirePermission("customers:write").Produces<CustomerEnvelope>().WithName("PostAdminCustomers");
        customers.MapPost("/import", ImportCustomers.Handle).RequirePermission("customers:import").Produces<ImportCustomersResponse>().WithName("PostAdminCustomersImport");
        customers.MapGet("/{id}", ManageCustomers.One).RequirePermission("customers:read").Produces<CustomerEnvelope>().WithName("GetAdminCustomer");
        customers.MapPost("/{id}", ManageCustomers.Update).RequirePermission("customers:write").Produces<CustomerEnvelope>().WithName("PostAdminCustomer");
        customers.MapDelete("/{id}/sessions", ManageCustomers.EndSessions).RequirePermission("customers:write").Produces<CustomerEnvelope>().WithName("DeleteAdminCustomerSessions");
        customers.MapDelete("/{id}", ManageCustomers.Delete).RequirePermission("customers:write").WithName("DeleteAdminCustomer");

        var store = routes.MapGroup("/store/customers").RequirePublishableKey().WithTags("Customers");
        store.MapPost("", CreateCustomer.Handle).RequireSignIn(ActorTypes.Customer).Produces<CustomerEnvelope>().WithName("PostCustomers");
        var me = store.MapGroup("/me");
        me.MapPost("", Me.Update).RequireCustomer(Scopes.AccountWrite).Produces<CustomerEnvelope>().WithName("PostCustomersMe");
        me.MapGet("/addresses", Addresses.List).RequireCustomer(Scopes.AccountRead).WithName("GetCustomersMeAddresses");
        me.MapPost("/addresses", Addresses.Create).RequireCustomer(Scopes.AccountWrite).Produces<CustomerEnvelope>().WithName("PostCustomersMeAddresses");
        me.MapGet("/addresses/{id}", Addresses.One).RequireCustomer(Scopes.AccountRead).WithName("GetCustomersMeAddress");
        me.MapPost("/addresses/{id}", Addresses.Update).RequireCustomer(Scopes.AccountWrite).Produces<CustomerEnvelope>().WithName("PostCustomersMeAddress");
        me.MapDelete("/addresses/{id}", Addresses.Delete).RequireCustomer(Scopes.AccountWrite).Produces<CustomerAddressDeleted>().WithName("DeleteCustomersMeAddress");
    }
}
