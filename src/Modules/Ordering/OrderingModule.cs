using HeadlessPro.Contracts.Identity;
using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Ordering.Carts;
using HeadlessPro.Ordering.Checkout;
using HeadlessPro.Ordering.Orders;
using HeadlessPro.Ordering.Orders.Transfers;
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

namespace HeadlessPro.Ordering;

/// <summary>The front door of Ordering: everything it registers and every route it answers, by name.</summary>
public static class OrderingModule
{
    /// <summary>Registers services, subscribers and jobs.</summary>
    public static void AddOrdering(IServiceCollection services, IConfiguration configuration)
    {
        services.AddSingleton<CartStore>();
        services.AddSingleton<CartPricing>();
        services.AddSingleton<CartPayments>();
        services.AddSingleton<CartReader>();
        services.AddSingleton<CartChange>();
        services.AddSingleton<CartAnswers>();
        services.AddSingleton<CreateCart>();
        services.AddSingleton<MergeCarts>();
        services.AddSingleton<TransferCart>();
        services.AddSingleton<UpdateCart>();
        services.AddSingleton<CartShipping>();
        services.AddSingleton<StartPayment>();
        services.AddJson(CartsJson.Default);

        var checkout = configuration.GetSection("Checkout").Get<CheckoutOptions>() ?? new CheckoutOptions();
        services.AddSingleton(checkout);
        services.AddSingleton<CheckoutPeers>();
        services.AddSingleton<CheckoutLease>();
        services.AddSingleton<CheckoutSteps>();
        services.AddSingleton<PlaceOrder>();
        services.AddSingleton<CompleteCart>();
        services.AddSingleton<EditOrder>();
        services.AddSingleton<FinishCheckouts>();
        services.AddRecurringJob("ordering.finish_checkouts", checkout.Sweep, (p, ct) => p.GetRequiredService<FinishCheckouts>().Run(ct));
        services.AddSubscriber<PaymentAuthorized>(OnPaymentAuthorized.Name, OnPaymentAuthorized.Handle, atOnce: OnPaymentAuthorized.AtOnce);
        services.AddSubscriber<PaymentDenied>(OnPaymentDenied.Name, OnPaymentDenied.Handle);
        services.AddJson(CheckoutJson.Default);
        services.AddReconciliation(ReconcileOrders.Name, ReconcileOrders.Run);
        services.AddSingleton<TransferPeers>();
        services.AddSingleton<OrderAnswers>();
        foreach (var table in (string[])["ordering.carts", "ordering.orders"])
            foreach (var address in (string[])["shipping_address", "billing_address"])
                services.AddSealedColumn(new(table, address, Member: "sealed"));
        services.AddSingleton<IOrderData, OrderData>();
        services.AddJobHandler(MailTransfer.Name, MailTransfer.Run);
        services.AddJson(OrdersJson.Default);
    }

