using System.Globalization;

namespace HeadlessPro.Payments.Fraud;

/// <summary>Facts in, score and reasons out; nothing else. The rules in words: docs/guides/payments.md.</summary>
internal static class FraudRules
{
    public static FraudAssessment Assess(FraudFacts facts, FraudOptions options)
    {
        List<(int Points, string Reason)> said =
        [
            .. Velocity(facts.ByEmail, options.Email, "with this e-mail"),
            .. Velocity(facts.ByIp, options.Ip, "from this network address"),
            .. Velocity(facts.ByCard, options.Card, "with this card or account"),
            .. Amount(facts, facts.Shop, options.ShopAmount, "the shop's"),
            .. Amount(facts, facts.Customer, options.CustomerAmount, "the customer's"),
            .. Countries(facts.CardCountry, facts.BillingCountry, options.CardCountry, "Paid from {0}, billing address in {1}"),
            .. Countries(facts.BillingCountry, facts.ShippingCountry, options.ShippingCountry, "Billing address in {0}, shipped to {1}"),
            .. DisposableMail(facts.Email, options.DisposableMail),
            .. ProviderRisk(facts.Risk, options.ProviderRisk),
        ];
        var score = Math.Min(100, said.Sum(s => s.Points));
        var verdict = score >= options.Deny ? FraudVerdict.Deny : score >= options.Review ? FraudVerdict.Review : FraudVerdict.Allow;
        return new FraudAssessment(score, verdict, [.. said.Where(s => s.Points > 0).Select(s => $"{s.Reason}: +{s.Points}")]);
    }

    /// <summary>The hour or the day, whichever says more.</summary>
    private static IEnumerable<(int, string)> Velocity(Velocity seen, VelocityRule rule, string what)
    {
        if (!rule.Enabled) yield break;
        int Points(int count, int limit) => count < limit ? 0 : (int)Math.Min(rule.Most, rule.Points + ((long)rule.Step * (count - limit)));
        var (hour, day) = (Points(seen.Hour, rule.PerHour), Points(seen.Day, rule.PerDay));
        var (count, period) = hour >= day ? (seen.Hour, "an hour") : (seen.Day, "a day");
        yield return (Math.Max(hour, day), $"{count} checkouts {what} within {period}");
    }

    private static IEnumerable<(int, string)> Amount(FraudFacts facts, AmountHistory history, AmountRule rule, string whose)
    {
        if (!rule.Enabled || history.Orders < rule.Orders || facts.Amount <= rule.Times * history.Median) yield break;
        yield return (rule.Points, string.Create(CultureInfo.InvariantCulture,
            $"{PaymentWire.Text(facts.Amount, facts.CurrencyCode)} is more than {rule.Times} times what is usual among {whose} last {history.Orders} orders, {PaymentWire.Text(history.Median, facts.CurrencyCode)}"));
    }

    private static IEnumerable<(int, string)> Countries(string? one, string? other, FraudRule rule, string sentence)
    {
        if (!rule.Enabled || string.IsNullOrEmpty(one) || string.IsNullOrEmpty(other) || one.Equals(other, StringComparison.OrdinalIgnoreCase)) yield break;
        yield return (rule.Points, string.Format(CultureInfo.InvariantCulture, sentence, one.ToUpperInvariant(), other.ToUpperInvariant()));
    }

    private static IEnumerable<(int, string)> DisposableMail(string? email, DisposableMailRule rule)
    {
        if (!rule.Enabled || email is null || email.LastIndexOf('@') is var at && at < 0) yield break;
        if (DisposableDomains.Find(email[(at + 1)..].TrimEnd('.'), rule.Domains) is { } domain)
            yield return (rule.Points, $"{domain} hands out mail addresses to throw away");
    }

    private static IEnumerable<(int, string)> ProviderRisk(string? risk, ProviderRiskRule rule)
    {
        if (!rule.Enabled) yield break;
        if (risk == "highest") yield return (rule.Highest, "The payment provider sees the highest risk");
        if (risk == "elevated") yield return (rule.Elevated, "The payment provider sees an elevated risk");
    }
}
