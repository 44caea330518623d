using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.PayPal;

/// <summary>Money given back, <c>/v2/payments/refunds</c>. <c>total</c>: of the capture, with this one.</summary>
internal sealed class PayPalRefund(Capture capture, long amount, long total, JsonObject words, DateTimeOffset created)
{
    public string Id { get; } = Ids.PayPal();

    public Capture Capture => capture;

    public long Amount => amount;

    public static (int, JsonObject?) Retrieve(PayPalBook book, PayPalRequest request) =>
        book.Refunds.TryGet(request.Id, out var refund) ? (200, refund.ToJson(book, true)) : throw PayPalFailure.NotFound();

    public JsonObject ToJson(PayPalBook book, bool whole)
    {
        var currency = capture.Order.Currency;
        var json = new JsonObject { ["id"] = Id, ["status"] = "COMPLETED" };
        if (whole)
        {
            json["amount"] = PayPalJson.Money(amount, currency);
            PayPalJson.CopyText(words, json, "invoice_id", "custom_id", "note_to_payer");
            json["seller_payable_breakdown"] = new JsonObject
            {
                ["gross_amount"] = PayPalJson.Money(amount, currency),
                ["paypal_fee"] = PayPalJson.Money(0, currency),
                ["net_amount"] = PayPalJson.Money(amount, currency),
                ["total_refunded_amount"] = PayPalJson.Money(total, currency),
            };
            json["create_time"] = PayPalJson.Time(created);
            json["update_time"] = PayPalJson.Time(created);
        }

        json["links"] = new JsonArray(PayPalJson.Link($"{book.State.Url}/v2/payments/refunds/{Id}", "self", "GET"), PayPalJson.Link($"{book.State.Url}/v2/payments/captures/{capture.Id}", "up", "GET"));
        return json;
    }
}
