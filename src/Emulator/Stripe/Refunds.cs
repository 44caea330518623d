using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Stripe;

internal sealed class Refund(Charge charge, long amount, long created)
{
    public string Id { get; } = Ids.Stripe("re_");

    public Charge Charge => charge;

    public long Amount => amount;

    public long Created => created;

    public string? Reason { get; init; }

    /// <summary>No money came back: what was on hold was let go.</summary>
    public bool OfHold { get; init; }

    public Dictionary<string, string> Metadata { get; } = [];

    public JsonObject ToJson() => new()
    {
        ["id"] = Id,
        ["object"] = "refund",
        ["amount"] = amount,
        ["balance_transaction"] = OfHold ? null : "txn_" + Id[3..],
        ["charge"] = charge.Id,
        ["created"] = created,
        ["currency"] = charge.Intent.Currency,
        ["destination_details"] = new JsonObject
        {
            ["card"] = new JsonObject { ["reference_status"] = "pending", ["reference_type"] = "acquirer_reference_number", ["type"] = OfHold ? "reversal" : "refund" },
            ["type"] = "card",
        },
        ["metadata"] = Json.Object(Metadata),
        ["payment_intent"] = charge.Intent.Id,
        ["reason"] = Reason,
        ["receipt_number"] = null,
        ["source_transfer_reversal"] = null,
        ["status"] = "succeeded",
        ["transfer_reversal"] = null,
    };
}

/// <summary><c>/v1/refunds</c>: never more than was captured.</summary>
internal static class Refunds
{
    public const string Parameters = "amount charge payment_intent reason metadata instructions_email refund_application_fee reverse_transfer";

    public static JsonObject Create(StripeBook book, StripeRequest request)
    {
        var charge = ToRefund(book, request);
        if (charge.Disputed) throw StripeFailure.Invalid("charge_disputed", $"Charge {charge.Id} has been charged back; cannot issue a refund.");
        var left = charge.Refundable;
        if (left == 0) throw StripeFailure.Invalid("charge_already_refunded", $"Charge {charge.Id} has already been refunded.");
        var amount = request.Integer("amount", 1) ?? left;
        if (amount > left)
            throw StripeFailure.Invalid(null, $"Refund amount ({amount / 100m:0.00}) is greater than unrefunded amount on charge ({left / 100m:0.00})", "amount");
        var before = charge.AmountRefunded;
        var refund = new Refund(charge, amount, book.Clock.UnixSeconds)
        {
            Reason = request.Has("reason") ? request.Choice("reason", "", "duplicate", "fraudulent", "requested_by_customer") : null,
        };
        request.ChangeMetadata(refund.Metadata);

        charge.Refunds.Add(book.Refunds.Add(refund));
        book.Moved(charge.Intent, "refund", amount, refund.Id);
        book.Raise(request.Origin, "refund.created", charge.Intent.Id, refund.ToJson());
        book.Raise(request.Origin, "charge.refunded", charge.Intent.Id, charge.ToJson(), new JsonObject { ["amount_refunded"] = before });
        return refund.ToJson();
    }

    public static JsonObject Retrieve(StripeBook book, StripeRequest request) => Of(book, request).ToJson();

    public static JsonObject Update(StripeBook book, StripeRequest request)
    {
        var refund = Of(book, request);
        request.ChangeMetadata(refund.Metadata);
        return refund.ToJson();
    }

    public static JsonObject List(StripeBook book, StripeRequest request)
    {
        var refunds = request.Text("charge") is { } id
            ? book.Charges.TryGet(id, out var charge) ? charge.Refunds.AsEnumerable().Reverse() : throw StripeFailure.Missing("charge", id, "charge")
            : request.Text("payment_intent") is not { } paid ? book.Refunds.NewestFirst
            : book.Intents.TryGet(paid, out var intent) ? intent.Charges.SelectMany(c => c.Refunds).Reverse()
            : throw StripeFailure.Missing("payment_intent", paid, "payment_intent");
        return Listing.Page(request, "/v1/refunds", refunds, r => r.Id, r => r.Created, r => r.ToJson());
    }

    private static Refund Of(StripeBook book, StripeRequest request) =>
        book.Refunds.TryGet(request.Route("id"), out var refund) ? refund : throw StripeFailure.Missing("refund", request.Route("id"));

    private static Charge ToRefund(StripeBook book, StripeRequest request)
    {
        if (request.Text("payment_intent") is { } id)
        {
            if (!book.Intents.TryGet(id, out var intent)) throw StripeFailure.Missing("payment_intent", id, "payment_intent");
            return intent.LatestCharge is { Captured: true } paid ? paid : throw StripeFailure.Invalid(null, $"This PaymentIntent ({id}) does not have a successful charge to refund.");
        }

        if (request.Text("charge") is not { } of) throw StripeFailure.Invalid("parameter_missing", "One of the following params should be provided for this request: payment_intent or charge.");
        if (!book.Charges.TryGet(of, out var charge)) throw StripeFailure.Missing("charge", of, "charge");
        return charge.Captured ? charge : throw StripeFailure.Invalid(null, $"Charge {of} was not captured: cancel its PaymentIntent instead.");
    }
}
