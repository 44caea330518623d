using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Fulfillment;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Events;

namespace HeadlessPro.Fulfillment;

/// <summary>
/// Keeps <see cref="IFulfillment"/>: which options fit a destination and what each costs. Runs on the setup in memory, which is read again
/// after a <c>fulfillment.shipping_changed</c>; a quote itself asks the database nothing.
/// </summary>
internal sealed class QuoteShipping : IFulfillment, IDisposable
{
    private readonly Db _db;
    private readonly IDisposable _signals;
    private ShippingSetup? _setup;
    private int _generation;

    public QuoteShipping(Db db)
    {
        _db = db;
        _signals = LocalSignals.Subscribe("fulfillment.", () =>
        {
            Interlocked.Increment(ref _generation);
            Volatile.Write(ref _setup, null);
        });
    }

    public void Dispose() => _signals.Dispose();

    async Task<Result<IReadOnlyList<ShippingQuote>>> IFulfillment.QuoteShipping(Contracts.Fulfillment.QuoteShipping request, CancellationToken ct)
    {
        var setup = Volatile.Read(ref _setup) ?? await ReadSetup(ct);
        return setup.Options
            .Where(o => request.OptionIds?.Contains(o.Row.Id) != false && ShippingRules.Fits(o, request))
            .Select(o => (Option: o, Price: ShippingRules.PriceOf(o, request)))
            .Where(p => p.Price is not null)
            .Select(p => new ShippingQuote(
                p.Option.Row.Id, p.Option.Row.Name, p.Option.Type.Id, p.Price!.Row.Amount,
                setup.Documents.GetOrAdd((p.Price.Row.Id, request.IsTaxInclusive), _ => Describe(p.Option, p.Price, request.IsTaxInclusive)), p.Option.Profile.Id))
            .ToList();
    }

    private async Task<ShippingSetup> ReadSetup(CancellationToken ct)
    {
        var generation = Volatile.Read(ref _generation);
        await using var connection = await _db.Open(ct);
        var setup = await ShippingSetup.Read(connection, ct);
        // A change in the meantime: good for this quote, not to be kept.
        if (generation == Volatile.Read(ref _generation)) Volatile.Write(ref _setup, setup);
        if (generation != Volatile.Read(ref _generation)) Volatile.Write(ref _setup, null);
        return setup;
    }

    private static string Describe(ShippingOption option, ShippingPrice price, bool isTaxInclusive)
    {
        var amount = Money.ToMajor(price.Row.Amount, price.Row.CurrencyCode);
        var raw = new RawAmountResponse(FulfillmentWire.Text(amount), 20);
        var chosen = new ChosenPriceDocument(WireId.Encode(FulfillmentWire.Price, price.Row.Id), null, null, null, null);
        var (zoneId, setId) = (WireId.Encode(FulfillmentWire.Zone, option.Zone.Id), WireId.Encode(FulfillmentWire.Set, option.Set.Id));
        var document = new ShippingQuoteDocument(
            WireId.Encode(FulfillmentWire.Option, option.Row.Id), option.Row.Name, option.Row.PriceType, zoneId,
            WireId.Encode(FulfillmentWire.Profile, option.Profile.Id), option.Row.ProviderId, option.Data,
            new QuotedZoneDocument(setId, zoneId, new QuotedSetDocument(option.Set.Type, setId, FulfillmentWire.Location(option.Set))),
            new QuotedTypeDocument(WireId.Encode(FulfillmentWire.Type, option.Type.Id), option.Type.Label, option.Type.Description, option.Type.Code),
            new ShippingProviderResponse(option.Row.ProviderId, true),
            option.Rules.Select(r => new QuotedRuleDocument(r.Row.Attribute, r.Value, r.Row.Operator)).ToList(),
            new CalculatedShippingPriceDocument(
                WireId.Encode(FulfillmentWire.PriceSet, option.Row.PriceSetId), false, isTaxInclusive, amount, raw, false, isTaxInclusive,
                amount, raw, price.Row.CurrencyCode, chosen, chosen),
            option.Prices.Select(p => FulfillmentWire.ToWire(p, option.Row.PriceSetId)).ToList(), amount, isTaxInclusive, false);
        return JsonSerializer.Serialize(document, FulfillmentJson.Default.ShippingQuoteDocument);
    }
}

/// <summary>A quoted option: recording 052, property by property.</summary>
internal sealed record ShippingQuoteDocument(
    string Id, string Name, string PriceType, string ServiceZoneId, string ShippingProfileId, string ProviderId, JsonElement? Data,
    QuotedZoneDocument ServiceZone, QuotedTypeDocument Type, ShippingProviderResponse Provider, IReadOnlyList<QuotedRuleDocument> Rules,
    CalculatedShippingPriceDocument CalculatedPrice, IReadOnlyList<ShippingPriceResponse> Prices, decimal Amount, bool IsTaxInclusive,
    bool InsufficientInventory);

internal sealed record QuotedZoneDocument(string FulfillmentSetId, string Id, QuotedSetDocument FulfillmentSet);

internal sealed record QuotedSetDocument(string Type, string Id, FulfillmentLocationResponse? Location);

internal sealed record QuotedTypeDocument(string Id, string Label, string? Description, string Code);

internal sealed record QuotedRuleDocument(string Attribute, JsonElement Value, string Operator);

internal sealed record CalculatedShippingPriceDocument(
    string Id, bool IsCalculatedPricePriceList, bool IsCalculatedPriceTaxInclusive, decimal CalculatedAmount, RawAmountResponse RawCalculatedAmount,
    bool IsOriginalPricePriceList, bool IsOriginalPriceTaxInclusive, decimal OriginalAmount, RawAmountResponse RawOriginalAmount, string CurrencyCode,
    ChosenPriceDocument CalculatedPrice, ChosenPriceDocument OriginalPrice);

internal sealed record ChosenPriceDocument(string Id, string? PriceListId, string? PriceListType, int? MinQuantity, int? MaxQuantity);
