using Dapper;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Payments;

/// <summary>No money without an order: a promise that no order stands for is told again, until its cart is an order or the promise is let go.</summary>
internal static class RemindOfPromises
{
    public const string Name = "payments.remind_of_promises";

    public static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    public static async Task Run(IServiceProvider services, CancellationToken ct)
    {
        await using var tx = await services.GetRequiredService<Db>().Begin(ct);
        var lonely = await tx.Connection.QueryAsync<PromiseRow>(new CommandDefinition("""
            with lonely as (
                select id, collection_id from payments.payments
                where told_at < now() - @within and canceled_at is null and not is_stray and order_id is null
                order by told_at limit 100 for update skip locked)
            update payments.payments p set told_at = now()
            from lonely join payments.collections c on c.id = lonely.collection_id
            where p.id = lonely.id
            returning p.id, c.cart_id, p.amount, c.currency_code
            """, new { within = services.GetRequiredService<PaymentOptions>().OrderExpectedWithin }, tx.Inner, cancellationToken: ct));
        foreach (var promise in lonely) tx.Publish(new PaymentAuthorized(promise.Id, promise.CartId, promise.Amount, promise.CurrencyCode));
        await tx.Commit(ct);
    }

    private sealed record PromiseRow(Guid Id, Guid CartId, long Amount, string CurrencyCode);
}
