using System.Text.Json;
using System.Text.RegularExpressions;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Pricing.Regions;

/// <summary>A region as it is to be, whether new or changed.</summary>
internal sealed record RegionDraft(
    Guid Id, string Name, string CurrencyCode, bool AutomaticTaxes, bool IsTaxInclusive, string[] PaymentProviders, string? Metadata);

/// <summary>Checks and statements that creating and updating a region share.</summary>
internal static partial class RegionChecks
{
    /// <summary>What can be said without the database.</summary>
    public static Error? CheckFields(string? name, IReadOnlyList<string>? countries, IReadOnlyList<string>? providers, JsonElement? metadata)
    {
        Check.Text("name", name, min: 1);
        Check.Count("countries", countries, 300);
        Check.Json("metadata", metadata);
        if (providers is not null && (providers.Count > 50 || providers.Any(p => !ProviderId().IsMatch(p))))
            return Error.Invalid("Invalid request: Value for field 'payment_providers' must be ids of payment providers like 'pp_system_default', at most 50");
        return null;
    }

    /// <summary>Whether the currency exists.</summary>
    public static async Task<Error?> CheckCurrency(Transaction tx, string code, CancellationToken ct) =>
        await tx.Connection.ExecuteScalarAsync<bool>(new CommandDefinition(
            "select exists (select from pricing.currencies where code = @code)", new { code }, tx.Inner, cancellationToken: ct))
            ? null
            : Error.Invalid($"Currency with code: {code} does not exist (field 'currency_code')");

    /// <summary>Makes these and only these countries the region's; refuses unknown ones and those of another region.</summary>
    public static async Task<Error?> AssignCountries(Transaction tx, Guid regionId, IReadOnlyList<string> requested, CancellationToken ct)
    {
        var codes = requested.Select(c => c.ToLowerInvariant()).Distinct().ToArray();
        // Locked in the order of their codes, so that two regions that want the same ones wait for each other instead of deadlocking.
        var rows = (await tx.Connection.QueryAsync<(string Code, Guid? RegionId)>(new CommandDefinition(
            "select c.iso_2, c.region_id from pricing.countries c where c.iso_2 = any (@codes) or c.region_id = @regionId order by c.iso_2 for update",
            new { codes, regionId }, tx.Inner, cancellationToken: ct))).ToList();
        var unknown = codes.Except(rows.Select(r => r.Code)).ToList();
        if (unknown.Count > 0) return Error.Invalid($"Countries with codes: \"{string.Join(", ", unknown)}\" do not exist (field 'countries')");
        var taken = rows.Where(r => r.RegionId is { } other && other != regionId).Select(r => r.Code).ToList();
        if (taken.Count > 0) return Error.Invalid($"Countries with codes: \"{string.Join(", ", taken)}\" are already assigned to a region");

        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            update pricing.countries set region_id = null, updated_at = now() where region_id = @regionId and iso_2 <> all (@codes);
            update pricing.countries set region_id = @regionId, updated_at = now() where iso_2 = any (@codes) and region_id is null
            """, new { codes, regionId }, tx.Inner, cancellationToken: ct));
        return null;
    }

    /// <summary>The region with its countries as it is now, deleted ones excluded.</summary>
    public static async Task<RegionResponse?> Find(System.Data.IDbConnection connection, System.Data.IDbTransaction? transaction, Guid id, CancellationToken ct)
    {
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition($"""
            select {RegionRow.Columns} from pricing.regions r where r.id = @id and r.deleted_at is null;
            select {CountryRow.Columns} from pricing.countries c where c.region_id = @id order by c.iso_2
            """, new { id }, transaction, cancellationToken: ct));
        var row = await answers.ReadSingleOrDefaultAsync<RegionRow>();
        return row?.ToWire(await answers.ReadAsync<CountryRow>());
    }

    [GeneratedRegex("^pp_[a-z0-9][a-z0-9_-]{0,99}\\z", RegexOptions.CultureInvariant, matchTimeoutMilliseconds: -1)]
    private static partial Regex ProviderId();
}
