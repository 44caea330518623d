using System.Text.Json;
using Dapper;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Events;
using HeadlessPro.Pricing.Promotions;
using HeadlessPro.Pricing.Regions;
using HeadlessPro.Pricing.Totals;

namespace HeadlessPro.Pricing.Quotes;

/// <summary>A region ready for answers.</summary>
internal sealed record CachedRegion(RegionInfo Info, RegionResponse Wire);

/// <summary>Everything quotes need but used counts, as one unchanging whole.</summary>
internal sealed record PricingSnapshot(
    IReadOnlyDictionary<Guid, CachedRegion> Regions, IReadOnlyList<CurrencyResponse> Currencies, TaxTable Taxes,
    IReadOnlyList<Promotion> Automatic, IReadOnlyDictionary<string, Promotion> ByCode);

/// <summary>
/// Regions, currencies, taxes and active promotions in memory; dropped by <c>pricing.changed</c>. Reading costs no SQL until then.
/// </summary>
internal sealed class PricingCache : IDisposable
{
    private readonly Db _db;
    private readonly SemaphoreSlim _loading = new(1);
    private readonly IDisposable _subscription;
    private PricingSnapshot? _current;
    private int _generation;

    public PricingCache(Db db)
    {
        _db = db;
        _subscription = LocalSignals.Subscribe("pricing.", () =>
        {
            Interlocked.Increment(ref _generation);
            Volatile.Write(ref _current, null);
        });
    }

    public void Dispose()
    {
        _subscription.Dispose();
        _loading.Dispose();
    }

    /// <summary>The current state, read again when something changed.</summary>
    public ValueTask<PricingSnapshot> Get(CancellationToken ct) =>
        Volatile.Read(ref _current) is { } current ? ValueTask.FromResult(current) : new(Load(ct));

    private async Task<PricingSnapshot> Load(CancellationToken ct)
    {
        await _loading.WaitAsync(ct);
        try
        {
            if (Volatile.Read(ref _current) is { } loaded) return loaded;
            var generation = Volatile.Read(ref _generation);
            var snapshot = await Read(ct);
            Volatile.Write(ref _current, snapshot);
            // A change that was committed while this was being read may be missing from it.
            if (generation != Volatile.Read(ref _generation)) Volatile.Write(ref _current, null);
            return snapshot;
        }
        finally
        {
            _loading.Release();
        }
    }

    private async Task<PricingSnapshot> Read(CancellationToken ct)
    {
        await using var connection = await _db.Open(ct);
        using var answers = await connection.QueryMultipleAsync(new CommandDefinition($"""
            select {RegionRow.Columns} from pricing.regions r where r.deleted_at is null order by r.id;
            select {CountryRow.Columns} from pricing.countries c where c.region_id is not null order by c.iso_2;
            select code, name, symbol, symbol_native, decimal_digits::int, trim_scale(rounding) as rounding from pricing.currencies order by code;
            {TaxRateRow.Select};
            select {PromotionRow.Columns} from pricing.promotions p where p.deleted_at is null and p.status = 'active' order by p.id
            """, cancellationToken: ct));
        var regions = (await answers.ReadAsync<RegionRow>()).ToList();
        var countries = (await answers.ReadAsync<CountryRow>()).ToList();
        var currencies = (await answers.ReadAsync<CurrencyResponse>()).ToList();
        var taxes = new TaxTable(await answers.ReadAsync<TaxRateRow>());
        var promotions = (await answers.ReadAsync<PromotionRow>()).Select(p => p.ToPromotion()).ToList();
        return new PricingSnapshot(
            regions.ToDictionary(r => r.Id, r => ToCached(r, countries)), currencies, taxes,
            promotions.Where(p => p.IsAutomatic).ToList(),
            // A database whose locale knows less of letters than we do may hold two spellings of one code: the older promotion has it.
            promotions.GroupBy(p => p.Code.ToLowerInvariant()).ToDictionary(g => g.Key, g => g.First()));
    }

    private static CachedRegion ToCached(RegionRow row, List<CountryRow> countries)
    {
        var wire = row.ToWire(countries);
        var document = new CartRegionDocument(wire.Id, wire.Name, wire.CurrencyCode, wire.AutomaticTaxes, wire.Countries);
        return new CachedRegion(
            new RegionInfo(row.Id, row.Name, row.CurrencyCode, row.IsTaxInclusive, row.AutomaticTaxes, wire.Countries.Select(c => c.Iso2).ToList(),
                row.PaymentProviders, JsonSerializer.Serialize(document, PricingJson.Default.CartRegionDocument)),
            wire);
    }
}
