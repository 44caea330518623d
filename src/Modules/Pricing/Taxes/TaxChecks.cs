using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using HeadlessPro.Pricing.Totals;

namespace HeadlessPro.Pricing.Taxes;

/// <summary>Checks and statements that the tax slices share.</summary>
internal static class TaxChecks
{
    private const int MostRules = 1000;

    /// <summary>Fields of a rate; null means not sent.</summary>
    public static Error? CheckRate(string prefix, string? name, string? code, decimal? rate, JsonElement? metadata)
    {
        Check.Text(prefix + "name", name, min: 1);
        Check.Text(prefix + "code", code, 100, min: 1);
        Check.Json(prefix + "metadata", metadata);
        return CheckPercentage(prefix + "rate", rate);
    }

    /// <summary>Rules with their ids decoded.</summary>
    public static Result<List<(string Reference, Guid Id)>> CheckRules(IReadOnlyList<TaxRateRuleRequest> requests)
    {
        Check.Count("rules", requests, MostRules);
        var rules = new List<(string, Guid)>();
        foreach (var request in requests)
        {
            if (!TaxRuleRow.Prefixes.TryGetValue(request.Reference, out var prefix))
                return Error.Invalid($"Invalid request: Value for field 'rules, reference' must be one of '{string.Join("', '", TaxRuleRow.Prefixes.Keys)}', got: '{request.Reference}'");
            if (!WireId.TryDecode(prefix, request.ReferenceId, out var id))
                return Error.Invalid($"Invalid request: Value for field 'rules, reference_id' must be an id '{prefix}_…', got: '{request.ReferenceId}'");
            rules.Add((request.Reference, id));
        }

        return rules.Distinct().ToList();
    }

    /// <summary>Adds rules a rate does not have yet.</summary>
    public static Task AddRules(Transaction tx, Guid rateId, List<(string Reference, Guid Id)> rules, CancellationToken ct) =>
        tx.Connection.ExecuteAsync(new CommandDefinition("""
            insert into pricing.tax_rate_rules (id, tax_rate_id, reference, reference_id)
            select r.id, @rateId, r.reference, r.reference_id from unnest(@ids, @references, @referenceIds) as r (id, reference, reference_id)
            on conflict (tax_rate_id, reference, reference_id) do nothing
            """,
            new
            {
                rateId,
                ids = rules.Select(_ => WireId.New()).ToArray(),
                references = rules.Select(r => r.Reference).ToArray(),
                referenceIds = rules.Select(r => r.Id).ToArray(),
            }, tx.Inner, cancellationToken: ct));

    /// <summary>A region has one default rate: the newest that says so.</summary>
    public static Task TakeDefault(Transaction tx, Guid regionId, Guid rateId, CancellationToken ct) =>
        tx.Connection.ExecuteAsync(new CommandDefinition("""
            select id from pricing.tax_regions where id = @regionId for update;
            update pricing.tax_rates set is_default = false, updated_at = now() where tax_region_id = @regionId and is_default and id <> @rateId and deleted_at is null
            """, new { regionId, rateId }, tx.Inner, cancellationToken: ct));

    private static Error? CheckPercentage(string field, decimal? rate) => rate is null || (rate >= 0 && rate <= QuoteLimits.MaxRate && rate * Rounding.PercentScale % 1 == 0)
        ? null
        : Error.Invalid($"Invalid request: Value for field '{field}' must be a percentage from 0 to 100 with at most 4 decimals");
}
