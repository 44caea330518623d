using System.Diagnostics;
using System.Globalization;

namespace HeadlessPro.Modules.Tests.Identity;

/// <summary>
/// Whether the time of an answer tells what its words do not. Two requests are made in an order by lot; the figure is how often, of two answers, the first
/// one's took longer: a half when time tells nothing. <c>TIMINGS=1000</c> for the long run.
/// </summary>
internal static class EqualTimes
{
    private static readonly int Rounds = int.Parse(Environment.GetEnvironmentVariable("TIMINGS") ?? "60", CultureInfo.InvariantCulture);

    /// <summary>Fails when the times of the two differ by more than chance allows; else what was found, in words.</summary>
    /// <param name="what">What is asked, for the message.</param>
    /// <param name="known">Asks for what there is, or is somebody's.</param>
    /// <param name="unknown">Asks for what nobody has.</param>
    public static async Task<string> Compare(string what, Func<Task> known, Func<Task> unknown)
    {
        foreach (var ask in (Func<Task>[])[known, unknown, known, unknown, known, unknown]) await ask();
        // All of both in one order by lot: what one leaves to be done in the background, a mail perhaps, falls on either as often.
        var isKnown = Enumerable.Repeat(true, Rounds).Concat(Enumerable.Repeat(false, Rounds)).ToArray();
        Random.Shared.Shuffle(isKnown);
        var (ours, others) = (new List<double>(), new List<double>());
        foreach (var ofKnown in isKnown) (ofKnown ? ours : others).Add(await Time(ofKnown ? known : unknown));

        var longer = ours.Sum(k => others.Count(u => u < k) + (0.5 * others.Count(u => u == k))) / ((double)ours.Count * others.Count);
        // Chance alone stays within five standard errors.
        var allowed = 5 * Math.Sqrt((ours.Count + others.Count + 1) / (12.0 * ours.Count * others.Count));
        var found = $"{what}: {ours.Count} each, medians {Median(ours):0.00} and {Median(others):0.00} ms, the known one's longer in {longer:P1} (chance: 50 ± {100 * allowed:0.0} %)";
        Assert.True(Math.Abs(longer - 0.5) < allowed, found);
        return found;
    }

    private static async Task<double> Time(Func<Task> request)
    {
        var since = Stopwatch.GetTimestamp();
        await request();
        return Stopwatch.GetElapsedTime(since).TotalMilliseconds;
    }

    private static double Median(List<double> times) => times.Order().ElementAt(times.Count / 2);
}
