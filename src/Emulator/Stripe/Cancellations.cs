using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Stripe;

/// <summary><c>/v1/payment_intents/{id}/cancel</c></summary>
internal static class Cancellations
{
    public static JsonObject Cancel(StripeBook book, StripeRequest request)
    {
        var intent = PaymentIntents.Of(book, request);
        var reason = request.Has("cancellation_reason") ? request.Choice("cancellation_reason", "", "duplicate", "fraudulent", "requested_by_customer", "abandoned") : null;
        if (intent.Status is IntentStatus.Succeeded or IntentStatus.Canceled)
            throw intent.Unexpected($"You cannot cancel this PaymentIntent because it has a status of {intent.Status}. Only a PaymentIntent with one of the following statuses may be canceled: "
                + "requires_payment_method, requires_capture, requires_confirmation, requires_action, processing.");
        Cancel(book, request.Origin, intent, reason);
        return intent.ToJson();
    }

    public static void Cancel(StripeBook book, Origin origin, PaymentIntent intent, string? reason)
    {
        var held = intent.Status == IntentStatus.RequiresCapture ? intent.LatestCharge : null;
        intent.Status = IntentStatus.Canceled;
        intent.CanceledAt = book.Clock.UnixSeconds;
        intent.CancellationReason = reason;
        intent.NextAction = null;
        if (held is not null)
        {
            Captures.Release(book, intent, held, held.Amount);
            book.Raise(origin, "charge.refunded", intent.Id, held.ToJson());
        }

        book.Raise(origin, "payment_intent.canceled", intent.Id, intent.ToJson());
    }
}
