using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Catalog;

/// <summary>Which currency prices without a name are in: the one asked for, else that of the shop's first region, where it is at home.</summary>
internal sealed class ShopCurrency(IPricing pricing)
{
    /// <summary>What to say when <see cref="Choose"/> found none and one is needed.</summary>
    public static readonly Error Missing = Error.Invalid("Invalid request: Field 'currency' is required: the shop has no region yet");

    /// <summary>Null when none is asked for and the shop has no region.</summary>
    public async Task<string?> Choose(string? given, CancellationToken ct)
    {
        if (given is null)
        {
            return (await pricing.GetRegions(new GetRegions(null), ct)).Try(out var regions, out var error)
                ? regions.MinBy(r => r.Id)?.CurrencyCode
                : throw new ErrorException(error);
        }

        var code = given.ToLowerInvariant();
        return await Unknown(code, ct)
            ? throw CatalogErrors.Invalid($"Invalid request: Value for field 'currency' is no currency (ISO 4217), got: '{given}'")
            : code;
    }

    public async Task<bool> Unknown(string code, CancellationToken ct) =>
        (await pricing.GetCurrencies(new GetCurrencies(), ct)).Try(out var known, out var error) ? known.All(c => c.Code != code) : throw new ErrorException(error);
}
