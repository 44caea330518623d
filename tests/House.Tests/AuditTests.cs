using System.Text.RegularExpressions;

namespace HeadlessPro.House.Tests;

/// <summary>What staff change is written down, wherever it stands: the database does it, for tables that are watched, in transactions that say who it is.</summary>
public sealed partial class AuditTests
{
    // Tables that no member of staff writes to, or whose rows say nothing that others do not.
    private static readonly Dictionary<string, string> Unwatched = new(StringComparer.Ordinal)
    {
        ["catalog.import_chunks"] = "the file, dropped when it has been read",
        ["catalog.import_errors"] = "a report of the job",
        ["identity.app_codes"] = "a minute's, of people who let an app in",
        ["identity.app_consents"] = "people's own",
        ["identity.identities"] = "an id and nothing else",
        ["identity.mailed_secrets"] = "codes and links that go by mail",
        ["identity.mfa_challenges"] = "sign-ins half done",
        ["identity.mfa_factors"] = "people's own; enrolling and removing are security events",
        ["identity.openid_attempts"] = "sign-ins half done",
        ["identity.passkeys"] = "people's own; enrolling and removing are security events",
        ["identity.recovery_codes"] = "people's own; making and using them are security events",
        ["identity.refresh_tokens"] = "of people's apps; their sessions are watched",
        ["identity.signing_keys"] = "rotate by themselves",
        ["identity.spent_passkey_challenges"] = "sign-ins half done",
        ["identity.throttles"] = "counters",
        ["inventory.movements"] = "a journal of its own; the levels are watched",
        ["inventory.reservation_lines"] = "shoppers'",
        ["inventory.reservations"] = "shoppers'",
        ["inventory.stock_keys"] = "keys of repeats",
        ["notifications.messages"] = "an outbox",
        ["ordering.carts"] = "shoppers'",
        ["payments.assessments"] = "made by rules; what staff decide stands with the payment",
        ["payments.attempts"] = "shoppers'",
        ["payments.provider_customers"] = "shoppers'",
        ["payments.sessions"] = "shoppers'",
        ["payments.webhook_events"] = "providers'",
        ["pricing.currencies"] = "reference data",
        ["pricing.promotion_claims"] = "shoppers'",
        ["pricing.promotion_customers"] = "shoppers'",
        ["privacy.consents"] = "a journal of its own",
        ["privacy.erasures"] = "a request for one is an entry, and so is its end",
        ["privacy.exports"] = "a request for one is an entry, and so is taking it",
    };

    // Files that write to watched tables on a connection of its own, where the database is not told who it is.
    private static readonly Dictionary<string, string> OutsideTransactions = new(StringComparer.Ordinal)
    {
        ["Catalog/Imports/ImportProgress.cs"] = "the job's; its end is an entry",
        ["Identity/Customers/Addresses.cs"] = "shoppers'",
        ["Identity/Customers/CreateCustomer.cs"] = "shoppers'",
        ["Identity/Sessions/SessionRoutes.cs"] = "forgets old ones",
        ["Identity/Sessions/SessionStore.cs"] = "people's own",
        ["Identity/SignIn/EmailPassword.cs"] = "people's own",
        ["Ordering/Orders/Transfers/MailTransfer.cs"] = "a job's",
        ["Payments/Books.cs"] = "after a provider's answer; what it took or gave is in the ledger",
        ["Payments/CaptureDue.cs"] = "a job's",
        ["Payments/FinishOperations.cs"] = "a job's",
        ["Payments/Settle.cs"] = "a job's",
    };

    [Fact]
    public void Every_table_is_watched_or_there_is_a_reason_why_not()
    {
        var sql = string.Join('\n', Product.Modules.SelectMany(m => Clone.Files(Product.FolderOf(m), "*.sql")).Select(Clone.Text));
        var watched = Watch().Matches(sql).Select(m => m.Groups["table"].Value).ToList();
        var tables = CreateTable().Matches(sql).Select(m => m.Groups["table"].Value).ToList();
        Assert.Empty(watched.GroupBy(t => t).Where(g => g.Count() > 1).Select(g => g.Key));
        Assert.Equal(tables.Order(StringComparer.Ordinal), watched.Concat(Unwatched.Keys).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void What_is_watched_is_changed_in_transactions_or_there_is_a_reason_why_not()
    {
        var wrong = new List<string>();
        foreach (var module in Product.Modules)
        {
            var watched = Clone.Files(Product.FolderOf(module), "*.sql").SelectMany(f => Watch().Matches(Clone.Text(f)).Select(m => m.Groups["table"].Value)).ToHashSet();
            foreach (var file in Clone.Files(Product.FolderOf(module), "*.cs"))
            {
                var text = Clone.Text(file);
                // From where a connection is taken to the end of the method, or to where it begins a transaction.
                if (OnItsOwn().Matches(text).Any(m => Write().Matches(m.Value + SqlOf(m.Value, text)).Any(w => watched.Contains(w.Groups["table"].Value)))) wrong.Add(file.Split("src/Modules/")[^1].Replace('\\', '/'));
            }
        }

        Assert.Equal(OutsideTransactions.Keys.Order(StringComparer.Ordinal), wrong.Order(StringComparer.Ordinal));
    }

    // What is written a few lines further on, in commands that are made there and in constants; what has a transaction of its own is looked at for itself.
    private static string SqlOf(string method, string file)
    {
        var used = Name().Matches(method).Select(m => m.Value).ToHashSet(StringComparer.Ordinal);
        return string.Concat(Member().Split(file)
            .Where(m => Declaration().Match(m) is { Success: true } said && used.Contains(said.Groups["name"].Value))
            .Where(m => !m.Contains("Transaction tx", StringComparison.Ordinal) && !m.Contains("db.Begin(", StringComparison.Ordinal)));
    }

    [GeneratedRegex(@"\n\n    (?! )", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: -1)]
    private static partial Regex Member();

    [GeneratedRegex(@"^\s*(private|public|internal)[^\n]*?\b(?<name>\w+)(\(| =)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: -1)]
    private static partial Regex Declaration();

    [GeneratedRegex(@"(?<![\w.])[A-Z]\w+\b", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: -1)]
    private static partial Regex Name();

    [GeneratedRegex(@"audit\.watch\('(?<table>[a-z_.0-9]+)'", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: -1)]
    private static partial Regex Watch();

    [GeneratedRegex(@"^create (unlogged )?table (?<table>[a-z_.0-9]+)", RegexOptions.ExplicitCapture | RegexOptions.Multiline, matchTimeoutMilliseconds: -1)]
    private static partial Regex CreateTable();

    [GeneratedRegex(@"\b_?db\.(Open|Command|Batch)\(.*?(\n    \}|db\.Begin\()", RegexOptions.ExplicitCapture | RegexOptions.Singleline, matchTimeoutMilliseconds: -1)]
    private static partial Regex OnItsOwn();

    [GeneratedRegex(@"\b(insert into|update|delete from)\s+(?<table>[a-z]+\.[a-z_0-9]+)", RegexOptions.ExplicitCapture, matchTimeoutMilliseconds: -1)]
    private static partial Regex Write();
}
