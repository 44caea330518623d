using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Stripe;

/// <summary>
/// Confirming a payment intent: the card is charged or put on hold, is declined, or its bank wants to see the shopper first (3-D Secure), who
/// then completes or fails on a page.
/// </summary>
internal static class Confirmation
{
    public const string Parameters = "client_secret payment_method payment_method_data payment_method_options payment_method_types return_url use_stripe_sdk off_session "
        + "error_on_requires_action setup_future_usage receipt_email shipping mandate_data expected_payment_method_type set_as_default_payment_method capture_method radar_options amount_details amount_to_confirm";

    public static JsonObject Confirm(StripeBook book, StripeRequest request)
    {
        var intent = PaymentIntents.Of(book, request);
        MustBeOpen(intent);
        MustReturn(intent, request);
        PaymentIntents.UseMethod(book, request, intent);
        intent.ReceiptEmail = request.Text("receipt_email") ?? intent.ReceiptEmail;
        intent.SetupFutureUsage = request.Text("setup_future_usage") is { Length: > 0 } usage ? usage : intent.SetupFutureUsage;
        if (request.Has("shipping")) intent.Shipping = request.Tree("shipping");
        Confirm(book, request, intent);
        return intent.ToJson(request.Publishable);
    }

    public static void Confirm(StripeBook book, StripeRequest request, PaymentIntent intent)
    {
        intent.ReturnUrl = request.Text("return_url") ?? intent.ReturnUrl;
        var offSession = request.Text("off_session") is "true" or "recurring" or "one_off";
        if (intent.Method is { Card.Authenticates: true } && !offSession && request.Flag("error_on_requires_action") != true)
        {
            AskShopper(book, request.Origin, intent, request.Flag("use_stripe_sdk") == true);
            return;
        }

        Pay(book, request.Origin, intent, authenticated: false);
    }

    /// <summary>A call from a server must say where shoppers return, when a way of paying may lead them away.</summary>
    public static void MustReturn(PaymentIntent intent, StripeRequest request)
    {
        if (intent.MayRedirect && !request.Publishable && !request.Has("return_url") && request.Flag("use_stripe_sdk") != true && request.Text("off_session") is null or "false")
            throw StripeFailure.Invalid(null, "This PaymentIntent is configured to accept payment methods enabled in your Dashboard. Because some of these payment methods might redirect your customer off of your page, "
                + "you must provide a `return_url`. If you don't want to accept redirect-based payment methods, set `automatic_payment_methods[enabled]` to `true` and "
                + "`automatic_payment_methods[allow_redirects]` to `never` when creating Setup Intents and Payment Intents.");
    }

    /// <summary>Sends the shopper to the bank's page. Stripe.js opens it in the shop's page; others are led there.</summary>
    public static void AskShopper(StripeBook book, Origin origin, PaymentIntent intent, bool inPage)
    {
        var url = $"{book.State.Url}/3d_secure/{intent.Id}?client_secret={intent.ClientSecret}";
        intent.Status = IntentStatus.RequiresAction;
        intent.LastError = null;
        intent.NextAction = inPage || intent.ReturnUrl is null
            ? new JsonObject
            {
                ["type"] = "use_stripe_sdk",
                ["use_stripe_sdk"] = new JsonObject { ["type"] = "three_d_secure_redirect", ["stripe_js"] = url, ["source"] = Ids.Stripe("src_") },
            }
            : new JsonObject { ["redirect_to_url"] = new JsonObject { ["return_url"] = intent.ReturnUrl, ["url"] = url }, ["type"] = "redirect_to_url" };
        book.Raise(origin, "payment_intent.requires_action", intent.Id, intent.ToJson());
    }

