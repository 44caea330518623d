using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Stripe;

/// <summary>One attempt to take a payment intent's money, made or refused.</summary>
internal sealed class Charge(PaymentIntent intent, PaymentMethod method, long created)
{
    private string? failureCode;
    private string? failureMessage;

    public string Id { get; } = Ids.Stripe("ch_");

    public PaymentIntent Intent => intent;

    public PaymentMethod Method => method;

    public long Amount { get; } = intent.Amount;

    public long AmountCaptured { get; private set; }

    public bool Captured { get; private set; }

    public bool Authenticated { get; init; }

    public long? CaptureBefore { get; set; }

    public bool Disputed { get; set; }

    public bool Failed => failureCode is not null;

    public List<Refund> Refunds { get; } = [];

    /// <summary>As Stripe counts: what was given back, and what was on hold and let go.</summary>
    public long AmountRefunded => Refunds.Sum(r => r.Amount);

    /// <summary>What was taken and not given back.</summary>
    public long Refundable => AmountCaptured - Refunds.Where(r => !r.OfHold).Sum(r => r.Amount);

    public long Created => created;

    public void Capture(long amount)
    {
        AmountCaptured = amount;
        Captured = true;
        CaptureBefore = null;
    }

    public void Refuse(string code, string message) => (failureCode, failureMessage) = (code, message);

    public JsonObject ToJson() => new()
    {
        ["id"] = Id,
        ["object"] = "charge",
        ["amount"] = Amount,
        ["amount_captured"] = AmountCaptured,
        ["amount_refunded"] = AmountRefunded,
        ["application"] = null,
        ["application_fee"] = null,
        ["application_fee_amount"] = null,
        ["balance_transaction"] = Captured ? "txn_" + Id[3..] : null,
        ["billing_details"] = method.BillingJson(),
        ["calculated_statement_descriptor"] = Failed ? null : "HEADLESSPRO",
        ["captured"] = Captured,
        ["created"] = created,
        ["currency"] = intent.Currency,
        ["customer"] = intent.Customer,
        ["description"] = intent.Description,
        ["disputed"] = Disputed,
        ["failure_balance_transaction"] = null,
        ["failure_code"] = failureCode,
        ["failure_message"] = failureMessage,
        ["fraud_details"] = new JsonObject(),
        ["livemode"] = false,
        ["metadata"] = Json.Object(intent.Metadata),
        ["on_behalf_of"] = null,
        ["outcome"] = OutcomeJson(),
        ["paid"] = !Failed,
        ["payment_intent"] = intent.Id,
        ["payment_method"] = method.Id,
        ["payment_method_details"] = new JsonObject { ["card"] = method.ChargedJson(Amount, Authenticated, CaptureBefore), ["type"] = "card" },
        ["radar_options"] = new JsonObject(),
        ["receipt_email"] = intent.ReceiptEmail,
        ["receipt_number"] = null,
        ["receipt_url"] = null,
        ["refunded"] = !Failed && AmountRefunded == Amount,
        ["review"] = null,
        ["shipping"] = intent.Shipping?.DeepClone(),
        ["source"] = null,
        ["source_transfer"] = null,
        ["statement_descriptor"] = null,
        ["statement_descriptor_suffix"] = intent.StatementDescriptorSuffix,
        ["status"] = Failed ? "failed" : "succeeded",
        ["transfer_data"] = null,
        ["transfer_group"] = null,
    };

    private JsonObject OutcomeJson()
    {
        var card = method.Card;
        var (network, reason, type, message) = card switch
        {
            { Blocked: true } => ("not_sent_to_network", "highest_risk_level", "blocked", "Stripe blocked this payment as too risky."),
            _ when Failed => ("declined_by_network", card.Decline ?? failureCode, "issuer_declined", "The bank did not return any further details with this decline."),
            { Risk: "elevated" } => ("approved_by_network", "elevated_risk_level", "manual_review",
                "Stripe evaluated this payment as having elevated risk, and placed it in your manual review queue."),
            _ => ("approved_by_network", null, "authorized", "Payment complete."),
        };
        return new JsonObject
        {
            ["advice_code"] = Failed && !card.Blocked ? "try_again_later" : null,
            ["network_advice_code"] = null,
            ["network_decline_code"] = Failed && !card.Blocked ? "05" : null,
            ["network_status"] = network,
            ["reason"] = reason,
            ["risk_level"] = card.Risk,
            ["risk_score"] = card.Risk switch { "highest" => 92, "elevated" => 70, _ => 12 },
            ["seller_message"] = message,
            ["type"] = type,
        };
    }
}

/// <summary><c>/v1/charges</c></summary>
internal static class Charges
{
    public static JsonObject Retrieve(StripeBook book, StripeRequest request) =>
        book.Charges.TryGet(request.Route("id"), out var charge) ? charge.ToJson() : throw StripeFailure.Missing("charge", request.Route("id"));

    public static JsonObject List(StripeBook book, StripeRequest request)
    {
        var charges = request.Text("payment_intent") is not { } id ? book.Charges.NewestFirst
            : book.Intents.TryGet(id, out var intent) ? intent.Charges.AsEnumerable().Reverse()
            : throw StripeFailure.Missing("payment_intent", id, "payment_intent");
        return Listing.Page(request, "/v1/charges", charges.Where(c => request.Text("customer") is not { } customer || c.Intent.Customer == customer), c => c.Id, c => c.Created, c => c.ToJson());
    }
}
