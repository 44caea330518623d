using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;
using HeadlessPro.Pricing.Quotes;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Pricing.Regions;

/// <summary>A currency; digits are those amounts on the wire have.</summary>
internal sealed record CurrencyResponse(string Code, string Name, string Symbol, string SymbolNative, int DecimalDigits, decimal Rounding);

/// <summary>Currencies, for shoppers and staff alike. From memory.</summary>
internal static class ReadCurrencies
{
    public static Task<IResult> StoreList(ApiQuery query, PricingCache cache, CancellationToken ct) => List(query, false, cache, ct);

    public static Task<IResult> AdminList(ApiQuery query, PricingCache cache, CancellationToken ct) => List(query, true, cache, ct);

    public static async Task<IResult> One(string code, ApiQuery query, PricingCache cache, CancellationToken ct)
    {
        var currency = (await cache.Get(ct)).Currencies.FirstOrDefault(c => c.Code == code.ToLowerInvariant());
        return currency is null
            ? Reply.Error(Error.NotFound($"Currency with code: {code} was not found"))
            : Reply.One("currency", currency, PricingJson.Default.CurrencyResponse, query.Fields("code", "name", "symbol", "symbol_native", "decimal_digits", "rounding"));
    }

    private static Func<CurrencyResponse, bool> Filters(ApiQuery query)
    {
        var (codes, q) = (query.Texts("code"), query.Text("q"));
        return currency => codes?.Contains(currency.Code, StringComparer.OrdinalIgnoreCase) != false
            && (q is null || currency.Code.Contains(q, StringComparison.OrdinalIgnoreCase) || currency.Name.Contains(q, StringComparison.OrdinalIgnoreCase));
    }

    private static async Task<IResult> List(ApiQuery query, bool strict, PricingCache cache, CancellationToken ct)
    {
        var paging = query.Paging(50);
        var (filter, order) = (ListFilter.InMemory(query, Filters), query.Text("order") ?? "");
        var fields = query.Fields("code", "name", "symbol", "symbol_native", "decimal_digits", "rounding");
        if (strict) query.RejectUnknown();
        var found = (await cache.Get(ct)).Currencies.Where(filter);
        Func<CurrencyResponse, string> key = order.TrimStart('-', '+') switch
        {
            "" or "code" => c => c.Code,
            "name" => c => c.Name,
            var other => throw new ErrorException(Error.Invalid($"Order field {other} is not valid")),
        };
        var sorted = (order.StartsWith('-') ? found.OrderByDescending(key, StringComparer.Ordinal) : found.OrderBy(key, StringComparer.Ordinal)).ToList();
        return Reply.Page("currencies", sorted.Skip(paging.Offset).Take(paging.Limit).ToList(), PricingJson.Default.CurrencyResponse, fields, sorted.Count, paging);
    }
}
