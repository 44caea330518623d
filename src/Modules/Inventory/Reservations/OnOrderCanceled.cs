using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Inventory;

/// <summary>An order is canceled: what it held or was sold is for others again, also when this is heard before <see cref="OnOrderPlaced"/>.</summary>
internal static class OnOrderCanceled
{
    public const string Name = "inventory.on_order_canceled";

    public static Task Handle(IServiceProvider services, OrderCanceled canceled, CancellationToken ct) =>
        ReturnStock.Cancel(services.GetRequiredService<Db>(), canceled.CartId, ct);
}
