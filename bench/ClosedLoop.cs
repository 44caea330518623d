using System.Diagnostics;
using HeadlessPro.Bench.Scenarios;

namespace HeadlessPro.Bench;

/// <summary>
/// So many workers, each a thread with one connection, do a scenario over and over: a new request only after the last answer. Counted is
/// what is answered after the warm-up and before the end; what is under way then is finished and not counted.
/// </summary>
internal static class ClosedLoop
{
    public static ScenarioResult Run(IScenario scenario, string name, Func<HttpConnection> connect, Processes processes, Load load)
    {
        var window = new Window();
        var workers = Enumerable.Range(0, load.Concurrency).Select(i => new Worker(connect(), window, load.Seed + i)).ToArray();
        var threads = Start(workers, worker =>
        {
            while (!window.IsOver) scenario.Once(worker);
        });

        Thread.Sleep(load.WarmUp);
        var before = processes.Times();
        var from = Stopwatch.GetTimestamp();
        window.To = from + (long)(load.Duration.TotalSeconds * Stopwatch.Frequency);
        window.From = from;
        Thread.Sleep(load.Duration);
        var cpu = processes.Times() - before;
        var seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        var memory = processes.ServerMemory;

        foreach (var thread in threads) thread.Join();
        var steps = Merge(workers);
        foreach (var worker in workers) worker.Dispose();
        return ScenarioResult.Of(name, scenario.Headline, load.Concurrency, seconds, steps, cpu, memory);
    }

    /// <summary>Does each number below <paramref name="count"/> once, by whichever worker is free, and counts everything.</summary>
    public static ScenarioResult Each(
        int count, Action<Worker, int> once, (string Name, string Headline) named, Func<HttpConnection> connect, Processes processes, Load load, bool soldOutIsRight = false)
    {
        var workers = Enumerable.Range(0, load.Concurrency)
            .Select(i => new Worker(connect(), new Window { From = 0 }, load.Seed + i) { SoldOutIsRight = soldOutIsRight }).ToArray();
        var next = -1;
        var before = processes.Times();
        var from = Stopwatch.GetTimestamp();
        var threads = Start(workers, worker =>
        {
            for (var i = Interlocked.Increment(ref next); i < count; i = Interlocked.Increment(ref next)) once(worker, i);
        });
        foreach (var thread in threads) thread.Join();
        var seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;
        var cpu = processes.Times() - before;
        var steps = Merge(workers);
        foreach (var worker in workers) worker.Dispose();
        return ScenarioResult.Of(named.Name, named.Headline, load.Concurrency, seconds, steps, cpu, processes.ServerMemory);
    }

    private static List<Thread> Start(IEnumerable<Worker> workers, Action<Worker> work)
    {
        const int smallStack = 256 * 1024;
        var threads = workers.Select(worker => new Thread(() => work(worker), smallStack) { IsBackground = true }).ToList();
        foreach (var thread in threads) thread.Start();
        return threads;
    }

    private static Dictionary<string, StepTally> Merge(IEnumerable<Worker> workers)
    {
        var steps = new Dictionary<string, StepTally>();
        foreach (var (step, tally) in workers.SelectMany(w => w.Steps))
        {
            if (!steps.TryGetValue(step, out var sum)) steps[step] = sum = new StepTally();
            sum.Add(tally);
        }

        return steps;
    }
}

/// <summary>How much of it, and for how long.</summary>
internal sealed record Load(int Concurrency, TimeSpan WarmUp, TimeSpan Duration, int Seed);
