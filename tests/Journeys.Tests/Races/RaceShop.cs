using System.Text.Json.Nodes;
using HeadlessPro.Contracts;

namespace HeadlessPro.Journeys.Tests.Races;

/// <summary>A thing to race for: R 250, needs no shipping.</summary>
/// <param name="Variant">What is bought.</param>
/// <param name="Item">What is counted.</param>
/// <param name="Locations">Where it lies, nearest first.</param>
internal sealed record Good(ShopVariant Variant, string Item, IReadOnlyList<string> Locations);

/// <summary>A promotion to race for.</summary>
internal sealed record Promotion(string Id, string Code);

/// <summary>A shop of several hosts on one database. Only the first is in this process: its statements can be seen and stopped.</summary>
public class RaceShop : ShopFixture
{
    private const string RivalName = "headlesspro-rival";

    private readonly List<HostProcess> _processes = [];
    private string _here = "";
    private int _made;

    /// <summary>The host of this process.</summary>
    internal RaceHost Ours { get; private set; } = null!;

    /// <summary>Another host.</summary>
    internal RaceHost Rival { get; private set; } = null!;

    internal List<RaceHost> Hosts { get; } = [];

    public override async ValueTask InitializeAsync()
    {
        await base.InitializeAsync();
        Hosts.Add(Ours = new RaceHost(Store, Admin, Region));
        Rival = await AddHost();
        _here = WireId.Encode("sloc", await Scalar<Guid>("select id from inventory.stock_locations order by priority limit 1"));
    }

    /// <summary>One more host, in a process of its own.</summary>
    internal async Task<RaceHost> AddHost()
    {
        var process = await HostProcess.Start($"{ConnectionString};Application Name={RivalName}");
        _processes.Add(process);
        var host = new RaceHost(process.Store, process.Admin, Region);
        Hosts.Add(host);
        return host;
    }

    /// <summary>A new good with that many pieces at each location.</summary>
    internal async Task<Good> NewGood(IReadOnlyList<long> stock, bool backorder = false)
    {
        var variant = (await AddProduct($"Thing {++_made}", [("One", [("zar", 25000)], stock[0])], backorder))[0];
        await Scalar<object>($"update catalog.variants set requires_shipping = false where id = '{variant.Id}'");
        var item = WireId.Encode("iitem", await Scalar<Guid>($"select item_id from inventory.variant_items where variant_id = '{variant.Id}'"));
        var locations = new List<string> { _here };
        foreach (var stocked in stock.Skip(1))
        {
            var location = (string)(await Admin.PostJson("/admin/stock-locations", new { name = $"Branch {++_made}", priority = _made }))["stock_location"]!["id"]!;
            await Admin.PostJson($"/admin/inventory-items/{item}/location-levels", new { location_id = location, stocked_quantity = stocked });
            locations.Add(location);
        }

        return new Good(variant, item, locations);
    }

    /// <summary>Ten per cent off, that many times.</summary>
    internal async Task<Promotion> NewPromotion(long limit)
    {
        var code = $"RACE{Interlocked.Increment(ref _made)}";
        var made = await Admin.PostJson("/admin/promotions", new
        {
            code,
            type = "standard",
            status = "active",
            limit,
            application_method = new { type = "percentage", value = 10, target_type = "items", allocation = "across" },
        });
        return new Promotion((string)made["promotion"]!["id"]!, code);
    }

    /// <summary>Waits until every host has heard of it.</summary>
    internal async Task Known(Promotion promotion)
    {
        foreach (var host in Hosts)
            for (var i = 0; i < 200 && !(await host.NewCart([], promotion.Code)).IsOk; i++) await Task.Delay(10);
    }

    /// <summary>A cart of one line with an open payment: only completing it is missing.</summary>
    internal static async Task<string> ReadyCart(RaceHost host, Good good, long quantity = 1, params string[] codes)
    {
        var made = await host.NewCart([(good, quantity)], codes);
        Assert.True(made.IsOk, made.ToString());
        var cart = (string)made.Body["cart"]!["id"]!;
        Assert.True((await host.Pay(cart)).IsOk);
        return cart;
    }

    /// <summary>Whether another host waits for what a transaction has locked that does not go on.</summary>
    internal Task<bool> RivalWaits() => Scalar<bool>($"""
        select exists (
            select from pg_stat_activity w
            cross join lateral unnest(pg_blocking_pids(w.pid)) as blocker (pid)
            join pg_stat_activity b on b.pid = blocker.pid
            where w.datname = current_database() and w.application_name = '{RivalName}' and w.wait_event_type = 'Lock'
                and b.state = 'idle in transaction' and b.state_change < clock_timestamp() - interval '100 milliseconds')
        """);

    /// <summary>How often PostgreSQL had to end a deadlock here.</summary>
    internal async Task<long> Deadlocks()
    {
        // Each connection tells its counts when it has been idle for a second.
        await Task.Delay(1100);
        return await Scalar<long>("select deadlocks from pg_stat_database where datname = current_database()");
    }

    public override async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var process in _processes) process.Dispose();
        await base.DisposeAsync();
    }
}
