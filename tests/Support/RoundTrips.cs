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
    private readonly SemaphoreSlim? _oneAtATime;

    static RoundTrips() => ActivitySource.AddActivityListener(new ActivityListener
    {
        ShouldListenTo = source => source.Name is "Npgsql" or "Microsoft.AspNetCore" or "HeadlessPro.Tests",
        Sample = static (ref ActivityCreationOptions<ActivityContext> options) =>
            options.Source.Name == "HeadlessPro.Tests" || Counting.ContainsKey(options.TraceId)
                ? ActivitySamplingResult.AllDataAndRecorded
                : ActivitySamplingResult.None,
        ActivityStarted = activity =>
        {
            if (activity.Source.Name == "Npgsql" && Counting.TryGetValue(activity.TraceId, out var trips)) trips._oneAtATime?.Wait();
        },
        ActivityStopped = activity =>
        {
            if (activity.Source.Name != "Npgsql" || !Counting.TryGetValue(activity.TraceId, out var trips)) return;
            if ((activity.GetTagItem("db.query.text") ?? activity.GetTagItem("db.statement")) is { } sql)
                trips.Answered(sql.ToString()!.ReplaceLineEndings(" ").Trim());
            trips._oneAtATime?.Release();
        },
    });

    private RoundTrips(Action<int>? after) => (_after, _oneAtATime) = (after, after is null ? null : new SemaphoreSlim(1));

    /// <summary>How many.</summary>
    public int Count => _statements.Count;

    /// <summary>What was asked, in order; statements of one batch stand in one line.</summary>
    public IReadOnlyCollection<string> Statements => _statements;

    /// <summary>
    /// Fails when <paramref name="request"/>, which can be repeated, causes more than that many each time, and says which. Once is not enough:
    /// signals are a process's own, so what is remembered may just have been dropped by the hosts of other tests.
    /// </summary>
    public static async Task AtMost(int most, Func<Task> request)
    {
        var trips = await Of(request);
        for (var again = 0; again < 4 && trips.Count > most; again++) trips = await Of(request);
        Assert.True(trips.Count <= most, $"{trips.Count} instead of {most}: {trips}");
    }

    /// <summary>Runs <paramref name="request"/> and counts what it causes on a host of this process.</summary>
    /// <param name="request">The request.</param>
    /// <param name="after">
    /// Called when the n-th of them (from 1) was answered. The request does not go on before this returns, nowhere: what it would ask at the same
    /// time is asked one after the other.
    /// </param>
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
        if (_after is null) return;
        // What is done in between is no part of the request.
        var request = Activity.Current;
        Activity.Current = null;
        _after(Count);
        Activity.Current = request;
    }

    /// <summary>For messages of assertions.</summary>
    public override string ToString() => $"{Count} round trips:\n" + string.Join("\n", _statements);
}
