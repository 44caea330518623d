using System.Collections.Concurrent;
using System.Diagnostics;

namespace HeadlessPro.Tests.Support;

/// <summary>
/// Counts how often the database is asked because of one request: a batch is one round trip, the <c>begin</c> that travels with it none.
/// The request carries a trace, and what Npgsql does under that trace is counted; other requests and background work are not.
/// <code>
/// var trips = await RoundTrips.Of(() => app.Store.GetJson("/store/products"));
/// Assert.True(trips.Count &lt;= 2, trips.ToString());
/// </code>
/// </summary>
public sealed class RoundTrips
{
    private static readonly ActivitySource Source = new("HeadlessPro.Tests");
    private static readonly ConcurrentDictionary<ActivityTraceId, RoundTrips> Counting = new();
    private readonly ConcurrentQueue<string> _statements = new();
    private readonly Action<int>? _after;
    private int _answered;

    static RoundTrips() => ActivitySource.AddActivityListener(new ActivityListener
    {
        ShouldListenTo = source => source.Name is "Npgsql" or "Microsoft.AspNetCore" or "HeadlessPro.Tests",
        Sample = static (ref ActivityCreationOptions<ActivityContext> options) =>
            options.Source.Name == "HeadlessPro.Tests" || Counting.ContainsKey(options.TraceId)
                ? ActivitySamplingResult.AllDataAndRecorded
                : ActivitySamplingResult.None,
        ActivityStopped = activity =>
        {
            if (activity.Source.Name == "Npgsql" && Counting.TryGetValue(activity.TraceId, out var trips)
                && (activity.GetTagItem("db.query.text") ?? activity.GetTagItem("db.statement")) is { } sql)
                trips.Answered(sql.ToString()!.ReplaceLineEndings(" ").Trim());
        },
    });

    private RoundTrips(Action<int>? after) => _after = after;

    /// <summary>How many.</summary>
    public int Count => _statements.Count;

    /// <summary>What was asked, in order; statements of one batch stand in one line.</summary>
    public IReadOnlyCollection<string> Statements => _statements;

    /// <summary>Fails when <paramref name="request"/> causes more than that many, and says which.</summary>
    public static async Task AtMost(int most, Func<Task> request)
    {
        var trips = await Of(request);
        Assert.True(trips.Count <= most, $"{trips.Count} instead of {most}: {trips}");
    }

    /// <summary>Runs <paramref name="request"/> and counts what it causes on a host of this process.</summary>
    /// <param name="request">The request.</param>
    /// <param name="after">Called when the n-th of them (from 1) was answered; the request does not go on before this returns.</param>
    public static async Task<RoundTrips> Of(Func<Task> request, Action<int>? after = null)
    {
        var trips = new RoundTrips(after);
        Activity.Current = null;
        using var activity = Source.StartActivity("request")!;
        Counting[activity.TraceId] = trips;
        try
        {
            await request();
        }
        finally
        {
            Counting.TryRemove(activity.TraceId, out _);
        }

        return trips;
    }

    private void Answered(string sql)
    {
        _statements.Enqueue(sql);
        _after?.Invoke(Interlocked.Increment(ref _answered));
    }

    /// <summary>For messages of assertions.</summary>
    public override string ToString() => $"{Count} round trips:\n" + string.Join("\n", _statements);
}
