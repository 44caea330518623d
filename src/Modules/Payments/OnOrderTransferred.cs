using HeadlessPro.Contracts.Ordering;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Payments;

/// <summary>
/// An order belongs to another customer: what its former owner had begun to pay, and not paid, is not theirs to see. What was promised stays.
/// <see cref="ProcessWebhooks"/> has the provider close it, again and again until it answers.
/// </summary>
internal static class OnOrderTransferred
{
    public const string Name = "payments.on_order_transferred";

    public static Task Handle(IServiceProvider services, OrderTransferred transferred, CancellationToken ct) =>
        services.GetRequiredService<Books>().CloseSessionsOfOthers(transferred.CartId, transferred.ToCustomerId, ct);
}
