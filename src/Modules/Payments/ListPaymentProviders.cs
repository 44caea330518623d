using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;

namespace HeadlessPro.Payments;

/// <summary>How a shopper of a region can pay.</summary>
internal sealed record PaymentProviderResponse(string Id, bool IsEnabled);

internal static class ListPaymentProviders
{
    public static async Task<IResult> Handle(ApiQuery query, IPricing pricing, PaymentProviders providers, CancellationToken ct)
    {
        var paging = query.Paging(20);
        var filter = ListFilter.InMemory(query, Filters);
        var regionId = query.Text("region_id");
        if (regionId is null) return Reply.Error(Error.Invalid("Invalid request: Field 'region_id' is required"));
        if (!WireId.TryDecode("reg", regionId, out var region)) return Reply.Error(NotFound(regionId));

        var regions = await pricing.GetRegions(new GetRegions([region]), ct);
        if (!regions.Try(out var found, out var error)) return Reply.Error(error);
        if (found.Count == 0) return Reply.Error(NotFound(regionId));

        var usable = found[0].PaymentProviderIds.Where(id => providers.TryFind(id, out _)).Where(filter).ToList();
        var page = usable.Skip(paging.Offset).Take(paging.Limit).Select(id => new PaymentProviderResponse(id, true)).ToList();
        return Reply.Page("payment_providers", page, PaymentsJson.Default.PaymentProviderResponse, Fields.All, usable.Count, paging);
    }

    private static Func<string, bool> Filters(ApiQuery query)
    {
        var ids = query.Texts("id");
        return provider => ids?.Contains(provider) != false;
    }

    private static Error NotFound(string regionId) => Error.NotFound($"Region with id: {regionId} was not found");
}
