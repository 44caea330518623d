using HeadlessPro.Contracts;

namespace HeadlessPro.Payments.Providers.Stripe;

/// <summary>What Stripe holds, in the words of <see cref="IPaymentProvider"/>.</summary>
internal static class StripeSnapshot
{
    /// <summary>Metadata of an intent that names the operation which let it go.</summary>
    public const string VoidedBy = "void_operation_id";

    private const string MovedBy = "operation_id";

    // Cards are on hold for a week where Stripe does not say until when.
    private static readonly TimeSpan Hold = TimeSpan.FromDays(7);

    public static ProviderSnapshot Of(StripePayment payment, string reference, string data)
    {
        var intent = payment.Intent;
        var held = intent.LatestCharge is { Status: "succeeded" } charge ? charge : null;
        var refused = intent.LatestCharge is { Status: "failed" } failed ? failed : null;
        var state = intent.Status switch
        {
            "requires_capture" or "succeeded" => ProviderState.Authorized,
            "canceled" => ProviderState.Canceled,
            "requires_action" => ProviderState.RequiresMore,
            _ => ProviderState.Pending,
        };
        return new ProviderSnapshot(state, reference, StripeMoney.FromStripe(intent.Amount, intent.Currency), intent.Currency, data)
        {
            PaymentReference = held is null ? null : intent.Id,
            Movements = held is null ? [] : [.. Movements(payment, held)],
            Reason = state == ProviderState.Pending && intent.LastPaymentError is { } error ? StripeErrors.Reason(error) : null,
            LapsesAt = held is null || intent.Status != "requires_capture" ? null
                : held.PaymentMethodDetails?.Card?.CaptureBefore is { } before ? DateTimeOffset.FromUnixTimeSeconds(before)
                : DateTimeOffset.FromUnixTimeSeconds(held.Created) + Hold,
            RefusedTry = refused?.Id,
            Means = (held ?? refused) is { } tried ? Means(tried) : null,
        };
    }

    /// <summary>Of a session for which there is nothing at Stripe.</summary>
    public static ProviderSnapshot None(ProviderSession session, ProviderState state) =>
        new(state, session.Reference, session.Amount, session.CurrencyCode, session.Data);

    // Our operation, where the object carries one.
    private static Guid? Key(Dictionary<string, string>? metadata, string name = MovedBy) =>
        metadata is not null && metadata.TryGetValue(name, out var text) && Guid.TryParse(text, out var key) ? key : null;

    private static IEnumerable<ProviderMovement> Movements(StripePayment payment, StripeCharge charge)
    {
        var intent = payment.Intent;
        if (intent.Status == "canceled") return [Movement(MovementKind.Void, intent.Id, charge.Amount, Key(intent.Metadata, VoidedBy))];
        if (!charge.Captured) return [];

        List<ProviderMovement> movements = [Movement(MovementKind.Capture, charge.Id, charge.AmountCaptured, Key(intent.Metadata))];
        var released = charge.Amount - charge.AmountCaptured;
        if (released > 0) movements.Add(Movement(MovementKind.Void, intent.Id + ":released", released, null));
        // Lists come newest first, and many things happen in a second.
        var refunds = payment.Refunds.Reverse().Where(r => !IsRelease(r, released)).OrderBy(r => r.Created).ToList();
        movements.AddRange(refunds.Select(r => Movement(MovementKind.Refund, r.Id, r.Amount, Key(r.Metadata))));
        // It may have counted before it failed; the two of them end even whether or not it did.
        movements.AddRange(refunds.Where(r => r.Status is "failed" or "canceled").Select(r => Movement(MovementKind.RefundReversal, r.Id, r.Amount, null)));
        // Inquiries (warning_…) and disputes that were prevented move no money.
        var disputes = payment.Disputes.Reverse()
            .Where(d => d.Status is "needs_response" or "under_review" or "won" or "lost").OrderBy(d => d.Created).ToList();
        movements.AddRange(disputes.Select(d => Movement(MovementKind.Dispute, d.Id, d.Amount, null)));
        movements.AddRange(disputes.Where(d => d.Status == "won").Select(d => Movement(MovementKind.DisputeReversal, d.Id, d.Amount, null)));
        return movements;

        ProviderMovement Movement(MovementKind kind, string reference, long amount, Guid? key) =>
            new(kind, reference, StripeMoney.FromStripe(amount, intent.Currency), key);
    }

    // What a partial capture lets go stands among the refunds, with the amount that was let go and without any money behind it.
    private static bool IsRelease(StripeRefund refund, long released) =>
        released > 0 && refund.Amount == released && refund.BalanceTransaction is null && refund.Status == "succeeded" && Key(refund.Metadata) is null;

    private static ProviderMeans Means(StripeCharge charge)
    {
        var card = charge.PaymentMethodDetails?.Card;
        var risk = charge.Outcome?.RiskLevel is "normal" or "elevated" or "highest" ? charge.Outcome.RiskLevel : null;
        return new ProviderMeans(
            charge.PaymentMethodDetails?.Type ?? "card", card?.Brand, card?.Last4, card?.Country?.ToLowerInvariant(), card?.Fingerprint, risk);
    }
}
