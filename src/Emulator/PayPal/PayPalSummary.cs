using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.PayPal;

/// <summary>PayPal's part of <c>/_emulator/state</c>: each order with what happened to its money, in minor units.</summary>
internal static class PayPalSummary
{
    public static JsonObject Of(PayPalBook book, string? payment)
    {
        lock (book.Lock)
        {
            return new JsonObject { ["orders"] = new JsonArray([.. book.Orders.InOrder.Where(o => payment is null || o.Id == payment).Select(Order)]) };
        }
    }

    private static JsonObject Order(Order order) => new()
    {
        ["id"] = order.Id,
        ["status"] = order.Status,
        ["intent"] = order.Intent,
        ["amount"] = order.Amount,
        ["currency"] = order.Currency,
        ["custom_id"] = order.Unit.Text("custom_id"),
        ["on_hold"] = order.Authorizations.Where(a => a.IsOpen).Sum(a => a.Amount - a.Taken),
        ["captured"] = order.Captures.Sum(c => c.Settled),
        ["refunded"] = order.Captures.Sum(c => c.Refunded),
        ["authorizations"] = new JsonArray([.. order.Authorizations.Select(a => (JsonNode)new JsonObject { ["id"] = a.Id, ["status"] = a.Status, ["amount"] = a.Amount })]),
        ["captures"] = new JsonArray([.. order.Captures.Select(c => (JsonNode)new JsonObject { ["id"] = c.Id, ["status"] = c.Status, ["amount"] = c.Amount })]),
        ["refunds"] = new JsonArray([.. order.Captures.SelectMany(c => c.Refunds).Select(r => (JsonNode)new JsonObject { ["id"] = r.Id, ["amount"] = r.Amount })]),
    };
}
