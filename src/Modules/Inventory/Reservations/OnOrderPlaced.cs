using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Inventory;

/// <summary>An order stands: what was held under its cart is sold. The only way a hold becomes a sale.</summary>
internal static class OnOrderPlaced
{
    public const string Name = "inventory.on_order_placed";

    public static Task Handle(IServiceProvider services, OrderPlaced placed, CancellationToken ct) =>
        ReserveStock.Commit(services.GetRequiredService<Db>(), placed.CartId, ct);

    /// <summary>The same for several orders at once; all are taken or none.</summary>
    public static Task HandleMany(IServiceProvider services, IReadOnlyList<OrderPlaced> placed, CancellationToken ct) =>
        SellHolds.Run(services.GetRequiredService<Db>(), [.. placed.Select(p => p.CartId).Distinct()], ct);
}
