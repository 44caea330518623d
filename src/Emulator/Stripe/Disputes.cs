using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Stripe;

internal sealed class Dispute(Charge charge, long amount, string reason, long created)
{
    public string Id { get; } = Ids.Stripe("du_");

    public Charge Charge => charge;

    public long Amount => amount;

    public long Created => created;

    public string Status { get; set; } = "needs_response";

    public Dictionary<string, string> Metadata { get; } = [];

    public JsonObject ToJson() => new()
    {
        ["id"] = Id,
        ["object"] = "dispute",
        ["amount"] = amount,
        ["balance_transactions"] = new JsonArray(),
        ["charge"] = charge.Id,
        ["created"] = created,
        ["currency"] = charge.Intent.Currency,
        ["enhanced_eligibility_types"] = new JsonArray(),
        ["evidence"] = new JsonObject(),
        ["evidence_details"] = new JsonObject
        {
            ["due_by"] = created + (long)TimeSpan.FromDays(9).TotalSeconds,
            ["enhanced_eligibility"] = new JsonObject(),
            ["has_evidence"] = false,
            ["past_due"] = false,
            ["submission_count"] = 0,
        },
        ["is_charge_refundable"] = false,
        ["livemode"] = false,
        ["metadata"] = Json.Object(Metadata),
        ["network_reason_code"] = "10.4",
        ["payment_intent"] = charge.Intent.Id,
        ["payment_method_details"] = new JsonObject
        {
            ["card"] = new JsonObject { ["brand"] = charge.Method.Card.Brand, ["case_type"] = "chargeback", ["network_reason_code"] = "10.4" },
            ["type"] = "card",
        },
        ["reason"] = reason,
        ["status"] = Status,
    };
}

/// <summary><c>/v1/disputes</c>; opened by a test card, or by hand with a control route.</summary>
internal static class Disputes
{
    public static JsonObject Retrieve(StripeBook book, StripeRequest request) =>
        book.Disputes.TryGet(request.Route("id"), out var dispute) ? dispute.ToJson() : throw StripeFailure.Missing("dispute", request.Route("id"));

    public static JsonObject List(StripeBook book, StripeRequest request) =>
        Listing.Page(request, "/v1/disputes", book.Disputes.NewestFirst.Where(d => (request.Text("charge") is not { } charge || d.Charge.Id == charge)
            && (request.Text("payment_intent") is not { } intent || d.Charge.Intent.Id == intent)), d => d.Id, d => d.Created, d => d.ToJson());

    public static Dispute Open(StripeBook book, Origin origin, Charge charge, long amount, string reason)
    {
        charge.Disputed = true;
        var dispute = book.Disputes.Add(new Dispute(charge, amount, reason, book.Clock.UnixSeconds));
        book.Moved(charge.Intent, "dispute", amount, dispute.Id);
        book.Raise(origin, "charge.dispute.created", charge.Intent.Id, dispute.ToJson());
        book.Raise(origin, "charge.dispute.funds_withdrawn", charge.Intent.Id, dispute.ToJson());
        return dispute;
    }

    /// <summary>The bank decided: <c>won</c> gives the shop its money back.</summary>
    public static void Close(StripeBook book, Dispute dispute, bool won)
    {
        dispute.Status = won ? "won" : "lost";
        if (won)
        {
            book.Moved(dispute.Charge.Intent, "dispute_won", dispute.Amount, dispute.Id);
            book.Raise(Origin.None, "charge.dispute.funds_reinstated", dispute.Charge.Intent.Id, dispute.ToJson());
        }

        book.Raise(Origin.None, "charge.dispute.closed", dispute.Charge.Intent.Id, dispute.ToJson());
    }
}
