using System.Text.Json;
using System.Text.Json.Serialization;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Fulfillment;

/// <summary>Prefixes of ids on the wire, and rows in the wire's shape.</summary>
internal static class FulfillmentWire
{
    public const string Set = "fuset";
    public const string Zone = "serzo";
    public const string GeoZone = "fgz";
    public const string Profile = "sp";
    public const string Type = "sotype";
    public const string Option = "so";
    public const string OptionRule = "sorul";
    public const string Price = "price";
    public const string PriceSet = "pset";
    public const string PriceRule = "prule";
    public const string Region = "reg";

    public static FulfillmentSetResponse ToWire(SetRow set, ShippingSetup setup) => new(
        WireId.Encode(Set, set.Id), set.Name, set.Type, WireId.EncodeOrNull("sloc", set.LocationId), Location(set),
        set.SalesChannelIds.Select(c => WireId.Encode("sc", c)).ToList(), JsonColumn.Read(set.Metadata), set.CreatedAt, set.UpdatedAt, null,
        setup.ZonesOfSet[set.Id].Select(z => ToWire(z, setup)).ToList());

    public static ServiceZoneResponse ToWire(ZoneRow zone, ShippingSetup setup) => new(
        WireId.Encode(Zone, zone.Id), zone.Name, WireId.Encode(Set, zone.FulfillmentSetId), JsonColumn.Read(zone.Metadata), zone.CreatedAt, zone.UpdatedAt, null,
        setup.GeoZonesOfZone[zone.Id].Select(g => new GeoZoneResponse(
            WireId.Encode(GeoZone, g.Id), g.Type, g.CountryCode, g.ProvinceCode, g.PostalPrefix)).ToList());

    public static ShippingProfileResponse ToWire(ProfileRow profile) => new(
        WireId.Encode(Profile, profile.Id), profile.Name, profile.Type, JsonColumn.Read(profile.Metadata), profile.CreatedAt, profile.UpdatedAt, null);

    public static ShippingOptionTypeResponse ToWire(OptionTypeRow type) => new(
        WireId.Encode(Type, type.Id), type.Label, type.Description, type.Code, type.CreatedAt, type.UpdatedAt, null);

    public static ShippingOptionResponse ToWire(ShippingOption option, ShippingSetup setup) => new(
        WireId.Encode(Option, option.Row.Id), option.Row.Name, option.Row.PriceType, WireId.Encode(Zone, option.Zone.Id),
        WireId.Encode(Profile, option.Profile.Id), WireId.Encode(Type, option.Type.Id), option.Row.ProviderId, option.Data,
        JsonColumn.Read(option.Row.Metadata), option.Row.CreatedAt, option.Row.UpdatedAt, null, ToWire(option.Type), ToWire(option.Profile),
        ToWire(option.Zone, setup), new ShippingProviderResponse(option.Row.ProviderId, true),
        option.Rules.Select(r => new ShippingOptionRuleDetail(WireId.Encode(OptionRule, r.Row.Id), r.Row.Attribute, r.Row.Operator, r.Value)).ToList(),
        option.Prices.Select(p => ToWire(p, option.Row.PriceSetId)).ToList());

    public static ShippingPriceResponse ToWire(ShippingPrice price, Guid priceSet)
    {
        var row = price.Row;
        var amount = Money.ToMajor(row.Amount, row.CurrencyCode);
        var rules = price.Rules.Select(r => new ShippingPriceRuleResponse(
            WireId.Encode(PriceRule, r.Id), r.Attribute, r.Operator, Text(Money.ToMajor(r.Value, row.CurrencyCode)), 0, WireId.Encode(Price, row.Id))).ToList();
        if (row.RegionId is { } region)
            rules.Add(new ShippingPriceRuleResponse(WireId.Encode(PriceRule, row.Id), "region_id", "eq", WireId.Encode(Region, region), 0, WireId.Encode(Price, row.Id)));
        return new ShippingPriceResponse(
            WireId.Encode(Price, row.Id), null, row.CurrencyCode, rules.Count, WireId.Encode(PriceSet, priceSet), null, null,
            new RawAmountResponse(Text(amount), 20), null, null, row.CreatedAt, row.UpdatedAt, null, rules, amount, null, null);
    }

    public static FulfillmentLocationResponse? Location(SetRow set) => set.LocationId is not { } location ? null : new FulfillmentLocationResponse(
        WireId.Encode("sloc", location), set.AddressId is not { } address ? null : new FulfillmentAddressResponse(
            WireId.Encode("laddr", address), set.Address1!, set.Address2, set.Company, set.City, set.CountryCode, set.Phone, set.Province,
            set.PostalCode, null, set.CreatedAt, set.UpdatedAt, null));

    public static string Text(decimal amount) => amount.ToString("0.###", System.Globalization.CultureInfo.InvariantCulture);
}

/// <summary>A way out of a location, with its zones.</summary>
internal sealed record FulfillmentSetResponse(
    string Id, string Name, string Type, string? LocationId, FulfillmentLocationResponse? Location, IReadOnlyList<string> SalesChannelIds,
    JsonElement? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt, IReadOnlyList<ServiceZoneResponse> ServiceZones);

internal sealed record FulfillmentLocationResponse(string Id, FulfillmentAddressResponse? Address);

