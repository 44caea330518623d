using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Stripe;

/// <summary><c>/v1/payment_methods</c></summary>
internal static class PaymentMethods
{
    public const string Parameters = "type card billing_details metadata customer allow_redisplay payment_user_agent guid muid sid referrer time_on_page radar_options";

    public static JsonObject Create(StripeBook book, StripeRequest request) => Make(book, request, "", "type").ToJson();

    public static JsonObject Retrieve(StripeBook book, StripeRequest request) => Of(book, request).ToJson();

    public static JsonObject Update(StripeBook book, StripeRequest request)
    {
        var method = Of(book, request);
        Describe(method, request, "");
        return method.ToJson();
    }

    public static JsonObject Attach(StripeBook book, StripeRequest request)
    {
        var method = Of(book, request);
        var customer = Customers.Known(book, request.Required("customer"), "customer");
        if (method.Card is { Code: { } code, Authenticates: false, Name: not "chargeCustomerFail" })
            throw StripeFailure.Card(code, method.Card.Decline, method.Card.Message!);
        method.Customer = customer.Id;
        book.Raise(request.Origin, "payment_method.attached", customer.Id, method.ToJson());
        return method.ToJson();
    }

    public static JsonObject Detach(StripeBook book, StripeRequest request)
    {
        var method = Of(book, request);
        var customer = method.Customer ?? throw StripeFailure.Invalid(null,
            "The payment method you provided is not attached to a customer so detachment is impossible.");
        method.Customer = null;
        book.Raise(request.Origin, "payment_method.detached", customer, method.ToJson(), new JsonObject { ["customer"] = customer });
        return method.ToJson();
    }

    /// <summary>All of a customer: <c>/v1/customers/{id}/payment_methods</c>, or <c>/v1/payment_methods?customer=</c>.</summary>
    public static JsonObject List(StripeBook book, StripeRequest request, string? customer) =>
        Listing.Page(request, customer is null ? "/v1/payment_methods" : $"/v1/customers/{customer}/payment_methods",
            book.PaymentMethods.NewestFirst.Where(m => m.Customer is not null && m.Customer == (customer ?? request.Text("customer"))), m => m.Id, m => m.Created, m => m.ToJson());

    /// <summary>The one a call names; a ready one (<c>pm_card_visa</c>) becomes a new one.</summary>
    public static PaymentMethod Named(StripeBook book, string id)
    {
        if (book.PaymentMethods.TryGet(id, out var method)) return method;
        var card = id.StartsWith("pm_card_", StringComparison.Ordinal) ? TestCards.Named(id["pm_card_".Length..]) : null;
        return card is not null ? Add(book, card) : throw StripeFailure.Missing("PaymentMethod", id, "payment_method");
    }

    /// <summary>From <c>payment_method_data</c>, or the parameters themselves when <paramref name="prefix"/> is empty.</summary>
    public static PaymentMethod Make(StripeBook book, StripeRequest request, string prefix, string type)
    {
        string Name(string name) => prefix.Length == 0 ? name : $"{prefix}[{name}]";
        if (request.Required(type) != "card") throw StripeFailure.Invalid(null, "The emulator knows payment methods of type card only.", type);
        PaymentMethod method;
        if (request.Text(Name("card") + "[token]") is { } token)
            method = Add(book, (token.StartsWith("tok_", StringComparison.Ordinal) ? TestCards.Named(token[4..]) : null) ?? throw StripeFailure.Missing("token", token, "card[token]"));
        else
        {
            var number = request.Required(Name("card") + "[number]").Replace(" ", "", StringComparison.Ordinal);
            if (!TestCards.IsCardNumber(number)) throw StripeFailure.Card("incorrect_number", null, "Your card number is incorrect.", "number");
            var month = (int)(request.Integer(Name("card") + "[exp_month]") ?? throw StripeFailure.Invalid("parameter_missing", "Missing required param: card[exp_month].", "card[exp_month]"));
            var year = (int)(request.Integer(Name("card") + "[exp_year]") ?? throw StripeFailure.Invalid("parameter_missing", "Missing required param: card[exp_year].", "card[exp_year]"));
            method = Add(book, TestCards.Numbered(number), month, year, request.Text(Name("card") + "[cvc]"));
        }

        Describe(method, request, prefix);
        return method;
    }

    /// <summary>A card as a person typed it: its number, month, year and security code.</summary>
    public static PaymentMethod Add(StripeBook book, TestCard card, int month, int year, string? cvc)
    {
        if (year < 100) year += 2000;
        var now = DateTimeOffset.UtcNow;
        if (month is < 1 or > 12) throw StripeFailure.Card("invalid_expiry_month", null, "Your card's expiration month is invalid.", "exp_month");
        if (year < now.Year || year > now.Year + 50) throw StripeFailure.Card("invalid_expiry_year", null, "Your card's expiration year is invalid.", "exp_year");
        if (year == now.Year && month < now.Month) throw StripeFailure.Card("invalid_expiry_month", null, "Your card's expiration month is invalid.", "exp_month");
        if (cvc is not null && (cvc.Length is not (3 or 4) || !cvc.All(char.IsAsciiDigit))) throw StripeFailure.Card("invalid_cvc", null, "Your card's security code is invalid.", "cvc");
        return book.PaymentMethods.Add(new PaymentMethod(card, month, year, book.Clock.UnixSeconds));
    }

    private static PaymentMethod Add(StripeBook book, TestCard card) => Add(book, card, 12, DateTimeOffset.UtcNow.Year + 3, null);

    private static PaymentMethod Of(StripeBook book, StripeRequest request) => Named(book, request.Route("id"));

    private static void Describe(PaymentMethod method, StripeRequest request, string prefix)
    {
        var billing = prefix.Length == 0 ? "billing_details" : $"{prefix}[billing_details]";
        method.Email = request.Text(billing + "[email]") ?? method.Email;
        method.Name = request.Text(billing + "[name]") ?? method.Name;
        method.Phone = request.Text(billing + "[phone]") ?? method.Phone;
        foreach (var (part, value) in request.Pairs(billing + "[address]")) method.Address[part] = value;
        if (prefix.Length == 0) request.ChangeMetadata(method.Metadata);
    }
}
