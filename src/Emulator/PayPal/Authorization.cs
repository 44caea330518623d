using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.PayPal;

/// <summary>Money on hold: for three days surely, for 29 at most.</summary>
internal sealed class Authorization(Order order, long amount, DateTimeOffset created)
{
    public const string Created = "CREATED", Captured = "CAPTURED", PartlyCaptured = "PARTIALLY_CAPTURED", Voided = "VOIDED", Expired = "EXPIRED";

    public string Id { get; } = Ids.PayPal();

    public Order Order => order;

    public long Amount => amount;

    /// <summary>By its captures, settled or not.</summary>
    public long Taken { get; set; }

    public string Status { get; set; } = Created;

    public DateTimeOffset CreatedAt { get; } = created;

    public DateTimeOffset UpdatedAt { get; set; } = created;

    public DateTimeOffset HonoredUntil { get; } = created.AddDays(3);

    public DateTimeOffset ExpiresAt { get; init; } = created.AddDays(29);

    public bool IsOpen => Status is Created or PartlyCaptured;

    /// <summary>Lets go of what was not taken.</summary>
    public void Close(PayPalBook book, string status)
    {
        (Status, UpdatedAt) = (status, book.Now);
        if (Taken < amount) book.Moved(order, "void", amount - Taken, Id);
    }

    public JsonObject ToJson(PayPalBook book, bool whole)
    {
        var url = $"{book.State.Url}/v2/payments/authorizations/{Id}";
        var json = new JsonObject { ["id"] = Id, ["status"] = Status };
        if (whole)
        {
            json["amount"] = PayPalJson.Money(amount, order.Currency);
            PayPalJson.CopyText(order.Unit, json, "invoice_id", "custom_id");
            json["seller_protection"] = new JsonObject { ["status"] = "ELIGIBLE", ["dispute_categories"] = new JsonArray("ITEM_NOT_RECEIVED", "UNAUTHORIZED_TRANSACTION") };
            json["supplementary_data"] = new JsonObject { ["related_ids"] = new JsonObject { ["order_id"] = order.Id } };
            json["expiration_time"] = PayPalJson.Time(ExpiresAt);
            json["create_time"] = PayPalJson.Time(CreatedAt);
            json["update_time"] = PayPalJson.Time(UpdatedAt);
        }

        json["links"] = new JsonArray(PayPalJson.Link(url, "self", "GET"), PayPalJson.Link(url + "/capture", "capture", "POST"), PayPalJson.Link(url + "/void", "void", "POST"),
            PayPalJson.Link(url + "/reauthorize", "reauthorize", "POST"), PayPalJson.Link(order.Url(book), "up", "GET"));
        return json;
    }
}

/// <summary><c>/v2/payments/authorizations</c></summary>
internal static class Authorizations
{
    public static (int, JsonObject?) Retrieve(PayPalBook book, PayPalRequest request) => (200, Of(book, request).ToJson(book, true));

    public static (int, JsonObject?) Capture(PayPalBook book, PayPalRequest request)
    {
        var authorization = Of(book, request);
        MustBeOpen(authorization, "AUTHORIZATION_ALREADY_CAPTURED", "Authorization has already been captured. If 'final_capture' is set to to 'true', additional captures are not possible against the authorization.");
        // Without an amount PayPal takes the whole of the authorization, not what is left of it.
        var amount = PayPalJson.Asked(request.Body, authorization.Order.Currency, "AUTH_CAPTURE_CURRENCY_MISMATCH") ?? authorization.Amount;
        if (authorization.Taken + amount > authorization.Amount)
            throw PayPalFailure.Unprocessable("MAX_CAPTURE_AMOUNT_EXCEEDED", "Capture amount exceeds allowable limit.", "/amount/value");
        var final = request.Body.Text("final_capture") == "true";
        var words = (JsonObject)authorization.Order.Unit.DeepClone();
        PayPalJson.CopyText(request.Body, words, "invoice_id", "note_to_payer", "soft_descriptor");

        authorization.Taken += amount;
        if (final || authorization.Taken == authorization.Amount) authorization.Close(book, Authorization.Captured);
        else (authorization.Status, authorization.UpdatedAt) = (Authorization.PartlyCaptured, book.Now);
        var capture = Captures.Add(book, request.Origin, authorization.Order, authorization, amount, final, words);
        return (201, capture.ToJson(book, request.Whole));
    }

    public static (int, JsonObject?) Void(PayPalBook book, PayPalRequest request)
    {
        var authorization = Of(book, request);
        if (authorization.Status == Authorization.Voided)
            throw PayPalFailure.Unprocessable("PREVIOUSLY_VOIDED", "Authorization has been previously voided and hence cannot be voided again.");
        MustBeOpen(authorization, "PREVIOUSLY_CAPTURED", "Authorization has been previously captured and hence cannot be voided.");
        authorization.Close(book, Authorization.Voided);
        book.Raise(request.Origin, "PAYMENT.AUTHORIZATION.VOIDED", "authorization", "A payment authorization was voided", authorization.Order, authorization.ToJson(book, true));
        return request.Whole ? (200, authorization.ToJson(book, true)) : (204, null);
    }

    /// <summary>A new honour period of three days, from the fourth day on. The former authorization is over.</summary>
    public static (int, JsonObject?) Reauthorize(PayPalBook book, PayPalRequest request)
    {
        var former = Of(book, request);
        MustBeOpen(former, "AUTHORIZATION_ALREADY_CAPTURED", "Authorization has already been captured.");
        if (former.Taken > 0) throw PayPalFailure.Unprocessable("REAUTHORIZATION_NOT_SUPPORTED", "A partially captured authorization cannot be reauthorized.");
        if (book.Now < former.HonoredUntil)
            throw PayPalFailure.Unprocessable("REAUTHORIZATION_TOO_SOON", "A reauthorization is only allowed once from Day 4 to Day 29 since the date of the original authorization.");
        var amount = PayPalJson.Asked(request.Body, former.Order.Currency, "AUTH_CURRENCY_MISMATCH") ?? former.Amount;
        if (amount > former.Amount) throw PayPalFailure.Unprocessable("AUTHORIZATION_AMOUNT_EXCEEDED", "Authorization amount specified exceeded allowable limit.", "/amount/value");
        former.Close(book, Authorization.Expired);
        var renewed = book.Authorizations.Add(new Authorization(former.Order, amount, book.Now) { ExpiresAt = former.ExpiresAt });
        former.Order.Authorizations.Add(renewed);
        book.Moved(former.Order, "authorization", amount, renewed.Id);
        book.Raise(request.Origin, "PAYMENT.AUTHORIZATION.CREATED", "authorization", $"A payment authorization was created for {Orders.Text(amount, former.Order.Currency)}", former.Order, renewed.ToJson(book, true));
        return (201, renewed.ToJson(book, request.Whole));
    }

    private static Authorization Of(PayPalBook book, PayPalRequest request) =>
        book.Authorizations.TryGet(request.Id, out var authorization) ? authorization : throw PayPalFailure.NotFound();

    private static void MustBeOpen(Authorization authorization, string capturedIssue, string capturedText)
    {
        switch (authorization.Status)
        {
            case Authorization.Captured: throw PayPalFailure.Unprocessable(capturedIssue, capturedText);
            case Authorization.Voided: throw PayPalFailure.Unprocessable("AUTHORIZATION_VOIDED", "A voided authorization cannot be captured or reauthorized.");
            case Authorization.Expired: throw PayPalFailure.Unprocessable("AUTHORIZATION_EXPIRED", "An expired authorization cannot be captured.");
        }
    }
}
