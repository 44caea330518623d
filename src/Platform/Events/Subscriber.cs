using System.Text.Json;
using HeadlessPro.Contracts;
using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Platform.Events;

/// <summary>A durable subscription: every event of that name, at least once, in order of commit but for retries.</summary>
/// <param name="Name">Unique and stable, <c>inventory.on_order_placed</c>: the key of its cursor.</param>
/// <param name="EventName">The event heard.</param>
/// <param name="Handle">Must be safe to repeat. An exception means: try again later, with backoff; in the end a dead letter.</param>
/// <param name="HandleMany">When given: takes several at once, in order. When it throws, each is handed over by itself.</param>
public sealed record Subscriber(
    string Name, string EventName, Func<IServiceProvider, string, CancellationToken, Task> Handle,
    Func<IServiceProvider, IReadOnlyList<string>, CancellationToken, Task>? HandleMany = null)
{
    /// <summary>How many events are handled side by side; more than 1 only where it does not matter which comes first.</summary>
    public int AtOnce { get; init; } = 1;
}

/// <summary>Registration of subscribers.</summary>
public static class SubscriberRegistration
{
    /// <summary>Adds a subscriber; <paramref name="handle"/> gets a scope of its own. Where events are many, <paramref name="handleMany"/> takes those that wait together.
    /// <paramref name="atOnce"/>: see <see cref="Subscriber.AtOnce"/>.</summary>
    public static IServiceCollection AddSubscriber<TEvent>(
        this IServiceCollection services, string name, Func<IServiceProvider, TEvent, CancellationToken, Task> handle,
        Func<IServiceProvider, IReadOnlyList<TEvent>, CancellationToken, Task>? handleMany = null, int atOnce = 1)
        where TEvent : IEvent =>
        services.AddSingleton(new Subscriber(
            name, TEvent.Name, (provider, payload, ct) => handle(provider, Read<TEvent>(payload), ct),
            handleMany is null ? null : (provider, payloads, ct) => handleMany(provider, [.. payloads.Select(Read<TEvent>)], ct))
        { AtOnce = atOnce });

    private static TEvent Read<TEvent>(string payload) => JsonSerializer.Deserialize<TEvent>(payload)!;
}
