using HeadlessPro.Platform.Jobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace HeadlessPro.Platform.Audits;

/// <summary>A comparison of what is kept in two places. Runs every night, and when an operator asks (<c>headlesspro reconcile</c>).</summary>
/// <param name="Name">Unique and stable, <c>payments.reconcile</c>.</param>
/// <param name="Run">Compares what changed since then and all that is unfinished; mends what is provably safe to mend. Must be safe to repeat and to be cut off.</param>
public sealed record Audit(string Name, Func<IServiceProvider, DateTimeOffset, CancellationToken, Task<AuditReport>> Run);

/// <summary>What came of an audit, a sentence for each finding.</summary>
/// <param name="Compared">How many things were looked at.</param>
/// <param name="Repaired">What was not even, and is now.</param>
/// <param name="Uneven">What a person must look at.</param>
/// <param name="Unknown">What could not be compared now.</param>
public sealed record AuditReport(int Compared, IReadOnlyList<string> Repaired, IReadOnlyList<string> Uneven, IReadOnlyList<string> Unknown);

/// <summary>Registration of audits.</summary>
public static partial class AuditRegistration
{
    /// <summary>How far a nightly run looks back.</summary>
    private static readonly TimeSpan Nightly = TimeSpan.FromDays(3);

    /// <summary>Adds an audit and its nightly run, whose findings are logged.</summary>
    public static IServiceCollection AddAudit(
        this IServiceCollection services, string name, Func<IServiceProvider, DateTimeOffset, CancellationToken, Task<AuditReport>> run)
    {
        services.AddSingleton(new Audit(name, run));
        return services.AddRecurringJob(name, TimeSpan.FromDays(1), async (provider, ct) =>
        {
            var logger = provider.GetRequiredService<ILogger<Audit>>();
            var report = await run(provider, provider.GetRequiredService<TimeProvider>().GetUtcNow() - Nightly, ct);
            foreach (var finding in report.Repaired) LogFinding(logger, LogLevel.Warning, name, "repaired", finding);
            foreach (var finding in report.Unknown) LogFinding(logger, LogLevel.Warning, name, "could not be compared", finding);
            foreach (var finding in report.Uneven) LogFinding(logger, LogLevel.Error, name, "not even", finding);
        });
    }

    [LoggerMessage(Message = "{Audit}, {How}: {Finding}")]
    private static partial void LogFinding(ILogger logger, LogLevel level, string audit, string how, string finding);
}
