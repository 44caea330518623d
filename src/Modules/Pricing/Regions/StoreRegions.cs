using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;
using HeadlessPro.Pricing.Quotes;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Pricing.Regions;

/// <summary>Regions for shoppers: where the shop sells, in which currency. From memory.</summary>
internal static class StoreRegions
{
    private static readonly string[] Defaults = ["id", "name", "currency_code", "created_at", "updated_at", "deleted_at", "metadata", "countries"];

    public static async Task<IResult> List(ApiQuery query, PricingCache cache, CancellationToken ct)
    {
        var paging = query.Paging(50);
        var filter = ListFilter.InMemory(query, Filters);
        var regions = (await cache.Get(ct)).Regions.Values.Select(r => r.Wire).Where(filter);
        var ordered = Sort(regions, query.Text("order") ?? "").ToList();
        return Reply.Page("regions", ordered.Skip(paging.Offset).Take(paging.Limit).ToList(), PricingJson.Default.RegionResponse,
            query.Fields(Defaults), ordered.Count, paging);
    }

    private static Func<RegionResponse, bool> Filters(ApiQuery query)
    {
        var (ids, names, currencies, q) = (query.Texts("id"), query.Texts("name"), query.Texts("currency_code"), query.Text("q"));
        return region => ids?.Contains(region.Id) != false && names?.Contains(region.Name) != false
            && currencies?.Contains(region.CurrencyCode) != false && (q is null || region.Name.Contains(q, StringComparison.OrdinalIgnoreCase));
    }

    public static async Task<IResult> One(string id, ApiQuery query, PricingCache cache, CancellationToken ct) =>
        WireId.TryDecode(RegionRow.Prefix, id, out var key) && (await cache.Get(ct)).Regions.TryGetValue(key, out var region)
            ? Reply.One("region", region.Wire, PricingJson.Default.RegionResponse, query.Fields(Defaults))
            : Reply.Error(RegionRow.NotFound(id));

    private static IEnumerable<RegionResponse> Sort(IEnumerable<RegionResponse> regions, string order)
    {
        Func<RegionResponse, IComparable> key = order.TrimStart('-', '+') switch
        {
            "" or "id" => r => r.Id,
            "created_at" => r => r.CreatedAt,
            "updated_at" => r => r.UpdatedAt,
            "name" => r => r.Name,
            "currency_code" => r => r.CurrencyCode,
            var other => throw new ErrorException(Error.Invalid($"Order field {other} is not valid")),
        };
        return order.StartsWith('-') ? regions.OrderByDescending(key) : regions.OrderBy(key);
    }
}
