using HeadlessPro.Contracts.Ordering;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Payments;

/// <summary>
/// An order is canceled: what was promised for it is let go, what was taken is given back, also what is taken from now on.
/// <see cref="FinishOperations"/> asks the providers, so that a slow one holds up no other cancellation.
/// </summary>
internal static class OnOrderCanceled
{
    public const string Name = "payments.on_order_canceled";

    public static Task Handle(IServiceProvider services, OrderCanceled canceled, CancellationToken ct) =>
        services.GetRequiredService<Books>().Close(canceled.CartId, ct);
}
