using System.Text.RegularExpressions;

namespace HeadlessPro.House.Tests;

/// <summary>Wherever something of a person may stand, somebody has said what becomes of it when they are forgotten.</summary>
public sealed partial class PrivacyTests
{
    private const string Erased = "erased with the person";
    private const string Staff = "staff's, who are not erased but removed";

    // docs/guides/privacy.md says it in words; ErasureTests looks for what is left.
    private static readonly Dictionary<string, string> Verdicts = new(StringComparer.Ordinal)
    {
        ["audit.entries"] = "details are blanked, that something was done stays",
        ["events.failed"] = Erased,
        ["events.log"] = "addresses are taken out; gone after a month at most",
        ["identity.customer_addresses"] = Erased,
        ["identity.customers"] = Erased,
        ["identity.invites"] = Staff,
        ["identity.mailed_secrets"] = Erased,
        ["identity.sessions"] = Erased,
        ["identity.sign_ins"] = Erased,
        ["identity.users"] = Staff,
        ["jobs.queue"] = "jobs that name an address go",
        ["jobs.recurring"] = "errors that name an address go",
        ["notifications.messages"] = Erased,
        ["ordering.carts"] = "open ones go, of others all but lines, country and province",
        ["ordering.order_transfers"] = Erased,
        ["ordering.orders"] = "books: all but lines, amounts, country and province goes",
        ["payments.assessments"] = "the account goes, the verdict stays",
        ["payments.attempts"] = Erased,
        ["payments.operations"] = "staff's notes go",
        ["payments.payments"] = "what the provider answered goes, of the means brand and country stay",
        ["payments.provider_customers"] = "erased here; the certificate names the provider",
        ["payments.sessions"] = "what the provider answered, the account and the network address go",
        ["platform.idempotency"] = "answers about them go; all are gone after a day",
        ["platform.request_counts"] = "gone after two minutes",
        ["pricing.promotion_claims"] = "becomes nobody's",
        ["pricing.promotion_customers"] = "becomes nobody's",
        ["privacy.consents"] = "becomes nobody's: the proof that somebody agreed stays",
        ["privacy.erasures"] = "sealed while it goes on, then gone",
        ["privacy.exports"] = Erased,
    };

    [Fact]
    public void Every_table_that_may_hold_something_of_a_person_has_a_verdict()
    {
        var personal = new HashSet<string>(StringComparer.Ordinal);
        foreach (var sql in Clone.Files("src", "*.sql").Select(Clone.Text))
        {
            foreach (Match table in Tables().Matches(sql))
                if (Columns().IsMatch(table.Groups["columns"].Value)) personal.Add(table.Groups["table"].Value);
            foreach (Match table in Added().Matches(sql))
                if (AddedColumns().IsMatch(table.Groups["columns"].Value)) personal.Add(table.Groups["table"].Value);
        }

        Assert.Equal(Verdicts.Keys.Order(StringComparer.Ordinal), personal.Order(StringComparer.Ordinal));
    }

    private const string Names = "email|phone|ip|first_name|last_name|company|company_name|recipient|user_agent|subject|customer_email|customer_id|from_customer_id|network|fingerprint|profile|means|customer"
        + "|shipping_address|billing_address|address|address_1|avatar_url|client|payload|body|person|details|sealed|last_error|note|reason";

    [GeneratedRegex(@"create (unlogged )?table (?<table>[a-z_.0-9]+) \(\n(?<columns>.*?)\n\)", RegexOptions.ExplicitCapture | RegexOptions.Singleline, matchTimeoutMilliseconds: -1)]
    private static partial Regex Tables();

    [GeneratedRegex($"^ +({Names}) [a-z]", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: -1)]
    private static partial Regex Columns();

    [GeneratedRegex(@"alter table (?<table>[a-z_.0-9]+)(?<columns>[^;]*)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: -1)]
    private static partial Regex Added();

    [GeneratedRegex($"add column ({Names}) ", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: -1)]
    private static partial Regex AddedColumns();
}
