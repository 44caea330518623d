using Dapper;
using HeadlessPro.Contracts.Payments;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Payments;

/// <summary>
/// No money without an order: a promise that no order stands for is told again, until its cart is an order or the promise is let go. What an
/// order still owes has no checkout that asks for it: should its webhook get lost, the provider is asked, at growing intervals.
/// </summary>
internal static class RemindOfPromises
{
    public const string Name = "payments.remind_of_promises";

    public static readonly TimeSpan Every = TimeSpan.FromSeconds(15);

    public static async Task Run(IServiceProvider services, CancellationToken ct)
    {
        var within = services.GetRequiredService<PaymentOptions>().OrderExpectedWithin;
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
            """, new { within }, tx.Inner, cancellationToken: ct));
        foreach (var promise in lonely) tx.Publish(new PaymentAuthorized(promise.Id, promise.CartId, promise.Amount, promise.CurrencyCode));
        // ProcessWebhooks looks, as if it had been told.
        await tx.Connection.ExecuteAsync(new CommandDefinition("""
            with due as (
                update payments.sessions set look_at = case when status in ('pending', 'requires_more') then now() + greatest(@within, now() - created_at) end
                where id in (select id from payments.sessions where look_at <= now() order by look_at limit 100 for update skip locked)
                returning id, look_at)
            insert into payments.webhook_events (provider, event_id, type, session_id, provider_references, due_at)
            select 'shop', gen_random_uuid()::text, 'further_promise.unheard', id, '{}', now() from due where look_at is not null
            """, new { within }, tx.Inner, cancellationToken: ct));
        await tx.Commit(ct);
    }

    private sealed record PromiseRow(Guid Id, Guid CartId, long Amount, string CurrencyCode);
}
