using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Payments.Fraud;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Payments.Providers.Manual;
using HeadlessPro.Payments.Providers.PayPal;
using HeadlessPro.Payments.Providers.Stripe;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Events;
using HeadlessPro.Platform.Jobs;
using HeadlessPro.Platform.Reconciling;
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
        if (StripeOptions.From(configuration) is { } stripe) AddStripe(services, stripe);
        if (PayPalOptions.From(configuration) is { } payPal) AddPayPal(services, payPal);
        services.AddSingleton<PaymentProviders>();
        services.AddSingleton<OpenCollection>();
        services.AddSingleton<OpenSession>();
        services.AddSingleton<Authorize>();
        services.AddSingleton<Books>();
        services.AddSingleton<MoveMoney>();
        services.AddSingleton<MovePayment>();
        services.AddSingleton<FinishOperations>();
        services.AddSingleton<Settle>();
        services.AddSingleton<ProcessWebhooks>();
        services.AddSingleton<ReceiveWebhook>();
        services.AddSingleton<CaptureDue>();
        services.AddSingleton<ReconcilePayments>();
        services.AddSingleton(FraudOptions.From(configuration));
        services.AddSingleton<Attempts>();
        services.AddSingleton<Assessments>();
        services.AddSingleton<AssessPayment>();
        services.AddSingleton<ReviewPayment>();
        var options = PaymentOptions.From(configuration);
        services.AddSingleton(options);
        services.AddSingleton<IPayments, PaymentsContract>();
        services.AddSingleton<IPaymentData, PaymentData>();
        services.AddJson(PaymentsJson.Default);
        services.AddSubscriber<OrderPlaced>(OnOrderPlaced.Name, OnOrderPlaced.Handle, OnOrderPlaced.HandleMany);
        services.AddSubscriber<OrderEdited>(OnOrderEdited.Name, OnOrderEdited.Handle);
        services.AddSubscriber<OrderCanceled>(OnOrderCanceled.Name, OnOrderCanceled.Handle);
        services.AddSubscriber<OrderTransferred>(OnOrderTransferred.Name, OnOrderTransferred.Handle);
        services.AddRecurringJob(FinishOperations.Name, FinishOperations.Every, FinishOperations.Run);
        services.AddRecurringJob(CaptureDue.Name, options.Sweep, CaptureDue.Run);
        services.AddRecurringJob(ProcessWebhooks.Name, ProcessWebhooks.Every, ProcessWebhooks.Run);
        services.AddRecurringJob("payments.forget_webhooks", TimeSpan.FromDays(1), ProcessWebhooks.Forget);
        services.AddReconciliation(ReconcilePayments.Name, ReconcilePayments.Run);
        services.AddRecurringJob(ForgetShoppers.Name, TimeSpan.FromDays(1), ForgetShoppers.Run);
        services.AddRecurringJob(RemindOfPromises.Name, RemindOfPromises.Every, RemindOfPromises.Run);
    }

    private static void AddStripe(IServiceCollection services, StripeOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<StripeClient>();
        services.AddSingleton<StripeIntents>();
        services.AddSingleton<IPaymentProvider, StripeProvider>();
        services.AddSingleton<IPaymentProvider, StripeCheckoutProvider>();
        if (options.WebhookSecrets.Count > 0) services.AddSingleton<IWebhookSource, StripeWebhook>();
    }

    private static void AddPayPal(IServiceCollection services, PayPalOptions options)
    {
        services.AddSingleton(options);
        services.AddSingleton<PayPalClient>();
        services.AddSingleton<IPaymentProvider, PayPalProvider>();
        services.AddSingleton<IWebhookSource, PayPalWebhook>();
    }

    /// <summary>Maps the routes.</summary>
    public static void MapPayments(IEndpointRouteBuilder routes)
    {
        var store = routes.MapGroup("/store").RequirePublishableKey().WithTags("Payments");
        store.MapGet("/payment-providers", ListPaymentProviders.Handle).WithName("GetStorePaymentProviders");

        var webhooks = routes.MapGroup("").WithTags("Webhooks");
        webhooks.MapPost("/webhooks/stripe", ReceiveWebhook.Stripe).WithName("PostWebhookStripe");
        webhooks.MapPost("/hooks/payment/stripe_stripe", ReceiveWebhook.Stripe).WithName("PostHookPaymentStripe");
        webhooks.MapPost("/webhooks/paypal", ReceiveWebhook.PayPal).WithName("PostWebhookPayPal");
        webhooks.MapPost("/hooks/payment/paypal_paypal", ReceiveWebhook.PayPal).WithName("PostHookPaymentPayPal");

        var admin = routes.MapGroup("/admin/payments").WithTags("Payments");
        admin.MapGet("", ReadPayments.List).RequirePermission("payments:read").Produces<AdminPaymentsPage>().WithName("GetAdminPayments");
        admin.MapGet("/{id}", ReadPayments.One).RequirePermission("payments:read").Produces<AdminPaymentEnvelope>().WithName("GetAdminPayment");
        admin.MapPost("/{id}/capture", MovePayment.Capture).RequirePermission("payments:capture").Produces<AdminPaymentEnvelope>().WithName("PostAdminPaymentCapture");
        admin.MapPost("/{id}/refund", MovePayment.Refund).RequirePermission("payments:refund").Produces<AdminPaymentEnvelope>().WithName("PostAdminPaymentRefund");
        admin.MapPost("/{id}/cancel", MovePayment.Cancel).RequirePermission("payments:capture").Produces<AdminPaymentEnvelope>().WithName("PostAdminPaymentCancel");
        admin.MapPost("/{id}/release", ReviewPayment.Release).RequirePermission("payments:review").Produces<AdminPaymentEnvelope>().WithName("PostAdminPaymentRelease");
        admin.MapPost("/{id}/deny", ReviewPayment.Deny).RequirePermission("payments:review").Produces<AdminPaymentEnvelope>().WithName("PostAdminPaymentDeny");
    }
}
