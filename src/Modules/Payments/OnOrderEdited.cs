using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Ordering;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Payments;

/// <summary>
/// An order costs something else now. Less than was promised: that much is captured when it is due, the rest let go. More: the shopper is asked
/// for a further promise (<see cref="OpenSession"/> on the same collection), and what there is is captured when it is due. Staff see what is
/// owed either way.
/// </summary>
internal static class OnOrderEdited
{
    public const string Name = "payments.on_order_edited";

    public static async Task Handle(IServiceProvider services, OrderEdited edited, CancellationToken ct)
    {
        await using var connection = await services.GetRequiredService<Db>().Open(ct);
        var paid = await connection.QuerySingleOrDefaultAsync<Paid>(new CommandDefinition("""
            with owed as (
                update payments.collections set amount = @Total, order_version = @Version, updated_at = now()
                where cart_id = @CartId and order_version < @Version
                returning id)
            select (array_agg(p.id order by p.part desc))[1] as last, sum(p.amount)::bigint as promised, sum(p.captured - p.refunded - p.disputed)::bigint as kept
            from owed join payments.payments p on p.collection_id = owed.id and p.canceled_at is null and not p.is_stray
            having count(*) > 0
            """, new { edited.Total, edited.Version, edited.CartId }, cancellationToken: ct));
        if (paid is null) return;

        var attention = paid.Promised < edited.Total ? $"The order grew: {PaymentWire.Text(edited.Total - paid.Promised, edited.CurrencyCode)} more is to be paid"
            : paid.Kept > edited.Total ? $"The order shrank: {PaymentWire.Text(paid.Kept - edited.Total, edited.CurrencyCode)} of what was captured is to be given back"
            : null;
        await connection.ExecuteAsync(new CommandDefinition(
            "update payments.payments set attention = @attention, updated_at = now() where id = @Last", new { attention, paid.Last }, cancellationToken: ct));
    }

    private sealed record Paid(Guid Last, long Promised, long Kept);
}
