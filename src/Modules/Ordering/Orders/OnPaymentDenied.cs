using HeadlessPro.Contracts.Payments;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Ordering.Orders;

/// <summary>Staff denied the payment of an order that was held for review: the order is canceled, as far as it still can be.</summary>
internal static class OnPaymentDenied
{
    public const string Name = "ordering.on_payment_denied";

    public static Task Handle(IServiceProvider services, PaymentDenied denied, CancellationToken ct) =>
        CancelOrder.Move(services.GetRequiredService<Db>(), denied.OrderId, services.GetRequiredService<TimeProvider>().GetUtcMilliseconds(), ct);
}
