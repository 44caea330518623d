using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Stripe;

internal static class IntentStatus
{
    public const string RequiresPaymentMethod = "requires_payment_method", RequiresConfirmation = "requires_confirmation", RequiresAction = "requires_action",
        RequiresCapture = "requires_capture", Succeeded = "succeeded", Canceled = "canceled";
}

internal sealed class PaymentIntent
{
    // What a browser that knows the client secret may see.
    private static readonly string[] Visible =
    [
        "id", "object", "amount", "automatic_payment_methods", "canceled_at", "cancellation_reason", "capture_method", "client_secret", "confirmation_method", "created",
        "currency", "description", "last_payment_error", "livemode", "next_action", "payment_method", "payment_method_types", "processing", "receipt_email",
        "setup_future_usage", "shipping", "source", "status",
    ];

    public PaymentIntent()
    {
        Id = Ids.Stripe("pi_");
        ClientSecret = $"{Id}_secret_{Ids.Stripe("", 25)}";
    }

    public string Id { get; }

    public string ClientSecret { get; }

    public required long Amount { get; set; }

    public required string Currency { get; set; }

    public required long Created { get; init; }

    public required string CaptureMethod { get; set; }

    public required string ConfirmationMethod { get; init; }

    public string Status { get; set; } = IntentStatus.RequiresPaymentMethod;

    public bool Manual => CaptureMethod == "manual";

    /// <summary>Whether shoppers may also pay in ways that lead them away from the shop's page.</summary>
    public bool MayRedirect { get; set; }

    public bool AutomaticMethods { get; set; }

    public string? Customer { get; set; }

    public string? Description { get; set; }

    public string? ReceiptEmail { get; set; }

    public string? SetupFutureUsage { get; set; }

    public string? StatementDescriptorSuffix { get; set; }

    public string? ReturnUrl { get; set; }

    public JsonObject? Shipping { get; set; }

    public PaymentMethod? Method { get; set; }

    /// <summary>The hosted page it is paid on, if any.</summary>
    public CheckoutSession? Session { get; init; }

    public Charge? LatestCharge { get; set; }

    public List<Charge> Charges { get; } = [];

    public StripeFailure? LastError { get; set; }

    public JsonObject? NextAction { get; set; }

    public long? CanceledAt { get; set; }

    public string? CancellationReason { get; set; }

    public long AmountReceived { get; set; }

    public long AmountCapturable => Status == IntentStatus.RequiresCapture ? LatestCharge!.Amount : 0;

    public Dictionary<string, string> Metadata { get; } = [];

    public JsonObject ToJson() => new()
    {
        ["id"] = Id,
        ["object"] = "payment_intent",
        ["amount"] = Amount,
        ["amount_capturable"] = AmountCapturable,
        ["amount_details"] = new JsonObject { ["tip"] = new JsonObject() },
        ["amount_received"] = AmountReceived,
        ["application"] = null,
        ["application_fee_amount"] = null,
        ["automatic_payment_methods"] = AutomaticMethods ? new JsonObject { ["allow_redirects"] = MayRedirect ? "always" : "never", ["enabled"] = true } : null,
        ["canceled_at"] = CanceledAt,
        ["cancellation_reason"] = CancellationReason,
        ["capture_method"] = CaptureMethod,
        ["client_secret"] = ClientSecret,
        ["confirmation_method"] = ConfirmationMethod,
        ["created"] = Created,
        ["currency"] = Currency,
        ["customer"] = Customer,
        ["description"] = Description,
        ["last_payment_error"] = LastError?.ToJson(whole: false),
        ["latest_charge"] = LatestCharge?.Id,
        ["livemode"] = false,
        ["metadata"] = Json.Object(Metadata),
        ["next_action"] = NextAction?.DeepClone(),
        ["on_behalf_of"] = null,
        ["payment_method"] = Method?.Id,
        ["payment_method_configuration_details"] = null,
        ["payment_method_options"] = new JsonObject
        {
            ["card"] = new JsonObject { ["installments"] = null, ["mandate_options"] = null, ["network"] = null, ["request_three_d_secure"] = "automatic" },
        },
        ["payment_method_types"] = new JsonArray("card"),
        ["processing"] = null,
        ["receipt_email"] = ReceiptEmail,
        ["review"] = null,
        ["setup_future_usage"] = SetupFutureUsage,
        ["shipping"] = Shipping?.DeepClone(),
        ["source"] = null,
        ["statement_descriptor"] = null,
        ["statement_descriptor_suffix"] = StatementDescriptorSuffix,
        ["status"] = Status,
        ["transfer_data"] = null,
        ["transfer_group"] = null,
    };

    public JsonObject ToJson(bool publishable)
    {
        var json = ToJson();
        if (!publishable) return json;
        foreach (var hidden in json.Select(p => p.Key).Except(Visible).ToList()) json.Remove(hidden);
        return json;
    }

    public StripeFailure Unexpected(string message) => new(400, "invalid_request_error", "payment_intent_unexpected_state", message) { Intent = this };
}
