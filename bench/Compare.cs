using System.Globalization;
using System.Text.Json;

namespace HeadlessPro.Bench;

/// <summary>
/// <c>dev/bench compare A.json B.json</c>: B by A, for what both measured. With one file: the shop by the limit measured beside it, the list by
/// bare Kestrel, a line added by the same statements from pgbench.
/// </summary>
internal static class Compare
{
    public static int Run(Arguments arguments)
    {
        arguments.RefuseUnknown();
        var runs = arguments.Words.Skip(1).Select(Read).ToArray();
        if (runs.Length == 1)
        {
            WithinOne(runs[0].Results);
            return 0;
        }

        if (runs.Length != 2) throw new BenchException("compare needs one file or two.");
        Console.WriteLine("scenario            conc     rate A     rate B   rate ×    p50 ×    p95 ×    p99 ×   server CPU a call ×");
        var after = Middle(runs[1].Results);
        foreach (var a in Middle(runs[0].Results))
            if (after.FirstOrDefault(r => (r.Scenario, r.Concurrency) == (a.Scenario, a.Concurrency)) is { } b) Print(a, b);
        return 0;
    }

    /// <summary>Prints the share of the limit that was reached, where a limit was measured.</summary>
    public static void WithinOne(IReadOnlyList<ScenarioResult> results)
    {
        foreach (var (name, limit, words) in new[] { ("list", BareKestrel.Name, "bare Kestrel with the same bytes"), ("add-line", SqlReplay.Name, "pgbench with the same statements") })
            foreach (var best in results.Where(r => r.Scenario == limit))
                if (results.FirstOrDefault(r => r.Scenario == name && r.Concurrency == best.Concurrency) is { } ours)
                    Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{name} at {best.Concurrency}: {ours.Rate:0}/s is {100 * ours.Rate / best.Rate:0.0} % of {words}, {best.Rate:0}/s"));
    }

    /// <summary>Of several runs of the same, the one in the middle.</summary>
    private static List<ScenarioResult> Middle(IEnumerable<ScenarioResult> results) =>
        [.. results.GroupBy(r => (r.Scenario, r.Concurrency)).Select(g => g.OrderBy(r => r.Rate).ElementAt(g.Count() / 2))];

    private static void Print(ScenarioResult a, ScenarioResult b)
    {
        var cpu = a is { Cpu: { Server: > 0 } x, Rate: > 0 } && b is { Cpu: { } y, Rate: > 0 } ? Ratio(y.Server / b.Rate, x.Server / a.Rate) : "-";
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{a.Scenario,-19} {a.Concurrency,4} {a.Rate,10:0.0} {b.Rate,10:0.0} {Ratio(b.Rate, a.Rate),8}")
            + $" {Ratio(b.Main?.P50Ms, a.Main?.P50Ms),8} {Ratio(b.Main?.P95Ms, a.Main?.P95Ms),8} {Ratio(b.Main?.P99Ms, a.Main?.P99Ms),8} {cpu,21}");
    }

    private static string Ratio(double? b, double? a) => a > 0 && b is not null ? (b.Value / a.Value).ToString("0.00", CultureInfo.InvariantCulture) : "-";

    private static RunResult Read(string file) => File.Exists(file) ? JsonSerializer.Deserialize<RunResult>(File.ReadAllText(file), RunResult.Json)!
        : throw new BenchException($"There is no file {file}.");
}
