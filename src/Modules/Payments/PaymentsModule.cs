using HeadlessPro.Contracts.Payments;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Payments.Providers.Manual;
using HeadlessPro.Platform.Security;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Payments;

/// <summary>The front door of Payments: everything it registers and every route it answers, by name.</summary>
public static class PaymentsModule
{
    /// <summary>Registers services, subscribers and jobs.</summary>
    public static void AddPayments(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<IPaymentProvider, ManualProvider>();
        services.AddSingleton<PaymentProviders>();
        services.AddSingleton<OpenSession>();
        services.AddSingleton<Authorize>();
        services.AddSingleton<IPayments, PaymentsContract>();
    }

    /// <summary>Maps the routes.</summary>
    public static void MapPayments(IEndpointRouteBuilder routes)
    {
        var store = routes.MapGroup("/store").RequirePublishableKey().WithTags("Payments");
        store.MapGet("/payment-providers", ListPaymentProviders.Handle).WithName("GetStorePaymentProviders");
    }
}
