using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog;

/// <summary>
/// What a shopper pays: the context of prices from the query (<c>region_id</c> or <c>currency_code</c>, and <c>country_code</c>, <c>province</c>
/// for tax), and <c>calculated_price</c> of variants in it.
/// </summary>
internal sealed class StorePrices(IPricing pricing, TimeProvider clock)
{
    /// <summary>The context of the request; without region and currency it is 400, as no price can be named.</summary>
    public async Task<StorePriceContext> ContextOf(ApiQuery query, CancellationToken ct)
    {
        var (region, currency) = (query.Text("region_id"), query.Text("currency_code")?.ToLowerInvariant());
        if (string.IsNullOrEmpty(region) && string.IsNullOrEmpty(currency))
            throw new ErrorException(Error.Invalid("Missing required pricing context to calculate prices - region_id or currency_code"));
        if (string.IsNullOrEmpty(region))
            return currency is { Length: 3 } && currency.All(char.IsAsciiLetterLower)
                ? new StorePriceContext(new PriceContext(currency, null, [], clock.GetUtcNow()), false, null, null)
                : throw new ErrorException(Error.Invalid($"Invalid request: Field 'currency_code' must be a currency code of 3 letters, got: '{currency}'"));

        var found = WireId.TryDecode("reg", region, out var id) ? (await Ask(pricing.GetRegions(new GetRegions([id]), ct))).FirstOrDefault() : null;
        if (found is null) throw new ErrorException(Error.Invalid($"Region with id: {region} not found when populating the pricing context"));
        return new StorePriceContext(
            new PriceContext(found.CurrencyCode, found.Id, [], clock.GetUtcNow()), found.IsTaxInclusive,
            found.AutomaticTaxes ? query.Text("country_code")?.ToLowerInvariant() : null, query.Text("province"));
    }

    /// <summary>Gives variants their price; a variant without a price in the context gets none. With a country also the amounts with and without its tax.</summary>
    public async Task Apply(
        IReadOnlyList<(ProductResponse Product, IReadOnlyList<VariantResponse> Variants)> groups, ILookup<Guid, PriceRow> prices, StorePriceContext context, CancellationToken ct)
    {
        var rates = string.IsNullOrEmpty(context.CountryCode) || groups.Count == 0 ? null : await Ask(pricing.GetTaxRates(
            new GetTaxRates(context.CountryCode, context.Province, groups.Select(g => new TaxableProduct(g.Product.Key, TypeOf(g.Product))).ToList()), ct));
        for (var i = 0; i < groups.Count; i++)
        {
            foreach (var variant in groups[i].Variants)
                if (PriceChoice.Choose(prices[variant.Key], 1) is { } chosen)
                    variant.CalculatedPrice = CalculatedPrices.Describe(variant.Key, chosen, context, rates?[i].Rate);
        }
    }

    private static Guid? TypeOf(ProductResponse product) => WireId.TryDecode("ptyp", product.TypeId, out var type) ? type : null;

    private static async Task<T> Ask<T>(Task<Result<T>> question) =>
        (await question).Try(out var answer, out var error) ? answer : throw new ErrorException(error);
}

/// <summary>A <see cref="PriceContext"/> and what its prices mean.</summary>
/// <param name="Prices">Which prices count.</param>
/// <param name="IsTaxInclusive">Whether prices include tax.</param>
/// <param name="CountryCode">Whose tax to show; null for none.</param>
/// <param name="Province">For tax within the country.</param>
internal sealed record StorePriceContext(PriceContext Prices, bool IsTaxInclusive, string? CountryCode, string? Province)
{
    /// <summary>Equal where everything costs the same, but for price lists that begin or end. What the client wrote stands last.</summary>
    public string Key => $"{Prices.Currency} {Prices.RegionId} {string.Join(',', Prices.Groups)} {IsTaxInclusive} {CountryCode?.Length}:{CountryCode} {Province}";
}
