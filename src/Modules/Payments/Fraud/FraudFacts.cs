namespace HeadlessPro.Payments.Fraud;

/// <summary>All that the rules know of a payment. What is unknown is null, and rules that need it say nothing.</summary>
/// <param name="Amount">Minor units.</param>
/// <param name="CurrencyCode">ISO 4217, lower case.</param>
internal sealed record FraudFacts(long Amount, string CurrencyCode)
{
    public string? Email { get; init; }

    /// <summary>ISO 3166-1 alpha-2, in any case; as the others.</summary>
    public string? CardCountry { get; init; }

    public string? BillingCountry { get; init; }

    public string? ShippingCountry { get; init; }

    /// <summary>The provider's own opinion: <c>normal</c>, <c>elevated</c>, <c>highest</c>.</summary>
    public string? Risk { get; init; }

    /// <summary>Checkouts with this e-mail, this one included; as the others.</summary>
    public Velocity ByEmail { get; init; }

    public Velocity ByIp { get; init; }

    public Velocity ByCard { get; init; }

    /// <summary>The shop's last orders in this currency.</summary>
    public AmountHistory Shop { get; init; }

    /// <summary>The customer's last orders in this currency.</summary>
    public AmountHistory Customer { get; init; }

    /// <summary>How an e-mail is counted: lower case, and <c>thandi+1@…</c> is <c>thandi@…</c>.</summary>
    public static string? Counted(string? email)
    {
        if (string.IsNullOrWhiteSpace(email)) return null;
        var mail = email.Trim().ToLowerInvariant();
        var (plus, at) = (mail.IndexOf('+', StringComparison.Ordinal), mail.LastIndexOf('@'));
        return plus > 0 && plus < at ? mail[..plus] + mail[at..] : mail;
    }
}

/// <summary>How many checkouts within an hour and within a day.</summary>
internal readonly record struct Velocity(int Hour, int Day);

/// <summary>How many last orders there are, and their median in minor units.</summary>
internal readonly record struct AmountHistory(int Orders, long Median);

/// <summary>What the rules say.</summary>
/// <param name="Score">0 to 100.</param>
/// <param name="Verdict">What is to be done.</param>
/// <param name="Reasons">A sentence for each rule that said something, with its points.</param>
internal sealed record FraudAssessment(int Score, FraudVerdict Verdict, IReadOnlyList<string> Reasons);

/// <summary>What is to be done with a payment.</summary>
internal enum FraudVerdict
{
    /// <summary>Nothing.</summary>
    Allow,

    /// <summary>The order is placed, its money is not taken until staff have looked.</summary>
    Review,

    /// <summary>The payment is refused.</summary>
    Deny,
}
