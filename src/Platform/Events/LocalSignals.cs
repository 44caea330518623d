namespace HeadlessPro.Platform.Events;

/// <summary>
/// Tells this process, at once, that an event was committed: what caches listen to. Fed by the process's own commits and by
/// LISTEN/NOTIFY for those of others. A signal may come twice or without cause; it must never be relied on for durable work.
/// </summary>
public static class LocalSignals
{
    private static Action<string>? _handlers;

    /// <summary>Calls <paramref name="handler"/> with the event's name after each commit, here or elsewhere; it must be quick and not throw.</summary>
    public static void Subscribe(Action<string> handler) => _handlers += handler;

    /// <summary>Says that events of that name may have happened.</summary>
    public static void Raise(string eventName) => _handlers?.Invoke(eventName);
}
