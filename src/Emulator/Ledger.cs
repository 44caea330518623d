using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator;

/// <summary>Every movement of money, in the order it happened: what tests hold a shop's books against.</summary>
internal sealed class Ledger
{
    private const int Capacity = 400_000;
    private readonly List<Movement> movements = [];

    public void Add(Movement movement)
    {
        lock (movements)
        {
            if (movements.Count >= Capacity) movements.RemoveRange(0, Capacity / 10);
            movements.Add(movement);
        }
    }

    public void Clear()
    {
        lock (movements) movements.Clear();
    }

    public JsonArray ToJson(string? payment)
    {
        lock (movements) return [.. movements.Where(m => payment is null || m.Payment == payment).Select(m => (JsonNode)m.ToJson())];
    }

    /// <summary>Sums in minor units, by provider, currency and kind.</summary>
    public JsonObject Totals()
    {
        lock (movements)
        {
            var totals = new JsonObject();
            foreach (var sum in movements.GroupBy(m => (m.Provider, m.Currency, m.Kind)))
            {
                var provider = totals[sum.Key.Provider] ??= new JsonObject();
                var currency = provider[sum.Key.Currency] ??= new JsonObject();
                currency[sum.Key.Kind] = sum.Sum(m => m.Amount);
            }

            return totals;
        }
    }
}

/// <param name="Payment">Payment intent at Stripe, order at PayPal.</param>
/// <param name="Kind">authorization, capture, void, refund, dispute</param>
/// <param name="Amount">In minor units of the currency.</param>
/// <param name="Reference">The charge, capture, refund or dispute.</param>
internal sealed record Movement(DateTimeOffset At, string Provider, string Payment, string Kind, long Amount, string Currency, string Reference)
{
    public JsonObject ToJson() => new()
    {
        ["at"] = At.ToString("O"),
        ["provider"] = Provider,
        ["payment"] = Payment,
        ["kind"] = Kind,
        ["amount"] = Amount,
        ["currency"] = Currency,
        ["reference"] = Reference,
    };
}
