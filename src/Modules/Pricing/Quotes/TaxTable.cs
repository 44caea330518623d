using HeadlessPro.Pricing.Totals;

namespace HeadlessPro.Pricing.Quotes;

/// <summary>Which tax rates an entry gets; the order of precedence is the guide's.</summary>
internal sealed class TaxTable
{
    private readonly Dictionary<string, CountryTax> _countries;

    public TaxTable(IEnumerable<TaxRateRow> rows) => _countries = rows
        .GroupBy(r => r.CountryCode)
        .ToDictionary(country => country.Key, country => new CountryTax(
            country.Where(r => r.ProvinceCode is null).OrderBy(r => r.Id).ToList(),
            country.Where(r => r.ProvinceCode is not null).GroupBy(r => ProvinceKey(country.Key, r.ProvinceCode!))
                .ToDictionary(p => p.Key, p => p.OrderBy(r => r.Id).ToList())));

    /// <summary>Rates on a product.</summary>
    public IReadOnlyList<AppliedRate> OfProduct(string country, string? province, Guid productId, Guid? typeId) =>
        Find(country, province, productId, typeId, null);

    /// <summary>Rates on a shipping option.</summary>
    public IReadOnlyList<AppliedRate> OfShipping(string country, string? province, Guid optionId) =>
        Find(country, province, null, null, optionId);

    /// <summary>Provinces are known by their code, <c>za-wc</c> or <c>WC</c>.</summary>
    private static string ProvinceKey(string country, string province)
    {
        var key = province.Trim().ToLowerInvariant();
        return key.StartsWith(country + "-", StringComparison.Ordinal) ? key[(country.Length + 1)..] : key;
    }

    private IReadOnlyList<AppliedRate> Find(string country, string? province, Guid? productId, Guid? typeId, Guid? optionId)
    {
        if (!_countries.TryGetValue(country.ToLowerInvariant(), out var tax)) return [];
        List<TaxRateRow>? inProvince = null;
        if (province is not null) tax.Provinces.TryGetValue(ProvinceKey(country.ToLowerInvariant(), province), out inProvince);

        var best = Best(inProvince, out var provinceRank);
        var general = Best(tax.Country, out var countryRank);
        // A default of the province gives way to a rule of the country, but not to the country's default.
        if (best is null || (provinceRank == 2 && countryRank < 2)) return general is null ? [] : [general.ToRate()];
        return best.IsCombinable && general is not null ? [best.ToRate(), general.ToRate()] : [best.ToRate()];

        TaxRateRow? Best(List<TaxRateRow>? rates, out int rank)
        {
            for (rank = 0; rates is not null && rank < 3; rank++)
                foreach (var rate in rates)
                    if (Applies(rate, rank)) return rate;
            return null;
        }

        bool Applies(TaxRateRow rate, int rank) => rank switch
        {
            0 => (productId is { } product && rate.Products.Contains(product)) || (optionId is { } option && rate.ShippingOptions.Contains(option)),
            1 => typeId is { } type && rate.ProductTypes.Contains(type),
            _ => rate.IsDefault,
        };
    }

    private sealed record CountryTax(List<TaxRateRow> Country, Dictionary<string, List<TaxRateRow>> Provinces);
}

/// <summary>A tax rate with its region and rules.</summary>
internal sealed record TaxRateRow(
    Guid Id, string CountryCode, string? ProvinceCode, decimal Rate, string Code, string Name, bool IsDefault, bool IsCombinable,
    Guid[] Products, Guid[] ProductTypes, Guid[] ShippingOptions)
{
    public const string Select = """
        select t.id, g.country_code, g.province_code, trim_scale(t.rate) as rate, t.code, t.name, t.is_default, t.is_combinable,
            array(select u.reference_id from pricing.tax_rate_rules u where u.tax_rate_id = t.id and u.reference = 'product') as products,
            array(select u.reference_id from pricing.tax_rate_rules u where u.tax_rate_id = t.id and u.reference = 'product_type') as product_types,
            array(select u.reference_id from pricing.tax_rate_rules u where u.tax_rate_id = t.id and u.reference = 'shipping_option') as shipping_options
        from pricing.tax_rates t join pricing.tax_regions g on g.id = t.tax_region_id
        where t.deleted_at is null and g.deleted_at is null
        """;

    public AppliedRate ToRate() => new(Id, Code, Name, Rate, Rounding.ToScaled(Rate));
}
