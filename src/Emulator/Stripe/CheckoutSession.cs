using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Stripe;

internal sealed record CheckoutLine(string Id, string Name, string? Description, long UnitAmount, long Quantity)
{
    public long Total => UnitAmount * Quantity;
}

/// <summary>A page of Stripe's on which a shopper pays.</summary>
internal sealed class CheckoutSession
{
    public string Id { get; } = Ids.Stripe("cs_test_", 58);

    public required string Currency { get; init; }

    public required IReadOnlyList<CheckoutLine> Lines { get; init; }

    public required string SuccessUrl { get; init; }

    public string? CancelUrl { get; init; }

    public required long Created { get; init; }

    public required long ExpiresAt { get; init; }

    public required string CaptureMethod { get; init; }

    public string? Customer { get; init; }

    public string? CustomerEmail { get; init; }

    public string? ClientReferenceId { get; init; }

    public string? Description { get; init; }

    public string? SetupFutureUsage { get; init; }

    public JsonObject? Shipping { get; init; }

    public Dictionary<string, string> Metadata { get; } = [];

    /// <summary><c>payment_intent_data[metadata]</c></summary>
    public Dictionary<string, string> IntentMetadata { get; } = [];

    public string Status { get; set; } = "open";

    /// <summary>Made when the shopper first pays.</summary>
    public PaymentIntent? Intent { get; set; }

    /// <summary>What the shopper wrote.</summary>
    public string? PayerEmail { get; set; }

    public string? PayerName { get; set; }

    public long Total => Lines.Sum(l => l.Total);

    public string Lane => Intent?.Id ?? Id;

    public JsonObject ToJson(string baseUrl) => new()
    {
        ["id"] = Id,
        ["object"] = "checkout.session",
        ["adaptive_pricing"] = null,
        ["after_expiration"] = null,
        ["allow_promotion_codes"] = null,
        ["amount_subtotal"] = Total,
        ["amount_total"] = Total,
        ["automatic_tax"] = new JsonObject { ["enabled"] = false, ["liability"] = null, ["provider"] = null, ["status"] = null },
        ["billing_address_collection"] = null,
        ["cancel_url"] = CancelUrl,
        ["client_reference_id"] = ClientReferenceId,
        ["client_secret"] = null,
        ["collected_information"] = null,
        ["consent"] = null,
        ["consent_collection"] = null,
        ["created"] = Created,
        ["currency"] = Currency,
        ["currency_conversion"] = null,
        ["custom_fields"] = new JsonArray(),
        ["custom_text"] = new JsonObject { ["after_submit"] = null, ["shipping_address"] = null, ["submit"] = null, ["terms_of_service_acceptance"] = null },
        ["customer"] = Customer,
        ["customer_creation"] = Customer is null ? "if_required" : null,
        ["customer_details"] = DetailsJson(),
        ["customer_email"] = CustomerEmail,
        ["discounts"] = new JsonArray(),
        ["expires_at"] = ExpiresAt,
        ["invoice"] = null,
        ["invoice_creation"] = new JsonObject { ["enabled"] = false },
        ["livemode"] = false,
        ["locale"] = null,
        ["metadata"] = Json.Object(Metadata),
        ["mode"] = "payment",
        ["payment_intent"] = Intent?.Id,
        ["payment_link"] = null,
        ["payment_method_collection"] = "if_required",
        ["payment_method_configuration_details"] = null,
        ["payment_method_options"] = new JsonObject { ["card"] = new JsonObject { ["request_three_d_secure"] = "automatic" } },
        ["payment_method_types"] = new JsonArray("card"),
        ["payment_status"] = Intent?.Status == IntentStatus.Succeeded ? "paid" : "unpaid",
        ["permissions"] = null,
        ["phone_number_collection"] = new JsonObject { ["enabled"] = false },
        ["recovered_from"] = null,
        ["saved_payment_method_options"] = null,
        ["setup_intent"] = null,
        ["shipping_address_collection"] = null,
        ["shipping_cost"] = null,
        ["shipping_options"] = new JsonArray(),
        ["status"] = Status,
        ["submit_type"] = null,
        ["subscription"] = null,
        ["success_url"] = SuccessUrl,
        ["total_details"] = new JsonObject { ["amount_discount"] = 0, ["amount_shipping"] = 0, ["amount_tax"] = 0 },
        ["ui_mode"] = "hosted",
        ["url"] = Status == "open" ? $"{baseUrl}/c/pay/{Id}" : null,
        ["wallet_options"] = null,
    };

    public JsonObject LineItemsJson() => Listing.Of($"/v1/checkout/sessions/{Id}/line_items", Lines.Select(l => new JsonObject
    {
        ["id"] = l.Id,
        ["object"] = "item",
        ["amount_discount"] = 0,
        ["amount_subtotal"] = l.Total,
        ["amount_tax"] = 0,
        ["amount_total"] = l.Total,
        ["currency"] = Currency,
        ["description"] = l.Name,
        ["price"] = new JsonObject { ["object"] = "price", ["currency"] = Currency, ["type"] = "one_time", ["unit_amount"] = l.UnitAmount },
        ["quantity"] = l.Quantity,
    }));

    private JsonObject? DetailsJson() => PayerEmail is null && CustomerEmail is null ? null : new JsonObject
    {
        ["address"] = null,
        ["email"] = PayerEmail ?? CustomerEmail,
        ["name"] = PayerName,
        ["phone"] = null,
        ["tax_exempt"] = "none",
        ["tax_ids"] = new JsonArray(),
    };
}
