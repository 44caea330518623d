using HeadlessPro.Contracts.Payments;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Payments.Providers.Manual;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Jobs;
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
        services.AddSingleton<OpenCollection>();
        services.AddSingleton<OpenSession>();
        services.AddSingleton<Authorize>();
        services.AddSingleton<Books>();
        services.AddSingleton<MoveMoney>();
        services.AddSingleton<MovePayment>();
        services.AddSingleton<FinishOperations>();
        services.AddSingleton<IPayments, PaymentsContract>();
        services.AddJson(PaymentsJson.Default);
        services.AddRecurringJob(FinishOperations.Name, FinishOperations.Every, FinishOperations.Run);
    }

    /// <summary>Maps the routes.</summary>
    public static void MapPayments(IEndpointRouteBuilder routes)
    {
        var store = routes.MapGroup("/store").RequirePublishableKey().WithTags("Payments");
        store.MapGet("/payment-providers", ListPaymentProviders.Handle).WithName("GetStorePaymentProviders");

        var admin = routes.MapGroup("/admin/payments").RequireSecretKey().WithTags("Payments");
        admin.MapGet("", ReadPayments.List).Produces<AdminPaymentsPage>().WithName("GetAdminPayments");
        admin.MapGet("/{id}", ReadPayments.One).Produces<AdminPaymentEnvelope>().WithName("GetAdminPayment");
        admin.MapPost("/{id}/capture", MovePayment.Capture).Produces<AdminPaymentEnvelope>().WithName("PostAdminPaymentCapture");
        admin.MapPost("/{id}/refund", MovePayment.Refund).Produces<AdminPaymentEnvelope>().WithName("PostAdminPaymentRefund");
        admin.MapPost("/{id}/cancel", MovePayment.Cancel).Produces<AdminPaymentEnvelope>().WithName("PostAdminPaymentCancel");
    }
}
