using System.Collections.Concurrent;
using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;
using Npgsql;

namespace HeadlessPro.Fulfillment;

internal sealed record SetRow(
    Guid Id, string Name, string Type, Guid? LocationId, Guid? AddressId, string? Address1, string? Address2, string? Company, string? City,
    string? Province, string? PostalCode, string? CountryCode, string? Phone, Guid[] SalesChannelIds, string? Metadata,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

internal sealed record ZoneRow(Guid Id, Guid FulfillmentSetId, string Name, string? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

internal sealed record GeoZoneRow(Guid Id, Guid ServiceZoneId, string Type, string CountryCode, string? ProvinceCode, string? PostalPrefix);

internal sealed record ProfileRow(Guid Id, string Name, string Type, string? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

internal sealed record OptionTypeRow(Guid Id, string Label, string? Description, string Code, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

internal sealed record OptionRow(
    Guid Id, string Name, string PriceType, string ProviderId, Guid ServiceZoneId, Guid ShippingProfileId, Guid ShippingOptionTypeId,
    Guid PriceSetId, string? Data, string? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

internal sealed record OptionRuleRow(Guid Id, Guid ShippingOptionId, string Attribute, string Operator, string Value);

internal sealed record PriceRow(
    Guid Id, Guid ShippingOptionId, string CurrencyCode, Guid? RegionId, long Amount, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

internal sealed record PriceRuleRow(Guid Id, Guid PriceId, string Attribute, string Operator, long Value);

/// <summary>A rule of an option with its value parsed: a quote of every cart change compares with <paramref name="Wanted"/>.</summary>
internal sealed record OptionRule(OptionRuleRow Row, JsonElement Value, IReadOnlyList<string> Wanted)
{
    public static OptionRule Of(OptionRuleRow row)
    {
        var value = JsonElement.Parse(row.Value);
        return new OptionRule(row, value, value.ValueKind == JsonValueKind.Array ? value.EnumerateArray().Select(v => v.ToString()).ToList() : [value.ToString()]);
    }
}

/// <summary>A price and the rules that must hold for it.</summary>
internal sealed record ShippingPrice(PriceRow Row, IReadOnlyList<PriceRuleRow> Rules);

/// <summary>A live option with all that decides whether it fits and what it costs.</summary>
internal sealed record ShippingOption(
    OptionRow Row, JsonElement? Data, ZoneRow Zone, IReadOnlyList<GeoZoneRow> GeoZones, SetRow Set, ProfileRow Profile, OptionTypeRow Type,
    IReadOnlyList<OptionRule> Rules, IReadOnlyList<ShippingPrice> Prices);

/// <summary>Everything the shop knows of shipping, as one picture. It is small (tens of rows), so it is always read whole.</summary>
internal sealed record ShippingSetup(
    IReadOnlyList<SetRow> Sets, ILookup<Guid, ZoneRow> ZonesOfSet, ILookup<Guid, GeoZoneRow> GeoZonesOfZone, IReadOnlyList<ProfileRow> Profiles,
    IReadOnlyList<OptionTypeRow> Types, IReadOnlyList<ShippingOption> Options)
{
    /// <summary>Quoted options as JSON: written at the first quote, the same for every cart until the setup changes.</summary>
    public ConcurrentDictionary<(Guid Price, bool IsTaxInclusive), string> Documents { get; } = new();

    public IEnumerable<ZoneRow> Zones => Sets.SelectMany(s => ZonesOfSet[s.Id]);

    /// <summary>Reads it in one round trip.</summary>
    public static async Task<ShippingSetup> Read(NpgsqlConnection connection, CancellationToken ct, NpgsqlTransaction? tx = null)
    {
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition("""
            select id, name, type, location_id, address_id, address_1 as address1, address_2 as address2, company, city, province, postal_code,
                country_code, phone, sales_channel_ids, metadata::text as metadata, created_at, updated_at
            from fulfillment.fulfillment_sets where deleted_at is null order by created_at, id;
            select id, fulfillment_set_id, name, metadata::text as metadata, created_at, updated_at
            from fulfillment.service_zones where deleted_at is null order by created_at, id;
            select id, service_zone_id, type, country_code, province_code, postal_prefix from fulfillment.geo_zones order by position, id;
            select id, name, type, metadata::text as metadata, created_at, updated_at
            from fulfillment.shipping_profiles where deleted_at is null order by created_at, id;
            select id, label, description, code, created_at, updated_at
            from fulfillment.shipping_option_types where deleted_at is null order by created_at, id;
            select id, name, price_type, provider_id, service_zone_id, shipping_profile_id, shipping_option_type_id, price_set_id,
                data::text as data, metadata::text as metadata, created_at, updated_at
            from fulfillment.shipping_options where deleted_at is null order by created_at, id;
            select id, shipping_option_id, attribute, operator, value::text as value from fulfillment.shipping_option_rules order by position, id;
            select id, shipping_option_id, currency_code, region_id, amount, created_at, updated_at
            from fulfillment.shipping_option_prices order by position, id;
            select id, price_id, attribute, operator, value from fulfillment.shipping_price_rules order by position, id
            """, transaction: tx, cancellationToken: ct));
        var sets = (await answers.ReadAsync<SetRow>()).ToList();
        var zones = (await answers.ReadAsync<ZoneRow>()).ToList();
        var geoZones = (await answers.ReadAsync<GeoZoneRow>()).ToLookup(g => g.ServiceZoneId);
        var profiles = (await answers.ReadAsync<ProfileRow>()).ToList();
        var types = (await answers.ReadAsync<OptionTypeRow>()).ToList();
        var options = (await answers.ReadAsync<OptionRow>()).ToList();
        var rules = (await answers.ReadAsync<OptionRuleRow>()).ToLookup(r => r.ShippingOptionId);
        var prices = (await answers.ReadAsync<PriceRow>()).ToLookup(p => p.ShippingOptionId);
        var priceRules = (await answers.ReadAsync<PriceRuleRow>()).ToLookup(r => r.PriceId);

        var whole =
            from option in options
            join zone in zones on option.ServiceZoneId equals zone.Id
            join set in sets on zone.FulfillmentSetId equals set.Id
            join profile in profiles on option.ShippingProfileId equals profile.Id
            join type in types on option.ShippingOptionTypeId equals type.Id
            select new ShippingOption(
                option, JsonColumn.Read(option.Data), zone, geoZones[zone.Id].ToList(), set, profile, type, rules[option.Id].Select(OptionRule.Of).ToList(),
                prices[option.Id].Select(p => new ShippingPrice(p, priceRules[p.Id].ToList())).ToList());
        return new ShippingSetup(sets, zones.ToLookup(z => z.FulfillmentSetId), geoZones, profiles, types, whole.ToList());
    }
}
