using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog;

/// <summary>Which currency prices without a name are in: the one asked for, else that of the shop's regions when they all have one.</summary>
internal sealed class ShopCurrency(IPricing pricing)
{
    public async Task<Result<string>> Choose(string? given, CancellationToken ct)
    {
        if (given is not null)
        {
            var code = given.ToLowerInvariant();
            return await Unknown(code, ct) ? Error.Invalid($"Invalid request: Value for field 'currency' is no currency (ISO 4217), got: '{given}'") : code;
        }

        if (!(await pricing.GetRegions(new GetRegions(null), ct)).Try(out var regions, out var error)) return error;
        return regions.Select(r => r.CurrencyCode).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList() switch
        {
            [var only] => only,
            [] => Error.Invalid("Invalid request: Field 'currency' is required: the shop has no region yet"),
            var several => Error.Invalid($"Invalid request: Field 'currency' is required: the shop sells in {string.Join(", ", several)}"),
        };
    }

    public async Task<bool> Unknown(string code, CancellationToken ct) =>
        (await pricing.GetCurrencies(new GetCurrencies(), ct)).Try(out var known, out var error) ? known.All(c => c.Code != code) : throw new ErrorException(error);
}
