using System.Text.Json;
using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.PayPal;

/// <summary><c>/v2/checkout/orders</c></summary>
internal static class Orders
{
    public static (int, JsonObject?) Create(PayPalBook book, PayPalRequest request)
    {
        var intent = request.Body.Text("intent") ?? throw PayPalFailure.Missing("/intent");
        if (intent is not ("CAPTURE" or "AUTHORIZE"))
            throw PayPalFailure.Invalid("INVALID_PARAMETER_VALUE", "The value of a field is invalid.", "/intent");
        if (request.Body["purchase_units"] is not JsonArray { Count: > 0 } units) throw PayPalFailure.Missing("/purchase_units");
        if (units.Count > 1 || units[0] is not JsonObject unit) throw PayPalFailure.Unprocessable("UNSUPPORTED_INTENT", "The emulator takes one purchase unit.", "/purchase_units");
        var (amount, currency) = Checked(unit["amount"], unit["items"] as JsonArray);
        var wallet = request.Body["payment_source"]?["paypal"] as JsonObject;
        var context = wallet?["experience_context"] ?? request.Body["application_context"];
        var order = book.Orders.Add(new Order
        {
            Intent = intent,
            Unit = (JsonObject)unit.DeepClone(),
            Amount = amount,
            Currency = currency,
            CreatedAt = book.Now,
            UpdatedAt = book.Now,
            ReturnUrl = context.Text("return_url"),
            CancelUrl = context.Text("cancel_url"),
            NamesSource = wallet is not null,
            Status = wallet is null ? Order.Created : Order.ActionRequired,
        });
        return (wallet is null ? 201 : 200, order.ToJson(book, request.Whole));
    }

    public static (int, JsonObject?) Retrieve(PayPalBook book, PayPalRequest request) => (200, Of(book, request).ToJson(book, true));

    /// <summary>Replaces the amount, or what the unit is called by, until the order is completed.</summary>
    public static (int, JsonObject?) Update(PayPalBook book, PayPalRequest request)
    {
        var order = Of(book, request);
        if (order.Status == Order.Completed) throw PayPalFailure.Unprocessable("ORDER_COMPLETED_OR_VOIDED", "Order is voided or completed and hence cannot be patched.");
        if (Patches(request.RawBody) is not { Count: > 0 } patches) throw PayPalFailure.Invalid("MALFORMED_REQUEST_JSON", "The request JSON is not well formed.");
        foreach (var patch in patches)
        {
            var field = patch.Text("path")?.Split('/')[^1];
            if (patch.Text("op") is not ("replace" or "add") || field is not ("amount" or "custom_id" or "invoice_id" or "description"))
                throw PayPalFailure.Unprocessable("NOT_PATCHABLE", "Cannot be patched.", patch.Text("path"));
            if (field == "amount") (order.Amount, order.Currency) = Checked(patch!["value"], null);
            order.Unit[field] = patch!["value"]?.DeepClone();
        }

        order.UpdatedAt = book.Now;
        return (204, null);
    }

    public static (int, JsonObject?) Authorize(PayPalBook book, PayPalRequest request)
    {
        var order = ToPay(book, request, "AUTHORIZE", "ORDER_ALREADY_AUTHORIZED", "Order already authorized. If 'intent=AUTHORIZE' only one authorization per order is allowed.");
        var authorization = book.Authorizations.Add(new Authorization(order, order.Amount, book.Now));
        order.Authorizations.Add(authorization);
        Complete(book, order);
        book.Moved(order, "authorization", order.Amount, authorization.Id);
        book.Raise(request.Origin, "PAYMENT.AUTHORIZATION.CREATED", "authorization", $"A payment authorization was created for {Text(order.Amount, order.Currency)}", order, authorization.ToJson(book, true));
        return (201, order.ToJson(book, request.Whole));
    }

    public static (int, JsonObject?) Capture(PayPalBook book, PayPalRequest request)
    {
        var order = ToPay(book, request, "CAPTURE", "ORDER_ALREADY_CAPTURED", "Order already captured. If 'intent=CAPTURE' only one capture per order is allowed.");
        Complete(book, order);
        book.Moved(order, "authorization", order.Amount, order.Id);
        Captures.Add(book, request.Origin, order, null, order.Amount, final: true, order.Unit);
        return (201, order.ToJson(book, request.Whole));
    }

