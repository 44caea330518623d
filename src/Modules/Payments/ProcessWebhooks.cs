using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HeadlessPro.Payments;

/// <summary>Looks after events that could not be settled when they arrived: again and again, at growing intervals, until the provider answers.</summary>
internal sealed partial class ProcessWebhooks(Db db, Settle settle, ILogger<ProcessWebhooks> logger)
{
    public const string Name = "payments.process_webhooks";

    public static readonly TimeSpan Every = TimeSpan.FromSeconds(2);

    public static Task Run(IServiceProvider services, CancellationToken ct) => services.GetRequiredService<ProcessWebhooks>().Run(ct);

    /// <summary>Settles within a time, and notes that it is done.</summary>
    public async Task Try(string provider, ProviderEvent told, TimeSpan within)
    {
        using var deadline = new CancellationTokenSource(within);
        try
        {
            if (!(await settle.Run(told, deadline.Token)).Try(out var isOurs, out var error)) LogLater(logger, provider, told.Type, told.Id, error.Message);
            else await Done(provider, told, isOurs);
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested)
        {
            LogLater(logger, provider, told.Type, told.Id, "the provider is slow");
        }
        catch (Exception e)
        {
            LogFailed(logger, provider, told.Type, told.Id, e);
        }
    }

    /// <summary>What providers send again after three months is theirs to explain.</summary>
    public static async Task Forget(IServiceProvider services, CancellationToken ct)
    {
        await using var connection = await services.GetRequiredService<Db>().Open(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            "delete from payments.webhook_events where received_at < now() - interval '90 days' and due_at is null", cancellationToken: ct));
    }

    /// <summary>Has a session looked at in a while, whether or not its provider tells of it.</summary>
    public async Task LookLater(Guid session)
    {
        await using var connection = await db.Open(CancellationToken.None);
        await connection.ExecuteAsync("""
            insert into payments.webhook_events (provider, event_id, type, session_id, provider_references, due_at)
            values ('shop', @id, 'checkout.given_up', @session, '{}', now() + interval '10 seconds')
            """, new { id = Guid.CreateVersion7().ToString("N"), session });
    }

    private async Task Run(CancellationToken ct)
    {
        foreach (var due in await Take(ct))
        {
            ct.ThrowIfCancellationRequested();
            await Try(due.Provider, new ProviderEvent(due.EventId, due.Type, due.ProviderReferences, due.SessionId), TimeSpan.FromSeconds(30));
        }
    }

    // For as long as somebody is at it, it is not due: a minute at first, an hour in the end.
    private async Task<List<Row>> Take(CancellationToken ct)
    {
        await using var connection = await db.Open(ct);
        return (await connection.QueryAsync<Row>(new CommandDefinition("""
            update payments.webhook_events set attempts = attempts + 1, due_at = now() + least(interval '1 hour', interval '30 seconds' * power(2, attempts))
            where (provider, event_id) in (
                select provider, event_id from payments.webhook_events where due_at <= now() order by due_at limit 20 for update skip locked)
            returning provider, event_id, type, session_id, provider_references
            """, cancellationToken: ct))).AsList();
    }

    private async Task Done(string provider, ProviderEvent told, bool isOurs)
    {
        if (!isOurs) LogForeign(logger, provider, told.Type, told.Id);
        await using var connection = await db.Open(CancellationToken.None);
        await connection.ExecuteAsync(
            "update payments.webhook_events set processed_at = now(), due_at = null where provider = @provider and event_id = @id", new { provider, id = told.Id });
    }

    private sealed record Row(string Provider, string EventId, string Type, Guid? SessionId, string[] ProviderReferences);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Event {Type} {Event} of {Provider} is settled later: {Reason}")]
    private static partial void LogLater(ILogger logger, string provider, string type, string @event, string reason);

    [LoggerMessage(Level = LogLevel.Error, Message = "Event {Type} {Event} of {Provider} could not be settled; tried again later")]
    private static partial void LogFailed(ILogger logger, string provider, string type, string @event, Exception e);

    [LoggerMessage(Level = LogLevel.Information, Message = "Event {Type} {Event} of {Provider} is of a payment that this shop does not know")]
    private static partial void LogForeign(ILogger logger, string provider, string type, string @event);
}
