using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Pricing.Taxes;

/// <summary>What a rate applies to, on the way in.</summary>
internal sealed record TaxRateRuleRequest(string Reference, string ReferenceId);

internal sealed record TaxRateRuleResponse(string Id, string TaxRateId, string Reference, string ReferenceId, DateTimeOffset CreatedAt);

internal sealed record TaxRateResponse(
    string Id, string TaxRegionId, decimal Rate, string Code, string Name, bool IsDefault, bool IsCombinable, JsonElement? Metadata,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt, IReadOnlyList<TaxRateRuleResponse> Rules);

internal sealed record TaxRateEnvelope(TaxRateResponse TaxRate);

internal sealed record TaxRegionResponse(
    string Id, string CountryCode, string? ProvinceCode, string? ParentId, string? ProviderId, JsonElement? Metadata, DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt, IReadOnlyList<TaxRateResponse> TaxRates, IReadOnlyList<TaxRegionResponse> Children);

internal sealed record TaxRegionEnvelope(TaxRegionResponse TaxRegion);

internal sealed record TaxRuleRow(Guid Id, Guid TaxRateId, string Reference, Guid ReferenceId, DateTimeOffset CreatedAt)
{
    public const string RulePrefix = "txrule";

    /// <summary>The prefixes of the ids a rule may name.</summary>
    public static readonly IReadOnlyDictionary<string, string> Prefixes = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["product"] = "prod",
        ["product_type"] = "ptyp",
        ["shipping_option"] = "so",
    };

    public TaxRateRuleResponse ToWire() => new(
        WireId.Encode(RulePrefix, Id), WireId.Encode(TaxRateAdminRow.Prefix, TaxRateId), Reference, WireId.Encode(Prefixes[Reference], ReferenceId), CreatedAt);
}

/// <summary>A row of <c>pricing.tax_rates</c>.</summary>
internal sealed record TaxRateAdminRow(
    Guid Id, Guid TaxRegionId, decimal Rate, string Code, string Name, bool IsDefault, bool IsCombinable, string? Metadata,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt)
{
    public const string Prefix = "txr";

    public const string Columns =
        "t.id, t.tax_region_id, trim_scale(t.rate) as rate, t.code, t.name, t.is_default, t.is_combinable, t.metadata, t.created_at, t.updated_at, t.deleted_at";

    public static Error NotFound(string id) => Error.NotFound($"TaxRate with id: {id} was not found");

    public TaxRateResponse ToWire(IEnumerable<TaxRuleRow> rules) => new(
        WireId.Encode(Prefix, Id), WireId.Encode(TaxRegionRow.Prefix, TaxRegionId), Rate, Code, Name, IsDefault, IsCombinable, JsonFields.Parse(Metadata),
        CreatedAt, UpdatedAt, DeletedAt, rules.Where(r => r.TaxRateId == Id).Select(r => r.ToWire()).ToList());

    /// <summary>Rates that match, with their rules; deleted ones excluded.</summary>
    public static async Task<List<TaxRateResponse>> Load(Transaction tx, string condition, object parameters, CancellationToken ct)
    {
        using var answers = await tx.Connection.QueryMultipleAsync(new CommandDefinition($"""
            select {Columns} from pricing.tax_rates t where t.deleted_at is null and {condition} order by t.id;
            select u.id, u.tax_rate_id, u.reference, u.reference_id, u.created_at from pricing.tax_rate_rules u
            join pricing.tax_rates t on t.id = u.tax_rate_id where t.deleted_at is null and {condition} order by u.id
            """, parameters, tx.Inner, cancellationToken: ct));
        var rates = (await answers.ReadAsync<TaxRateAdminRow>()).ToList();
        var rules = (await answers.ReadAsync<TaxRuleRow>()).ToList();
        return rates.ConvertAll(r => r.ToWire(rules));
    }
}

/// <summary>A row of <c>pricing.tax_regions</c>.</summary>
internal sealed record TaxRegionRow(
    Guid Id, string CountryCode, string? ProvinceCode, Guid? ParentId, string? ProviderId, string? Metadata,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt)
{
    public const string Prefix = "txreg";

    public const string Columns =
        "g.id, g.country_code, g.province_code, g.parent_id, g.provider_id, g.metadata, g.created_at, g.updated_at, g.deleted_at";

    public static Error NotFound(string id) => Error.NotFound($"TaxRegion with id: {id} was not found");

    public TaxRegionResponse ToWire(IReadOnlyList<TaxRateResponse> rates, IReadOnlyList<TaxRegionRow> children)
    {
        var id = WireId.Encode(Prefix, Id);
        return new TaxRegionResponse(
            id, CountryCode, ProvinceCode, WireId.EncodeOrNull(Prefix, ParentId), ProviderId, JsonFields.Parse(Metadata), CreatedAt, UpdatedAt, DeletedAt,
            rates.Where(r => r.TaxRegionId == id).ToList(),
            children.Where(c => c.ParentId == Id).Select(c => c.ToWire(rates, [])).ToList());
    }
}
