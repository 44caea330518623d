using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Contracts.Pricing;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Pricing.Promotions;

/// <summary>An order is canceled: the uses of promotions it took can be had again. Repeated, there is nothing left to give back.</summary>
internal static class OnOrderCanceled
{
    public const string Name = "pricing.on_order_canceled";

    public static async Task Handle(IServiceProvider services, OrderCanceled canceled, CancellationToken ct)
    {
        var released = await PromotionClaims.Release(new ReleasePromotions(canceled.CartId), services.GetRequiredService<Db>(), ct);
        if (released.Error is { } error) throw new ErrorException(error);
    }
}
