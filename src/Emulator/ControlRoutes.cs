using System.Text.Json.Nodes;
using HeadlessPro.Emulator.OpenId;
using HeadlessPro.Emulator.PayPal;
using HeadlessPro.Emulator.Stripe;

namespace HeadlessPro.Emulator;

/// <summary><c>/_emulator</c>: what tests and the curious do to the providers that no shop could. Bodies are JSON.</summary>
internal sealed class ControlRoutes(EmulatorState state, StripeBook stripe, PayPalBook payPal, OpenIdBook openId)
{
    public void Map(IEndpointRouteBuilder routes)
    {
        Map("GET", "/_emulator/state", (_, payment) => State(payment.Query["payment"]));
        Map("POST", "/_emulator/reset", (_, _) => Reset());
        Map("GET", "/_emulator/faults", (_, _) => new JsonObject { ["faults"] = state.Faults.ToJson() });
        Map("POST", "/_emulator/faults", (body, _) => AddFault(body));
        Map("DELETE", "/_emulator/faults", (_, _) => ClearFaults());
        Map("POST", "/_emulator/clock", (body, _) => Advance(body));
        Map("POST", "/_emulator/webhooks/{provider}", (body, http) => Redirect((string)http.RouteValues["provider"]!, body));
        Map("POST", "/_emulator/events/{id}/send", (body, http) => Resend((string)http.RouteValues["id"]!, body));
        Map("POST", "/_emulator/stripe/disputes", (body, _) => OpenDispute(body));
        Map("POST", "/_emulator/stripe/disputes/{id}/close", (body, http) => CloseDispute((string)http.RouteValues["id"]!, body));
        Map("POST", "/_emulator/paypal/captures/{id}/settle", (body, http) => Settle((string)http.RouteValues["id"]!, body));
        Map("POST", "/_emulator/paypal/disputes", (body, _) => OpenPayPalDispute(body));
        Map("POST", "/_emulator/paypal/disputes/{id}/resolve", (body, http) => ResolvePayPalDispute((string)http.RouteValues["id"]!, body));
        Map("POST", "/_emulator/paypal/revoke-tokens", (_, _) => RevokeTokens());
        routes.MapGet("/_emulator/idle", (RequestDelegate)IdleAsync);

        void Map(string method, string path, Func<JsonObject, HttpRequest, JsonObject> work) => routes.MapMethods(path, [method], context => RunAsync(context, work));
    }

    private static async Task RunAsync(HttpContext context, Func<JsonObject, HttpRequest, JsonObject> work)
    {
        var body = await Json.ReadObjectAsync(context.Request);
        try
        {
            await Json.WriteAsync(context, body is null ? throw new ControlException("The body must be a JSON object.") : work(body, context.Request));
        }
        catch (ControlException refused)
        {
            await Json.WriteAsync(context, new JsonObject { ["message"] = refused.Message }, refused.Status);
        }
        catch (ArgumentException wrong)
        {
            await Json.WriteAsync(context, new JsonObject { ["message"] = wrong.Message }, 400);
        }
    }

    /// <summary>Waits until no webhook waits to be sent: <c>{"idle": true}</c>, or false after <c>?seconds=</c> (10).</summary>
    private async Task IdleAsync(HttpContext context)
    {
        var seconds = double.TryParse(context.Request.Query["seconds"], out var given) ? given : 10;
        await Json.WriteAsync(context, new JsonObject { ["idle"] = await state.Webhooks.IdleAsync(TimeSpan.FromSeconds(seconds)) });
    }

    private JsonObject State(string? payment) => new()
    {
        ["clock"] = state.Clock.Now.ToString("O"),
        ["ahead_seconds"] = (long)state.Clock.Ahead.TotalSeconds,
        ["stripe"] = StripeSummary.Of(stripe, payment),
        ["paypal"] = PayPalSummary.Of(payPal, payment),
        ["movements"] = state.Ledger.ToJson(payment),
        ["totals"] = state.Ledger.Totals(),
        ["webhooks"] = state.Webhooks.Log.ToJson(payment),
        ["faults"] = state.Faults.ToJson(),
    };

    private JsonObject Reset()
    {
        state.Reset();
        stripe.Clear();
        payPal.Clear();
        openId.Clear();
        return new JsonObject { ["reset"] = true };
    }

    private JsonObject AddFault(JsonObject body)
    {
        var fault = Fault.Parse(body.Text("fault")) ?? throw new ControlException("fault: one of 500, 500-after, 429, cut, lost, delay:S, late:S, "
            + "webhook-drop, webhook-duplicate, webhook-reorder, webhook-delay:S, webhook-bad-signature, webhook-skew:S, webhook-replay, openid-….");
        var rule = new FaultRule(Ids.Stripe("fault_", 12), fault, body.Text("method") ?? "*", body.Text("path") ?? "*", body.Text("event") ?? "*")
        {
            Left = (int)Number(body, "times", 1),
            Skip = (int)Number(body, "skip", 0),
        };
        state.Faults.Add(rule);
        return rule.ToJson();
    }

    private JsonObject ClearFaults()
    {
        state.Faults.Clear();
        return new JsonObject { ["faults"] = new JsonArray() };
    }

