using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.PayPal;

/// <summary>Everything PayPal knows. Each call holds <see cref="Lock"/> from its first look to its last change.</summary>
internal sealed class PayPalBook
{
    public const string Provider = "paypal";
    private readonly Dictionary<string, DateTimeOffset> tokens = [];

    public PayPalBook(EmulatorState state)
    {
        State = state;
        Signature = new PayPalSignature(state);
        state.Webhooks.Connect(Provider, new WebhookEndpoint(state.Options.PayPalWebhookUrl, state.Options.PayPalWebhookId), Signature.Sign);
    }

    public Lock Lock { get; } = new();

    public EmulatorState State { get; }

    public PayPalSignature Signature { get; }

    public DateTimeOffset Now => State.Clock.Now;

    public Table<Order> Orders { get; } = new(x => x.Id);

    public Table<Authorization> Authorizations { get; } = new(x => x.Id);

    public Table<Capture> Captures { get; } = new(x => x.Id);

    public Table<PayPalRefund> Refunds { get; } = new(x => x.Id);

    public Table<PayPalDispute> Disputes { get; } = new(x => x.Id);

    public Table<PayPalEvent> Events { get; } = new(x => x.Id, 20_000);

    public string NewToken(TimeSpan life)
    {
        lock (tokens)
        {
            var now = Now;
            foreach (var old in tokens.Where(t => t.Value <= now).Select(t => t.Key).ToList()) tokens.Remove(old);
            var token = Ids.Stripe("A21AA", 84);
            tokens[token] = now + life;
            return token;
        }
    }

    public bool Knows(string token)
    {
        lock (tokens) return tokens.TryGetValue(token, out var until) && until > Now;
    }

    /// <summary>Every access token is void at once, as after a change of credentials.</summary>
    public void RevokeTokens()
    {
        lock (tokens) tokens.Clear();
    }

    public void Raise(Origin origin, string type, string resourceType, string summary, Order order, JsonObject resource)
    {
        var id = $"WH-{Ids.PayPal()}-{Ids.PayPal()}";
        var self = $"{State.Url}/v1/notifications/webhooks-events/{id}";
        var json = new JsonObject
        {
            ["id"] = id,
            ["event_version"] = "1.0",
            ["create_time"] = PayPalJson.Time(Now),
            ["resource_type"] = resourceType,
            ["resource_version"] = "2.0",
            ["event_type"] = type,
            ["summary"] = summary,
            ["resource"] = resource,
            ["links"] = new JsonArray(PayPalJson.Link(self, "self", "GET"), PayPalJson.Link(self + "/resend", "resend", "POST")),
        };
        var happened = Events.Add(new PayPalEvent(id, Json.Bytes(json)));
        IReadOnlyList<Fault> faults = State.Faults.TakeForEvent(type) is { } fault ? [.. origin.WebhookFaults, fault] : origin.WebhookFaults;
        State.Webhooks.Send(new Delivery(Provider, id, type, order.Id, happened.Payload, faults));
    }

    public void Moved(Order order, string kind, long amount, string reference) =>
        State.Ledger.Add(new Movement(Now, Provider, order.Id, kind, amount, order.Currency, reference));

    /// <summary>Authorizations end after 29 days.</summary>
    public void Lapse()
    {
        lock (Lock)
        {
            foreach (var authorization in Authorizations.InOrder)
                if (authorization.IsOpen && authorization.ExpiresAt <= Now)
                    authorization.Close(this, Authorization.Expired);
        }
    }

    public void Clear()
    {
        lock (Lock)
        {
            Orders.Clear();
            Authorizations.Clear();
            Captures.Clear();
            Refunds.Clear();
            Disputes.Clear();
            Events.Clear();
        }
    }
}

internal sealed record PayPalEvent(string Id, byte[] Payload);
