using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Stripe;

/// <summary><c>/v1/checkout/sessions</c>, of mode <c>payment</c> on the hosted page.</summary>
internal static class CheckoutSessions
{
    public const string Parameters = "mode line_items payment_intent_data payment_method_types success_url cancel_url expires_at customer customer_email client_reference_id "
        + "metadata locale submit_type billing_address_collection customer_creation ui_mode payment_method_options customer_update phone_number_collection allow_promotion_codes "
        + "automatic_tax custom_text invoice_creation currency shipping_address_collection";

    public static JsonObject Create(StripeBook book, StripeRequest request)
    {
        if (request.Required("mode") != "payment") throw StripeFailure.Invalid(null, "The emulator knows Checkout Sessions of mode payment only.", "mode");
        if (request.Text("ui_mode") is not (null or "hosted" or "hosted_page")) throw StripeFailure.Invalid(null, "The emulator knows the hosted page only.", "ui_mode");
        var now = book.Clock.UnixSeconds;
        var expires = request.Integer("expires_at") ?? now + (long)TimeSpan.FromHours(24).TotalSeconds;
        if (expires < now + 1799) throw StripeFailure.Invalid(null, "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.", "expires_at");
        if (expires > now + 86401) throw StripeFailure.Invalid(null, "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.", "expires_at");

        var items = request.Items("line_items");
        if (items.Count == 0) throw StripeFailure.Invalid("parameter_missing", "You must provide line_items.", "line_items");
        var currency = request.Required(items[0] + "[price_data][currency]").ToLowerInvariant();
        var session = new CheckoutSession
        {
            Currency = currency,
            Lines = [.. items.Select(item => Line(request, item, currency))],
            SuccessUrl = Absolute(request, "success_url") ?? throw StripeFailure.Invalid("parameter_missing", "Missing required param: success_url.", "success_url"),
            CancelUrl = Absolute(request, "cancel_url"),
            Created = now,
            ExpiresAt = expires,
            CaptureMethod = request.Choice("payment_intent_data[capture_method]", "automatic_async", "automatic", "automatic_async", "manual"),
            Customer = request.Text("customer") is { } customer ? Customers.Known(book, customer, "customer").Id : null,
            CustomerEmail = request.Text("customer_email") ?? (book.Customers.TryGet(request.Text("customer"), out var known) ? known.Email : null),
            ClientReferenceId = request.Text("client_reference_id"),
            Description = request.Text("payment_intent_data[description]"),
            SetupFutureUsage = request.Text("payment_intent_data[setup_future_usage]"),
            Shipping = request.Has("payment_intent_data[shipping]") ? request.Tree("payment_intent_data[shipping]") : null,
        };
        PaymentIntents.Amount(request, session.Total, currency);
        request.ChangeMetadata(session.Metadata);
        foreach (var (key, value) in request.Pairs("payment_intent_data[metadata]")) session.IntentMetadata[key] = value;
        return book.Sessions.Add(session).ToJson(book.State.Url);
    }

    public static JsonObject Retrieve(StripeBook book, StripeRequest request) => Of(book, request).ToJson(book.State.Url);

    public static JsonObject LineItems(StripeBook book, StripeRequest request) => Of(book, request).LineItemsJson();

    public static JsonObject Expire(StripeBook book, StripeRequest request)
    {
        var session = Of(book, request);
        if (session.Status != "open")
            throw StripeFailure.Invalid(null, $"Only Checkout Sessions with a status in [\"open\"] can be expired. This Checkout Session has a status of {session.Status}.");
        Expire(book, request.Origin, session);
        return session.ToJson(book.State.Url);
    }

    public static JsonObject List(StripeBook book, StripeRequest request) =>
        Listing.Page(request, "/v1/checkout/sessions", book.Sessions.NewestFirst.Where(s => (request.Text("payment_intent") is not { } intent || s.Intent?.Id == intent)
            && (request.Text("status") is not { } status || s.Status == status) && (request.Text("customer") is not { } customer || s.Customer == customer)),
            s => s.Id, s => s.Created, s => s.ToJson(book.State.Url));

    public static void Expire(StripeBook book, Origin origin, CheckoutSession session)
    {
        session.Status = "expired";
        if (session.Intent is { } intent && intent.Status != IntentStatus.Canceled) Cancellations.Cancel(book, origin, intent, "automatic");
        book.Raise(origin, "checkout.session.expired", session.Lane, session.ToJson(book.State.Url));
    }

    /// <summary>The payment a session is for; made when the shopper first tries to pay.</summary>
    public static PaymentIntent IntentOf(StripeBook book, CheckoutSession session)
    {
        if (session.Intent is not null) return session.Intent;
        var intent = new PaymentIntent
        {
            Amount = session.Total,
            Currency = session.Currency,
            Created = book.Clock.UnixSeconds,
            CaptureMethod = session.CaptureMethod,
            ConfirmationMethod = "automatic",
            Customer = session.Customer,
            Description = session.Description,
            ReceiptEmail = session.PayerEmail,
            SetupFutureUsage = session.SetupFutureUsage,
            Shipping = session.Shipping,
            Session = session,
        };
        foreach (var (key, value) in session.IntentMetadata) intent.Metadata[key] = value;
        session.Intent = book.Intents.Add(intent);
        book.Raise(Origin.None, "payment_intent.created", intent.Id, intent.ToJson());
        return intent;
    }

    public static void Complete(StripeBook book, CheckoutSession session)
    {
        session.Status = "complete";
        book.Raise(Origin.None, "checkout.session.completed", session.Lane, session.ToJson(book.State.Url));
    }

    private static CheckoutSession Of(StripeBook book, StripeRequest request) =>
        book.Sessions.TryGet(request.Route("id"), out var session) ? session : throw StripeFailure.Missing("checkout.session", request.Route("id"), "session");

    private static CheckoutLine Line(StripeRequest request, string item, string currency)
    {
        var price = item + "[price_data]";
        if (request.Required(price + "[currency]").ToLowerInvariant() != currency)
            throw StripeFailure.Invalid(null, "All line items must have the same currency.", price + "[currency]");
        var unit = request.Integer(price + "[unit_amount]") ?? throw StripeFailure.Invalid("parameter_missing", $"Missing required param: {price}[unit_amount].", price + "[unit_amount]");
        var quantity = request.Integer(item + "[quantity]", 1) ?? throw StripeFailure.Invalid("parameter_missing", $"Missing required param: {item}[quantity].", item + "[quantity]");
        return new CheckoutLine(Ids.Stripe("li_"), request.Required(price + "[product_data][name]"), request.Text(price + "[product_data][description]"), unit, quantity);
    }

    private static string? Absolute(StripeRequest request, string name) => request.Text(name) is not { } url ? null
        : Uri.TryCreate(url.Replace("{CHECKOUT_SESSION_ID}", "id", StringComparison.Ordinal), UriKind.Absolute, out _) ? url
        : throw StripeFailure.Invalid("url_invalid", "Not a valid URL", name);
}
