using System.Globalization;
using System.Text.Json;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Fulfillment;

/// <summary>A price for a currency or for a region, perhaps only while rules on the goods' value hold. With an id it keeps it.</summary>
internal sealed record ShippingPriceRequest(
    decimal Amount, string? CurrencyCode = null, string? RegionId = null, IReadOnlyList<ShippingPriceRuleRequest>? Rules = null, string? Id = null);

internal sealed record ShippingPriceRuleRequest(string Operator, JsonElement Value, string Attribute = "item_total");

internal sealed record ShippingOptionRuleRequest(string Attribute, string Operator, JsonElement Value);

/// <summary>Turns the prices and rules of a request into rows, checking them.</summary>
internal static class ShippingPrices
{
    private const decimal MaxAmount = 999_999_999;

    /// <summary>Asks Pricing which currency the named regions have: call it before the transaction.</summary>
    public static async Task<IReadOnlyDictionary<Guid, string>> Currencies(
        IReadOnlyList<ShippingPriceRequest> prices, IPricing pricing, CancellationToken ct)
    {
        Check.Count("prices", prices, 500);
        var ids = prices.Select((p, i) => p.RegionId is null ? (Guid?)null
            : WireId.TryDecode(FulfillmentWire.Region, p.RegionId, out var region) ? region
            : throw FulfillmentErrors.UnknownReference($"prices, {i}, region_id", p.RegionId)).OfType<Guid>().Distinct().ToList();
        if (ids.Count == 0) return new Dictionary<Guid, string>();
        var answer = await pricing.GetRegions(new GetRegions(ids), ct);
        return answer.Try(out var regions, out var error) ? regions.ToDictionary(r => r.Id, r => r.CurrencyCode) : throw new ErrorException(error);
    }

    public static IReadOnlyList<ShippingPrice> Prices(
        IReadOnlyList<ShippingPriceRequest> prices, IReadOnlyDictionary<Guid, string> currencies, Guid option, IReadOnlyList<ShippingPrice> old)
    {
        if (prices.Count == 0) throw FulfillmentErrors.Invalid("Field 'prices' must have 1 entry or more");
        var named = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        foreach (var (i, price) in prices.Index())
            if (price.Id is { } id && !named.Add(id)) throw FulfillmentErrors.Invalid($"Field 'prices, {i}, id' names a price twice, got: '{(id.Length > 80 ? id[..80] : id)}'");
        return prices.Select((price, i) => Price(price, $"prices, {i}", currencies, option, old)).ToList();
    }

    public static IReadOnlyList<OptionRuleRow> Rules(IReadOnlyList<ShippingOptionRuleRequest>? rules, Guid option)
    {
        Check.Count("rules", rules, 100);
        rules ??= [new("enabled_in_store", "eq", JsonElement.Parse("\"true\"")), new("is_return", "eq", JsonElement.Parse("\"false\""))];
        return rules.Select((rule, i) =>
        {
            Check.Text($"rules, {i}, attribute", rule.Attribute, min: 1);
            Check.OneOf($"rules, {i}, operator", rule.Operator, "eq", "ne", "in", "nin", "gt", "gte", "lt", "lte");
            return new OptionRuleRow(WireId.New(), option, rule.Attribute, rule.Operator, RuleValue(rule.Value, $"rules, {i}, value"));
        }).ToList();
    }

    private static ShippingPrice Price(
        ShippingPriceRequest request, string field, IReadOnlyDictionary<Guid, string> currencies, Guid option, IReadOnlyList<ShippingPrice> old)
    {
        if (request.CurrencyCode is null == request.RegionId is null)
            throw FulfillmentErrors.Invalid($"Fields '{field}, currency_code' and '{field}, region_id': expected one of them");
        Guid? region = null;
        var currency = request.CurrencyCode?.ToLowerInvariant();
        if (request.RegionId is { } regionId)
        {
            if (!WireId.TryDecode(FulfillmentWire.Region, regionId, out var id) || !currencies.TryGetValue(id, out currency))
                throw FulfillmentErrors.UnknownReference($"{field}, region_id", regionId);
            region = id;
        }

        if (currency!.Length != 3 || !currency.All(char.IsAsciiLetterLower))
            throw FulfillmentErrors.Invalid($"Value for field '{field}, currency_code' must be an ISO 4217 code of three letters");
        Check.Range($"{field}, amount", request.Amount, 0, MaxAmount);
        Check.Count($"{field}, rules", request.Rules, 20);
        var price = request.Id is null ? WireId.New()
            : ShippingChange.Find(old, p => p.Row.Id, FulfillmentWire.Price, request.Id)?.Row.Id ?? throw FulfillmentErrors.UnknownReference($"{field}, id", request.Id);
        var row = new PriceRow(price, option, currency, region, Minor(request.Amount, currency, $"{field}, amount"), default, default);
        return new ShippingPrice(row, (request.Rules ?? []).Select((rule, i) => PriceRule(rule, $"{field}, rules, {i}", price, currency)).ToList());
    }

    private static PriceRuleRow PriceRule(ShippingPriceRuleRequest rule, string field, Guid price, string currency)
    {
        Check.OneOf($"{field}, attribute", rule.Attribute, "item_total");
        Check.OneOf($"{field}, operator", rule.Operator, "eq", "gt", "gte", "lt", "lte");
        var text = rule.Value.ValueKind switch
        {
            JsonValueKind.Number => rule.Value.GetRawText(),
            JsonValueKind.String => rule.Value.GetString()!,
            _ => "",
        };
        if (!decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            throw FulfillmentErrors.Invalid($"Expected type: 'number' for field '{field}, value', got: '{(text.Length > 80 ? text[..80] : text)}'");
        Check.Range($"{field}, value", value, 0, MaxAmount);
        return new PriceRuleRow(WireId.New(), price, rule.Attribute, rule.Operator, Minor(value, currency, $"{field}, value"));
    }

    private static long Minor(decimal amount, string currency, string field) => Money.TryToMinor(amount, currency, out var minor) ? minor
        : throw FulfillmentErrors.Invalid($"Value for field '{field}' has more digits than {currency} has: {Money.Exponent(currency)}");

    // One text, or several; booleans and numbers are kept as the texts they are compared as.
    private static string RuleValue(JsonElement value, string field)
    {
        string Scalar(JsonElement element)
        {
            var text = element.ValueKind switch
            {
                JsonValueKind.String => element.GetString()!,
                JsonValueKind.True => "true",
                JsonValueKind.False => "false",
                JsonValueKind.Number => element.GetRawText(),
                _ => throw FulfillmentErrors.Invalid($"Expected type: 'string' for field '{field}', got: '{element.ValueKind.ToString().ToLowerInvariant()}'"),
            };
            Check.Text(field, text);
            return text;
        }

        if (value.ValueKind != JsonValueKind.Array) return JsonSerializer.Serialize(Scalar(value), FulfillmentJson.Default.String);
        if (value.GetArrayLength() > 1000) throw FulfillmentErrors.Invalid($"Field '{field}' has too many entries, expected at most: '1000'");
        return JsonSerializer.Serialize(value.EnumerateArray().Select(Scalar).ToList(), FulfillmentJson.Default.IReadOnlyListString);
    }
}
