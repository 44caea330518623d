using HeadlessPro.Payments.Fraud;
using HeadlessPro.Platform;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Modules.Tests.Payments;

/// <summary>The rules of docs/guides/payments.md with their defaults: facts in, exact score and reasons out.</summary>
public class FraudRulesTests
{
    private static readonly FraudFacts Harmless = new(25000, "zar")
    {
        Email = "thandi@example.com",
        CardCountry = "ZA",
        BillingCountry = "za",
        ShippingCountry = "za",
        Risk = "normal",
        ByEmail = new(4, 9),
        ByIp = new(19, 59),
        ByCard = new(3, 7),
        Shop = new(100, 3125),
        Customer = new(100, 6000),
    };

    private static readonly (FraudFacts Facts, string Expected)[] Cases =
    [
        (Harmless, "0 Allow"),
        (new(25000, "zar"), "0 Allow"),
        (Harmless with { ByEmail = new(5, 5) }, "15 Allow; 5 checkouts with this e-mail within an hour: +15"),
        (Harmless with { ByEmail = new(4, 10) }, "15 Allow; 10 checkouts with this e-mail within a day: +15"),
        (Harmless with { ByEmail = new(6, 12) }, "25 Allow; 12 checkouts with this e-mail within a day: +25"),
        (Harmless with { ByEmail = new(12, 12) }, "50 Review; 12 checkouts with this e-mail within an hour: +50"),
        (Harmless with { ByEmail = new(1000, 1000) }, "50 Review; 1000 checkouts with this e-mail within an hour: +50"),
        (Harmless with { ByIp = new(20, 20) }, "15 Allow; 20 checkouts from this network address within an hour: +15"),
        (Harmless with { ByIp = new(27, 27) }, "50 Review; 27 checkouts from this network address within an hour: +50"),
        (Harmless with { ByIp = new(33, 33) }, "80 Deny; 33 checkouts from this network address within an hour: +80"),
        (Harmless with { ByIp = new(0, 1000) }, "80 Deny; 1000 checkouts from this network address within a day: +80"),
        (Harmless with { ByCard = new(4, 4) }, "20 Allow; 4 checkouts with this card or account within an hour: +20"),
        (Harmless with { ByCard = new(7, 7) }, "50 Review; 7 checkouts with this card or account within an hour: +50"),
        (Harmless with { ByCard = new(9, 9) }, "70 Review; 9 checkouts with this card or account within an hour: +70"),
        (Harmless with { ByCard = new(30, 30) }, "70 Review; 30 checkouts with this card or account within an hour: +70"),
        (Harmless with { Amount = 25001 },
            "20 Allow; 250.01 ZAR is more than 8 times what is usual among the shop's last 100 orders, 31.25 ZAR: +20"),
        (Harmless with { Shop = new(20, 3124) },
            "20 Allow; 250 ZAR is more than 8 times what is usual among the shop's last 20 orders, 31.24 ZAR: +20"),
        (Harmless with { Shop = new(19, 1) }, "0 Allow"),
        (Harmless with { Customer = new(3, 4999) },
            "15 Allow; 250 ZAR is more than 5 times what is usual among the customer's last 3 orders, 49.99 ZAR: +15"),
        (Harmless with { Customer = new(2, 1) }, "0 Allow"),
        (Harmless with { CardCountry = "us" }, "20 Allow; Paid from US, billing address in ZA: +20"),
        (Harmless with { CardCountry = null }, "0 Allow"),
        (Harmless with { BillingCountry = null, ShippingCountry = "us" }, "0 Allow"),
        (Harmless with { ShippingCountry = "na" }, "10 Allow; Billing address in ZA, shipped to NA: +10"),
        (Harmless with { Email = "x@mailinator.com" }, "30 Allow; mailinator.com hands out mail addresses to throw away: +30"),
        (Harmless with { Email = "X@Any.Mailinator.COM." }, "30 Allow; mailinator.com hands out mail addresses to throw away: +30"),
        (Harmless with { Email = "x@notmailinator.com" }, "0 Allow"),
        (Harmless with { Email = "mailinator.com@example.com" }, "0 Allow"),
        (Harmless with { Email = "nonsense" }, "0 Allow"),
        (Harmless with { Risk = "elevated" }, "25 Allow; The payment provider sees an elevated risk: +25"),
        (Harmless with { Risk = "highest" }, "60 Review; The payment provider sees the highest risk: +60"),
        (Harmless with { Risk = "highest", CardCountry = "ng" },
            "80 Deny; Paid from NG, billing address in ZA: +20; The payment provider sees the highest risk: +60"),
        (Harmless with { Risk = "highest", ByCard = new(9, 9), Email = "x@yopmail.com" },
            "100 Deny; 9 checkouts with this card or account within an hour: +70; yopmail.com hands out mail addresses to throw away: +30; The payment provider sees the highest risk: +60"),
    ];

    public static TheoryData<int> Numbers => [.. Enumerable.Range(0, Cases.Length)];

    [Theory]
    [MemberData(nameof(Numbers))]
    public void Facts_have_one_score_and_say_why(int number) => Assert.Equal(Cases[number].Expected, Say(FraudRules.Assess(Cases[number].Facts, new FraudOptions())));