    /// <summary>The shopper was at the bank's page. What a card does after that is thrown when it is a refusal.</summary>
    public static void Return(StripeBook book, Origin origin, PaymentIntent intent, bool completed)
    {
        if (intent.Status != IntentStatus.RequiresAction) throw intent.Unexpected($"This PaymentIntent has a status of {intent.Status}.");
        intent.NextAction = null;
        if (completed)
        {
            Pay(book, origin, intent, authenticated: true);
            return;
        }

        Fail(book, origin, intent, new StripeFailure(402, "invalid_request_error", "payment_intent_authentication_failure",
            "The provided PaymentMethod has failed authentication. You can provide payment_method_data or a new PaymentMethod to attempt to fulfill this PaymentIntent again.")
        {
            PaymentMethod = intent.Method!.ToJson(),
        });
    }

    /// <summary>Charges the card, or puts the amount on hold. Throws when it is refused, after writing that down.</summary>
    public static void Pay(StripeBook book, Origin origin, PaymentIntent intent, bool authenticated)
    {
        MustBeOpen(intent);
        var method = intent.Method ?? throw intent.Unexpected("You cannot confirm this PaymentIntent because it's missing a payment method. You can either update the PaymentIntent "
            + "with a payment method and then confirm it again, or confirm it again directly with a payment method or ConfirmationToken.");
        var card = method.Card;
        var refusal = card.Authenticates && !authenticated
            ? ("authentication_required", "authentication_required", "Your card was declined. This transaction requires authentication.")
            : card.Code is null ? default : (card.Code, card.Decline, card.Message!);
        var charge = book.Charges.Add(new Charge(intent, method, book.Clock.UnixSeconds) { Authenticated = authenticated });
        intent.Charges.Add(charge);
        intent.LatestCharge = charge;
        intent.NextAction = null;
        if (refusal is (string code, var decline, var message))
        {
            charge.Refuse(code, message);
            book.Raise(origin, "charge.failed", intent.Id, charge.ToJson());
            Fail(book, origin, intent, new StripeFailure(402, "card_error", code, message)
            {
                DeclineCode = decline,
                Charge = charge.Id,
                Intent = intent,
                PaymentMethod = method.ToJson(),
                Param = code switch { "incorrect_cvc" => "cvc", "expired_card" => "exp_month", _ => null },
            });
        }

        intent.LastError = null;
        if (intent is { SetupFutureUsage: not null, Customer: not null }) method.Customer = intent.Customer;
        book.Moved(intent, "authorization", charge.Amount, charge.Id);
        if (intent.Manual)
        {
            charge.CaptureBefore = book.Clock.UnixSeconds + (long)TimeSpan.FromDays(7).TotalSeconds;
            intent.Status = IntentStatus.RequiresCapture;
            book.Raise(origin, "charge.succeeded", intent.Id, charge.ToJson());
            book.Raise(origin, "payment_intent.amount_capturable_updated", intent.Id, intent.ToJson());
            return;
        }

        charge.Capture(charge.Amount);
        intent.Status = IntentStatus.Succeeded;
        intent.AmountReceived = charge.Amount;
        book.Moved(intent, "capture", charge.Amount, charge.Id);
        book.Raise(origin, "charge.succeeded", intent.Id, charge.ToJson());
        book.Raise(origin, "payment_intent.succeeded", intent.Id, intent.ToJson());
        if (card.Disputed) Disputes.Open(book, origin, charge, charge.AmountCaptured, "fraudulent");
    }

    private static void Fail(StripeBook book, Origin origin, PaymentIntent intent, StripeFailure failure)
    {
        intent.Status = IntentStatus.RequiresPaymentMethod;
        intent.Method = null;
        intent.LastError = failure;
        book.Raise(origin, "payment_intent.payment_failed", intent.Id, intent.ToJson());
        throw failure;
    }

    private static void MustBeOpen(PaymentIntent intent)
    {
        if (intent.Status == IntentStatus.Succeeded) throw intent.Unexpected("You cannot confirm this PaymentIntent because it has already succeeded after being previously confirmed.");
        if (intent.Status is IntentStatus.RequiresCapture or IntentStatus.Canceled)
            throw intent.Unexpected($"This PaymentIntent could not be confirmed because it has a status of {intent.Status}. Only a PaymentIntent with one of the following statuses may be confirmed: "
                + "requires_payment_method, requires_confirmation, requires_action.");
    }
}
