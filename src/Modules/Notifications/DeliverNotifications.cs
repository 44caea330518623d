using System.Text.Json;
using Dapper;
using HeadlessPro.Notifications.Providers;
using HeadlessPro.Platform.Data;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Notifications;

/// <summary>
/// Hands a message to the provider. A host that dies between the provider's yes and the note of it hands it over again: providers get the
/// message's id, by which they know a repeat. What has expired meanwhile is of no use to anybody and stays.
/// </summary>
internal static class DeliverNotifications
{
    public const string Job = "notifications.deliver";

    public static async Task Run(IServiceProvider services, string payload, CancellationToken ct)
    {
        var (db, provider) = (services.GetRequiredService<Db>(), services.GetRequiredService<INotificationProvider>());
        var id = JsonSerializer.Deserialize(payload, NotificationsJson.Default.Guid);
        await using var connection = await db.Open(ct);
        var row = await connection.QuerySingleOrDefaultAsync<Row>(new CommandDefinition("""
            select kind, channel, recipient, locale, body from notifications.messages where id = @id and sent_at is null and expires_at > now()
            """, new { id }, cancellationToken: ct));
        await connection.CloseAsync();
        if (row is null || services.GetRequiredService<MessageSeal>().Open(row.Body) is not { } text) return;
        await provider.Deliver(new OutgoingMessage(id, row.Kind, row.Channel, row.Recipient, row.Locale, text.Subject, text.Text), ct);
        await connection.OpenAsync(ct);
        await connection.ExecuteAsync(new CommandDefinition(
            "update notifications.messages set sent_at = now(), provider = @by where id = @id", new { by = provider.Id, id }, cancellationToken: ct));
    }

    /// <summary>For the recurring job: texts vanish in time, and after 90 days that there was a message.</summary>
    public static async Task Forget(IServiceProvider services, CancellationToken ct)
    {
        await using var batch = services.GetRequiredService<Db>().Batch();
        batch.BatchCommands.Add(new("update notifications.messages set body = null where body is not null and expires_at <= now()"));
        batch.BatchCommands.Add(new("delete from notifications.messages where created_at < now() - interval '90 days'"));
        await batch.ExecuteNonQueryAsync(ct);
    }

    private sealed record Row(string Kind, string Channel, string Recipient, string? Locale, string? Body);
}
