using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace HeadlessPro.Bench;

/// <summary>One run of the program, as written with <c>--json</c>.</summary>
internal sealed record RunResult(string At, string Command, string Target, int Cores, string Cpu, IReadOnlyList<ScenarioResult> Results)
{
    public static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower, WriteIndented = true };

    public static RunResult Of(string[] arguments, string target, IReadOnlyList<ScenarioResult> results) => new(
        DateTimeOffset.UtcNow.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture), "dev/bench " + string.Join(' ', arguments), target,
        Environment.ProcessorCount, CpuName(), results);

    private static string CpuName() => !File.Exists("/proc/cpuinfo") ? ""
        : File.ReadLines("/proc/cpuinfo").FirstOrDefault(l => l.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[^1].Trim() ?? "";
}

/// <summary>A scenario at one concurrency.</summary>
/// <param name="Scenario">Its name.</param>
/// <param name="Headline">The step whose figures stand for it.</param>
/// <param name="Concurrency">Workers, and so connections.</param>
/// <param name="Seconds">Measured, without the warm-up.</param>
/// <param name="Rate">Of the headline, a second.</param>
/// <param name="Cpu">Processors kept busy by each; <c>other</c> is what did not belong to the run.</param>
/// <param name="ServerMib">The server's resident memory every ten seconds and at the end.</param>
/// <param name="Steps">Each kind of call.</param>
/// <param name="Answered">All calls together that were answered with 200.</param>
/// <param name="Notes">Further figures.</param>
internal sealed record ScenarioResult(
    string Scenario, string Headline, int Concurrency, double Seconds, double Rate, CpuUse? Cpu, IReadOnlyList<double> ServerMib, IReadOnlyList<StepResult> Steps, StepResult Answered,
    IReadOnlyDictionary<string, double>? Notes = null)
{
    [JsonIgnore]
    public StepResult? Main => Steps.FirstOrDefault(s => s.Step == Headline);

    public long Failed => Steps.Sum(s => s.Wrong + s.Errors.Values.Sum());

    public static ScenarioResult Of(
        string name, string headline, int concurrency, double seconds, Dictionary<string, StepTally> tallies, StepTally answered, CpuTimes cpu,
        IReadOnlyList<double> serverMib)
    {
        var steps = tallies.Select(t => StepResult.Of(t.Key, t.Value, seconds)).OrderBy(s => s.Step == headline ? 0 : 1).ThenBy(s => s.Step, StringComparer.Ordinal).ToList();
        return new ScenarioResult(name, headline, concurrency, Math.Round(seconds, 3), steps.FirstOrDefault(s => s.Step == headline)?.Rate ?? 0,
            CpuUse.Of(cpu, seconds), serverMib, steps, StepResult.Of("answered", answered, seconds));
    }
}

/// <summary>Processors kept busy: 1.00 is one of them all the time.</summary>
internal sealed record CpuUse(double Server, double Database, double Client, double Other)
{
    public static CpuUse? Of(CpuTimes used, double seconds) => used.Machine == 0 ? null : new CpuUse(
        Math.Round(used.Server / seconds, 2), Math.Round(used.Database / seconds, 2), Math.Round(used.Client / seconds, 2),
        Math.Round(Math.Max(0, used.Machine - used.Server - used.Database - used.Client) / seconds, 2));
}

/// <summary>One kind of call: right answers and errors together are timed, errors are counted by status, 0 for broken connections.</summary>
internal sealed record StepResult(
    string Step, long Count, double Rate, double P50Ms, double P95Ms, double P99Ms, double MaxMs, IReadOnlyDictionary<int, long> Errors, long Wrong, string? Complaint)
{
    public static StepResult Of(string step, StepTally tally, double seconds)
    {
        var latency = tally.Latency;
        double Ms(double share) => Math.Round(latency.Percentile(share), 3);
        return new StepResult(step, latency.Count, Math.Round(latency.Count / seconds, 1), Ms(0.5), Ms(0.95), Ms(0.99),
            Math.Round(latency.Max.TotalMilliseconds, 3), tally.Errors, tally.Wrong, tally.Complaint);
    }
}
