using Dapper;
using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Payments;

/// <summary>An order stands for its cart now: what was promised for it is due after the grace period, unless staff take it by hand.</summary>
internal static class OnOrderPlaced
{
    public const string Name = "payments.on_order_placed";

    public static Task Handle(IServiceProvider services, OrderPlaced placed, CancellationToken ct) => HandleMany(services, [placed], ct);

    public static async Task HandleMany(IServiceProvider services, IReadOnlyList<OrderPlaced> placed, CancellationToken ct)
    {
        await using var connection = await services.GetRequiredService<Db>().Open(ct);
        // By the shop's clock that all hosts share, and once: an event heard again changes nothing.
        await connection.ExecuteAsync(new CommandDefinition("""
            with known as (
                update payments.collections c set order_id = o.order_id
                from unnest(@orders, @carts) as o (order_id, cart_id)
                where c.cart_id = o.cart_id and c.order_id is null
                returning c.id, c.order_id, c.closed_at)
            update payments.payments p set order_id = known.order_id,
                capture_at = case when known.closed_at is null and p.canceled_at is null and p.captured + p.released < p.amount and not p.provider_id = any (@by_hand)
                    then now() + @grace end
            from known where p.collection_id = known.id and not p.is_stray
            """,
            new
            {
                orders = placed.Select(p => p.OrderId).ToArray(),
                carts = placed.Select(p => p.CartId).ToArray(),
                by_hand = services.GetRequiredService<PaymentProviders>().ByHand,
                grace = services.GetRequiredService<PaymentOptions>().CaptureAfter,
            },
            cancellationToken: ct));
    }
}
