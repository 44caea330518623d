using HeadlessPro.Contracts;

namespace HeadlessPro.Ordering.Orders;

internal static class OrderErrors
{
    public static Error NotFound(string id) => Error.NotFound($"Order id not found: {id}");

    public static Error Changed(OrderRow order, long version) => Error.Conflict(
        $"Order #{order.DisplayId} is at version {order.Version}, not {version}: look at it again before you edit it", "order_changed");
}
