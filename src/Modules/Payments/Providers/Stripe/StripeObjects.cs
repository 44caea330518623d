using System.Text.Json;
using System.Text.Json.Serialization;

namespace HeadlessPro.Payments.Providers.Stripe;

/// <summary>Of Stripe's objects, what we look at. Amounts are Stripe's units, times are seconds since 1970.</summary>
internal sealed record StripeIntent(string Id, long Amount, string Currency, string Status, long Created)
{
    public string? Object { get; init; }

    public string? ClientSecret { get; init; }

    public string? CaptureMethod { get; init; }

    public string? Customer { get; init; }

    public string? SetupFutureUsage { get; init; }

    public string? CancellationReason { get; init; }

    public JsonElement? NextAction { get; init; }

    public StripeErrorBody? LastPaymentError { get; init; }

    /// <summary>Expanded.</summary>
    public StripeCharge? LatestCharge { get; init; }

    public Dictionary<string, string>? Metadata { get; init; }
}

/// <summary>One attempt to take an intent's money: succeeded (also when it is only on hold), pending or failed.</summary>
internal sealed record StripeCharge(string Id, long Amount, long AmountCaptured, bool Captured, string Status, bool Disputed, long Created)
{
    public StripeMeans? PaymentMethodDetails { get; init; }

    public StripeOutcome? Outcome { get; init; }

    /// <summary>Expanded: the newest few.</summary>
    public StripeList<StripeRefund>? Refunds { get; init; }
}

internal sealed record StripeMeans(string Type, StripeCard? Card);

internal sealed record StripeCard(string? Brand, string? Last4, string? Country, string? Fingerprint, long? CaptureBefore);

internal sealed record StripeOutcome(string? RiskLevel);

/// <summary>What a capture let go looks like one, too, but has moved no money: it has no balance transaction.</summary>
internal sealed record StripeRefund(string Id, long Amount, long Created, string Status, string? BalanceTransaction, Dictionary<string, string>? Metadata);

internal sealed record StripeDispute(string Id, long Amount, long Created, string Status);

/// <summary>A hosted page: open, complete or expired. Its intent, expanded, is null until somebody tried to pay.</summary>
internal sealed record StripeCheckout(
    string Id, string Status, long AmountTotal, string Currency, long ExpiresAt, string? Url, string? SuccessUrl, string? CancelUrl,
    StripeIntent? PaymentIntent, Dictionary<string, string>? Metadata)
{
    /// <summary>In the metadata, because Stripe does not say what the intent to come is to be.</summary>
    public const string UsageName = "setup_future_usage";

    /// <summary>Whose saved cards it offers; null for a guest's.</summary>
    public string? Customer { get; init; }

    public string? Usage => Metadata?.GetValueOrDefault(UsageName);
}

/// <summary>Of what is not looked at further.</summary>
internal sealed record StripeId(string Id);

internal sealed record StripeCustomer(string Id, bool? Deleted);

/// <summary>A page of a list, newest first.</summary>
internal sealed record StripeList<T>(List<T> Data, bool HasMore);

/// <summary><c>error</c> of an answer, <c>last_payment_error</c> of a payment intent.</summary>
internal sealed record StripeErrorBody(string? Type, string? Code, string? DeclineCode, string? Message, string? Param);

internal sealed record StripeErrorAnswer(StripeErrorBody? Error);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(StripeIntent))]
[JsonSerializable(typeof(StripeCheckout))]
[JsonSerializable(typeof(StripePage))]
[JsonSerializable(typeof(StripeId))]
[JsonSerializable(typeof(StripeCustomer))]
[JsonSerializable(typeof(StripeList<StripeRefund>))]
[JsonSerializable(typeof(StripeList<StripeDispute>))]
[JsonSerializable(typeof(StripeErrorAnswer))]
internal sealed partial class StripeJson : JsonSerializerContext;
