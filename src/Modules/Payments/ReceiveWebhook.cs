using System.Diagnostics.Metrics;
using HeadlessPro.Contracts;
using HeadlessPro.Payments.Providers;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Security;
using HeadlessPro.Platform.Web;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace HeadlessPro.Payments;

/// <summary>
/// A provider tells that something happened. Its signature is checked before anything else; an event is noted once and answered with 200
/// only when it is noted. Its content is never believed: <see cref="Settle"/> asks the provider, here when that is quick, else
/// <see cref="ProcessWebhooks"/> does. So it does not matter in which order events arrive, or how often.
/// </summary>
internal sealed partial class ReceiveWebhook(Db db, IEnumerable<IWebhookSource> sources, ProcessWebhooks process, ILogger<ReceiveWebhook> logger)
{
    private static readonly Counter<long> Refused =
        new Meter("HeadlessPro.Payments").CreateCounter<long>("payments.webhooks.refused", description: "Webhooks without a valid signature");

    // Of the names of providers' objects and events.
    private const int MaxLength = 255;

    private static readonly TimeSpan Quick = TimeSpan.FromSeconds(3);
    private readonly Dictionary<string, IWebhookSource> _sources = sources.ToDictionary(s => s.Name, StringComparer.Ordinal);

    public static Task<IResult> Stripe(HttpContext http, ReceiveWebhook receive) => receive.Run("stripe", http);

    public static Task<IResult> PayPal(HttpContext http, ReceiveWebhook receive) => receive.Run("paypal", http);

    private async Task<IResult> Run(string name, HttpContext http)
    {
        if (!_sources.TryGetValue(name, out var source)) return Reply.Error(Error.NotFound($"Webhooks of {name} are not configured here"));
        // As it is: what is signed may hold long numbers of the provider's, which are not kept.
        var body = await RequestBody.ReadBytes(http);
        if (!(await source.Read(http.Request.Headers, body, http.RequestAborted)).Try(out var told, out var error))
        {
            if (error.Type == ErrorType.Unavailable) LogUnchecked(logger, name);
            else
            {
                Refused.Add(1, new KeyValuePair<string, object?>("provider", name));
                LogRefused(logger, name, error.Message);
            }

            return Reply.Error(error);
        }

        if (CardNumbers.AreIn(told.Id) || CardNumbers.AreIn(told.Type) || told.References.Any(CardNumbers.AreIn)) throw CardNumbers.Refused("The event");
        if (!IsStorable(told)) return Reply.Error(Error.Invalid($"The event has an id, a type or a reference that is too long, or not text: at most {MaxLength} characters"));
        // From here on it is ours, whether or not the provider waits for the answer.
        if (await Note(name, told)) await process.Try(name, told, Quick);
        return Results.Ok();
    }

    // PostgreSQL keeps no NUL in text, and indexes no key that is this long.
    private static bool IsStorable(ProviderEvent told) =>
        told.References.Append(told.Id).Append(told.Type).All(text => text.Length <= MaxLength && !text.Contains('\0', StringComparison.Ordinal));

    /// <summary>False when it was processed already.</summary>
    private async Task<bool> Note(string provider, ProviderEvent told)
    {
        await using var command = db.Command("""
            insert into payments.webhook_events as e (provider, event_id, type, session_id, provider_references, due_at)
            values ($1, $2, $3, $4, $5, now() + interval '5 seconds')
            on conflict (provider, event_id) do update set attempts = e.attempts
            returning processed_at is null
            """);
        command.Parameters.Add(new() { Value = provider });
        command.Parameters.Add(new() { Value = told.Id });
        command.Parameters.Add(new() { Value = told.Type });
        command.Parameters.Add(new NpgsqlParameter { NpgsqlDbType = NpgsqlTypes.NpgsqlDbType.Uuid, Value = (object?)told.SessionId ?? DBNull.Value });
        command.Parameters.Add(new() { Value = told.References.ToArray() });
        return (bool)(await command.ExecuteScalarAsync(CancellationToken.None))!;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "A webhook of {Provider} was refused: {Reason}")]
    private static partial void LogRefused(ILogger logger, string provider, string reason);

    [LoggerMessage(Level = LogLevel.Warning, Message = "A webhook of {Provider} could not be checked now: the provider is to send it again")]
    private static partial void LogUnchecked(ILogger logger, string provider);
}
