using System.Globalization;
using HeadlessPro.Contracts;

namespace HeadlessPro.Fulfillment;

/// <summary>Decides, on rows alone, whether an option fits a cart and which of its prices counts.</summary>
internal static class ShippingRules
{
    /// <summary>The option is for shoppers, its location serves the channel, a zone covers the destination, and all its rules hold.</summary>
    public static bool Fits(ShippingOption option, Contracts.Fulfillment.QuoteShipping request) =>
        (request.SalesChannelId is not { } channel || option.Set.SalesChannelIds.Length == 0 || option.Set.SalesChannelIds.Contains(channel))
        && (request.CountryCode is null || option.GeoZones.Any(zone => Covers(zone, request)))
        && option.Rules.All(rule => Holds(rule, request));

    /// <summary>
    /// The price that counts: in the currency, for the region or for none, all rules holding. The one with the most rules wins («free
    /// above» over the plain price), then the region's own over the currency's, then the lower.
    /// </summary>
    public static ShippingPrice? PriceOf(ShippingOption option, Contracts.Fulfillment.QuoteShipping request) => option.Prices
        .Where(p => p.Row.CurrencyCode == request.CurrencyCode && (p.Row.RegionId is not { } region || region == request.RegionId))
        .Where(p => p.Rules.All(rule => Compare(request.ItemTotal, rule.Operator, rule.Value)))
        .OrderByDescending(p => p.Rules.Count)
        .ThenByDescending(p => p.Row.RegionId is not null)
        .ThenBy(p => p.Row.Amount)
        .FirstOrDefault();

    // A zone of provinces or postal codes does not cover an address that does not say them.
    private static bool Covers(GeoZoneRow zone, Contracts.Fulfillment.QuoteShipping request)
    {
        if (!string.Equals(zone.CountryCode, request.CountryCode, StringComparison.OrdinalIgnoreCase)) return false;
        if (zone.ProvinceCode is { } province && !SameProvince(province, zone.CountryCode, request.Province)) return false;
        return zone.PostalPrefix is not { } prefix || Squeeze(request.PostalCode).StartsWith(Squeeze(prefix), StringComparison.OrdinalIgnoreCase);
    }

    // «za-wc», «wc» and «WC» are one province.
    private static bool SameProvince(string zone, string country, string? given)
    {
        if (given is null) return false;
        return string.Equals(Short(zone), Short(given.Trim()), StringComparison.OrdinalIgnoreCase);

        string Short(string code) => code.StartsWith(country + "-", StringComparison.OrdinalIgnoreCase) ? code[3..] : code;
    }

    private static string Squeeze(string? code) => (code ?? "").Replace(" ", "", StringComparison.Ordinal);

    /// <summary>A rule about something a cart does not know never holds.</summary>
    private static bool Holds(OptionRule rule, Contracts.Fulfillment.QuoteShipping request)
    {
        var actual = rule.Row.Attribute switch
        {
            "enabled_in_store" => "true",
            "is_return" => "false",
            "item_total" => FulfillmentWire.Text(Money.ToMajor(request.ItemTotal, request.CurrencyCode)),
            "currency_code" => request.CurrencyCode,
            "country_code" => request.CountryCode,
            "region_id" => WireId.EncodeOrNull(FulfillmentWire.Region, request.RegionId),
            _ => null,
        };
        if (actual is null) return false;
        return rule.Row.Operator switch
        {
            "eq" or "in" => rule.Wanted.Any(w => Equal(actual, w)),
            "ne" or "nin" => !rule.Wanted.Any(w => Equal(actual, w)),
            _ => Number(actual) is { } left && rule.Wanted.Count == 1 && Number(rule.Wanted[0]) is { } right && Compare(left, rule.Row.Operator, right),
        };
    }

    private static bool Equal(string actual, string wanted) =>
        actual == wanted || (Number(actual) is { } left && Number(wanted) is { } right && left == right);

    private static decimal? Number(string text) =>
        decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var number) ? number : null;

    private static bool Compare(decimal left, string op, decimal right) => op switch
    {
        "eq" => left == right,
        "gt" => left > right,
        "gte" => left >= right,
        "lt" => left < right,
        "lte" => left <= right,
        _ => false,
    };
}
