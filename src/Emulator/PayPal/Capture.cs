using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.PayPal;

/// <summary>Money taken. <c>words</c>: invoice and custom id it was taken under.</summary>
internal sealed class Capture(Order order, Authorization? authorization, long amount, bool final, JsonObject words, DateTimeOffset created)
{
    public const string Completed = "COMPLETED", Pending = "PENDING", Denied = "DENIED";

    public string Id { get; } = Ids.PayPal();

    public Order Order => order;

    public long Amount => amount;

    /// <summary>COMPLETED, PENDING or DENIED; refunds show in what is told.</summary>
    public string Settlement { get; set; } = Completed;

    public DateTimeOffset CreatedAt { get; } = created;

    public DateTimeOffset UpdatedAt { get; set; } = created;

    public List<PayPalRefund> Refunds { get; } = [];

    public long Settled => Settlement == Completed ? amount : 0;

    public long Refunded => Refunds.Sum(r => r.Amount);

    public string Status => Refunded == 0 ? Settlement : Refunded < amount ? "PARTIALLY_REFUNDED" : "REFUNDED";

    public JsonObject ToJson(PayPalBook book, bool whole)
    {
        var url = $"{book.State.Url}/v2/payments/captures/{Id}";
        var json = new JsonObject { ["id"] = Id, ["status"] = Status };
        if (Settlement == Pending) json["status_details"] = new JsonObject { ["reason"] = "PENDING_REVIEW" };
        if (whole)
        {
            var fee = amount * 29 / 1000 + 30;
            json["amount"] = PayPalJson.Money(amount, order.Currency);
            json["final_capture"] = final;
            PayPalJson.CopyText(words, json, "invoice_id", "custom_id", "note_to_payer");
            json["seller_protection"] = new JsonObject { ["status"] = "ELIGIBLE", ["dispute_categories"] = new JsonArray("ITEM_NOT_RECEIVED", "UNAUTHORIZED_TRANSACTION") };
            json["seller_receivable_breakdown"] = new JsonObject
            {
                ["gross_amount"] = PayPalJson.Money(amount, order.Currency),
                ["paypal_fee"] = PayPalJson.Money(fee, order.Currency),
                ["net_amount"] = PayPalJson.Money(Math.Max(0, amount - fee), order.Currency),
            };
            var related = new JsonObject { ["order_id"] = order.Id };
            if (authorization is not null) related["authorization_id"] = authorization.Id;
            json["supplementary_data"] = new JsonObject { ["related_ids"] = related };
            json["create_time"] = PayPalJson.Time(CreatedAt);
            json["update_time"] = PayPalJson.Time(UpdatedAt);
        }

        json["links"] = new JsonArray(PayPalJson.Link(url, "self", "GET"), PayPalJson.Link(url + "/refund", "refund", "POST"),
            PayPalJson.Link(authorization is null ? order.Url(book) : $"{book.State.Url}/v2/payments/authorizations/{authorization.Id}", "up", "GET"));
        return json;
    }
}

/// <summary><c>/v2/payments/captures</c></summary>
internal static class Captures
{
    public static (int, JsonObject?) Retrieve(PayPalBook book, PayPalRequest request) => (200, Of(book, request.Id).ToJson(book, true));

    /// <summary>Takes the money; that of a payer whose address begins with <c>pending@</c> is looked at first.</summary>
    public static Capture Add(PayPalBook book, Origin origin, Order order, Authorization? authorization, long amount, bool final, JsonObject words)
    {
        var capture = book.Captures.Add(new Capture(order, authorization, amount, final, words, book.Now));
        order.Captures.Add(capture);
        if (order.PayerEmail.StartsWith("pending@", StringComparison.OrdinalIgnoreCase))
        {
            capture.Settlement = Capture.Pending;
            book.Raise(origin, "PAYMENT.CAPTURE.PENDING", "capture", $"Payment pending for {Orders.Text(amount, order.Currency)}", order, capture.ToJson(book, true));
        }
        else Complete(book, origin, capture);

        return capture;
    }

    /// <summary>Ends the look at a pending capture.</summary>
    public static void Settle(PayPalBook book, Capture capture, bool denied)
    {
        capture.UpdatedAt = book.Now;
        if (denied)
        {
            capture.Settlement = Capture.Denied;
            book.Moved(capture.Order, "void", capture.Amount, capture.Id);
            book.Raise(Origin.None, "PAYMENT.CAPTURE.DENIED", "capture", $"Payment denied for {Orders.Text(capture.Amount, capture.Order.Currency)}", capture.Order, capture.ToJson(book, true));
        }
        else Complete(book, Origin.None, capture);
    }

    public static (int, JsonObject?) Refund(PayPalBook book, PayPalRequest request)
    {
        var capture = Of(book, request.Id);
        if (capture.Settled == 0) throw PayPalFailure.Unprocessable("CAPTURE_STATUS_NOT_VALID", "Invalid capture status: only a completed capture can be refunded.");
        var left = capture.Settled - capture.Refunded;
        if (left == 0) throw PayPalFailure.Unprocessable("CAPTURE_FULLY_REFUNDED", "The capture has already been fully refunded");
        var amount = PayPalJson.Asked(request.Body, capture.Order.Currency, "REFUND_CAPTURE_CURRENCY_MISMATCH") ?? left;
        if (amount > left)
            throw PayPalFailure.Unprocessable("REFUND_AMOUNT_EXCEEDED", "The refund amount must be less than or equal to the capture amount that has not yet been refunded. Verify the refund amount and try the request again.", "/amount/value");

        var refund = book.Refunds.Add(new PayPalRefund(capture, amount, capture.Refunded + amount, (JsonObject)request.Body.DeepClone(), book.Now));
        capture.Refunds.Add(refund);
        capture.UpdatedAt = book.Now;
        book.Moved(capture.Order, "refund", amount, refund.Id);
        book.Raise(request.Origin, "PAYMENT.CAPTURE.REFUNDED", "refund", $"A {Orders.Text(amount, capture.Order.Currency)} capture payment was refunded", capture.Order, refund.ToJson(book, true));
        return (201, refund.ToJson(book, request.Whole));
    }

    private static void Complete(PayPalBook book, Origin origin, Capture capture)
    {
        capture.Settlement = Capture.Completed;
        book.Moved(capture.Order, "capture", capture.Amount, capture.Id);
        book.Raise(origin, "PAYMENT.CAPTURE.COMPLETED", "capture", $"Payment completed for {Orders.Text(capture.Amount, capture.Order.Currency)}", capture.Order, capture.ToJson(book, true));
    }

    private static Capture Of(PayPalBook book, string id) => book.Captures.TryGet(id, out var capture) ? capture : throw PayPalFailure.NotFound();
}
