using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.PayPal;

/// <summary>What a payer is asked to approve.</summary>
internal sealed class Order
{
    public const string Created = "CREATED", ActionRequired = "PAYER_ACTION_REQUIRED", Approved = "APPROVED", Completed = "COMPLETED";

    public string Id { get; } = Ids.PayPal();

    public required string Intent { get; init; }

    /// <summary>The purchase unit as the shop wrote it.</summary>
    public required JsonObject Unit { get; init; }

    public required long Amount { get; set; }

    public required string Currency { get; set; }

    public required DateTimeOffset CreatedAt { get; init; }

    public DateTimeOffset UpdatedAt { get; set; }

    public string? ReturnUrl { get; init; }

    public string? CancelUrl { get; init; }

    /// <summary>Whether the shop said that the payer pays with PayPal when it made the order.</summary>
    public bool NamesSource { get; init; }

    public string Status { get; set; } = Created;

    public string? PayerId { get; set; }

    public string PayerEmail { get; set; } = "";

    public string PayerName { get; set; } = "";

    /// <summary>The payer's bank will say no.</summary>
    public bool Declines { get; set; }

    public List<Authorization> Authorizations { get; } = [];

    public List<Capture> Captures { get; } = [];

    /// <summary>Taken and settled, less what was given back.</summary>
    public long Kept => Captures.Sum(c => c.Settled - c.Refunded);

    public string Url(PayPalBook book) => $"{book.State.Url}/v2/checkout/orders/{Id}";

    public string ApproveUrl(PayPalBook book) => $"{book.State.Url}/checkoutnow?token={Id}";

    public JsonObject ToJson(PayPalBook book, bool whole)
    {
        var json = new JsonObject { ["id"] = Id, ["status"] = Status };
        if (PayerId is not null || NamesSource) json["payment_source"] = new JsonObject { ["paypal"] = PayerId is null ? new JsonObject() : AccountJson() };
        if (whole || PayerId is not null)
        {
            var unit = new JsonObject { ["reference_id"] = Unit.Text("reference_id") ?? "default" };
            if (whole)
            {
                json["intent"] = Intent;
                PayPalJson.CopyText(Unit, unit, "amount", "description", "custom_id", "invoice_id", "soft_descriptor", "items", "shipping");
                unit["payee"] = new JsonObject { ["email_address"] = "merchant@example.com", ["merchant_id"] = "EMULATOR0MERC" };
                json["create_time"] = PayPalJson.Time(CreatedAt);
                json["update_time"] = PayPalJson.Time(UpdatedAt);
            }

            if (Authorizations.Count + Captures.Count > 0) unit["payments"] = PaymentsJson(book);
            json["purchase_units"] = new JsonArray(unit);
            if (PayerId is not null) json["payer"] = PayerJson();
        }

        json["links"] = LinksJson(book);
        return json;
    }

    private JsonObject PaymentsJson(PayPalBook book)
    {
        var payments = new JsonObject();
        if (Authorizations.Count > 0) payments["authorizations"] = new JsonArray([.. Authorizations.Select(a => a.ToJson(book, true))]);
        if (Captures.Count > 0) payments["captures"] = new JsonArray([.. Captures.Select(c => c.ToJson(book, true))]);
        var refunds = Captures.SelectMany(c => c.Refunds).ToList();
        if (refunds.Count > 0) payments["refunds"] = new JsonArray([.. refunds.Select(r => r.ToJson(book, true))]);
        return payments;
    }

    private JsonArray LinksJson(PayPalBook book)
    {
        var links = new JsonArray(PayPalJson.Link(Url(book), "self", "GET"));
        if (Status is Created or ActionRequired)
        {
            links.Add((JsonNode)PayPalJson.Link(ApproveUrl(book), NamesSource ? "payer-action" : "approve", "GET"));
            links.Add((JsonNode)PayPalJson.Link(Url(book), "update", "PATCH"));
        }

        if (Status is Created or Approved)
            links.Add((JsonNode)PayPalJson.Link($"{Url(book)}/{(Intent == "CAPTURE" ? "capture" : "authorize")}", Intent == "CAPTURE" ? "capture" : "authorize", "POST"));
        return links;
    }

    private JsonObject AccountJson() => new() { ["email_address"] = PayerEmail, ["account_id"] = PayerId, ["account_status"] = "VERIFIED", ["name"] = NameJson(), ["address"] = AddressJson() };

    private JsonObject PayerJson() => new() { ["name"] = NameJson(), ["email_address"] = PayerEmail, ["payer_id"] = PayerId, ["address"] = AddressJson() };

    private JsonObject NameJson() => PayerName.Split(' ', 2) is [var given, var last]
        ? new JsonObject { ["given_name"] = given, ["surname"] = last }
        : new JsonObject { ["given_name"] = PayerName };

    private static JsonObject AddressJson() => new() { ["country_code"] = "US" };
}
