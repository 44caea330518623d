using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.PayPal;

/// <summary>A payer's complaint about a capture.</summary>
internal sealed class PayPalDispute(Capture capture, long amount, string reason, DateTimeOffset created)
{
    public const string Resolved = "RESOLVED";

    public string Id { get; } = $"PP-D-{Ids.PayPal()}";

    public Capture Capture => capture;

    public long Amount => amount;

    public string Status { get; set; } = "WAITING_FOR_SELLER_RESPONSE";

    public string? Outcome { get; set; }

    public DateTimeOffset CreatedAt { get; } = created;

    public DateTimeOffset UpdatedAt { get; set; } = created;

    public JsonObject ToJson(PayPalBook book, bool whole)
    {
        var json = new JsonObject
        {
            ["dispute_id"] = Id,
            ["create_time"] = PayPalJson.Time(CreatedAt),
            ["update_time"] = PayPalJson.Time(UpdatedAt),
            ["reason"] = reason,
            ["status"] = Status,
            ["dispute_state"] = Status == Resolved ? Resolved : "REQUIRED_ACTION",
            ["dispute_life_cycle_stage"] = "CHARGEBACK",
            ["dispute_channel"] = "INTERNAL",
            ["dispute_amount"] = PayPalJson.Money(amount, capture.Order.Currency),
        };
        if (whole)
        {
            json["disputed_transactions"] = new JsonArray(new JsonObject
            {
                ["seller_transaction_id"] = capture.Id,
                ["transaction_status"] = "COMPLETED",
                ["gross_amount"] = PayPalJson.Money(capture.Amount, capture.Order.Currency),
            });
            if (Outcome is not null) json["dispute_outcome"] = new JsonObject { ["outcome_code"] = Outcome };
        }

        json["links"] = new JsonArray(PayPalJson.Link($"{book.State.Url}/v1/customer/disputes/{Id}", "self", "GET"));
        return json;
    }
}

/// <summary><c>/v1/customer/disputes</c>; opened and resolved by control routes.</summary>
internal static class PayPalDisputes
{
    /// <summary>Summaries, newest first: without transactions and outcome.</summary>
    public static (int, JsonObject?) List(PayPalBook book, PayPalRequest request)
    {
        var transaction = request.Context.Request.Query["disputed_transaction_id"].ToString();
        var found = book.Disputes.NewestFirst.Where(d => transaction.Length == 0 || d.Capture.Id == transaction);
        return (200, new JsonObject { ["items"] = new JsonArray([.. found.Select(d => (JsonNode)d.ToJson(book, false))]), ["links"] = new JsonArray() });
    }

    public static (int, JsonObject?) Retrieve(PayPalBook book, PayPalRequest request) =>
        book.Disputes.TryGet(request.Id, out var dispute) ? (200, dispute.ToJson(book, true)) : throw PayPalFailure.NotFound();

    public static PayPalDispute Open(PayPalBook book, Capture capture, long amount, string reason)
    {
        var dispute = book.Disputes.Add(new PayPalDispute(capture, amount, reason, book.Now));
        book.Moved(capture.Order, "dispute", amount, dispute.Id);
        book.Raise(Origin.None, "CUSTOMER.DISPUTE.CREATED", "dispute", "A new dispute opened", capture.Order, dispute.ToJson(book, true));
        return dispute;
    }

    /// <summary>PayPal decided: for the seller, the shop has its money back.</summary>
    public static void Resolve(PayPalBook book, PayPalDispute dispute, string outcome)
    {
        (dispute.Status, dispute.Outcome, dispute.UpdatedAt) = (PayPalDispute.Resolved, outcome, book.Now);
        if (outcome == "RESOLVED_SELLER_FAVOUR") book.Moved(dispute.Capture.Order, "dispute_won", dispute.Amount, dispute.Id);
        book.Raise(Origin.None, "CUSTOMER.DISPUTE.RESOLVED", "dispute", "A dispute was resolved", dispute.Capture.Order, dispute.ToJson(book, true));
    }
}