    [Fact]
    public void Each_rule_can_be_switched_off_and_has_its_own_points_and_thresholds()
    {
        var bad = new FraudFacts(25001, "jpy")
        {
            Email = "x@mailinator.com",
            CardCountry = "us",
            BillingCountry = "za",
            ShippingCountry = "na",
            Risk = "highest",
            ByEmail = new(5, 5),
            ByIp = new(20, 20),
            ByCard = new(4, 4),
            Shop = new(20, 1),
            Customer = new(3, 1),
        };
        Assert.Equal(100, FraudRules.Assess(bad, new FraudOptions()).Score);
        Assert.Equal(9, FraudRules.Assess(bad, new FraudOptions()).Reasons.Count);

        string[] rules = ["Email", "Ip", "Card", "ShopAmount", "CustomerAmount", "CardCountry", "ShippingCountry", "DisposableMail", "ProviderRisk"];
        Assert.Equal("0 Allow", Say(FraudRules.Assess(bad, Configured([.. rules.Select(r => ($"{r}:Enabled", "false"))]))));
        foreach (var rule in rules)
            Assert.Single(FraudRules.Assess(bad, Configured([.. rules.Where(r => r != rule).Select(r => ($"{r}:Enabled", "false"))])).Reasons);

        var strict = Configured(("ShippingCountry:Points", "7"), ("Review", "7"), ("Deny", "8"), ("DisposableMail:Domains:0", "example.org"), ("ProviderRisk:Highest", "8"));
        Assert.Equal("7 Review; Billing address in ZA, shipped to NA: +7", Say(FraudRules.Assess(new(1, "zar") { Email = "x@mailinator.com", BillingCountry = "za", ShippingCountry = "na" }, strict)));
        Assert.Equal("8 Deny; The payment provider sees the highest risk: +8", Say(FraudRules.Assess(new(1, "zar") { Risk = "highest" }, strict)));
        Assert.Equal("30 Deny; example.org hands out mail addresses to throw away: +30", Say(FraudRules.Assess(new(1, "zar") { Email = "x@a.b.example.org" }, strict)));
    }

    [Theory]
    [InlineData("Review", "0", "Payments:Fraud:Review must be a whole number from 1 to 101, got: '0'.")]
    [InlineData("Deny", "102", "Payments:Fraud:Deny must be a whole number from 1 to 101, got: '102'.")]
    [InlineData("Deny", "49", "Payments:Fraud:Review must be at most Payments:Fraud:Deny (49), got: '50'.")]
    [InlineData("Deny", "many", "Payments:Fraud:Deny")]
    [InlineData("Enabled", "perhaps", "Payments:Fraud:Enabled")]
    [InlineData("Keep", "00:00:00", "Payments:Fraud:Keep must be from 1.00:00:00 (a day) to 3650.00:00:00, got: '00:00:00'.")]
    [InlineData("Card:PerHour", "0", "Payments:Fraud:Card:PerHour must be a whole number from 1 to 1000, got: '0'.")]
    [InlineData("Email:Most", "14", "Payments:Fraud:Email:Most must be a whole number from 15 to 100, got: '14'.")]
    [InlineData("ShopAmount:Times", "0.5", "Payments:Fraud:ShopAmount:Times must be from 1 to 1000000, got: '0.5'.")]
    [InlineData("CustomerAmount:Orders", "101", "Payments:Fraud:CustomerAmount:Orders must be a whole number from 1 to 100, got: '101'.")]
    [InlineData("CardCountry:Points", "-1", "Payments:Fraud:CardCountry:Points must be a whole number from 0 to 100, got: '-1'.")]
    [InlineData("OwnNetworks:0", "10.0.0.300/8", "Payments:Fraud:OwnNetworks must be networks like 203.0.113.0/24 or 2001:db8::/32, got: '10.0.0.300/8'.")]
    [InlineData("DisposableMail:Domains:0", "@example.com", "Payments:Fraud:DisposableMail:Domains must be domains like mailinator.com, got: '@example.com'.")]
    [InlineData("Cards:PerHour", "3", "Payments:Fraud has nothing called 'Cards'.")]
    [InlineData("Card:PerMinute", "3", "Payments:Fraud has nothing called 'PerMinute'.")]
    public void What_cannot_be_meant_is_refused_at_start_by_name(string name, string value, string message) =>
        Assert.Contains(message, Assert.Throws<StartException>(() => Configured((name, value))).Message, StringComparison.Ordinal);

    [Theory]
    [InlineData("Thandi@Example.COM", "thandi@example.com")]
    [InlineData(" thandi+spring@example.com ", "thandi@example.com")]
    [InlineData("+@example.com", "+@example.com")]
    [InlineData("a@b+c", "a@b+c")]
    [InlineData(" ", null)]
    [InlineData(null, null)]
    public void An_e_mail_is_counted_without_its_disguises(string? email, string? counted) => Assert.Equal(counted, FraudFacts.Counted(email));

    private static FraudOptions Configured(params (string Name, string Value)[] settings) => FraudOptions.From(new ConfigurationBuilder()
        .AddInMemoryCollection(settings.Select(s => KeyValuePair.Create("Payments:Fraud:" + s.Name, (string?)s.Value))).Build());

    private static string Say(FraudAssessment assessment) => string.Join("; ", [$"{assessment.Score} {assessment.Verdict}", .. assessment.Reasons]);
}
