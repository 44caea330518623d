using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Stripe;

/// <summary><c>/v1/payment_intents</c>: create, retrieve, update, list. Confirming, capturing and cancelling have files of their own.</summary>
internal static class PaymentIntents
{
    private const long Largest = 99_999_999;

    private const string Common = "customer description metadata payment_method payment_method_data payment_method_options payment_method_types receipt_email "
        + "setup_future_usage shipping statement_descriptor statement_descriptor_suffix capture_method amount_details payment_details excluded_payment_method_types payment_method_configuration";

    public const string CreateParameters = "amount currency automatic_payment_methods confirm confirmation_method error_on_requires_action off_session "
        + "radar_options return_url use_stripe_sdk mandate_data " + Common;

    public const string UpdateParameters = "amount currency " + Common;

    public static JsonObject Create(StripeBook book, StripeRequest request)
    {
        var intent = new PaymentIntent
        {
            Amount = Amount(request, request.Integer("amount", 1) ?? throw Missing("amount"), request.Required("currency").ToLowerInvariant()),
            Currency = request.Required("currency").ToLowerInvariant(),
            Created = book.Clock.UnixSeconds,
            CaptureMethod = request.Choice("capture_method", "automatic_async", "automatic", "automatic_async", "manual"),
            ConfirmationMethod = request.Choice("confirmation_method", "automatic", "automatic", "manual"),
            AutomaticMethods = request.Flag("automatic_payment_methods[enabled]") ?? !request.Has("payment_method_types"),
        };
        intent.MayRedirect = intent.AutomaticMethods && request.Text("automatic_payment_methods[allow_redirects]") != "never";
        if (request.Items("payment_method_types").Count > 0 && !request.Texts("payment_method_types").Contains("card"))
            throw StripeFailure.Invalid(null, "The emulator knows payment methods of type card only.", "payment_method_types");
        var confirm = request.Flag("confirm") ?? false;
        if (confirm) Confirmation.MustReturn(intent, request);
        Change(book, request, intent);

        book.Intents.Add(intent);
        book.Raise(request.Origin, "payment_intent.created", intent.Id, intent.ToJson());
        if (confirm) Confirmation.Confirm(book, request, intent);
        return intent.ToJson();
    }

    public static JsonObject Retrieve(StripeBook book, StripeRequest request) => Of(book, request).ToJson(request.Publishable);

    public static JsonObject Update(StripeBook book, StripeRequest request)
    {
        var intent = Of(book, request);
        if (intent.Status is not (IntentStatus.RequiresPaymentMethod or IntentStatus.RequiresConfirmation or IntentStatus.RequiresAction))
        {
            foreach (var name in new[] { "amount", "currency", "payment_method", "customer", "capture_method", "setup_future_usage" }.Where(request.Has))
                throw intent.Unexpected($"This PaymentIntent's {name} could not be updated because it has a status of {intent.Status}. You may only update the {name} of a PaymentIntent "
                    + "with one of the following statuses: requires_payment_method, requires_confirmation, requires_action.");
        }

        var currency = request.Text("currency")?.ToLowerInvariant() ?? intent.Currency;
        if (request.Integer("amount", 1) is { } amount) intent.Amount = Amount(request, amount, currency);
        intent.Currency = currency;
        intent.CaptureMethod = request.Choice("capture_method", intent.CaptureMethod, "automatic", "automatic_async", "manual");
        Change(book, request, intent);
        return intent.ToJson();
    }

    public static JsonObject List(StripeBook book, StripeRequest request) =>
        Listing.Page(request, "/v1/payment_intents", book.Intents.NewestFirst.Where(i => request.Text("customer") is not { } customer || i.Customer == customer),
            i => i.Id, i => i.Created, i => i.ToJson());

    /// <summary>The one in the route; a browser must know its secret.</summary>
    public static PaymentIntent Of(StripeBook book, StripeRequest request)
    {
        var id = request.Route("id");
        if (!book.Intents.TryGet(id, out var intent)) throw StripeFailure.Missing("payment_intent", id, "intent");
        if (request.Publishable ? request.Required("client_secret") == intent.ClientSecret : request.Text("client_secret") is not { } secret || secret == intent.ClientSecret) return intent;
        throw StripeFailure.Invalid("resource_missing", "The client_secret provided does not match the client_secret associated with the PaymentIntent.", "client_secret");
    }

    public static long Amount(StripeRequest request, long amount, string currency)
    {
        if (amount > Largest) throw StripeFailure.Invalid("amount_too_large", "Amount must be no more than $999,999.99", "amount");
        var least = currency switch { "usd" or "eur" => 50, "gbp" => 30, _ => 1 };
        return amount >= least ? amount : throw StripeFailure.Invalid("amount_too_small", $"Amount must be at least 0.{least} {currency}", "amount");
    }

    private static void Change(StripeBook book, StripeRequest request, PaymentIntent intent)
    {
        if (request.Text("customer") is { Length: > 0 } customer) intent.Customer = Customers.Known(book, customer, "customer").Id;
        intent.Description = request.Text("description") ?? intent.Description;
        intent.ReceiptEmail = request.Text("receipt_email") ?? intent.ReceiptEmail;
        intent.SetupFutureUsage = request.Text("setup_future_usage") is { } usage
            ? usage.Length == 0 ? null : request.Choice("setup_future_usage", "", "off_session", "on_session")
            : intent.SetupFutureUsage;
        intent.StatementDescriptorSuffix = request.Text("statement_descriptor_suffix") ?? intent.StatementDescriptorSuffix;
        if (request.Has("shipping")) intent.Shipping = request.Tree("shipping");
        request.ChangeMetadata(intent.Metadata);
        UseMethod(book, request, intent);
    }

    /// <summary>Takes <c>payment_method</c> or <c>payment_method_data</c>, when the call has one.</summary>
    public static void UseMethod(StripeBook book, StripeRequest request, PaymentIntent intent)
    {
        PaymentMethod? method = null;
        if (request.Text("payment_method") is { Length: > 0 } id) method = PaymentMethods.Named(book, id);
        else if (request.Has("payment_method_data")) method = PaymentMethods.Make(book, request, "payment_method_data", "payment_method_data[type]");
        if (method is null) return;
        if (method.Customer is not null && method.Customer != intent.Customer)
            throw StripeFailure.Invalid(null, "The provided PaymentMethod was previously attached to a Customer, and may only be used with that Customer. "
                + $"Please include the Customer in the `customer` parameter on the PaymentIntent ({intent.Id}).", "payment_method");
        intent.Method = method;
        intent.NextAction = null;
        if (intent.Status is IntentStatus.RequiresPaymentMethod or IntentStatus.RequiresAction) intent.Status = IntentStatus.RequiresConfirmation;
    }

    private static StripeFailure Missing(string name) => StripeFailure.Invalid("parameter_missing", $"Missing required param: {name}.", name);
}
