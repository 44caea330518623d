using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Inventory;

/// <summary>An order was edited: its stock follows.</summary>
internal static class OnOrderEdited
{
    public const string Name = "inventory.on_order_edited";

    public static Task Handle(IServiceProvider services, OrderEdited edited, CancellationToken ct) =>
        EditSale.Run(services.GetRequiredService<Db>(), edited, ct);
}
