using HeadlessPro.Contracts;

namespace HeadlessPro.Payments.Providers.Stripe;

/// <summary>
/// Stripe's refusals in our words: its codes for programs, never its messages, but for those of cards, which Stripe writes for shoppers.
/// </summary>
internal static class StripeErrors
{
    /// <summary>Codes that callers act upon.</summary>
    public const string UnexpectedState = "payment_intent_unexpected_state", Missing = "resource_missing";

    /// <summary>Nobody knows what came of the call.</summary>
    public static Error Unavailable => PaymentErrors.ProviderUnavailable("stripe");

    /// <summary>The call did nothing, and will not when it is made again.</summary>
    public static Error Refusal(StripeErrorBody error) => error switch
    {
        { Type: "card_error" } => PaymentErrors.Refused(Reason(error)),
        { Type: "idempotency_error" } => Error.Conflict("Stripe knows this request with other content", "idempotency_error"),
        { Code: "amount_too_small" } => Error.NotAllowed("The amount is below the least that can be paid this way", "amount_too_small"),
        { Code: "amount_too_large" } => Error.NotAllowed("The amount is above what can be paid this way", "amount_too_large"),
        { Code: UnexpectedState } => Error.NotAllowed("The payment has gone on meanwhile: it is not in a state that allows this", UnexpectedState),
        { Code: "charge_already_refunded" } => Error.NotAllowed("The payment is refunded already", error.Code),
        { Code: "charge_disputed" } => Error.NotAllowed("The shopper's bank has taken the payment back: it cannot be refunded", error.Code),
        { Code: "charge_expired_for_capture" } => Error.NotAllowed("The promise has lapsed: it cannot be captured any more", error.Code),
        { Code: Missing } => Error.NotAllowed("Stripe does not know this payment", Missing),
        { Code: { Length: > 0 } code } => Error.NotAllowed($"Stripe refused the request: {code}", code),
        _ => Error.NotAllowed("Stripe refused the request", "payment_refused"),
    };

    /// <summary>Why a shopper's try failed, for the shopper.</summary>
    public static string Reason(StripeErrorBody error) => error switch
    {
        { Type: "card_error", Message: { Length: > 0 } message } => message,
        { Code: "payment_intent_authentication_failure" } => "Your bank could not confirm that this payment is yours.",
        { Code: "payment_intent_payment_attempt_expired" } => "It took too long.",
        _ => "It did not go through.",
    };
}
