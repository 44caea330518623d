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
        if (result.ServerMib is { } mib) text.Append(CultureInfo.InvariantCulture, $"   {mib,10:0.0}");
        if (result.Steps.Count > 1)
            foreach (var step in result.Steps.Where(s => s.Step != result.Scenario))
                text.Append('\n').Append(Line("  " + step.Step, null, step, step.Rate, step.Wrong + step.Errors.Values.Sum()));
        foreach (var (name, value) in result.Notes ?? new Dictionary<string, double>()) text.Append(CultureInfo.InvariantCulture, $"\n  {name}: {value}");
        foreach (var step in result.Steps.Where(s => s.Complaint is not null)) text.Append(CultureInfo.InvariantCulture, $"\n  ! {step.Step}: {step.Complaint}");
        return text.ToString();
    }

    private static string Line(string name, int? concurrency, StepResult? step, double rate, long failed) => string.Create(CultureInfo.InvariantCulture,
        $"{name,-19} {concurrency,4} {rate,10:0.0} {step?.P50Ms,8:0.00} {step?.P95Ms,8:0.00} {step?.P99Ms,8:0.00} {step?.MaxMs,8:0.0} {failed,8}");
}
