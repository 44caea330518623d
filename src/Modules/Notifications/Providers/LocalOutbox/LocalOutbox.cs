namespace HeadlessPro.Notifications.Providers.LocalOutbox;

/// <summary>The default, without keys: messages stay where they were written, to be read at <c>/outbox</c> while developing.</summary>
internal sealed class LocalOutbox : INotificationProvider
{
    public string Id => "local";

    public Task Deliver(OutgoingMessage message, CancellationToken ct) => Task.CompletedTask;
}
