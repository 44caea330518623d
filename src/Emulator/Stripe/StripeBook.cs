using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Stripe;

/// <summary>Everything Stripe knows. Each call holds <see cref="Lock"/> from its first look to its last change, so that no two take the same money.</summary>
internal sealed class StripeBook
{
    public const string Provider = "stripe";

    public StripeBook(EmulatorState state)
    {
        State = state;
        state.Webhooks.Connect(Provider, new WebhookEndpoint(state.Options.StripeWebhookUrl, state.Options.StripeWebhookSecret), StripeSignature.Sign);
    }

    public Lock Lock { get; } = new();

    public EmulatorState State { get; }

    public EmulatorClock Clock => State.Clock;

    public Table<PaymentIntent> Intents { get; } = new(x => x.Id);

    public Table<Charge> Charges { get; } = new(x => x.Id);

    public Table<Refund> Refunds { get; } = new(x => x.Id);

    public Table<Dispute> Disputes { get; } = new(x => x.Id);

    public Table<PaymentMethod> PaymentMethods { get; } = new(x => x.Id);

    public Table<Customer> Customers { get; } = new(x => x.Id);

    public Table<CheckoutSession> Sessions { get; } = new(x => x.Id);

    public Table<StripeEvent> Events { get; } = new(x => x.Id, 20_000);

    /// <summary>Tells the shop. The object is written down as it is now.</summary>
    public void Raise(Origin origin, string type, string payment, JsonObject subject, JsonObject? previous = null)
    {
        var data = new JsonObject { ["object"] = subject };
        if (previous is not null) data["previous_attributes"] = previous;
        var id = Ids.Stripe("evt_");
        var created = Clock.UnixSeconds;
        var json = new JsonObject
        {
            ["id"] = id,
            ["object"] = "event",
            ["api_version"] = StripeEndpoint.Version,
            ["created"] = created,
            ["data"] = data,
            ["livemode"] = false,
            ["pending_webhooks"] = 1,
            ["request"] = new JsonObject { ["id"] = origin.RequestId, ["idempotency_key"] = origin.IdempotencyKey },
            ["type"] = type,
        };
        var happened = Events.Add(new StripeEvent(id, type, created, payment, Json.Bytes(json)));
        IReadOnlyList<Fault> faults = State.Faults.TakeForEvent(type) is { } fault ? [.. origin.WebhookFaults, fault] : origin.WebhookFaults;
        State.Webhooks.Send(new Delivery(Provider, id, type, happened.Payment, happened.Payload, faults));
    }

    public void Moved(PaymentIntent intent, string kind, long amount, string reference) =>
        State.Ledger.Add(new Movement(Clock.Now, Provider, intent.Id, kind, amount, intent.Currency, reference));

    /// <summary>Ends what has had its time: authorizations after seven days, checkout sessions at their hour.</summary>
    public void Lapse()
    {
        lock (Lock)
        {
            var now = Clock.UnixSeconds;
            foreach (var intent in Intents.InOrder)
                if (intent.Status == IntentStatus.RequiresCapture && intent.LatestCharge!.CaptureBefore <= now)
                    Cancellations.Cancel(this, Origin.None, intent, "automatic");
            foreach (var session in Sessions.InOrder)
                if (session.Status == "open" && session.ExpiresAt <= now)
                    CheckoutSessions.Expire(this, Origin.None, session);
        }
    }

    /// <summary>The object an id names, to be put in the id's place.</summary>
    public JsonObject? ToJson(string id) => id.Split('_')[0] switch
    {
        "pi" => Intents.TryGet(id, out var intent) ? intent.ToJson() : null,
        "ch" => Charges.TryGet(id, out var charge) ? charge.ToJson() : null,
        "re" => Refunds.TryGet(id, out var refund) ? refund.ToJson() : null,
        "du" => Disputes.TryGet(id, out var dispute) ? dispute.ToJson() : null,
        "pm" => PaymentMethods.TryGet(id, out var method) ? method.ToJson() : null,
        "cus" => Customers.TryGet(id, out var customer) ? customer.ToJson() : null,
        "cs" => Sessions.TryGet(id, out var session) ? session.ToJson(State.Url) : null,
        "txn" => new JsonObject { ["id"] = id, ["object"] = "balance_transaction" },
        _ => null,
    };

    /// <summary>What is left out of an object until it is asked for.</summary>
    public JsonObject? Included(JsonObject holder, string name) => (holder.Text("object"), name) switch
    {
        ("charge", "refunds") when Charges.TryGet(holder.Text("id"), out var charge) =>
            Listing.Of($"/v1/charges/{charge.Id}/refunds", charge.Refunds.AsEnumerable().Reverse().Select(r => r.ToJson())),
        ("checkout.session", "line_items") when Sessions.TryGet(holder.Text("id"), out var session) => session.LineItemsJson(),
        _ => null,
    };

    public void Clear()
    {
        lock (Lock)
        {
            Intents.Clear();
            Charges.Clear();
            Refunds.Clear();
            Disputes.Clear();
            PaymentMethods.Clear();
            Customers.Clear();
            Sessions.Clear();
            Events.Clear();
        }
    }
}
