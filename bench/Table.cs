using System.Globalization;
using System.Text;

namespace HeadlessPro.Bench;

/// <summary>Results for people.</summary>
internal static class Table
{
    public const string Header =
        "scenario            conc     rate/s   p50 ms   p95 ms   p99 ms   max ms   errors    CPU server  database  client  other   server MiB";

    public static string Of(ScenarioResult result)
    {
        var text = new StringBuilder(Line(result.Scenario, result.Concurrency, result.Main, result.Rate, result.Failed));
        if (result.Cpu is { } cpu) text.Append(CultureInfo.InvariantCulture, $"    {cpu.Server,10:0.00}  {cpu.Database,8:0.00}  {cpu.Client,6:0.00}  {cpu.Other,5:0.00}");
        if (result.ServerMib.Count > 0) text.Append(CultureInfo.InvariantCulture, $"   {result.ServerMib[^1],10:0.0}");
        if (result.Steps.Count > 1)
            foreach (var step in result.Steps.Where(s => s.Step != result.Scenario))
                text.Append('\n').Append(Line("  " + step.Step, null, step, step.Rate, step.Wrong + step.Errors.Values.Sum()));
        foreach (var (name, value) in result.Notes ?? new Dictionary<string, double>()) text.Append(CultureInfo.InvariantCulture, $"\n  {name}: {value}");
        foreach (var step in result.Steps.Where(s => s.Complaint is not null)) text.Append(CultureInfo.InvariantCulture, $"\n  ! {step.Step}: {step.Complaint}");
        return text.ToString();
    }

    /// <summary>Several runs of the same: the least, the middle and the most of each figure.</summary>
    public static string Of(IReadOnlyList<ScenarioResult> runs) => string.Create(CultureInfo.InvariantCulture,
        $"  {runs.Count} runs: {Spread(runs.Select(r => (double?)r.Rate))}/s, p95 {Spread(runs.Select(r => r.Main?.P95Ms))} ms, p99 {Spread(runs.Select(r => r.Main?.P99Ms))} ms,")
        + $" slowest call p99 {Spread(runs.Select(r => r.Steps.Where(s => s.Step != r.Scenario).Max(s => (double?)s.P99Ms)))} ms";

    public static string Spread(IEnumerable<double?> figures)
    {
        var sorted = figures.Order().ToList();
        return string.Create(CultureInfo.InvariantCulture, $"{sorted[0]:0.##} · {sorted[sorted.Count / 2]:0.##} · {sorted[^1]:0.##}");
    }

    private static string Line(string name, int? concurrency, StepResult? step, double rate, long failed) => string.Create(CultureInfo.InvariantCulture,
        $"{name,-19} {concurrency,4} {rate,10:0.0} {step?.P50Ms,8:0.00} {step?.P95Ms,8:0.00} {step?.P99Ms,8:0.00} {step?.MaxMs,8:0.0} {failed,8}");
}
