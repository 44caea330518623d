using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Web;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Payments;

/// <summary>An order is canceled: what was promised for it is let go, what was taken is given back.</summary>
internal static class OnOrderCanceled
{
    public const string Name = "payments.on_order_canceled";

    public static async Task Handle(IServiceProvider services, OrderCanceled canceled, CancellationToken ct)
    {
        var money = services.GetRequiredService<MoveMoney>();
        foreach (var payment in await Close(services.GetRequiredService<Db>(), canceled.CartId, ct))
        {
            var kind = payment.Captured == 0 ? MovementKind.Void : MovementKind.Refund;
            var moved = await money.Run(new Movement(payment.Id, kind, Reason: kind == MovementKind.Refund ? "order_canceled" : null), ct);
            // A capture under way, a provider out of reach: heard again later. A refusal is shown to staff.
            if (moved.Error is { Type: ErrorType.Unavailable or ErrorType.Conflict } error) throw new ErrorException(error);
            if (moved.Error is { } refused) await PaymentAttention.Note(services.GetRequiredService<Db>(), payment.Id, $"The order was canceled, its money could not be given back: {refused.Message}", ct);
        }
    }

    private static async Task<List<PaymentRow>> Close(Db db, Guid cart, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return (await connection.QueryAsync<PaymentRow>(new CommandDefinition("""
            with closed as (
                update payments.collections set closed_at = coalesce(closed_at, now()) where cart_id = @cart returning id)
            update payments.payments p set capture_at = null
            from closed where p.collection_id = closed.id and p.canceled_at is null and not p.is_stray
                and (p.captured = 0 or p.captured > p.refunded + p.disputed)
            returning p.id, p.captured
            """, new { cart }, cancellationToken: ct))).AsList();
    }

    private sealed record PaymentRow(Guid Id, long Captured);
}
