using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Contracts;

namespace HeadlessPro.Pricing.Regions;

/// <summary>A country as regions show it.</summary>
internal sealed record CountryResponse(
    [property: JsonPropertyName("iso_2")] string Iso2, [property: JsonPropertyName("iso_3")] string Iso3, string NumCode, string Name,
    string DisplayName, string? RegionId, JsonElement? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt);

/// <summary>A payment provider switched on in a region.</summary>
internal sealed record RegionProviderResponse(string Id, bool IsEnabled);

/// <summary>A region; the store's answers leave the settings out unless asked.</summary>
internal sealed record RegionResponse(
    string Id, string Name, string CurrencyCode, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt,
    JsonElement? Metadata, bool AutomaticTaxes, bool IsTaxInclusive,
    IReadOnlyList<CountryResponse> Countries, IReadOnlyList<RegionProviderResponse> PaymentProviders);

/// <summary>A region as carts show it (recording 036).</summary>
internal sealed record CartRegionDocument(
    string Id, string Name, string CurrencyCode, bool AutomaticTaxes, IReadOnlyList<CountryResponse> Countries);

/// <summary>A row of <c>pricing.countries</c>.</summary>
internal sealed record CountryRow(
    string Iso2, string Iso3, string NumCode, string Name, string DisplayName, Guid? RegionId, string? Metadata,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt)
{
    public const string Columns = "c.iso_2, c.iso_3, c.num_code, c.name, c.display_name, c.region_id, c.metadata, c.created_at, c.updated_at";

    public CountryResponse ToWire() => new(
        Iso2, Iso3, NumCode, Name, DisplayName, WireId.EncodeOrNull(RegionRow.Prefix, RegionId), JsonFields.Parse(Metadata), CreatedAt, UpdatedAt, null);
}

/// <summary>A row of <c>pricing.regions</c>.</summary>
internal sealed record RegionRow(
    Guid Id, string Name, string CurrencyCode, bool AutomaticTaxes, bool IsTaxInclusive, string[] PaymentProviders, string? Metadata,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt)
{
    public const string Prefix = "reg";

    public const string Columns =
        "r.id, r.name, r.currency_code, r.automatic_taxes, r.is_tax_inclusive, r.payment_providers, r.metadata, r.created_at, r.updated_at, r.deleted_at";

    public RegionResponse ToWire(IEnumerable<CountryRow> countries) => new(
        WireId.Encode(Prefix, Id), Name, CurrencyCode, CreatedAt, UpdatedAt, DeletedAt, JsonFields.Parse(Metadata), AutomaticTaxes, IsTaxInclusive,
        countries.Where(c => c.RegionId == Id).Select(c => c.ToWire()).ToList(),
        PaymentProviders.Select(p => new RegionProviderResponse(p, true)).ToList());

    public static Error NotFound(string id) => Error.NotFound($"Region with id: {id} was not found");
}
