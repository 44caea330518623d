using System.Net;
using HeadlessPro.Platform;
using Microsoft.Extensions.Configuration;

namespace HeadlessPro.Payments.Fraud;

/// <summary>Configuration section <c>Payments:Fraud</c>; what each rule means and why these defaults: docs/guides/payments.md.</summary>
internal sealed class FraudOptions
{
    private const string Section = "Payments:Fraud";

    /// <summary>Whether payments are assessed at all.</summary>
    public bool Enabled { get; init; } = true;

    /// <summary>From this score on staff look at the order before its money is taken; 101: never.</summary>
    public int Review { get; init; } = 50;

    /// <summary>From this score on the payment is refused; 101: never.</summary>
    public int Deny { get; init; } = 80;

    /// <summary>How long e-mail, address and card of those who paid, or tried to, are remembered.</summary>
    public TimeSpan Keep { get; init; } = TimeSpan.FromDays(30);

    public VelocityRule Email { get; init; } = new() { PerHour = 5, PerDay = 10, Points = 15, Step = 5, Most = 50 };

    /// <summary>Many people may share an address.</summary>
    public VelocityRule Ip { get; init; } = new() { PerHour = 20, PerDay = 60, Points = 15, Step = 5, Most = 80 };

    public VelocityRule Card { get; init; } = new() { PerHour = 4, PerDay = 8, Points = 20, Step = 10, Most = 70 };

    /// <summary>
    /// Networks whose addresses are nobody's: those of the shop's own servers and proxies, which speak for every shopper. When not given: what
    /// is not public.
    /// </summary>
    public string[]? OwnNetworks { get; init; }

    public AmountRule ShopAmount { get; init; } = new() { Times = 8, Orders = 20, Points = 20 };

    public AmountRule CustomerAmount { get; init; } = new() { Times = 5, Orders = 3, Points = 15 };

    public FraudRule CardCountry { get; init; } = new() { Points = 20 };

    public FraudRule ShippingCountry { get; init; } = new() { Points = 10 };

    public DisposableMailRule DisposableMail { get; init; } = new() { Points = 30 };

    public ProviderRiskRule ProviderRisk { get; init; } = new() { Elevated = 25, Highest = 60 };

    /// <summary>The configured rules; refuses what cannot be meant, by name.</summary>
    public static FraudOptions From(IConfiguration configuration)
    {
        FraudOptions options;
        try
        {
            options = configuration.GetSection(Section).Get<FraudOptions>(binder => binder.ErrorOnUnknownConfiguration = true) ?? new FraudOptions();
        }
        catch (InvalidOperationException e)
        {
            // The binder speaks to programmers where a name is unknown; the names are its last words.
            throw new StartException(e.Message.Contains(nameof(BinderOptions.ErrorOnUnknownConfiguration), StringComparison.Ordinal)
                ? $"{Section} has nothing called {e.Message[(e.Message.LastIndexOf(": ", StringComparison.Ordinal) + 2)..]}."
                : $"{Section} cannot be understood: {e.Message}");
        }

        options.Check();
        return options;
    }

    /// <summary>Of <see cref="OwnNetworks"/>.</summary>
    public string[] Own => OwnNetworks ?? NotPublic;

    private static readonly string[] NotPublic =
        ["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16", "::/127", "fc00::/7", "fe80::/10"];

    private void Check()
    {
        Between("Review", Review, 1, 101);
        Between("Deny", Deny, 1, 101);
        if (Review > Deny) throw Wrong("Review", $"at most {Section}:Deny ({Deny})", Review);
        if (Keep < TimeSpan.FromDays(1) || Keep > TimeSpan.FromDays(3650)) throw Wrong("Keep", "from 1.00:00:00 (a day) to 3650.00:00:00", Keep);
        foreach (var (name, rule) in new[] { ("Email", Email), ("Ip", Ip), ("Card", Card) })
        {
            Between($"{name}:PerHour", rule.PerHour, 1, VelocityRule.Counted);
            Between($"{name}:PerDay", rule.PerDay, 1, VelocityRule.Counted);
            Between($"{name}:Step", rule.Step, 0, 100);
            Between($"{name}:Most", rule.Most, rule.Points, 100);
        }

        foreach (var (name, rule) in new[] { ("ShopAmount", ShopAmount), ("CustomerAmount", CustomerAmount) })
        {
            if (rule.Times is < 1 or > 1_000_000) throw Wrong($"{name}:Times", "from 1 to 1000000", rule.Times);
            Between($"{name}:Orders", rule.Orders, 1, AmountRule.LastOrders);
        }

        foreach (var (name, rule) in new (string, FraudRule)[]
                 {
                     ("Email", Email), ("Ip", Ip), ("Card", Card), ("ShopAmount", ShopAmount), ("CustomerAmount", CustomerAmount),
                     ("CardCountry", CardCountry), ("ShippingCountry", ShippingCountry), ("DisposableMail", DisposableMail),
                 }) Between($"{name}:Points", rule.Points, 0, 100);
        Between("ProviderRisk:Elevated", ProviderRisk.Elevated, 0, 100);
        Between("ProviderRisk:Highest", ProviderRisk.Highest, 0, 100);
        foreach (var network in Own)
            if (!IPNetwork.TryParse(network, out _)) throw Wrong("OwnNetworks", "networks like 203.0.113.0/24 or 2001:db8::/32", network);
        foreach (var domain in DisposableMail.Domains ?? [])
            if (domain.Length is 0 or > 253 || !domain.Contains('.') || domain.Any(c => !char.IsAsciiLetterOrDigit(c) && c is not ('.' or '-')))
                throw Wrong("DisposableMail:Domains", "domains like mailinator.com", domain);
    }

    private static void Between(string name, int value, int least, int most)
    {
        if (value < least || value > most) throw Wrong(name, $"a whole number from {least} to {most}", value);
    }

    private static StartException Wrong(string name, string expected, object got) => new($"{Section}:{name} must be {expected}, got: '{got}'.");
}

/// <summary>A rule and what it adds to the score.</summary>
internal class FraudRule
{
    public bool Enabled { get; init; } = true;

    public int Points { get; init; }
}

/// <summary>At <c>PerHour</c> or <c>PerDay</c> checkouts <c>Points</c>, for each further one <c>Step</c> more, up to <c>Most</c>.</summary>
internal sealed class VelocityRule : FraudRule
{
    /// <summary>No more than that many are counted.</summary>
    public const int Counted = 1000;

    public int PerHour { get; init; }

    public int PerDay { get; init; }

    public int Step { get; init; }

    public int Most { get; init; }
}

/// <summary>More than <c>Times</c> the median of the last orders, once there are <c>Orders</c> of them.</summary>
internal sealed class AmountRule : FraudRule
{
    /// <summary>That many at most are the last orders.</summary>
    public const int LastOrders = 100;

    public decimal Times { get; init; }

    public int Orders { get; init; }
}

/// <summary>Mail addresses that anybody can read and nobody keeps.</summary>
internal sealed class DisposableMailRule : FraudRule
{
    /// <summary>In place of the well-known ones; their sub-domains count too.</summary>
    public string[]? Domains { get; init; }
}

/// <summary>The provider's own opinion.</summary>
internal sealed class ProviderRiskRule
{
    public bool Enabled { get; init; } = true;

    public int Elevated { get; init; }

    public int Highest { get; init; }
}
