using System.Diagnostics;
using HeadlessPro.Bench.Scenarios;

namespace HeadlessPro.Bench;

/// <summary>
/// So many workers, each a thread with one connection, do a scenario over and over: a new request only after the last answer, and with a
/// rate not before its time. Counted is what is answered after the warm-up, when each was once through, and before the end; what is under way
/// then is finished and not counted.
/// </summary>
internal static class ClosedLoop
{
    public static ScenarioResult Run(
        IScenario scenario, string name, Func<HttpConnection> connect, Processes processes, Load load, Refusal right = Refusal.None)
    {
        var window = new Window();
        var workers = Enumerable.Range(0, load.Concurrency).Select(i => load.Worker(i, connect(), window, right)).ToArray();
        using var ready = new CountdownEvent(workers.Length);
        var threads = Start(workers, worker =>
        {
            scenario.Once(worker);
            ready.Signal();
            while (!window.IsOver) scenario.Once(worker);
        });

        Thread.Sleep(load.WarmUp);
        ready.Wait();
        var before = processes.Times();
        var from = Stopwatch.GetTimestamp();
        window.To = from + (long)(load.Duration.TotalSeconds * Stopwatch.Frequency);
        window.From = from;
        var memory = SampleMemory(processes, load.Duration);
        var cpu = processes.Times() - before;
        var seconds = Stopwatch.GetElapsedTime(from).TotalSeconds;

        foreach (var thread in threads) thread.Join();
        return Merge(workers, name, scenario.Headline, load, seconds, cpu, memory);
    }

    /// <summary>Does each number below <paramref name="count"/> once, by whichever worker is free, and counts everything.</summary>
    public static ScenarioResult Each(
        int count, Action<Worker, int> once, (string Name, string Headline) named, Func<HttpConnection> connect, Processes processes, Load load, Refusal right = Refusal.None)
    {
        var workers = Enumerable.Range(0, load.Concurrency).Select(i => load.Worker(i, connect(), new Window { From = 0 }, right)).ToArray();
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
        return Merge(workers, named.Name, named.Headline, load, seconds, cpu, processes.ServerMemory is { } memory ? [memory] : []);
    }

    /// <summary>Waits for the end, and looks at the server's memory every ten seconds and then.</summary>
    private static List<double> SampleMemory(Processes processes, TimeSpan duration)
    {
        var samples = new List<double>();
        for (var left = duration; left > TimeSpan.Zero; left -= TimeSpan.FromSeconds(10))
        {
            Thread.Sleep(left < TimeSpan.FromSeconds(10) ? left : TimeSpan.FromSeconds(10));
            if (processes.ServerMemory is { } mib) samples.Add(mib);
        }

        return samples;
    }

    private static List<Thread> Start(IEnumerable<Worker> workers, Action<Worker> work)
    {
        const int smallStack = 256 * 1024;
        var threads = workers.Select(worker => new Thread(() => work(worker), smallStack) { IsBackground = true }).ToList();
        foreach (var thread in threads) thread.Start();
        return threads;
    }

    private static ScenarioResult Merge(Worker[] workers, string name, string headline, Load load, double seconds, CpuTimes cpu, List<double> memory)
    {
        var steps = new Dictionary<string, StepTally>();
        var answered = new StepTally();
        foreach (var worker in workers)
        {
            answered.Add(worker.Answered);
            foreach (var (step, tally) in worker.Steps)
            {
                if (!steps.TryGetValue(step, out var sum)) steps[step] = sum = new StepTally();
                sum.Add(tally);
            }

            worker.Dispose();
        }

        return ScenarioResult.Of(name, headline, load.Concurrency, seconds, steps, answered, cpu, memory);
    }
}

/// <summary>How much of it, and for how long.</summary>
/// <param name="Concurrency">Workers, and so connections.</param>
/// <param name="WarmUp">Not counted.</param>
/// <param name="Duration">Counted.</param>
/// <param name="Seed">Of the workers' dice.</param>
/// <param name="Rate">Calls a second of all workers together; null for as many as they can.</param>
internal sealed record Load(int Concurrency, TimeSpan WarmUp, TimeSpan Duration, int Seed, double? Rate = null)
{
    /// <summary>The worker of this number, with its share of the rate: its calls are as far apart, and lie between those of the others.</summary>
    public Worker Worker(int number, HttpConnection connection, Window window, Refusal right = Refusal.None) =>
        new(connection, window, Seed + number, right, Rate is { } rate ? new Pace(Concurrency / rate, number / rate) : null);
}
