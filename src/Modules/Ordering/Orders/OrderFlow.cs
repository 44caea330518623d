using HeadlessPro.Contracts;

namespace HeadlessPro.Ordering.Orders;

/// <summary>
/// The statuses of an order and the moves between them, one slice per move. Payment and fulfilment have statuses of their own, which are
/// derived.
/// </summary>
internal static class OrderFlow
{
    public const string Pending = "pending";
    public const string RequiresAction = "requires_action";
    public const string Completed = "completed";
    public const string Canceled = "canceled";
    public const string Archived = "archived";

    /// <summary>Nothing of it will be sent; stock, promotion uses and money go back.</summary>
    public static readonly OrderMove Cancel = new([Pending, RequiresAction], Canceled, "canceled");

    /// <summary>Its lines change; the status stays.</summary>
    public static readonly OrderMove Edit = new([Pending], Pending, "edited");
}

/// <summary>A move.</summary>
/// <param name="From">Statuses in which it is allowed; they go into the statement that makes it.</param>
/// <param name="To">The status after it.</param>
/// <param name="Done">What the order cannot be in any other status, for the refusal.</param>
internal sealed record OrderMove(string[] From, string To, string Done)
{
    /// <summary>Why it is refused in another status.</summary>
    public Error Refusal(OrderRow order) =>
        Error.NotAllowed($"Order #{order.DisplayId} is {order.Status} and cannot be {Done}", $"order_{order.Status}");
}
