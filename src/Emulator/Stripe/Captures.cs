using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Stripe;

/// <summary>Capturing what is on hold, and letting it go.</summary>
internal static class Captures
{
    public const string Parameters = "amount_to_capture final_capture metadata statement_descriptor statement_descriptor_suffix application_fee_amount amount_details payment_details";

    public static JsonObject Capture(StripeBook book, StripeRequest request)
    {
        var intent = PaymentIntents.Of(book, request);
        if (intent.Status == IntentStatus.Succeeded) throw intent.Unexpected("This PaymentIntent could not be captured because it has already been captured.");
        if (intent.Status != IntentStatus.RequiresCapture)
            throw intent.Unexpected($"This PaymentIntent could not be captured because it has a status of {intent.Status}. Only a PaymentIntent with one of the following statuses may be captured: requires_capture.");
        if (request.Flag("final_capture") == false)
            throw StripeFailure.Invalid(null, "This payment does not support multicapture: final_capture must be true.", "final_capture");
        var charge = intent.LatestCharge!;
        var amount = request.Integer("amount_to_capture", 1) ?? charge.Amount;
        if (amount > charge.Amount)
            throw StripeFailure.Invalid("amount_too_large", $"Amount to capture ({amount}) is greater than the amount that can be captured ({charge.Amount}).", "amount_to_capture");
        request.ChangeMetadata(intent.Metadata);

        charge.Capture(amount);
        intent.Status = IntentStatus.Succeeded;
        intent.AmountReceived = amount;
        book.Moved(intent, "capture", amount, charge.Id);
        if (amount < charge.Amount) Release(book, intent, charge, charge.Amount - amount);
        book.Raise(request.Origin, "charge.captured", intent.Id, charge.ToJson());
        book.Raise(request.Origin, "payment_intent.succeeded", intent.Id, intent.ToJson());
        if (charge.Method.Card.Disputed) Disputes.Open(book, request.Origin, charge, amount, "fraudulent");
        return intent.ToJson();
    }

    /// <summary>Lets go of what is on hold: Stripe shows that as a refund of a charge that was not, or not wholly, captured.</summary>
    public static void Release(StripeBook book, PaymentIntent intent, Charge charge, long amount)
    {
        var release = book.Refunds.Add(new Refund(charge, amount, book.Clock.UnixSeconds) { OfHold = true });
        charge.Refunds.Add(release);
        book.Moved(intent, "void", amount, charge.Id);
    }
}
