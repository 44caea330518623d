namespace HeadlessPro.Platform.Events;

/// <summary>
/// Tells this process, at once, that an event was committed: what caches listen to. Fed by the process's own commits and by
/// LISTEN/NOTIFY for those of others. A signal may come twice or without cause; it must never be relied on for durable work.
/// </summary>
public static class LocalSignals
{
    /// <summary>Raised when signals may have been lost (the listening connection was cut): whoever keeps copies drops them all.</summary>
    public const string Everything = "*";

    private static Action<string>? _handlers;

    /// <summary>
    /// Calls <paramref name="handler"/> with the event's name, or <see cref="Everything"/>, after each commit, here or elsewhere; it must
    /// be quick and not throw. Dispose the answer to stop. Most callers want the overload with a prefix.
    /// </summary>
    public static IDisposable Subscribe(Action<string> handler)
    {
        Add(handler);
        return new Subscription(handler);
    }

    /// <summary>Calls <paramref name="handler"/> for events whose name starts with <paramref name="prefix"/> (<c>catalog.</c>), and when signals may have been lost.</summary>
    public static IDisposable Subscribe(string prefix, Action handler) => Subscribe(name =>
    {
        if (name == Everything || name.StartsWith(prefix, StringComparison.Ordinal)) handler();
    });

    /// <summary>Says that events of that name may have happened.</summary>
    public static void Raise(string eventName) => Volatile.Read(ref _handlers)?.Invoke(eventName);

    private static void Add(Action<string> handler) => Change(current => current + handler);

    private static void Change(Func<Action<string>?, Action<string>?> change)
    {
        Action<string>? seen;
        do seen = Volatile.Read(ref _handlers);
        while (Interlocked.CompareExchange(ref _handlers, change(seen), seen) != seen);
    }

    private sealed class Subscription(Action<string> handler) : IDisposable
    {
        public void Dispose() => Change(current => current - handler);
    }
}