    /// <summary>Maps the routes.</summary>
    public static void MapOrdering(IEndpointRouteBuilder routes)
    {
        var store = routes.MapGroup("/store").RequirePublishableKey();

        var carts = store.MapGroup("/carts").HearsApps(Scopes.CartsWrite).WithTags("Carts");
        carts.MapPost("", CreateCart.Handle).Produces<CartEnvelope>().WithName("PostStoreCarts");
        carts.MapGet("/{id}", ReadCart.Handle).Produces<CartEnvelope>().WithName("GetStoreCart");
        carts.MapPost("/{id}", UpdateCart.Handle).Produces<CartEnvelope>().WithName("PostStoreCart");
        carts.MapPost("/{id}/line-items", AddLineItem.Handle).Produces<CartEnvelope>().WithName("PostStoreCartLineItems");
        carts.MapPost("/{id}/line-items/{lineId}", ChangeLineItem.Handle).Produces<CartEnvelope>().WithName("PostStoreCartLineItem");
        carts.MapDelete("/{id}/line-items/{lineId}", RemoveLineItem.Handle).WithName("DeleteStoreCartLineItem");
        carts.MapPost("/{id}/promotions", CartPromotions.Add).Produces<CartEnvelope>().WithName("PostStoreCartPromotions");
        carts.MapDelete("/{id}/promotions", CartPromotions.Remove).Produces<CartEnvelope>().WithName("DeleteStoreCartPromotions");
        carts.MapPost("/{id}/customer", TransferCart.Handle).RequireCustomer(Scopes.CartsWrite).Produces<TransferredCartEnvelope>().WithName("PostStoreCartCustomer");
        carts.MapPost("/{id}/taxes", ComputeTaxes.Handle).Produces<CartEnvelope>().WithName("PostStoreCartTaxes");
        carts.MapPost("/{id}/shipping-methods", AddShippingMethods.Handle).Produces<CartEnvelope>().WithName("PostStoreCartShippingMethods");

        var shipping = store.MapGroup("/shipping-options").WithTags("Shipping options");
        shipping.MapGet("", CartShipping.List).WithName("GetStoreShippingOptions");
        shipping.MapPost("/{id}/calculate", CartShipping.Calculate).WithName("PostStoreShippingOptionCalculate");

        var payment = store.MapGroup("").HearsApps(Scopes.CartsWrite).WithTags("Payment collections");
        payment.MapPost("/payment-collections", StartPayment.Collection).WithName("PostStorePaymentCollections");
        payment.MapPost("/payment-collections/{id}/payment-sessions", StartPayment.Session).WithName("PostStorePaymentSessions");
        payment.MapPost("/carts/{id}/payment-sessions", StartPayment.Both).WithName("PostStoreCartPaymentSessions");

        var checkout = store.MapGroup("").HearsApps(Scopes.CartsWrite).WithTags("Checkout");
        checkout.MapPost("/carts/{id}/complete", CompleteCart.Handle).WithName("PostStoreCartComplete");
        checkout.MapPost("/orders", CompleteCart.Alias).WithName("PostStoreOrders");

        var orders = store.MapGroup("").WithTags("Orders");
        orders.MapGet("/customers/me", CustomerWithOrders.Handle).RequireCustomer(Scopes.AccountRead).WithTags("Customers").WithName("GetCustomersMe");
        orders.MapGet("/orders", CustomerOrders.List).RequireCustomer(Scopes.PurchasesRead).WithName("GetStoreOrders");
        orders.MapGet("/orders/{id}", GetOrder.Handle).HearsApps(Scopes.PurchasesRead).WithName("GetStoreOrder");
        orders.MapPost("/orders/{id}/transfer/request", RequestTransfer.Handle).RequireCustomer(Scopes.PurchasesWrite).WithName("PostStoreOrderTransferRequest");
        orders.MapPost("/orders/{id}/transfer/accept", AnswerTransfer.Accept).WithName("PostStoreOrderTransferAccept");
        orders.MapPost("/orders/{id}/transfer/decline", AnswerTransfer.Decline).WithName("PostStoreOrderTransferDecline");
        orders.MapPost("/orders/{id}/transfer/cancel", CancelTransfer.Handle).RequireCustomer(Scopes.PurchasesWrite).WithName("PostStoreOrderTransferCancel");
        orders.MapGet("/orders/by-payment-intent/{id}", GetOrderByPayment.Handle).Produces<OrderByPaymentEnvelope>().WithName("GetStoreOrderByPaymentIntent");

        var admin = routes.MapGroup("/admin/orders").WithTags("Orders");
        admin.MapGet("", ReadOrders.List).RequirePermission("orders:read").WithName("GetAdminOrders");
        admin.MapGet("/{id}", ReadOrders.One).RequirePermission("orders:read").WithName("GetAdminOrder");
        admin.MapPost("/{id}/cancel", CancelOrder.Handle).RequirePermission("orders:cancel").WithName("PostAdminOrderCancel");
        admin.MapPost("/{id}/edit", EditOrder.Handle).RequirePermission("orders:write").WithName("PostAdminOrderEdit");
    }
}
