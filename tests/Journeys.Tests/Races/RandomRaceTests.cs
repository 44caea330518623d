using System.Collections.Concurrent;
using System.Diagnostics;

namespace HeadlessPro.Journeys.Tests.Races;

/// <summary>
/// Shoppers and staff at several hosts, at once, over a few goods and the same few carts. <c>RACES</c> says how many operations (400; 100,000
/// with <c>dev/test races --full</c>), <c>RACES_SEED</c> which: the same seed asks the same, who meets whom is the machine's.
/// </summary>
public sealed class RandomRaceTests(RaceShop shop) : IClassFixture<RaceShop>
{
    private const int Workers = 16;
    private const int Slots = 24;

    private static readonly int Operations = int.Parse(Environment.GetEnvironmentVariable("RACES") ?? "400");
    private static readonly int Seed = int.Parse(Environment.GetEnvironmentVariable("RACES_SEED") ?? "1");
    private static readonly long[] Prices = [200, 250, 300];

    private readonly ConcurrentDictionary<string, string> _orderOfCart = new();
    private readonly ConcurrentQueue<string> _twoOrders = new();
    private readonly string?[] _carts = new string?[Slots];
    private readonly List<Good> _goods = [];
    private Promotion _promotion = null!;

    [Fact]
    public async Task Whoever_meets_whom_nothing_is_oversold_and_no_cart_is_ordered_twice()
    {
        if (Operations > 10_000) await shop.AddHost();
        _goods.AddRange([await shop.NewGood([5]), await shop.NewGood([3, 3]), await shop.NewGood([2, 2, 2]), await shop.NewGood([2], backorder: true)]);
        _promotion = await shop.NewPromotion(limit: 3);
        using var over = new CancellationTokenSource();
        var sampler = Sample(over.Token);
        var watch = Stopwatch.StartNew();

        await Task.WhenAll(Enumerable.Range(0, Workers).Select(worker => Task.Run(async () =>
        {
            var random = new Random(Seed * Workers + worker);
            for (var i = worker; i < Operations && !sampler.IsCompleted; i += Workers) await Act(random);
        })));
        watch.Stop();
        await over.CancelAsync();
        var (samples, broken) = await sampler;

        var orders = await shop.Scalar<long>("select count(*) from ordering.orders");
        var (promotions, limits, used) = (await Promotions("count(*)"), await Promotions("sum(use_limit)"), await Promotions("sum(used)"));
        var deadlocks = await shop.Deadlocks();
        await Console.Out.WriteLineAsync(
            $"races, seed {Seed}: {Operations} operations by {shop.Hosts.Count} hosts in {watch.Elapsed.TotalSeconds:F0} s, {orders} orders, "
            + $"{promotions} promotions used {used} times of {limits}, {samples} samples, {deadlocks} deadlocks\n" + string.Join("\n", Answers().Select(a => $"  {a.Key}: {a.Value}")));

        Assert.Empty(broken);
        Assert.Empty(shop.Hosts.SelectMany(h => h.TakeUndocumented()).Distinct().Take(20));
        Assert.Empty(_twoOrders);
        // Locks are taken in one order everywhere.
        Assert.Equal(0, deadlocks);
        Assert.Empty(await Invariants.BrokenAtRest(shop.Database));
        Assert.Equal(orders, _orderOfCart.Values.Distinct().LongCount());
        Assert.Equal(used, await shop.Scalar<long>("select count(distinct (l.order_id, a ->> 'promotion_id')) from ordering.order_lines l, json_array_elements(l.adjustments) a"));
        // Hardly a race without winners and losers.
        Assert.True(orders > Operations / 40, $"only {orders} orders");
        Assert.True(samples > 3, $"only {samples} samples");
        Assert.True(Answers().GetValueOrDefault("complete: 400 insufficient_inventory") > 0, "nothing was sold out");
        Assert.True(used > 0, "no promotion was used");
    }

