using System.Text.Json.Serialization;
using HeadlessPro.Contracts;
using HeadlessPro.Platform.Web;

namespace HeadlessPro.Notifications;

/// <summary>A message as staff see it. One with a code or a link that opens something shows no text: staff are not to get in with it.</summary>
internal sealed record NotificationResponse(
    string Id, string Kind, string Channel, string To, string? Locale, string? Subject, string? Text, string Status, string? ProviderId,
    DateTimeOffset ExpiresAt, DateTimeOffset? SentAt, DateTimeOffset CreatedAt);

/// <summary>A row of <c>notifications.messages</c>.</summary>
internal sealed record MessageRow(
    Guid Id, string Kind, string Channel, string Recipient, string? Locale, string? Body, bool IsSecret, string? Provider,
    DateTimeOffset ExpiresAt, DateTimeOffset? SentAt, DateTimeOffset CreatedAt)
{
    public const string Prefix = "noti";

    // A text that has expired is gone, also where the job that erases it has not run yet.
    public const string Columns = """
        m.id, m.kind, m.channel, m.recipient, m.locale, case when m.expires_at > now() then m.body end as body, m.is_secret, m.provider,
        m.expires_at, m.sent_at, m.created_at
        """;

    public NotificationResponse ToWire(MessageSeal seal, DateTimeOffset now)
    {
        var text = seal.Open(Body);
        return new(
            WireId.Encode(Prefix, Id), Kind, Channel, Recipient, Locale, text?.Subject, IsSecret ? null : text?.Text,
            SentAt is not null ? "sent" : ExpiresAt <= now ? "expired" : "pending", Provider, ExpiresAt, SentAt, CreatedAt);
    }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
    RespectNullableAnnotations = true, RespectRequiredConstructorParameters = true, Converters = [typeof(WireTimeConverter)])]
[JsonSerializable(typeof(Guid))]
[JsonSerializable(typeof(MessageText))]
[JsonSerializable(typeof(NotificationResponse))]
[JsonSerializable(typeof(List<NotificationResponse>))]
internal sealed partial class NotificationsJson : JsonSerializerContext;
