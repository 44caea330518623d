namespace HeadlessPro.Contracts.Pricing;

/// <summary>Regions, currencies, tax and promotions: turns a list of lines into exact totals.</summary>
[Contract("pricing")]
public interface IPricing
{
    /// <summary>Regions by id, or all; served from memory, at most 100 ms old.</summary>
    Task<Result<IReadOnlyList<RegionInfo>>> GetRegions(GetRegions request, CancellationToken ct);

    /// <summary>Every currency a price can be in; served from memory.</summary>
    Task<Result<IReadOnlyList<CurrencyInfo>>> GetCurrencies(GetCurrencies request, CancellationToken ct);

    /// <summary>Tax rates that apply to products in a country, for showing prices with and without tax; one answer per line asked, in order.</summary>
    Task<Result<IReadOnlyList<LineTaxRate>>> GetTaxRates(GetTaxRates request, CancellationToken ct);

    /// <summary>The exact totals of a cart. Changes nothing; promotion limits are checked but not used up.</summary>
    Task<Result<Quote>> Quote(QuoteRequest request, CancellationToken ct);

    /// <summary>
    /// The exact amounts of lines that were sold, in other quantities: at the prices, tax rates and discounts they were sold with, whatever
    /// the shop's settings are now. One entry per line, in order; an unchanged quantity answers the amounts the line was sold with.
    /// </summary>
    Task<Result<IReadOnlyList<QuotedEntry>>> Requote(RequoteRequest request, CancellationToken ct);

    /// <summary>Checks that promotion codes exist and are usable now; fails with <c>invalid_data</c> naming the first that is not.</summary>
    Task<Result<Done>> CheckPromotionCodes(CheckPromotionCodes request, CancellationToken ct);

    /// <summary>Uses up promotions for a cart, all or none, within their limits. Repeated with the same key it replaces what the key holds. Fails with <c>promotion_limit_exceeded</c>.</summary>
    Task<Result<Done>> ClaimPromotions(ClaimPromotions request, CancellationToken ct);

    /// <summary>Gives the uses of a cart that became no order back. Repeating it changes nothing.</summary>
    Task<Result<Done>> ReleasePromotions(ReleasePromotions request, CancellationToken ct);
}

/// <summary>Which regions; null = all.</summary>
public sealed record GetRegions(IReadOnlyList<Guid>? Ids);

/// <summary>A region.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">Its name.</param>
/// <param name="CurrencyCode">ISO 4217, lower case.</param>
/// <param name="IsTaxInclusive">Whether prices in it include tax.</param>
/// <param name="AutomaticTaxes">Whether tax is added by itself at every change.</param>
/// <param name="CountryCodes">ISO 3166 alpha-2, lower case.</param>
/// <param name="PaymentProviderIds">Providers switched on.</param>
/// <param name="Document">The region as JSON in the wire's shape, <c>countries</c> and <c>automatic_taxes</c> included.</param>
public sealed record RegionInfo(
    Guid Id, string Name, string CurrencyCode, bool IsTaxInclusive, bool AutomaticTaxes,
    IReadOnlyList<string> CountryCodes, IReadOnlyList<string> PaymentProviderIds, string Document);

/// <summary>All currencies.</summary>
public sealed record GetCurrencies;

/// <summary>A currency.</summary>
/// <param name="Code">ISO 4217, lower case.</param>
public sealed record CurrencyInfo(string Code);

/// <summary>Tax for a list of products in a country.</summary>
public sealed record GetTaxRates(string CountryCode, string? Province, IReadOnlyList<TaxableProduct> Products);

/// <summary>What tax rules look at.</summary>
public sealed record TaxableProduct(Guid ProductId, Guid? TypeId);

/// <summary>The sum of the rates of one line, in percent, e.g. 15.</summary>
public sealed record LineTaxRate(decimal Rate);

/// <summary>Codes to check.</summary>
public sealed record CheckPromotionCodes(IReadOnlyList<string> Codes);

/// <summary>Uses to take.</summary>
/// <param name="Key">The cart's id.</param>
/// <param name="Customer">E-mail (lower case) or customer id: whom the limit per customer counts.</param>
/// <param name="Uses">Promotion and the discount it gave, minor units.</param>
/// <param name="CurrencyCode">ISO 4217, lower case: budgets of amounts are kept per currency.</param>
public sealed record ClaimPromotions(Guid Key, string Customer, IReadOnlyList<PromotionUse> Uses, string CurrencyCode);

/// <summary>One promotion's part in an order.</summary>
public sealed record PromotionUse(Guid PromotionId, long Amount);

/// <summary>Uses to give back.</summary>
public sealed record ReleasePromotions(Guid Key);
