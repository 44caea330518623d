using HeadlessPro.Contracts;
using HeadlessPro.Payments.Providers;

namespace HeadlessPro.Payments.Fraud;

/// <summary>All of a denied payment goes back, whether it was promised or taken. Safe to repeat.</summary>
internal sealed class GiveBack(MoveMoney money)
{
    public async Task<Result<Done>> Run(Guid payment, CancellationToken ct)
    {
        var voided = await money.Run(new Movement(payment, MovementKind.Void), ct);
        return voided.Error?.Code == "payment_captured"
            ? await money.Run(new Movement(payment, MovementKind.Refund, Reason: "fraudulent"), ct)
            : voided;
    }
}
