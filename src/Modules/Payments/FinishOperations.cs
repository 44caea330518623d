using Dapper;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HeadlessPro.Payments;

/// <summary>
/// Finishes movements that were cut off: the provider is called again with the same key, so what had happened there is only told. Each is
/// taken for a minute, by one host; when two meet all the same, the books take each movement once.
/// </summary>
internal sealed partial class FinishOperations(Db db, MoveMoney money, ILogger<FinishOperations> logger)
{
    public const string Name = "payments.finish_operations";

    public static readonly TimeSpan Every = TimeSpan.FromSeconds(10);

    public static Task Run(IServiceProvider services, CancellationToken ct) => services.GetRequiredService<FinishOperations>().Run(ct);

    private async Task Run(CancellationToken ct)
    {
        foreach (var row in await Take(ct))
        {
            ct.ThrowIfCancellationRequested();
            try
            {
                var outcome = await money.Finish(row.ToOperation(), isHeard: false, ct);
                LogFinished(logger, row.Kind, row.PaymentId, outcome.Error?.Message ?? "done");
            }
            catch (Exception e) when (!ct.IsCancellationRequested)
            {
                // Taken again in a minute; those behind it need not wait for that.
                LogFailed(logger, row.Kind, row.PaymentId, e);
            }
        }
    }

    private async Task<List<OperationRow>> Take(CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return (await connection.QueryAsync<OperationRow>(new CommandDefinition("""
            with taken as (
                update payments.operations set taken_at = now()
                where id in (
                    select id from payments.operations
                    where status = 'open' and taken_at < now() - interval '1 minute'
                    order by taken_at limit 20 for update skip locked)
                returning id, payment_id, kind, amount, is_final, reason)
            select o.id, o.payment_id, o.kind, o.amount, o.is_final, o.reason, p.provider_id, p.reference, p.amount as authorized, p.captured, c.currency_code,
                c.cart_id, c.closed_at is not null as is_closed, s.id as session_id, s.reference as session_reference, s.data::text as data
            from taken o
            join payments.payments p on p.id = o.payment_id
            join payments.sessions s on s.id = p.session_id
            join payments.collections c on c.id = p.collection_id
            order by o.id
            """, cancellationToken: ct))).AsList();
    }

    private sealed record OperationRow(
        Guid Id, Guid PaymentId, string Kind, long Amount, bool IsFinal, string? Reason, string ProviderId, string Reference, long Authorized, long Captured,
        string CurrencyCode, Guid CartId, bool IsClosed, Guid SessionId, string? SessionReference, string Data)
    {
        public OpenOperation ToOperation() => new(
            Id, PaymentId, MovementKindNames.Parse(Kind), Amount, Reason, ProviderId,
            new ProviderPayment(new ProviderSession(SessionId, CartId, SessionReference, Authorized, CurrencyCode, Data), Reference, Authorized, Captured),
            IsFinal, IsClosed);
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The {Kind} of payment {Payment} could not be finished")]
    private static partial void LogFailed(ILogger logger, string kind, Guid payment, Exception e);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The {Kind} of payment {Payment} had been cut off; called again: {Outcome}")]
    private static partial void LogFinished(ILogger logger, string kind, Guid payment, string outcome);
}
