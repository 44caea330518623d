namespace HeadlessPro.Contracts.Ordering;

/// <summary>An order was placed: the shopper owes or has paid, the stock is held under the cart's id.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="CartId">The cart it came from; the key of its stock reservation and promotion uses.</param>
/// <param name="DisplayId">The human number, 1042 of <c>#1042</c>.</param>
/// <param name="Email">Shopper's e-mail.</param>
/// <param name="Total">Total, minor units.</param>
/// <param name="CurrencyCode">ISO 4217, lower case.</param>
public sealed record OrderPlaced(Guid OrderId, Guid CartId, long DisplayId, string? Email, long Total, string CurrencyCode) : IEvent
{
    /// <inheritdoc/>
    public static string Name => "order.placed";
}

/// <summary>An order was canceled: nothing of it will be sent, its stock and its money go back.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="CartId">The cart it came from; the key of its stock, its promotion uses and its payment.</param>
/// <param name="DisplayId">The human number.</param>
public sealed record OrderCanceled(Guid OrderId, Guid CartId, long DisplayId) : IEvent
{
    /// <inheritdoc/>
    public static string Name => "order.canceled";
}

/// <summary>An order has other quantities and another total. Its edits are told apart, and put in order, by their version.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="CartId">The cart it came from; the key of its stock, its promotion uses and its payment.</param>
/// <param name="Version">The order's version after the edit, one more than before it.</param>
/// <param name="Total">Total after it, minor units.</param>
/// <param name="CurrencyCode">ISO 4217, lower case.</param>
/// <param name="HoldKey">The key under which the pieces it has in addition are held; null when there are none.</param>
/// <param name="Fewer">Pieces it no longer has.</param>
/// <param name="Discounts">What promotions take off it now; one that is missing takes nothing off any more.</param>
public sealed record OrderEdited(
    Guid OrderId, Guid CartId, long Version, long Total, string CurrencyCode, Guid? HoldKey, IReadOnlyList<FewerPieces> Fewer,
    IReadOnlyList<OrderDiscount> Discounts) : IEvent
{
    /// <inheritdoc/>
    public static string Name => "order.edited";
}

/// <summary>A customer says that somebody's order is theirs; a mail to the order's address asks whether it is.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="DisplayId">The human number.</param>
/// <param name="TransferId">The request.</param>
/// <param name="CustomerId">Who asks.</param>
public sealed record OrderTransferRequested(Guid OrderId, long DisplayId, Guid TransferId, Guid CustomerId) : IEvent
{
    /// <inheritdoc/>
    public static string Name => "order.transfer_requested";
}

/// <summary>An order belongs to another customer.</summary>
/// <param name="OrderId">The order.</param>
/// <param name="CartId">The cart it was.</param>
/// <param name="FromCustomerId">Whose it was; null for a guest's.</param>
/// <param name="ToCustomerId">Whose it is.</param>
public sealed record OrderTransferred(Guid OrderId, Guid CartId, Guid? FromCustomerId, Guid ToCustomerId) : IEvent
{
    /// <inheritdoc/>
    public static string Name => "order.transferred";
}

/// <summary>What a promotion takes off an order, with tax, minor units.</summary>
public sealed record OrderDiscount(Guid PromotionId, long Amount);

/// <summary>Pieces of a variant that an order no longer has.</summary>
public sealed record FewerPieces(Guid VariantId, long Quantity);
