using HeadlessPro.Contracts.Ordering;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Payments;

/// <summary>An order is canceled: what was promised for it is let go, what was taken is given back, also what is taken from now on.</summary>
internal static class OnOrderCanceled
{
    public const string Name = "payments.on_order_canceled";

    public static async Task Handle(IServiceProvider services, OrderCanceled canceled, CancellationToken ct)
    {
        await services.GetRequiredService<Books>().Close(canceled.CartId, ct);
        // At once; what the provider does not answer now is asked again.
        await FinishOperations.Run(services, ct);
    }
}
