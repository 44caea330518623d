using HeadlessPro.Contracts;

namespace HeadlessPro.Payments.Providers.PayPal;

/// <summary>PayPal's refusals in our words; the code is PayPal's issue, lower case. Its own messages are for developers and stay there.</summary>
internal static class PayPalErrors
{
    /// <summary>Why a shopper's try failed, as the end of a sentence.</summary>
    public const string Declined = "PayPal could not take the money from the means of payment that was chosen there";

    /// <summary>As above.</summary>
    public const string NotAllowed = "PayPal did not allow this payment";

    /// <summary>As above.</summary>
    public const string OtherAmount = "The amount has changed since it was approved at PayPal";

    /// <summary>Nobody knows what came of the call.</summary>
    public static Error Unavailable => PaymentErrors.ProviderUnavailable("paypal");

    /// <summary>Two captures under review at once could both be taken.</summary>
    public static Error EarlierInReview =>
        Error.NotAllowed("PayPal still looks at an earlier capture of this payment: nothing more is taken before it has decided", "capture_in_review");

    /// <summary>The capture was decided: no money came.</summary>
    public static Error CaptureDenied => Error.NotAllowed("PayPal could not collect the money: it was not taken", "capture_denied");

    /// <summary>There is nothing of the kind, or not any more.</summary>
    public static Error Missing => Error.NotFound("PayPal does not know this payment");

    /// <summary>The call did nothing, and will not when it is made again.</summary>
    public static Error Refusal(string issue) => Error.NotAllowed(issue switch
    {
        "AUTHORIZATION_ALREADY_CAPTURED" => "All that was promised is taken already",
        "MAX_CAPTURE_AMOUNT_EXCEEDED" => "That is more than is left of what was promised",
        "AUTHORIZATION_VOIDED" or "PREVIOUSLY_VOIDED" => "The promise has been let go: nothing can be taken any more",
        "AUTHORIZATION_EXPIRED" => "The promise has lapsed: nothing can be taken any more",
        "CAPTURE_FULLY_REFUNDED" => "The payment is refunded already",
        "REFUND_AMOUNT_EXCEEDED" => "That is more than can be refunded",
        "REFUND_TIME_LIMIT_EXCEEDED" => "PayPal refunds payments of the last 180 days only",
        "CURRENCY_NOT_SUPPORTED" => "PayPal does not take this currency for your account",
        "PERMISSION_DENIED" or "NOT_AUTHORIZED" => "PayPal does not permit this to the shop's account",
        _ => $"PayPal refused the request: {issue}",
    }, issue.ToLowerInvariant());

    /// <summary>Why a shopper's try failed, for the shopper.</summary>
    public static string Reason(Error refusal) => refusal.Code switch
    {
        "instrument_declined" or "payer_cannot_pay" or "card_expired" or "card_closed" or "transaction_refused" or "payer_action_required" => Declined,
        _ => NotAllowed,
    };
}
