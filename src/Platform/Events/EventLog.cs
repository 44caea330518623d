using Dapper;
using HeadlessPro.Platform.Data;

namespace HeadlessPro.Platform.Events;

/// <summary>Questions about the event log: who has heard what, and what an operator should know.</summary>
public sealed class EventLog(Db db)
{
    /// <summary>
    /// What <paramref name="subscriber"/> failed at of the events it was given, once it was given every event logged up to
    /// <paramref name="asOf"/>: payloads of the deliveries that are tried again or were given up; those not among them are handled.
    /// Null as long as one is ahead of its cursor, or may yet be committed by a transaction that is still open.
    /// </summary>
    public async Task<IReadOnlyList<string>?> FailedOf(string subscriber, DateTimeOffset asOf, CancellationToken ct)
    {
        await using var batch = db.Batch();
        // In this order: a transaction that ends after the first statement, or a delivery that fails after the second, is seen by the next.
        var open = batch.CreateBatchCommand();
        open.CommandText = """
            select not exists (
                select from pg_stat_activity
                where datname = current_database() and pid <> pg_backend_pid() and backend_xid is not null and xact_start <= @as_of)
            """;
        open.Parameters.AddWithValue("as_of", asOf.ToUniversalTime());
        batch.BatchCommands.Add(open);
        var given = batch.CreateBatchCommand();
        given.CommandText = """
            select exists (
                select from events.cursors c
                where c.subscriber = @subscriber
                  and not exists (select from events.log l where l.name = c.event_name and (l.tx, l.id) > (c.tx, c.id) and l.occurred_at <= @as_of))
            """;
        given.Parameters.AddWithValue("subscriber", subscriber);
        given.Parameters.AddWithValue("as_of", asOf.ToUniversalTime());
        batch.BatchCommands.Add(given);
        var failed = batch.CreateBatchCommand();
        failed.CommandText = "select l.payload::text from events.failed f join events.log l on l.id = f.event_id where f.subscriber = @subscriber";
        failed.Parameters.AddWithValue("subscriber", subscriber);
        batch.BatchCommands.Add(failed);
        await using var reader = await batch.ExecuteReaderAsync(ct);
        await reader.ReadAsync(ct);
        var nothingOpen = reader.GetBoolean(0);
        await reader.NextResultAsync(ct);
        await reader.ReadAsync(ct);
        if (!nothingOpen || !reader.GetBoolean(0)) return null;
        await reader.NextResultAsync(ct);
        var payloads = new List<string>();
        while (await reader.ReadAsync(ct)) payloads.Add(reader.GetString(0));
        return payloads;
    }

    /// <summary>How far each subscriber of any host has come.</summary>
    public async Task<IReadOnlyList<SubscriberStatus>> Status(CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        var rows = await connection.QueryAsync<SubscriberStatus>(new CommandDefinition("""
            select c.subscriber, c.event_name,
                   (select count(*) from (select from events.log l
                                          where l.name = c.event_name and (l.tx, l.id) > (c.tx, c.id) limit 10000) as ahead) as pending,
                   coalesce((select extract(epoch from clock_timestamp() - l.occurred_at)::float8 from events.log l
                             where l.name = c.event_name and (l.tx, l.id) > (c.tx, c.id) order by l.tx, l.id limit 1), 0) as lag_seconds,
                   (select count(*) from events.failed f where f.subscriber = c.subscriber and f.retry_at is not null) as retrying,
                   (select count(*) from events.failed f where f.subscriber = c.subscriber and f.retry_at is null) as dead
            from events.cursors c
            order by c.subscriber
            """, cancellationToken: ct));
        return rows.AsList();
    }

    /// <summary>
    /// Removes what is older than a week and was heard by all, and what is older than a month (a subscriber that no longer exists never
    /// catches up). Deliveries that failed keep their event.
    /// </summary>
    internal async Task Trim(CancellationToken ct)
    {
        await using var command = db.Command("""
            delete from events.log l
            where l.occurred_at < now() - interval '7 days'
              and not exists (select from events.failed f where f.event_id = l.id)
              and (l.occurred_at < now() - interval '30 days'
                   or not exists (select from events.cursors c where c.event_name = l.name and (c.tx, c.id) < (l.tx, l.id)))
            """);
        await command.ExecuteNonQueryAsync(ct);
    }
}

/// <summary>How far a subscriber has come.</summary>
/// <param name="Subscriber">Its name.</param>
/// <param name="EventName">What it hears.</param>
/// <param name="Pending">Events it has not heard yet; no further than 10,000.</param>
/// <param name="LagSeconds">Age of the oldest of them.</param>
/// <param name="Retrying">Deliveries that failed and are tried again.</param>
/// <param name="Dead">Deliveries given up: rows of <c>events.failed</c> without <c>retry_at</c>. Set it to try again, delete the row to drop it.</param>
public sealed record SubscriberStatus(string Subscriber, string EventName, long Pending, double LagSeconds, long Retrying, long Dead);
