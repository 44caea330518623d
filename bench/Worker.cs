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

/// <summary>One of the shoppers of a closed loop: sends, waits, sends again, over a connection of its own.</summary>
internal sealed class Worker(HttpConnection connection, Window window, int seed) : IDisposable
{
    public Random Random { get; } = new(seed);

    public Dictionary<string, StepTally> Steps { get; } = [];

    /// <summary>Lines already in the cart this worker fills, for scenarios that keep one.</summary>
    public (string? Id, int Lines) Cart { get; set; }

    /// <summary>Being told that something is sold out is no error.</summary>
    public bool SoldOutIsRight { get; init; }

    public Answer Get(string step, string path) => Send(step, "GET", path, null);

    public Answer Post(string step, string path, string? body = null) => Send(step, "POST", path, body);

    /// <summary>A call that counts: its latency, and as an error whatever is not 200.</summary>
    public Answer Send(string step, string method, string path, string? body)
    {
        var start = Stopwatch.GetTimestamp();
        var answer = connection.Send(method, path, body);
        var end = Stopwatch.GetTimestamp();
        if (!window.Holds(end)) return answer;
        var tally = Of(step);
        tally.Latency.Record(Stopwatch.GetElapsedTime(start, end));
        if (!answer.IsOk && !(SoldOutIsRight && answer.Status == 400 && answer.Has("insufficient_inventory"))) tally.Fail(answer);
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
