using Dapper;
using HeadlessPro.Contracts;
using HeadlessPro.Contracts.Notifications;
using HeadlessPro.Platform.Data;
using HeadlessPro.Platform.Jobs;

namespace HeadlessPro.Notifications;

/// <summary>Keeps <see cref="INotifications"/>: the message and the job that delivers it are written together, or neither is.</summary>
internal sealed class QueueNotification(Db db, MessageSeal seal, TimeProvider clock) : INotifications
{
    private static readonly TimeSpan Kept = TimeSpan.FromDays(30);

    public async Task<Result<NotificationQueued>> Send(SendNotification request, CancellationToken ct)
    {
        if (Template.Of(request.Kind) is not { } template) return Error.Invalid($"Invalid request: Field 'kind' is not known: '{request.Kind}'");
        if (ChannelOf(request.Recipient) is not { } channel) return Error.Invalid("Invalid request: Field 'recipient' must be an e-mail address or a phone number such as +27831234567");
        if (request.Key is { Length: 0 or > 200 }) return Error.Invalid("Invalid request: Field 'key' must have 1 to 200 characters");
        if (template.IsSecret && request.ExpiresAt is null) return Error.Invalid($"Invalid request: Field 'expires_at' is required for kind '{request.Kind}'");
        if (!template.Fill(request.Data).Try(out var text, out var error)) return error;

        await using var tx = await db.Begin(ct);
        var id = WireId.New();
        var isNew = await tx.Connection.ExecuteAsync(new CommandDefinition("""
            insert into notifications.messages (id, key, kind, channel, recipient, locale, body, is_secret, expires_at)
            values (@id, @Key, @Kind, @channel, @Recipient, @Locale, @body, @IsSecret, @expires)
            on conflict (key) do nothing
            """,
            new
            {
                id,
                request.Key,
                request.Kind,
                channel,
                request.Recipient,
                request.Locale,
                body = seal.Close(text),
                template.IsSecret,
                expires = request.ExpiresAt ?? clock.GetUtcNow() + Kept,
            }, tx.Inner, cancellationToken: ct)) == 1;
        if (!isNew)
        {
            return new NotificationQueued(await tx.Connection.QuerySingleAsync<Guid>(new CommandDefinition(
                "select id from notifications.messages where key = @Key", new { request.Key }, tx.Inner, cancellationToken: ct)), IsNew: false);
        }

        await JobQueue.Enqueue(tx, DeliverNotifications.Job, $"\"{id}\"", clock.GetUtcNow(), null, ct);
        await tx.Commit(ct);
        return new NotificationQueued(id, IsNew: true);
    }

    // Line ends would be headers of a mail.
    private static string? ChannelOf(string recipient) =>
        recipient.Length is 0 or > 254 || recipient.Any(c => char.IsControl(c) || char.IsWhiteSpace(c)) ? null
        : recipient.IndexOf('@', StringComparison.Ordinal) > 0 ? "email"
        : recipient[0] == '+' && recipient.Length is >= 8 and <= 16 && recipient.AsSpan(1).ContainsAnyExceptInRange('0', '9') is false ? "sms"
        : null;
}
