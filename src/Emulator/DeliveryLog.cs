using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator;

/// <summary>The newest webhooks, with what became of them.</summary>
internal sealed class DeliveryLog
{
    private const int Capacity = 20_000;
    private readonly List<Delivery> deliveries = [];

    public void Add(Delivery delivery)
    {
        lock (deliveries)
        {
            if (deliveries.Count >= Capacity) deliveries.RemoveRange(0, Capacity / 10);
            deliveries.Add(delivery);
        }
    }

    public Delivery? Find(string eventId)
    {
        lock (deliveries) return deliveries.FindLast(d => d.EventId == eventId);
    }

    /// <summary>A payment's first.</summary>
    public Delivery? Earliest(string payment)
    {
        lock (deliveries) return deliveries.Find(d => d.Lane == payment);
    }

    public JsonArray ToJson(string? payment)
    {
        lock (deliveries) return [.. deliveries.Where(d => payment is null || d.Lane == payment).Select(d => (JsonNode)d.ToJson())];
    }

    public void Clear()
    {
        lock (deliveries) deliveries.Clear();
    }
}
