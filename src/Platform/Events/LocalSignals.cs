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
    private static Action<string>? _derived;

    /// <summary>
    /// Calls <paramref name="handler"/> with the event's name, or <see cref="Everything"/>, after each commit, here or elsewhere; it must
    /// be quick and not throw. Dispose the answer to stop. Most callers want the overload with a prefix.
    /// </summary>
    public static IDisposable Subscribe(Action<string> handler)
    {
        Change(ref _handlers, current => current + handler);
        return new Subscription(() => Change(ref _handlers, current => current - handler));
    }

    /// <summary>Calls <paramref name="handler"/> for events whose name starts with <paramref name="prefix"/> (<c>catalog.</c>), and when signals may have been lost.</summary>
    public static IDisposable Subscribe(string prefix, Action handler) => Subscribe(name =>
    {
        if (name == Everything || name.StartsWith(prefix, StringComparison.Ordinal)) handler();
    });

    /// <summary>For what is made from other copies: called after all of them were dropped, so that it is not made anew from an old one.</summary>
    internal static IDisposable SubscribeLast(Action<string> handler)
    {
        Change(ref _derived, current => current + handler);
        return new Subscription(() => Change(ref _derived, current => current - handler));
    }

    /// <summary>Says that events of that name may have happened.</summary>
    public static void Raise(string eventName)
    {
        Volatile.Read(ref _handlers)?.Invoke(eventName);
        Volatile.Read(ref _derived)?.Invoke(eventName);
    }

    private static void Change(ref Action<string>? handlers, Func<Action<string>?, Action<string>?> change)
    {
        Action<string>? seen;
        do seen = Volatile.Read(ref handlers);
        while (Interlocked.CompareExchange(ref handlers, change(seen), seen) != seen);
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }
}
