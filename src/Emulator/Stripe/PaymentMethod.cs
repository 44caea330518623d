using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;

namespace HeadlessPro.Emulator.Stripe;

/// <summary>A card as Stripe keeps it. The number is not kept.</summary>
internal sealed class PaymentMethod(TestCard card, int month, int year, long created)
{
    public string Id { get; } = Ids.Stripe("pm_");

    public TestCard Card => card;

    public string Last4 { get; } = card.Number[^4..];

    public string Fingerprint { get; } = Convert.ToHexStringLower(SHA256.HashData(Encoding.ASCII.GetBytes("card " + card.Number)))[..16];

    public string? Customer { get; set; }

    public string? Email { get; set; }

    public string? Name { get; set; }

    public string? Phone { get; set; }

    public Dictionary<string, string> Address { get; } = [];

    public Dictionary<string, string> Metadata { get; } = [];

    public long Created => created;

    public JsonObject ToJson() => new()
    {
        ["id"] = Id,
        ["object"] = "payment_method",
        ["allow_redisplay"] = "unspecified",
        ["billing_details"] = BillingJson(),
        ["card"] = CardJson(),
        ["created"] = created,
        ["customer"] = Customer,
        ["livemode"] = false,
        ["metadata"] = Json.Object(Metadata),
        ["type"] = "card",
    };

    public JsonObject BillingJson() => new()
    {
        ["address"] = new JsonObject
        {
            ["city"] = Address.GetValueOrDefault("city"),
            ["country"] = Address.GetValueOrDefault("country"),
            ["line1"] = Address.GetValueOrDefault("line1"),
            ["line2"] = Address.GetValueOrDefault("line2"),
            ["postal_code"] = Address.GetValueOrDefault("postal_code"),
            ["state"] = Address.GetValueOrDefault("state"),
        },
        ["email"] = Email,
        ["name"] = Name,
        ["phone"] = Phone,
        ["tax_id"] = null,
    };

    public JsonObject CardJson() => new()
    {
        ["brand"] = card.Brand,
        ["checks"] = ChecksJson(),
        ["country"] = card.Country,
        ["display_brand"] = card.Brand,
        ["exp_month"] = month,
        ["exp_year"] = year,
        ["fingerprint"] = Fingerprint,
        ["funding"] = card.Funding,
        ["generated_from"] = null,
        ["last4"] = Last4,
        ["networks"] = new JsonObject { ["available"] = new JsonArray(card.Brand), ["preferred"] = null },
        ["regulated_status"] = "unregulated",
        ["three_d_secure_usage"] = new JsonObject { ["supported"] = true },
        ["wallet"] = null,
    };

    /// <summary><c>payment_method_details.card</c> of a charge.</summary>
    public JsonObject ChargedJson(long amount, bool authenticated, long? captureBefore)
    {
        var json = new JsonObject
        {
            ["amount_authorized"] = amount,
            ["authorization_code"] = null,
            ["brand"] = card.Brand,
            ["checks"] = ChecksJson(),
            ["country"] = card.Country,
            ["exp_month"] = month,
            ["exp_year"] = year,
            ["fingerprint"] = Fingerprint,
            ["funding"] = card.Funding,
            ["installments"] = null,
            ["last4"] = Last4,
            ["mandate"] = null,
            ["network"] = card.Brand,
            ["network_token"] = new JsonObject { ["used"] = false },
            ["regulated_status"] = "unregulated",
            ["three_d_secure"] = authenticated
                ? new JsonObject { ["authentication_flow"] = "challenge", ["result"] = "authenticated", ["result_reason"] = null, ["version"] = "2.2.0" }
                : null,
            ["wallet"] = null,
        };
        if (captureBefore is not null) json["capture_before"] = captureBefore;
        return json;
    }

    private JsonObject ChecksJson() => new()
    {
        ["address_line1_check"] = Address.ContainsKey("line1") ? "pass" : null,
        ["address_postal_code_check"] = Address.ContainsKey("postal_code") ? "pass" : null,
        ["cvc_check"] = card.Code == "incorrect_cvc" ? "fail" : "pass",
    };
}
