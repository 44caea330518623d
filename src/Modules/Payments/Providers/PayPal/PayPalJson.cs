using System.Text.Json.Serialization;

namespace HeadlessPro.Payments.Providers.PayPal;

// PayPal's objects, as far as the shop reads or writes them. The payer's name and address are left where they are.

internal sealed record PayPalOrder(
    string Id, string Status, IReadOnlyList<PayPalUnit>? PurchaseUnits, PayPalPayer? Payer, IReadOnlyList<PayPalLink>? Links, DateTimeOffset? UpdateTime)
{
    /// <summary>Orders of the shop have one.</summary>
    [JsonIgnore]
    public PayPalUnit? Unit => PurchaseUnits is [var unit, ..] ? unit : null;

    [JsonIgnore]
    public IReadOnlyList<PayPalCapture> Captures => Unit?.Payments?.Captures ?? [];

    [JsonIgnore]
    public IReadOnlyList<PayPalRefund> Refunds => Unit?.Payments?.Refunds ?? [];

    [JsonIgnore]
    public PayPalAuthorization? Authorization => Unit?.Payments?.Authorizations is [var authorization, ..] ? authorization : null;
}

internal sealed record PayPalUnit(PayPalMoney? Amount, string? CustomId, PayPalPayments? Payments);

internal sealed record PayPalPayments(
    IReadOnlyList<PayPalAuthorization>? Authorizations, IReadOnlyList<PayPalCapture>? Captures, IReadOnlyList<PayPalRefund>? Refunds);

internal sealed record PayPalAuthorization(string Id, string Status, PayPalMoney? Amount, DateTimeOffset? ExpirationTime, PayPalSupplement? SupplementaryData)
{
    /// <summary>Money can still be taken.</summary>
    [JsonIgnore]
    public bool IsOpen => Status is "CREATED" or "PARTIALLY_CAPTURED" or "PARTIALLY_CREATED";

    /// <summary>Nothing more can be.</summary>
    [JsonIgnore]
    public bool IsOver => Status is "CAPTURED" or "VOIDED" or "EXPIRED";
}

internal sealed record PayPalCapture(
    string Id, string Status, PayPalStatusDetails? StatusDetails, PayPalMoney? Amount, string? InvoiceId, DateTimeOffset? CreateTime,
    PayPalSupplement? SupplementaryData)
{
    /// <summary>
    /// Credited to the shop's account. PENDING is not: «the funds for this captured payment was not yet credited», and a review or an
    /// eCheck may still end in DECLINED. What the payer disputes was credited first, whatever its status is now.
    /// </summary>
    [JsonIgnore]
    public bool IsSettled => Status is "COMPLETED" or "PARTIALLY_REFUNDED" or "REFUNDED" || IsDisputed;

    [JsonIgnore]
    public bool IsPending => Status is "PENDING" && !IsDisputed;

    [JsonIgnore]
    public bool IsDisputed => StatusDetails?.Reason is "BUYER_COMPLAINT" or "CHARGEBACK";
}

internal sealed record PayPalStatusDetails(string? Reason);

internal sealed record PayPalRefund(string Id, string Status, PayPalMoney? Amount, string? InvoiceId, DateTimeOffset? CreateTime, IReadOnlyList<PayPalLink>? Links)
{
    /// <summary>It did not reach the payer.</summary>
    [JsonIgnore]
    public bool HasFailed => Status is "CANCELLED" or "FAILED";

    public bool IsOf(PayPalCapture capture) => Links?.Any(l => l.Rel == "up" && l.Href.EndsWith("/captures/" + capture.Id, StringComparison.Ordinal)) == true;
}

internal sealed record PayPalDisputes(IReadOnlyList<PayPalDispute>? Items);

/// <summary>A payer's complaint. The list of them does not show the outcome, the dispute itself does.</summary>
internal sealed record PayPalDispute(string DisputeId, string Status, DateTimeOffset? CreateTime, PayPalMoney? DisputeAmount, PayPalOutcome? DisputeOutcome)
{
    [JsonIgnore]
    public bool IsOver => Status is "RESOLVED";

    /// <summary>The shop has the money again: PayPal sided with it, covered the loss itself, or the payer withdrew.</summary>
    [JsonIgnore]
    public bool IsWon => IsOver && DisputeOutcome?.OutcomeCode is "RESOLVED_SELLER_FAVOUR" or "RESOLVED_WITH_PAYOUT" or "CANCELED_BY_BUYER" or "DENIED" or "NONE";
}

internal sealed record PayPalOutcome(string? OutcomeCode);

internal sealed record PayPalSupplement(PayPalRelatedIds? RelatedIds);

internal sealed record PayPalRelatedIds(string? OrderId);

internal sealed record PayPalPayer(string? PayerId, PayPalAddress? Address);

internal sealed record PayPalAddress(string? CountryCode);

internal sealed record PayPalLink(string Href, string Rel);

internal sealed record PayPalCreateOrder(string Intent, IReadOnlyList<PayPalCreateUnit> PurchaseUnits, PayPalSource PaymentSource);

internal sealed record PayPalCreateUnit(string ReferenceId, string CustomId, PayPalMoney Amount);

internal sealed record PayPalSource(PayPalWallet Paypal);

internal sealed record PayPalWallet(PayPalExperience ExperienceContext);

internal sealed record PayPalExperience(string? ReturnUrl, string? CancelUrl, string UserAction, string ShippingPreference);

internal sealed record PayPalPatch(string Op, string Path, PayPalMoney Value);

/// <summary>Money to take or to give back: how much, and what it is called there.</summary>
internal sealed record PayPalMove(PayPalMoney Amount, string InvoiceId, string? CustomId, bool? FinalCapture);

internal sealed record PayPalAccessToken(string AccessToken, long ExpiresIn);

internal sealed record PayPalVerification(string VerificationStatus);

internal sealed record PayPalFailure(string? Name, string? Message, string? DebugId, IReadOnlyList<PayPalDetail>? Details, string? Error);

internal sealed record PayPalDetail(string? Issue);

/// <summary>
/// What clients see of a session: the order's id, as PayPal's script in a browser wants it, and where the shopper approves, until that is done;
/// why the last try failed, where Stripe's sessions say it too.
/// </summary>
internal sealed record PayPalData(
    string Id, string Status, string? ApproveUrl, string Amount, string Currency, string? ReturnUrl, string? CancelUrl, PayPalRefusal? LastPaymentError);

internal sealed record PayPalRefusal(string Message);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(PayPalOrder))]
[JsonSerializable(typeof(PayPalCapture))]
[JsonSerializable(typeof(PayPalRefund))]
[JsonSerializable(typeof(PayPalAuthorization))]
[JsonSerializable(typeof(PayPalCreateOrder))]
[JsonSerializable(typeof(PayPalPatch[]))]
[JsonSerializable(typeof(PayPalMove))]
[JsonSerializable(typeof(PayPalAccessToken))]
[JsonSerializable(typeof(PayPalVerification))]
[JsonSerializable(typeof(PayPalDisputes))]
[JsonSerializable(typeof(PayPalDispute))]
[JsonSerializable(typeof(PayPalFailure))]
[JsonSerializable(typeof(PayPalData))]
internal sealed partial class PayPalJson : JsonSerializerContext;
