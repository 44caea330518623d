namespace HeadlessPro.Notifications.Providers;

/// <summary>Takes messages to people.</summary>
internal interface INotificationProvider
{
    /// <summary>Noted with what it took: <c>local</c>.</summary>
    string Id { get; }

    /// <summary>Takes a message, or throws: then it is tried again. The same id may come twice, and must go out once where that can be had.</summary>
    Task Deliver(OutgoingMessage message, CancellationToken ct);
}

/// <summary>A message on its way; the channel is <c>email</c> or <c>sms</c>.</summary>
internal sealed record OutgoingMessage(Guid Id, string Kind, string Channel, string Recipient, string? Locale, string Subject, string Text);
