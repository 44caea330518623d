using System.Diagnostics;

namespace HeadlessPro.Bench;

/// <summary>What is measured: answers that arrive between the two moments.</summary>
internal sealed class Window
{
    public long From { get; set; } = long.MaxValue;

    public long To { get; set; } = long.MaxValue;

    public bool IsOver => Stopwatch.GetTimestamp() >= To;

    public bool Holds(long moment) => moment >= From && moment < To;
}

/// <summary>Which answer other than 200 is no error.</summary>
internal enum Refusal
{
    None,

    /// <summary>400: no more stock.</summary>
    SoldOut,

    /// <summary>503 with <c>Retry-After</c>: more asked than can be served. Timed as a step of its own.</summary>
    Overloaded,
}

/// <summary>The times at which a worker sends: seconds between them, and seconds until the first.</summary>
internal sealed class Pace(double interval, double first)
{
    private readonly long _interval = (long)(interval * Stopwatch.Frequency);
    private long _next = Stopwatch.GetTimestamp() + (long)(first * Stopwatch.Frequency);

    /// <summary>Waits for the next time; what is late is sent at once, and not made up for.</summary>
    public void Wait()
    {
        var left = _next - Stopwatch.GetTimestamp();
        if (left > 0) Thread.Sleep(TimeSpan.FromSeconds((double)left / Stopwatch.Frequency));
        _next += left < -_interval ? -left : _interval;
    }
}

/// <summary>One of the shoppers: sends, waits, sends again, over a connection of its own.</summary>
internal sealed class Worker(HttpConnection connection, Window window, int seed, Refusal right, Pace? pace) : IDisposable
{
    public Random Random { get; } = new(seed);

    public Dictionary<string, StepTally> Steps { get; } = [];

    /// <summary>All calls that were answered as they should be.</summary>
    public StepTally Answered { get; } = new();

    /// <summary>Lines already in the cart this worker fills, for scenarios that keep one.</summary>
    public (string? Id, int Lines) Cart { get; set; }

    /// <summary>The step under which the shop's refusals to be overloaded are counted.</summary>
    public const string Refused = "refused";

    public Answer Get(string step, string path) => Send(step, "GET", path, null);

    public Answer Post(string step, string path, string? body = null) => Send(step, "POST", path, body);

    /// <summary>A call that counts: its latency, and as an error whatever is not 200.</summary>
    public Answer Send(string step, string method, string path, string? body)
    {
        pace?.Wait();
        var start = Stopwatch.GetTimestamp();
        var answer = connection.Send(method, path, body);
        var end = Stopwatch.GetTimestamp();
        if (!window.Holds(end)) return answer;
        var isRefused = right is Refusal.Overloaded && answer.Status == 503 && answer.RetryAfter;
        var tally = Of(isRefused ? Refused : step);
        tally.Latency.Record(Stopwatch.GetElapsedTime(start, end));
        if (answer.IsOk) Answered.Latency.Record(Stopwatch.GetElapsedTime(start, end));
        if (!answer.IsOk && !isRefused && !(right is Refusal.SoldOut && answer.Status == 400 && answer.Has("insufficient_inventory"))) tally.Fail(answer);
        if (answer.Status == 0) Thread.Sleep(50);
        return answer;
    }

    /// <summary>The answer to this step was not what it should be, though its status was 200.</summary>
    public void Expect(bool right, string step, string complaint)
    {
        if (!right) Of(step).Complain(complaint);
    }

    /// <summary>A whole of several calls that began at this timestamp is done.</summary>
    public void Done(string step, long start)
    {
        var end = Stopwatch.GetTimestamp();
        if (window.Holds(end)) Of(step).Latency.Record(Stopwatch.GetElapsedTime(start, end));
    }

    public void Dispose() => connection.Dispose();

    private StepTally Of(string step)
    {
        if (!Steps.TryGetValue(step, out var tally)) Steps[step] = tally = new StepTally();
        return tally;
    }
}

/// <summary>Of one kind of call: how long, and what went wrong.</summary>
internal sealed class StepTally
{
    public Histogram Latency { get; } = new();

    /// <summary>By status; 0 is a broken connection.</summary>
    public SortedDictionary<int, long> Errors { get; } = [];

    /// <summary>Answers with status 200 and the wrong content.</summary>
    public long Wrong { get; private set; }

    /// <summary>The first thing that went wrong, in words.</summary>
    public string? Complaint { get; private set; }

    public void Fail(Answer answer)
    {
        Errors[answer.Status] = Errors.GetValueOrDefault(answer.Status) + 1;
        Complaint ??= $"{answer.Status}: {System.Text.Encoding.UTF8.GetString(answer.Body[..Math.Min(answer.Body.Length, 300)])}";
    }

    public void Complain(string complaint)
    {
        Wrong++;
        Complaint ??= complaint;
    }

    public void Add(StepTally other)
    {
        Latency.Add(other.Latency);
        foreach (var (status, count) in other.Errors) Errors[status] = Errors.GetValueOrDefault(status) + count;
        Wrong += other.Wrong;
        Complaint ??= other.Complaint;
    }
}
