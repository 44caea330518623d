using HeadlessPro.Contracts;

namespace HeadlessPro.Ordering.Orders;

internal static class OrderErrors
{
    public static Error NotFound(string id) => Error.NotFound($"Order id not found: {id}");
}