internal sealed record FulfillmentAddressResponse(
    string Id, [property: JsonPropertyName("address_1")] string Address1, [property: JsonPropertyName("address_2")] string? Address2, string? Company,
    string? City, string? CountryCode, string? Phone, string? Province, string? PostalCode, JsonElement? Metadata, DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt);

internal sealed record ServiceZoneResponse(
    string Id, string Name, string FulfillmentSetId, JsonElement? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt,
    IReadOnlyList<GeoZoneResponse> GeoZones);

internal sealed record GeoZoneResponse(string Id, string Type, string CountryCode, string? ProvinceCode, string? PostalPrefix);

internal sealed record ShippingProfileResponse(
    string Id, string Name, string Type, JsonElement? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt);

internal sealed record ShippingOptionTypeResponse(
    string Id, string Label, string? Description, string Code, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt);

/// <summary>A shipping option as staff see it.</summary>
internal sealed record ShippingOptionResponse(
    string Id, string Name, string PriceType, string ServiceZoneId, string ShippingProfileId, string ShippingOptionTypeId, string ProviderId,
    JsonElement? Data, JsonElement? Metadata, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, DateTimeOffset? DeletedAt,
    ShippingOptionTypeResponse Type, ShippingProfileResponse ShippingProfile, ServiceZoneResponse ServiceZone, ShippingProviderResponse Provider,
    IReadOnlyList<ShippingOptionRuleDetail> Rules, IReadOnlyList<ShippingPriceResponse> Prices);

internal sealed record ShippingProviderResponse(string Id, bool IsEnabled);

internal sealed record ShippingOptionRuleDetail(string Id, string Attribute, string Operator, JsonElement Value);

internal sealed record RawAmountResponse(string Value, int Precision);

/// <summary>A price of an option; the shape is recording 052's.</summary>
internal sealed record ShippingPriceResponse(
    string Id, string? Title, string CurrencyCode, int RulesCount, string PriceSetId, string? PriceListId, string? PriceList,
    RawAmountResponse RawAmount, RawAmountResponse? RawMinQuantity, RawAmountResponse? RawMaxQuantity, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt,
    DateTimeOffset? DeletedAt, IReadOnlyList<ShippingPriceRuleResponse> PriceRules, decimal Amount, int? MinQuantity, int? MaxQuantity);

internal sealed record ShippingPriceRuleResponse(string Id, string Attribute, string Operator, string Value, int Priority, string PriceId);

internal sealed record FulfillmentSetEnvelope(FulfillmentSetResponse FulfillmentSet);

internal sealed record FulfillmentSetsPage(IReadOnlyList<FulfillmentSetResponse> FulfillmentSets, long Count, int Offset, int Limit);

internal sealed record ServiceZoneEnvelope(ServiceZoneResponse ServiceZone);

internal sealed record ServiceZoneDeletedResponse(string Id, string Object, bool Deleted, FulfillmentSetResponse Parent);

internal sealed record ShippingProfileEnvelope(ShippingProfileResponse ShippingProfile);

internal sealed record ShippingProfilesPage(IReadOnlyList<ShippingProfileResponse> ShippingProfiles, long Count, int Offset, int Limit);

internal sealed record ShippingOptionTypeEnvelope(ShippingOptionTypeResponse ShippingOptionType);

internal sealed record ShippingOptionTypesPage(IReadOnlyList<ShippingOptionTypeResponse> ShippingOptionTypes, long Count, int Offset, int Limit);

internal sealed record ShippingOptionEnvelope(ShippingOptionResponse ShippingOption);

internal sealed record ShippingOptionsPage(IReadOnlyList<ShippingOptionResponse> ShippingOptions, long Count, int Offset, int Limit);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, NumberHandling = JsonNumberHandling.Strict,
    Converters = [typeof(WireTimeConverter)])]
[JsonSerializable(typeof(CreateFulfillmentSetRequest))]
[JsonSerializable(typeof(UpdateFulfillmentSetRequest))]
[JsonSerializable(typeof(CreateServiceZoneRequest))]
[JsonSerializable(typeof(UpdateServiceZoneRequest))]
[JsonSerializable(typeof(CreateShippingProfileRequest))]
[JsonSerializable(typeof(UpdateShippingProfileRequest))]
[JsonSerializable(typeof(CreateShippingOptionTypeRequest))]
[JsonSerializable(typeof(UpdateShippingOptionTypeRequest))]
[JsonSerializable(typeof(CreateShippingOptionRequest))]
[JsonSerializable(typeof(UpdateShippingOptionRequest))]
[JsonSerializable(typeof(FulfillmentSetEnvelope))]
[JsonSerializable(typeof(FulfillmentSetsPage))]
[JsonSerializable(typeof(ServiceZoneEnvelope))]
[JsonSerializable(typeof(ServiceZoneDeletedResponse))]
[JsonSerializable(typeof(ShippingProfileEnvelope))]
[JsonSerializable(typeof(ShippingProfilesPage))]
[JsonSerializable(typeof(ShippingOptionTypeEnvelope))]
[JsonSerializable(typeof(ShippingOptionTypesPage))]
[JsonSerializable(typeof(ShippingOptionEnvelope))]
[JsonSerializable(typeof(ShippingOptionsPage))]
[JsonSerializable(typeof(ShippingQuoteDocument))]
[JsonSerializable(typeof(string))]
[JsonSerializable(typeof(JsonElement?))]
[JsonSerializable(typeof(IReadOnlyList<string>))]
internal sealed partial class FulfillmentJson : JsonSerializerContext;
