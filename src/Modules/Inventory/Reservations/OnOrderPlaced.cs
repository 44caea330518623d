using HeadlessPro.Contracts.Inventory;
using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Inventory;

/// <summary>An order stands: what was held under its cart is sold. An order of nothing that is counted has no hold, which is fine.</summary>
internal static class OnOrderPlaced
{
    public const string Name = "inventory.on_order_placed";

    public static async Task Handle(IServiceProvider services, OrderPlaced placed, CancellationToken ct) =>
        await ReserveStock.Commit(services.GetRequiredService<Db>(), new CommitStock(placed.CartId), ct);
}
