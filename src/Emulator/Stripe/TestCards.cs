namespace HeadlessPro.Emulator.Stripe;

/// <summary>What a card does when it is charged.</summary>
/// <param name="Code">Why it is declined; null when it is not.</param>
/// <param name="Decline">The finer reason.</param>
internal sealed record TestCard(string Number, string Name, string? Code = null, string? Decline = null, string? Message = null)
{
    /// <summary>Its bank asks the shopper first.</summary>
    public bool Authenticates { get; init; }

    public bool Disputed { get; init; }

    /// <summary>normal, elevated, highest</summary>
    public string Risk { get; init; } = "normal";

    /// <summary>Stripe itself refuses it as too risky.</summary>
    public bool Blocked { get; init; }

    public string Brand => Number[0] switch { '3' => "amex", '5' or '2' => "mastercard", '6' => "discover", _ => "visa" };

    public string Funding => Name.EndsWith("_debit", StringComparison.Ordinal) ? "debit" : "credit";

    /// <summary>Stripe's numbers for a country hold its ISO number: 4000 00<b>276</b>….</summary>
    public string Country => Number.StartsWith("400000", StringComparison.Ordinal) && Countries.TryGetValue(Number[6..9], out var country) ? country : "US";

    private static readonly Dictionary<string, string> Countries = new()
    {
        ["036"] = "AU",
        ["076"] = "BR",
        ["124"] = "CA",
        ["250"] = "FR",
        ["276"] = "DE",
        ["356"] = "IN",
        ["372"] = "IE",
        ["392"] = "JP",
        ["484"] = "MX",
        ["528"] = "NL",
        ["554"] = "NZ",
        ["566"] = "NG",
        ["710"] = "ZA",
        ["724"] = "ES",
        ["756"] = "CH",
        ["826"] = "GB",
    };
}

/// <summary>Stripe's test cards, by number and by the name of their ready payment method (<c>pm_card_…</c>).</summary>
internal static class TestCards
{
    private const string Declined = "Your card was declined.";

    private static readonly TestCard[] All =
    [
        new("4242424242424242", "visa"),
        new("4000056655665556", "visa_debit"),
        new("5555555555554444", "mastercard"),
        new("2223003122003222", "mastercard_2series"),
        new("5200828282828210", "mastercard_debit"),
        new("378282246310005", "amex"),
        new("6011111111111117", "discover"),
        new("4000000360000006", "au"),
        new("4000000760000002", "br"),
        new("4000001240000000", "ca"),
        new("4000002500000003", "fr"),
        new("4000002760000016", "de"),
        new("4000008260000000", "gb"),
        new("4000000000000077", "bypassPending"),
        new("4000000000003220", "threeDSecure2Required") { Authenticates = true },
        new("4000002500003155", "authenticationRequiredOnSetup") { Authenticates = true },
        new("4000002760003184", "authenticationRequired") { Authenticates = true },
        new("4000000000000002", "chargeDeclined", "card_declined", "generic_decline", Declined),
        new("4000000000009995", "chargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds", "Your card has insufficient funds."),
        new("4000000000009987", "chargeDeclinedLostCard", "card_declined", "lost_card", Declined),
        new("4000000000009979", "chargeDeclinedStolenCard", "card_declined", "stolen_card", Declined),
        new("4000000000006975", "chargeDeclinedVelocityLimitExceeded", "card_declined", "card_velocity_exceeded",
            "Your card was declined for making repeated attempts too frequently or exceeding its amount limit."),
        new("4000000000000341", "chargeCustomerFail", "card_declined", "generic_decline", Declined),
        new("4000000000000069", "chargeDeclinedExpiredCard", "expired_card", "expired_card", "Your card has expired."),
        new("4000000000000127", "chargeDeclinedIncorrectCvc", "incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect."),
        new("4000000000000119", "chargeDeclinedProcessingError", "processing_error", "processing_error",
            "An error occurred while processing your card. Try again in a little bit."),
        new("4000008400001629", "threeDSecureRequiredChargeDeclined", "card_declined", "generic_decline", Declined) { Authenticates = true },
        new("4000008260003178", "authenticationRequiredChargeDeclinedInsufficientFunds", "card_declined", "insufficient_funds", "Your card has insufficient funds.") { Authenticates = true },
        new("4000000000009235", "riskLevelElevated") { Risk = "elevated" },
        // Charged as at an account that has switched the rule off that blocks it, so that a shop's own rules can be tried.
        new("4000000000004954", "riskLevelHighest") { Risk = "highest" },
        new("4100000000000019", "radarBlock", "card_declined", "fraudulent", Declined) { Risk = "highest", Blocked = true },
        new("4000000000000259", "createDispute") { Disputed = true },
    ];

    private static readonly Dictionary<string, TestCard> ByNumber = All.ToDictionary(c => c.Number);
    private static readonly Dictionary<string, TestCard> ByName = All.ToDictionary(c => c.Name);

    /// <summary>A card that is none of Stripe's is declined for that.</summary>
    public static TestCard Numbered(string number) => ByNumber.TryGetValue(number, out var card) ? card : new TestCard(number, "other", "card_declined", "test_mode_live_card",
        "Your card was declined. Your request was in test mode, but used a non test card. For a list of valid test cards, visit: https://stripe.com/docs/testing.");

    /// <summary><c>visa</c> of <c>pm_card_visa</c> or <c>tok_visa</c>; older names put the brand before what it does.</summary>
    public static TestCard? Named(string name) =>
        ByName.TryGetValue(name, out var card) || name.StartsWith("visa_", StringComparison.Ordinal) && ByName.TryGetValue(name[5..], out card) ? card : null;

    public static bool IsCardNumber(string number)
    {
        if (number.Length is < 12 or > 19 || !number.All(char.IsAsciiDigit)) return false;
        var sum = 0;
        for (var i = 0; i < number.Length; i++)
        {
            var digit = number[^(i + 1)] - '0';
            sum += i % 2 == 0 ? digit : digit * 2 > 9 ? digit * 2 - 9 : digit * 2;
        }

        return sum % 10 == 0;
    }
}
