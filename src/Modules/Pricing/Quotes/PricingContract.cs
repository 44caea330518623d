using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Data;
using HeadlessPro.Pricing.Promotions;
using HeadlessPro.Pricing.Regions;
using HeadlessPro.Pricing.Totals;

namespace HeadlessPro.Pricing.Quotes;

/// <summary>What other modules may ask of Pricing.</summary>
internal sealed class PricingContract(PricingCache cache, Db db, TimeProvider clock) : IPricing
{
    public async Task<Result<IReadOnlyList<RegionInfo>>> GetRegions(GetRegions request, CancellationToken ct)
    {
        var regions = (await cache.Get(ct)).Regions;
        return request.Ids is { } ids
            ? ids.Distinct().Where(regions.ContainsKey).Select(id => regions[id].Info).ToList()
            : regions.Values.Select(r => r.Info).ToList();
    }

    public async Task<Result<IReadOnlyList<CurrencyInfo>>> GetCurrencies(GetCurrencies request, CancellationToken ct) =>
        (await cache.Get(ct)).Currencies.Select(c => new CurrencyInfo(c.Code)).ToList();

    public async Task<Result<IReadOnlyList<LineTaxRate>>> GetTaxRates(GetTaxRates request, CancellationToken ct)
    {
        var taxes = (await cache.Get(ct)).Taxes;
        return request.Products
            .Select(p => new LineTaxRate(taxes.OfProduct(request.CountryCode, request.Province, p.ProductId, p.TypeId).Sum(r => r.Rate))).ToList();
    }

    public async Task<Result<Quote>> Quote(QuoteRequest request, CancellationToken ct)
    {
        var snapshot = await cache.Get(ct);
        RegionInfo? region = null;
        if (request.RegionId is { } regionId)
        {
            if (!snapshot.Regions.TryGetValue(regionId, out var found)) return RegionRow.NotFound(WireId.Encode(RegionRow.Prefix, regionId));
            region = found.Info;
        }

        var country = request.ForceTaxes || region is not { AutomaticTaxes: false } ? request.CountryCode : null;
        var lineRates = request.Lines.Select(l =>
            country is null ? [] : snapshot.Taxes.OfProduct(country, request.Province, l.ProductId, l.TypeId)).ToArray();
        var shippingRates = request.Shipping.Select(s =>
            country is null ? [] : snapshot.Taxes.OfShipping(country, request.Province, s.OptionId)).ToArray();

        var now = clock.GetUtcNow();
        var codes = request.PromotionCodes.Distinct(StringComparer.OrdinalIgnoreCase).ToList();
        var candidates = snapshot.Automatic.Concat(codes.Select(c => snapshot.ByCode.GetValueOrDefault(c.ToLowerInvariant())).OfType<Promotion>())
            .Where(p => p.IsCurrent(now)).DistinctBy(p => p.Id).ToList();
        var counts = await UsedCount.Read(db, candidates, request.CartId, request.CustomerId, request.Email, ct);
        var usable = candidates.Where(p => !counts.TryGetValue(p.Id, out var count) || !count.IsUsedUp(p)).ToList();
        var invalid = codes.Where(c => !usable.Exists(p => p.Code.Equals(c, StringComparison.OrdinalIgnoreCase))).ToList();
        var leftToSpend = usable.Where(p => p.Budget is { Type: BudgetType.Spend })
            .ToDictionary(p => p.Id, p => p.Budget!.CurrencyCode == request.CurrencyCode ? counts[p.Id].LeftToSpend(p.Budget) : 0);

        return QuoteEngine.Quote(request, region is { IsTaxInclusive: true }, lineRates, shippingRates, usable, leftToSpend, invalid);
    }

    public Task<Result<IReadOnlyList<QuotedEntry>>> Requote(RequoteRequest request, CancellationToken ct) =>
        Task.FromResult(SoldLines.Requote(request));

    public async Task<Result<Done>> CheckPromotionCodes(CheckPromotionCodes request, CancellationToken ct)
    {
        var snapshot = await cache.Get(ct);
        var now = clock.GetUtcNow();
        var found = request.Codes.Select(c => snapshot.ByCode.GetValueOrDefault(c.ToLowerInvariant())).ToList();
        var counts = await UsedCount.Read(db, found.OfType<Promotion>(), null, null, null, ct);
        for (var i = 0; i < found.Count; i++)
        {
            if (found[i] is not { } promotion || !promotion.IsCurrent(now) || (counts.TryGetValue(promotion.Id, out var count) && count.IsUsedUp(promotion)))
                return Error.Invalid($"The promotion code {request.Codes[i]} is invalid");
        }

        return new Done();
    }

    public Task<Result<Done>> ClaimPromotions(ClaimPromotions request, CancellationToken ct) => PromotionClaims.Claim(request, db, ct);

    public Task<Result<Done>> ReleasePromotions(ReleasePromotions request, CancellationToken ct) => PromotionClaims.Release(request, db, ct);
}
