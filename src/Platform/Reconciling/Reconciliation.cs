using HeadlessPro.Platform.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HeadlessPro.Platform.Reconciling;

/// <summary>A comparison of what is kept in two places. Runs every night, and when an operator asks (<c>headlesspro reconcile</c>).</summary>
/// <param name="Name">Unique and stable, <c>payments.reconcile</c>.</param>
/// <param name="Run">Compares what changed in that time and what is unfinished since before; mends what is provably safe to mend. Must be safe to repeat and to be cut off.</param>
public sealed record Reconciliation(string Name, Func<IServiceProvider, ReconciliationPeriod, CancellationToken, Task<ReconciliationReport>> Run);

/// <summary>What a reconciliation looks at.</summary>
/// <param name="Since">What changed from then on.</param>
/// <param name="Until">And not after this: what is under way is not even yet.</param>
public sealed record ReconciliationPeriod(DateTimeOffset Since, DateTimeOffset Until);

/// <summary>What came of a reconciliation, a sentence for each finding.</summary>
/// <param name="Compared">How many things were looked at.</param>
/// <param name="Repaired">What was not even, and is now.</param>
/// <param name="Uneven">What a person must look at.</param>
/// <param name="Unknown">What could not be compared now.</param>
public sealed record ReconciliationReport(int Compared, IReadOnlyList<string> Repaired, IReadOnlyList<string> Uneven, IReadOnlyList<string> Unknown);

/// <summary>Registration of reconciliations.</summary>
public static partial class ReconciliationRegistration
{
    private static readonly TimeSpan LooksBack = TimeSpan.FromDays(3);
    private static readonly TimeSpan UnderWay = TimeSpan.FromMinutes(10);

    /// <summary>Adds a reconciliation and its nightly run, whose findings are logged.</summary>
    public static IServiceCollection AddReconciliation(
        this IServiceCollection services, string name, Func<IServiceProvider, ReconciliationPeriod, CancellationToken, Task<ReconciliationReport>> run)
    {
        services.AddSingleton(new Reconciliation(name, run));
        return services.AddRecurringJob(name, TimeSpan.FromDays(1), async (provider, ct) =>
        {
            var logger = provider.GetRequiredService<ILogger<Reconciliation>>();
            var now = provider.GetRequiredService<TimeProvider>().GetUtcNow();
            var report = await run(provider, new ReconciliationPeriod(now - LooksBack, now - UnderWay), ct);
            foreach (var finding in report.Repaired) LogFinding(logger, LogLevel.Warning, name, "repaired", finding);
            foreach (var finding in report.Unknown) LogFinding(logger, LogLevel.Warning, name, "could not be compared", finding);
            foreach (var finding in report.Uneven) LogFinding(logger, LogLevel.Error, name, "not even", finding);
        });
    }

    [LoggerMessage(Message = "{Reconciliation}, {How}: {Finding}")]
    private static partial void LogFinding(ILogger logger, LogLevel level, string reconciliation, string how, string finding);
}
