using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Ordering.Carts;
using HeadlessPro.Ordering.Orders;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Threading;
using Npgsql;

namespace HeadlessPro.Ordering.Checkout;

/// <summary>
/// A cart becomes an order. Whatever arrives twice, together or after a crash, there is one order and one promise of money for a cart.
/// <code>
/// REPLAY    an order for this cart exists → that order (a double click gets the same answer)
/// PREPARE   take the cart's lease: from here it cannot change; price it from the shop's own prices; check that it is complete
/// RESERVE   hold stock and promotion uses, keyed by the cart, all or nothing
/// PAY       outside any transaction: authorize exactly the order's total; a refusal gives stock and promotions back
/// FINALIZE  one transaction: the cart is completed if it still carries our lease; order, lines and `order.placed` with it.
///           unique (cart_id) is the last guard
/// </code>
/// A crash between two steps leaves a lease that lapses and holds that expire. The shopper's next call, or <see cref="FinishCheckouts"/>,
/// takes the lease over and walks the same steps: each is keyed by the cart and answers what it answered before. Stock becomes sold when
/// Inventory hears `order.placed`.
/// </summary>
internal sealed class PlaceOrder(CheckoutSteps steps, CheckoutLease lease, CheckoutOptions options, Db db)
{
    private readonly KeyedGate<Guid> _oneAtATime = new();

    public async Task<Result<PlacedOrder>> Run(Guid cartId, CancellationToken ct)
    {
        using var turn = await _oneAtATime.Enter(cartId, ct);
        var patience = steps.Now + options.Patience;
        while (true)
        {
            if (await lease.Take(cartId, ct) is { } claim)
            {
                // Once begun it is finished, whether or not the shopper's connection lasts; also when the lease is lost on the way:
                // what was held for the cart by then must end in the order or be given back.
                ct = CancellationToken.None;
                patience = DateTimeOffset.MaxValue;
                if (await Complete(claim, ct) is { } outcome) return outcome;
            }
            else if (await Replay(cartId, ct) is { } replay)
            {
                return replay;
            }

            // Another host is at it: its answer is ours.
            if (steps.Now > patience) return CartErrors.BeingCompleted(WireId.Encode("cart", cartId));
            await Task.Delay(50, ct);
        }
    }

    private async Task<Result<PlacedOrder>?> Replay(Guid cartId, CancellationToken ct)
    {
        if (await OrdersStore.Load(db, cartId, byCart: true, ct) is { } order) return await steps.WithPayment(order, ct);
        if (await lease.CartExists(cartId, ct)) return null;
        return CartErrors.IdNotFound(WireId.Encode("cart", cartId));
    }

    /// <summary>PREPARE to FINALIZE under a held lease; null when the lease was lost on the way and somebody else goes on.</summary>
    private async Task<Result<PlacedOrder>?> Complete(Claim claim, CancellationToken ct)
    {
        steps.Reached(CheckoutStep.Claimed);
        if (!(await steps.Prepare(claim, ct)).Try(out var cart, out var incomplete)) return await GiveUp(claim, incomplete, ct);
        steps.Reached(CheckoutStep.Prepared);

        if (!(await steps.ReserveStock(cart, claim, ct)).Try(out var reservation, out var soldOut)) return await GiveUp(claim, soldOut, ct);
        steps.Reached(CheckoutStep.StockReserved);

        if (!(await steps.ClaimPromotions(cart, claim, ct)).Try(out _, out var usedUp)) return await GiveUp(claim, usedUp, ct);
        steps.Reached(CheckoutStep.PromotionsClaimed);

        if (!(await steps.Pay(cart, claim, ct)).Try(out var payment, out var refused)) return await GiveUp(claim, refused, ct);
        steps.Reached(CheckoutStep.Paid);

        // A payment that took long must not end in an order whose stock is about to be given away.
        if (!(await steps.KeepStock(cart, claim, reservation, ct)).Try(out _, out var lost)) return await GiveUp(claim, lost, ct);

        var order = NewOrder.From(cart, claim.OrderNumber, steps.Now);
        if (!await Finalize(claim, order, ct)) return null;
        steps.Reached(CheckoutStep.Finalized);
        return new PlacedOrder(order, payment.Collection, claim.Cart.CatalogVersion);
    }

    private async Task<bool> Finalize(Claim claim, Order order, CancellationToken ct)
    {
        await using var tx = await db.Begin(ct);
        var row = order.Row;
        tx.Publish(new OrderPlaced(row.Id, row.CartId, row.DisplayId, row.Email, row.Total, row.CurrencyCode));
        var last = tx.Batch();
        last.BatchCommands.Add(OrdersStore.Place(order, claim.Token, claim.Cart.Version));
        try
        {
            await tx.Commit(last, ct);
            return true;
        }
        catch (PostgresException e) when (OrdersStore.IsRefused(e))
        {
            return false;
        }
    }

    /// <summary>
    /// Undoes what was held, but only while the lease is ours: otherwise it is another's by now. What cannot be undone keeps the lease,
    /// and <see cref="FinishCheckouts"/> tries again.
    /// </summary>
    private async Task<Result<PlacedOrder>?> GiveUp(Claim claim, Error error, CancellationToken ct)
    {
        foreach (var undo in steps.Undo(claim.CartId, ct))
        {
            if (!await lease.Extend(claim, ct)) return null;
            if ((await undo()).Error is { } notUndone) return notUndone;
        }

        await lease.End(claim, ct);
        return error;
    }
}

/// <summary>What completing a cart ends in.</summary>
/// <param name="Order">The order.</param>
/// <param name="Payment">Its payment collection; null when nothing was owed.</param>
/// <param name="CatalogVersion">Where the catalogue stood when it was placed; null for an order of before.</param>
internal sealed record PlacedOrder(Order Order, PaymentCollection? Payment, long? CatalogVersion = null);
