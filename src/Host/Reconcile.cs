using System.Globalization;
using HeadlessPro.Platform;
using HeadlessPro.Platform.Reconciling;

namespace HeadlessPro.Host;

/// <summary><c>headlesspro reconcile</c>: runs every module's reconciliation on the shop's database, beside a running host or without one.</summary>
internal static class Reconcile
{
    public const string Command = "reconcile";

    private const string Usage = "headlesspro reconcile [--days N] [--data DIR] [--port N]";

    /// <returns>0: all is even, maybe since now. 1: it is not. 2: something could not be compared.</returns>
    public static async Task<int> Run(string[] args)
    {
        var (days, rest) = Days(args);
        await using var app = await HostApp.Build([.. Arguments.Check(rest), "--beside=true"]);
        var now = app.Services.GetRequiredService<TimeProvider>().GetUtcNow();
        var period = new ReconciliationPeriod(now - TimeSpan.FromDays(days), now);
        var (uneven, unknown) = (0, 0);
        foreach (var reconciliation in app.Services.GetServices<Reconciliation>())
        {
            var report = await reconciliation.Run(app.Services, period, CancellationToken.None);
            foreach (var finding in report.Repaired) await Console.Out.WriteLineAsync($"repaired      {finding}");
            foreach (var finding in report.Unknown) await Console.Out.WriteLineAsync($"not compared  {finding}");
            foreach (var finding in report.Uneven) await Console.Out.WriteLineAsync($"NOT EVEN      {finding}");
            await Console.Out.WriteLineAsync(
                $"{reconciliation.Name}: {report.Compared} compared, {report.Repaired.Count} repaired, {report.Unknown.Count} not compared, {report.Uneven.Count} not even");
            (uneven, unknown) = (uneven + report.Uneven.Count, unknown + report.Unknown.Count);
        }

        return uneven > 0 ? 1 : unknown > 0 ? 2 : 0;
    }

    private static (int Number, string[] Others) Days(string[] args)
    {
        var (value, others) = Arguments.Take("--days", args, Usage);
        if (value is null) return (30, args);
        if (!int.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var days) || days is < 1 or > 3650)
            throw new StartException($"'{value}' is no number of days from 1 to 3650. Usage: {Usage}");
        return (days, others);
    }
}