    public static void Approve(PayPalBook book, Order order, string email, string name, bool declines)
    {
        order.Status = Order.Approved;
        order.PayerId ??= Ids.PayPal()[..13];
        (order.PayerEmail, order.PayerName, order.Declines, order.UpdatedAt) = (email, name, declines, book.Now);
        book.Raise(Origin.None, "CHECKOUT.ORDER.APPROVED", "checkout-order", "An order has been approved by buyer", order, order.ToJson(book, true));
    }

    public static string Text(long amount, string currency) => $"{PayPalJson.Money(amount, currency)["value"]} {currency}";

    private static Order Of(PayPalBook book, PayPalRequest request) => book.Orders.TryGet(request.Id, out var order) ? order : throw PayPalFailure.NotFound();

    private static void Complete(PayPalBook book, Order order) => (order.Status, order.UpdatedAt) = (Order.Completed, book.Now);

    /// <summary>The order, when it can be paid in that way now.</summary>
    private static Order ToPay(PayPalBook book, PayPalRequest request, string intent, string doneIssue, string doneText)
    {
        var order = Of(book, request);
        if (order.Intent != intent) throw PayPalFailure.Unprocessable("ACTION_DOES_NOT_MATCH_INTENT", "Order was created with an intent to 'CAPTURE' or 'AUTHORIZE' and the action does not match it.");
        if (order.Status == Order.Completed) throw PayPalFailure.Unprocessable(doneIssue, doneText);
        if (order.Status != Order.Approved) throw PayPalFailure.Unprocessable("ORDER_NOT_APPROVED", "Payer has not yet approved the Order for payment. Please redirect the payer to the 'rel':'approve' url returned as part of the HATEOAS links within the Create Order call.");
        if (!order.Declines) return order;
        (order.Status, order.UpdatedAt) = (Order.ActionRequired, book.Now);
        throw new PayPalFailure(422, "UNPROCESSABLE_ENTITY", "The requested action could not be performed, semantically incorrect, or failed business validation.", "INSTRUMENT_DECLINED",
            "The instrument presented  was either declined by the processor or bank, or it can't be used for this payment.")
        {
            Redirect = order.ApproveUrl(book),
        };
    }

    /// <summary>An amount whose parts add up to it.</summary>
    private static (long, string) Checked(JsonNode? amount, JsonArray? items)
    {
        var (total, currency) = PayPalJson.Amount(amount, "/purchase_units/@reference_id=='default'/amount");
        if (total == 0) throw PayPalFailure.Unprocessable("CANNOT_BE_ZERO_OR_NEGATIVE", "Must be greater than zero. If the currency supports decimals, only two decimal place precision is supported.", "/purchase_units/@reference_id=='default'/amount/value");
        if (amount!["breakdown"] is not JsonObject parts) return (total, currency);
        long Part(string name) => parts[name] is null ? 0 : PayPalJson.Amount(parts[name], "/purchase_units/@reference_id=='default'/amount/breakdown/" + name).Minor;
        if (Part("item_total") + Part("tax_total") + Part("shipping") + Part("handling") + Part("insurance") - Part("shipping_discount") - Part("discount") != total)
            throw PayPalFailure.Unprocessable("AMOUNT_MISMATCH", "Should equal item_total + tax_total + shipping + handling + insurance - shipping_discount - discount.", "/purchase_units/@reference_id=='default'/amount/value");
        if (items is { Count: > 0 } && items.Sum(i => PayPalJson.Amount(i?["unit_amount"], "/purchase_units/@reference_id=='default'/items").Minor * long.Parse(i.Text("quantity") ?? "1")) != Part("item_total"))
            throw PayPalFailure.Unprocessable("ITEM_TOTAL_MISMATCH", "Should equal sum of (unit_amount * quantity) across all items for a given purchase_unit.", "/purchase_units/@reference_id=='default'/amount/breakdown/item_total/value");
        return (total, currency);
    }

    private static JsonArray? Patches(string body)
    {
        try
        {
            return JsonNode.Parse(body) as JsonArray;
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
