using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Ordering.Carts;
using HeadlessPro.Platform.Web;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HeadlessPro.Ordering.Checkout;

/// <summary>
/// Money was promised for a cart, whether or not its shopper comes back: the cart becomes its order, once, whoever else is completing it; an
/// order that it is already takes on what it still owed. If it cannot, <see cref="PlaceOrder"/> has given everything back, the promise too. What nobody knows the end of is tried again with the event.
/// </summary>
internal static partial class OnPaymentAuthorized
{
    public const string Name = "ordering.on_payment_authorized";

    // Carts have nothing to do with each other, and a shopper waits for each.
    public const int AtOnce = 8;

    public static async Task Handle(IServiceProvider services, PaymentAuthorized authorized, CancellationToken ct)
    {
        var outcome = await services.GetRequiredService<PlaceOrder>().Run(authorized.CartId, ct);
        if (outcome.Error is not { } error) return;

        var cart = WireId.Encode("cart", authorized.CartId);
        if (error.Type == ErrorType.Unavailable || error == CartErrors.BeingCompleted(cart)) throw new ErrorException(error);
        LogRefused(services.GetRequiredService<ILogger<PlaceOrder>>(), cart, authorized.PaymentId, error.Message);
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Cart {Cart} was paid by promise {Payment}, and no order stands for it; the promise is let go: {Reason}")]
    private static partial void LogRefused(ILogger logger, string cart, Guid payment, string reason);
}
