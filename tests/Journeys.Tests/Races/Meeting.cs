using System.Diagnostics;

namespace HeadlessPro.Journeys.Tests.Races;

/// <summary>Hosts of one process hear each other's events: with another test beside it, a request would read anew what it keeps, at any statement.</summary>
[CollectionDefinition(Name, DisableParallelization = true)]
public sealed class AloneWithTheShop : ICollectionFixture<RaceShop>
{
    public const string Name = "alone with the shop";
}

/// <summary>One request of ours, and the rival that another host runs in the middle of it.</summary>
internal sealed record Race(Func<Task<Answer>> Ours, Func<Task<Answer>> Rival);

/// <summary>Who came first. Two requests at once must end as if one had come after the other.</summary>
internal enum First
{
    Ours,
    Rival,
}

/// <summary>Runs a rival after each SQL statement of a request, and holds the outcome of each meeting against what may be.</summary>
internal static class Meeting
{
    /// <summary>
    /// Runs the race once for each statement of our request: stopped after the n-th, it goes on when the rival has been answered, waits for
    /// a row that ours has locked, or has had <paramref name="patience"/>. Ends when ours has no n-th statement.
    /// </summary>
    /// <param name="shop">The shop.</param>
    /// <param name="arrange">Makes new carts and goods to race for.</param>
    /// <param name="check">Holds both answers against each other and says who came first.</param>
    /// <param name="patience">How long a rival may poll; one that waits in the database is seen to wait.</param>
    /// <returns>Who came first at each statement.</returns>
    public static async Task<IReadOnlyList<First>> AtEveryStatement(
        RaceShop shop, Func<Task<Race>> arrange, Func<Answer, Answer, Task<First>> check, TimeSpan? patience = null)
    {
        var firsts = new List<First>();
        while (true)
        {
            var race = await arrange();
            Answer? ours = null;
            Task<Answer>? rival = null;
            var trips = await RoundTrips.Of(async () => ours = await race.Ours(), after: n =>
            {
                if (n != firsts.Count + 1) return;
                rival = Task.Run(race.Rival);
                LetRun(shop, rival, patience ?? TimeSpan.FromSeconds(10)).GetAwaiter().GetResult();
            });
            if (rival is null) break;
            var theirs = await rival;
            try
            {
                firsts.Add(await check(ours!, theirs));
                Assert.Empty(await Invariants.Broken(shop.Database));
                Assert.Empty(shop.Hosts.SelectMany(h => h.TakeUndocumented()));
            }
            catch (Exception e)
            {
                throw new InvalidOperationException($"After statement {firsts.Count + 1}: ours {ours}\n\nrival {theirs}\n\n{trips}", e);
            }
        }

        Assert.Empty(await Invariants.BrokenAtRest(shop.Database));
        return firsts;
    }

    /// <summary>A rival that comes early is first, one that comes late is not, and in between the turn changes once.</summary>
    /// <param name="firsts">What <see cref="AtEveryStatement"/> answered.</param>
    /// <param name="atOnce">Ours has its turn with its first statement: no rival is early enough.</param>
    public static void TurnChangesOnce(IReadOnlyList<First> firsts, bool atOnce = false) =>
        Assert.Matches(atOnce ? "^o+$" : "^r+o+$", string.Concat(firsts.Select(f => f == First.Rival ? 'r' : 'o')));

    private static async Task LetRun(RaceShop shop, Task rival, TimeSpan patience)
    {
        var watch = Stopwatch.StartNew();
        while (!rival.IsCompleted && watch.Elapsed < patience)
        {
            if (await shop.RivalWaits()) return;
            await Task.WhenAny(rival, Task.Delay(10));
        }
    }
}
