using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HeadlessPro.Payments;

/// <summary>
/// Takes promised money when it is due: what is owed of it, the rest is let go. A promise about to lapse is taken early. Each capture is an
/// operation written under the payment's lock, so any number of workers that see the same payment take its money once; one that is cut
/// off is finished by <see cref="FinishOperations"/>.
/// </summary>
internal sealed partial class CaptureDue(Db db, MoveMoney money, PaymentOptions options, ILogger<CaptureDue> logger)
{
    public const string Name = "payments.capture_due";

    private const int AtOnce = 8;

    public static Task Run(IServiceProvider services, CancellationToken ct) => services.GetRequiredService<CaptureDue>().Run(ct);

    private async Task Run(CancellationToken ct)
    {
        await WatchLapses(ct);
        await Parallel.ForEachAsync(await Due(ct), new ParallelOptions { MaxDegreeOfParallelism = AtOnce, CancellationToken = ct }, async (due, token) =>
        {
            try
            {
                await Capture(due, token);
            }
            catch (Exception e) when (!token.IsCancellationRequested)
            {
                LogFailed(logger, due.Id, e);
            }
        });
    }

    private async Task Capture(Row due, CancellationToken ct)
    {
        var outcome = due.Owed > 0
            ? await money.Run(new Movement(due.Id, MovementKind.Capture) { IsDue = true }, ct)
            : await money.Run(new Movement(due.Id, MovementKind.Void), ct);
        if (outcome.Error is not { Type: not (ErrorType.Unavailable or ErrorType.Conflict) } refused) return;
        LogRefused(logger, due.Id, refused.Message);
        await LeaveToStaff(due.Id, ct);
    }

    private async Task<List<Row>> Due(CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return (await connection.QueryAsync<Row>(new CommandDefinition("""
            select p.id, (least(greatest(c.amount - earlier.amount, 0), p.amount - p.released) - p.captured)::bigint as owed
            from payments.payments p join payments.collections c on c.id = p.collection_id
            cross join lateral (
                select coalesce(sum(e.amount - e.released), 0) as amount from payments.payments e
                where e.collection_id = p.collection_id and e.part < p.part and e.canceled_at is null and not e.is_stray) earlier
            where p.capture_at <= now() and p.canceled_at is null and (p.review is null or p.review = 'released')
                -- What an order owed further waits with what is held of it.
                and not exists (select from payments.payments h where h.collection_id = p.collection_id and h.review = 'pending' and h.id <> p.id)
                and not exists (select from payments.operations o where o.payment_id = p.id and o.status = 'open')
            order by p.capture_at limit 200
            """, cancellationToken: ct))).AsList();
    }

    /// <summary>Tried again by staff only.</summary>
    private async Task LeaveToStaff(Guid payment, CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            "update payments.payments set capture_at = null where id = @payment", new { payment }, cancellationToken: ct));
    }

    private async Task WatchLapses(CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var flagged = await connection.QueryAsync<Guid>(new CommandDefinition("""
            with lapsing as (
                select id, capture_at is null or review = 'pending' as is_left_to_staff from payments.payments
                where lapses_at < now() + @warning and captured_at is null and canceled_at is null
                    and (attention is null or (capture_at > now() and review is distinct from 'pending'))
                limit 200 for update skip locked)
            update payments.payments p set capture_at = least(p.capture_at, now()),
                attention = case when is_left_to_staff then format('The promise lapses %s UTC: %s it', to_char(lapses_at at time zone 'utc', 'YYYY-MM-DD HH24:MI'),
                    case p.review when 'pending' then 'release or deny' else 'capture or cancel' end) else p.attention end
            from lapsing where p.id = lapsing.id and (is_left_to_staff or p.capture_at > now())
            returning p.id
            """, new { warning = options.LapseWarning }, cancellationToken: ct));
        foreach (var payment in flagged) LogLapses(logger, payment);
    }

    private sealed record Row(Guid Id, long Owed);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Payment {Payment} is about to lapse: captured early, or shown to staff")]
    private static partial void LogLapses(ILogger logger, Guid payment);

    [LoggerMessage(Level = LogLevel.Error, Message = "Payment {Payment} could not be captured: {Reason}")]
    private static partial void LogRefused(ILogger logger, Guid payment, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Payment {Payment} could not be captured; tried again soon")]
    private static partial void LogFailed(ILogger logger, Guid payment, Exception e);
}
