using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog;

/// <summary>Which currency prices without a name are in: the one asked for, else that of the shop's regions when they all have one.</summary>
internal sealed class ShopCurrency(IPricing pricing)
{
    /// <summary>Null when none is asked for and the shop has several, or none.</summary>
    public async Task<string?> Choose(string? given, CancellationToken ct)
    {
        if (given is null) return await OfRegions(ct) is [var only] ? only : null;
        var code = given.ToLowerInvariant();
        return await Unknown(code, ct)
            ? throw CatalogErrors.Invalid($"Invalid request: Value for field 'currency' is no currency (ISO 4217), got: '{given}'")
            : code;
    }

    /// <summary>What to say when <see cref="Choose"/> found none and one is needed.</summary>
    public async Task<Error> Missing(CancellationToken ct) => Error.Invalid("Invalid request: Field 'currency' is required: the shop "
        + (await OfRegions(ct) is [_, ..] several ? $"sells in {string.Join(", ", several)}" : "has no region yet"));

    public async Task<bool> Unknown(string code, CancellationToken ct) =>
        (await pricing.GetCurrencies(new GetCurrencies(), ct)).Try(out var known, out var error) ? known.All(c => c.Code != code) : throw new ErrorException(error);

    private async Task<List<string>> OfRegions(CancellationToken ct) =>
        (await pricing.GetRegions(new GetRegions(null), ct)).Try(out var regions, out var error)
            ? regions.Select(r => r.CurrencyCode).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList()
            : throw new ErrorException(error);
}