    private async Task Act(Random random)
    {
        var host = shop.Hosts[random.Next(shop.Hosts.Count)];
        var good = _goods[random.Next(_goods.Count)];
        var slot = random.Next(Slots);
        var staff = random.Next(100);
        var quantity = random.Next(1, 4);
        if (staff < 9)
        {
            await host.SetStock(good, good.Locations[random.Next(good.Locations.Count)], random.Next(0, 16));
        }
        else if (staff < 11)
        {
            await host.SetPrice(good, Prices[random.Next(Prices.Length)]);
        }
        else if (staff < 12)
        {
            if (random.Next(2) == 0) _promotion = await shop.NewPromotion(random.Next(1, 8));
            else await host.ChangePromotion(_promotion.Id, random.Next(2) == 0 ? "inactive" : "active");
        }
        else if (_carts[slot] is not { } cart || random.Next(4) == 0)
        {
            // The cart that was there, if any, is abandoned.
            var lines = _goods.Where(_ => random.Next(2) == 0).DefaultIfEmpty(good).Select(g => (g, (long)random.Next(1, 3)));
            var made = await host.NewCart(lines, random.Next(3) == 0 ? [_promotion.Code] : []);
            if (made.IsOk) _carts[slot] = await PayFor(host, (string)made.Body["cart"]!["id"]!);
        }
        else
        {
            await Shop(host, cart, good, quantity, random);
            // Some shoppers come back to what they have ordered.
            if (_orderOfCart.ContainsKey(cart) && random.Next(3) > 0) _carts[slot] = null;
        }
    }

    private async Task Shop(RaceHost host, string cart, Good good, long quantity, Random random)
    {
        switch (random.Next(10))
        {
            case 0: await host.AddLine(cart, good, quantity); break;
            case 1: await ChangeSomeLine(host, cart, quantity, random); break;
            case 2: await (random.Next(2) == 0 ? host.AddPromotion(cart, _promotion.Code) : host.RemovePromotion(cart, _promotion.Code)); break;
            case 3: await host.Pay(cart); break;
            case 4 or 5:
                // A double click, the second of which went to another host.
                var other = shop.Hosts[random.Next(shop.Hosts.Count)];
                await Task.WhenAll(Complete(host, cart), Complete(other, cart));
                break;
            default: await Complete(host, cart); break;
        }
    }

    private static async Task<string> PayFor(RaceHost host, string cart)
    {
        await host.Pay(cart);
        return cart;
    }

    private static async Task ChangeSomeLine(RaceHost host, string cart, long quantity, Random random)
    {
        var read = await host.Read(cart);
        if (read.Body["cart"]?["items"]?.AsArray() is not { Count: > 0 } items) return;
        var line = (string)items[random.Next(items.Count)]!["id"]!;
        await (random.Next(2) == 0 ? host.RemoveLine(cart, line) : host.ChangeLine(cart, line, quantity));
    }

    private async Task Complete(RaceHost host, string cart)
    {
        var answer = await host.Complete(cart);
        if (answer.IsOk && (string?)answer.Body["type"] == "order")
        {
            var order = (string)answer.Body["order"]!["id"]!;
            var first = _orderOfCart.GetOrAdd(cart, order);
            if (first != order) _twoOrders.Enqueue($"cart {cart} was answered {first} and {order}");
        }
        else if (answer.Outcome == "409 total_changed")
        {
            // Seen and agreed to.
            await host.Read(cart);
        }
    }

    private async Task<(int Samples, List<string> Broken)> Sample(CancellationToken ct)
    {
        var watch = new Stopwatch();
        for (var samples = 1; ; samples++)
        {
            watch.Restart();
            var broken = await Invariants.Broken(shop.Database);
            if (broken.Count > 0 || ct.IsCancellationRequested) return (samples, broken);
            // Looks a tenth of the time, however much there is to look at.
            await Task.Delay(TimeSpan.FromMilliseconds(20 + Math.Min(2000, 9 * watch.ElapsedMilliseconds)), CancellationToken.None);
        }
    }

    private Task<long> Promotions(string figure) => shop.Scalar<long>($"select ({figure})::bigint from pricing.promotions where code like 'RACE%'");

    private SortedDictionary<string, int> Answers() =>
        new(shop.Hosts.SelectMany(h => h.Seen).GroupBy(s => s.Key).ToDictionary(g => g.Key, g => g.Sum(s => s.Value)));
}
