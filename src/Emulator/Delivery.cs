using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator;

/// <summary>Where a provider sends its webhooks. <paramref name="Secret"/>: the signing secret at Stripe, the webhook's id at PayPal.</summary>
internal sealed record WebhookEndpoint(string? Url, string Secret)
{
    /// <summary>How far the provider's clock is off when it signs.</summary>
    public TimeSpan Skew { get; init; }

    /// <summary>Refuses what is no address of the web.</summary>
    public WebhookEndpoint Checked() => Url is null || Uri.TryCreate(Url, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https"
        ? this
        : throw new ArgumentException($"'{Url}' is not an absolute http URL.");
}

/// <summary>One event on its way to the shop.</summary>
/// <param name="Lane">Events of the same payment go one after the other.</param>
internal sealed record Delivery(string Provider, string EventId, string Type, string Lane, byte[] Payload, IReadOnlyList<Fault> Faults)
{
    private readonly List<(DateTimeOffset At, int Status, string? Error)> attempts = [];

    public string Id { get; } = Ids.Stripe("whd_", 16);

    /// <summary>Signs as if sent that long ago.</summary>
    public TimeSpan Age { get; init; }

    /// <summary>Between which resets of the emulator it was sent.</summary>
    public int Epoch { get; set; }

    public string State { get; private set; } = "pending";

    public bool Has(string kind) => Faults.Any(f => f.Kind == kind);

    public TimeSpan TimeOf(string kind) => Faults.FirstOrDefault(f => f.Kind == kind)?.Time ?? TimeSpan.Zero;

    public int Attempts
    {
        get
        {
            lock (attempts) return attempts.Count;
        }
    }

    public void Tried(int status, string? error)
    {
        lock (attempts) attempts.Add((DateTimeOffset.UtcNow, status, error));
    }

    public void Ends(string state) => State = state;

    public JsonObject ToJson()
    {
        lock (attempts)
        {
            return new JsonObject
            {
                ["id"] = Id,
                ["provider"] = Provider,
                ["event"] = EventId,
                ["type"] = Type,
                ["payment"] = Lane,
                ["state"] = State,
                ["faults"] = Json.Array(Faults.Select(f => f.ToString())),
                ["attempts"] = new JsonArray([.. attempts.Select(a => (JsonNode)new JsonObject { ["at"] = a.At.ToString("O"), ["status"] = a.Status, ["error"] = a.Error })]),
            };
        }
    }
}
