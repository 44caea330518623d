using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Stripe;

/// <summary>Stripe's part of <c>/_emulator/state</c>: each payment with what happened to its money.</summary>
internal static class StripeSummary
{
    public static JsonObject Of(StripeBook book, string? payment)
    {
        lock (book.Lock)
        {
            var intents = book.Intents.InOrder.Where(i => payment is null || i.Id == payment).ToList();
            return new JsonObject
            {
                ["payment_intents"] = new JsonArray([.. intents.Select(Intent)]),
                ["checkout_sessions"] = new JsonArray([.. book.Sessions.InOrder.Where(s => payment is null || s.Intent?.Id == payment).Select(Session)]),
                ["customers"] = book.Customers.InOrder.Count,
                ["events"] = book.Events.InOrder.Count,
            };
        }
    }

    private static JsonObject Intent(PaymentIntent intent) => new()
    {
        ["id"] = intent.Id,
        ["status"] = intent.Status,
        ["amount"] = intent.Amount,
        ["currency"] = intent.Currency,
        ["on_hold"] = intent.AmountCapturable,
        ["captured"] = intent.AmountReceived,
        ["refunded"] = intent.Charges.Sum(c => c.AmountCaptured - c.Refundable),
        ["disputed"] = intent.Charges.Exists(c => c.Disputed),
        ["charges"] = intent.Charges.Count,
        ["refunds"] = intent.Charges.SelectMany(c => c.Refunds).Count(r => !r.OfHold),
        ["metadata"] = Json.Object(intent.Metadata),
    };

    private static JsonObject Session(CheckoutSession session) => new()
    {
        ["id"] = session.Id,
        ["status"] = session.Status,
        ["amount"] = session.Total,
        ["currency"] = session.Currency,
        ["payment_intent"] = session.Intent?.Id,
        ["metadata"] = Json.Object(session.Metadata),
    };
}
