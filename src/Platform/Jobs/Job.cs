using Microsoft.Extensions.DependencyInjection;

namespace HeadlessPro.Platform.Jobs;

/// <summary>Work that recurs: each run once over all hosts, under a lease.</summary>
/// <param name="Name">Unique and stable, <c>inventory.expire_reservations</c>.</param>
/// <param name="Every">Time between runs.</param>
/// <param name="Run">Must be safe to repeat and to be cut off.</param>
public sealed record RecurringJob(string Name, TimeSpan Every, Func<IServiceProvider, CancellationToken, Task> Run);

/// <summary>Work enqueued with <see cref="JobQueue.Enqueue"/>, by name.</summary>
/// <param name="Name">Unique and stable, <c>catalog.import_products</c>.</param>
/// <param name="Run">Gets the payload as JSON. Must be safe to repeat. An exception means: try again later, with backoff.</param>
public sealed record JobHandler(string Name, Func<IServiceProvider, string, CancellationToken, Task> Run);

/// <summary>Registration of jobs.</summary>
public static class JobRegistration
{
    /// <summary>Adds a recurring job.</summary>
    public static IServiceCollection AddRecurringJob(
        this IServiceCollection services, string name, TimeSpan every, Func<IServiceProvider, CancellationToken, Task> run) =>
        services.AddSingleton(new RecurringJob(name, every, run));

    /// <summary>Adds the handler of an enqueued job.</summary>
    public static IServiceCollection AddJobHandler(
        this IServiceCollection services, string name, Func<IServiceProvider, string, CancellationToken, Task> run) =>
        services.AddSingleton(new JobHandler(name, run));
}