    private JsonObject Advance(JsonObject body)
    {
        state.Clock.Advance(TimeSpan.FromSeconds(Number(body, "advance_seconds", 0)) + TimeSpan.FromDays(Number(body, "advance_days", 0)));
        stripe.Lapse();
        payPal.Lapse();
        return new JsonObject { ["clock"] = state.Clock.Now.ToString("O"), ["ahead_seconds"] = (long)state.Clock.Ahead.TotalSeconds };
    }

    private JsonObject Redirect(string provider, JsonObject body)
    {
        if (provider is not (StripeBook.Provider or PayPalBook.Provider)) throw new ControlException($"There is no provider '{provider}'.", 404);
        var endpoint = state.Webhooks.EndpointOf(provider);
        endpoint = endpoint with
        {
            Url = body.ContainsKey("url") ? body.Text("url") : endpoint.Url,
            Secret = body.Text("secret") ?? endpoint.Secret,
            Skew = body.ContainsKey("skew_seconds") ? TimeSpan.FromSeconds(Number(body, "skew_seconds", 0)) : endpoint.Skew,
        };
        state.Webhooks.SetEndpoint(provider, endpoint);
        return new JsonObject { ["url"] = endpoint.Url, ["secret"] = endpoint.Secret, ["skew_seconds"] = endpoint.Skew.TotalSeconds };
    }

    /// <summary>Sends an event that was sent before: <c>{"times": 2, "age_seconds": 3600, "fault": "webhook-bad-signature"}</c>.</summary>
    private JsonObject Resend(string id, JsonObject body)
    {
        var sent = state.Webhooks.Log.Find(id) ?? throw new ControlException($"There is no event '{id}'.", 404);
        IReadOnlyList<Fault> faults = body.Text("fault") is not { } text ? [] : Fault.Parse(text) is { } fault ? [fault] : throw new ControlException($"There is no fault '{text}'.");
        for (var i = Number(body, "times", 1); i > 0; i--)
            state.Webhooks.Send(new Delivery(sent.Provider, sent.EventId, sent.Type, sent.Lane, sent.Payload, faults) { Age = TimeSpan.FromSeconds(Number(body, "age_seconds", 0)) });
        return new JsonObject { ["event"] = id };
    }

    private JsonObject OpenDispute(JsonObject body)
    {
        lock (stripe.Lock)
        {
            var charge = stripe.Intents.TryGet(body.Text("payment_intent"), out var intent) ? intent.LatestCharge
                : stripe.Charges.TryGet(body.Text("charge"), out var named) ? named : null;
            if (charge is not { Captured: true, Disputed: false }) throw new ControlException("payment_intent or charge must name a payment that was captured and is not disputed.");
            return Disputes.Open(stripe, Origin.None, charge, (long)Number(body, "amount", charge.AmountCaptured), body.Text("reason") ?? "fraudulent").ToJson();
        }
    }

    private JsonObject CloseDispute(string id, JsonObject body)
    {
        lock (stripe.Lock)
        {
            if (!stripe.Disputes.TryGet(id, out var dispute)) throw new ControlException($"There is no dispute '{id}'.", 404);
            if (body.Text("status") is not ("won" or "lost")) throw new ControlException("status: won or lost.");
            Disputes.Close(stripe, dispute, body.Text("status") == "won");
            return dispute.ToJson();
        }
    }

    private JsonObject Settle(string id, JsonObject body)
    {
        lock (payPal.Lock)
        {
            if (!payPal.Captures.TryGet(id, out var capture)) throw new ControlException($"There is no capture '{id}'.", 404);
            if (capture.Settlement != Capture.Pending) throw new ControlException("The capture is not pending.");
            if (body.Text("status") is not (Capture.Completed or Capture.Denied)) throw new ControlException("status: COMPLETED or DENIED.");
            PayPal.Captures.Settle(payPal, capture, body.Text("status") == Capture.Denied);
            return capture.ToJson(payPal, true);
        }
    }

    private JsonObject OpenPayPalDispute(JsonObject body)
    {
        lock (payPal.Lock)
        {
            if (!payPal.Captures.TryGet(body.Text("capture"), out var capture) || capture.Settled == 0) throw new ControlException("capture must name one that is completed.");
            return PayPalDisputes.Open(payPal, capture, (long)Number(body, "amount", capture.Amount), body.Text("reason") ?? "UNAUTHORISED").ToJson(payPal, true);
        }
    }

    private JsonObject ResolvePayPalDispute(string id, JsonObject body)
    {
        lock (payPal.Lock)
        {
            if (!payPal.Disputes.TryGet(id, out var dispute)) throw new ControlException($"There is no dispute '{id}'.", 404);
            if (body.Text("outcome") is not ("RESOLVED_SELLER_FAVOUR" or "RESOLVED_BUYER_FAVOUR") || dispute.Outcome is not null)
                throw new ControlException("outcome: RESOLVED_SELLER_FAVOUR or RESOLVED_BUYER_FAVOUR, once.");
            PayPalDisputes.Resolve(payPal, dispute, body.Text("outcome")!);
            return dispute.ToJson(payPal, true);
        }
    }

    private JsonObject RevokeTokens()
    {
        payPal.RevokeTokens();
        return new JsonObject { ["revoked"] = true };
    }

    private static double Number(JsonObject body, string name, double otherwise) => body.Text(name) is not { } text ? otherwise
        : double.TryParse(text, out var number) ? number : throw new ControlException($"{name} must be a number.");

    private sealed class ControlException(string message, int status = 400) : Exception(message)
    {
        public int Status => status;
    }
}
