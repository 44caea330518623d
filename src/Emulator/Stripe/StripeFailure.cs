using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Stripe;

/// <summary>An error as Stripe words it: <c>{error:{type, code, decline_code, message, param, …}}</c>.</summary>
internal sealed class StripeFailure(int status, string type, string? code, string message) : Exception(message)
{
    public int Status => status;

    public string? Code => code;

    public string? DeclineCode { get; init; }

    public string? Param { get; init; }

    /// <summary>The charge that was refused.</summary>
    public string? Charge { get; init; }

    public PaymentIntent? Intent { get; init; }

    public JsonObject? PaymentMethod { get; init; }

    public static StripeFailure Invalid(string? code, string message, string? param = null) =>
        new(400, "invalid_request_error", code, message) { Param = param };

    public static StripeFailure Missing(string kind, string id, string param = "id") =>
        new(404, "invalid_request_error", "resource_missing", $"No such {kind}: '{id}'") { Param = param };

    public static StripeFailure Card(string code, string? decline, string message, string? param = null) =>
        new(402, "card_error", code, message) { DeclineCode = decline, Param = param };

    /// <summary>The error itself; <paramref name="whole"/> also names the payment intent it happened to.</summary>
    public JsonObject ToJson(bool whole = true)
    {
        var error = new JsonObject();
        if (Charge is not null) error["charge"] = Charge;
        if (code is not null) error["code"] = code;
        if (DeclineCode is not null) error["decline_code"] = DeclineCode;
        if (code is not null) error["doc_url"] = "https://stripe.com/docs/error-codes/" + code.Replace('_', '-');
        error["message"] = Message;
        if (Param is not null) error["param"] = Param;
        if (whole && Intent is not null) error["payment_intent"] = Intent.ToJson();
        if (PaymentMethod is not null) error["payment_method"] = PaymentMethod.DeepClone();
        error["type"] = type;
        return error;
    }
}
