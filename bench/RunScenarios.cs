using System.Text.Json;
using HeadlessPro.Bench.Scenarios;

namespace HeadlessPro.Bench;

/// <summary><c>dev/bench --scenario list,cart …</c>: each scenario at each concurrency, a table as it goes, JSON at the end.</summary>
internal static class RunScenarios
{
    public static int Run(Arguments arguments, string[] command)
    {
        var target = new Target(arguments);
        var names = arguments.Text("scenario", "list") is "all" ? AllScenarios.Names : arguments.Text("scenario", "list").Split(',');
        var lines = arguments.Number("lines") ?? 5;
        var (units, buyers, adminKey) = (arguments.Number("units") ?? 1000, arguments.Number("buyers") ?? 10_000, arguments.Text("admin-key", "sk_demo"));
        var (runs, json) = (arguments.Number("runs") ?? 1, arguments.Text("json"));
        arguments.RefuseUnknown();

        var results = new List<ScenarioResult>();
        Console.WriteLine(Table.Header);
        foreach (var name in names)
        {
            if (name == FlashSale.Name)
            {
                using var admin = new HttpConnection(target.Url, HttpConnection.Basic(adminKey));
                var sale = new FlashSale(target.Shop, admin, units, buyers);
                foreach (var load in target.Loads) Show(() => sale.Run(target.Processes, load));
                continue;
            }

            var scenario = AllScenarios.Make(name, target.Shop, lines, adminKey);
            foreach (var load in target.Loads) Show(() => ClosedLoop.Run(scenario, name, target.Shop.Connect, target.Processes, load));
        }

        Save(json, RunResult.Of(command, target.Url.ToString(), results));
        return results.Any(r => r.Failed > 0 || r.Main is null) ? 1 : 0;

        void Show(Func<ScenarioResult> run)
        {
            var all = new List<ScenarioResult>();
            for (var i = 0; i < runs; i++)
            {
                all.Add(run());
                Console.WriteLine(Table.Of(all[^1]));
            }

            if (runs > 1) Console.WriteLine(Table.Of(all));
            results.AddRange(all);
        }
    }

    public static void Save(string? file, RunResult run)
    {
        if (file is not null) File.WriteAllText(file, JsonSerializer.Serialize(run, RunResult.Json));
    }
}

/// <summary>What is driven and how hard: the options every kind of run shares.</summary>
internal sealed class Target
{
    public Target(Arguments arguments)
    {
        Url = arguments.Url("url", "http://127.0.0.1:9000");
        var (warmUp, duration, seed, rate) = (arguments.Seconds("warmup", 2), arguments.Seconds("seconds", 10), arguments.Number("seed") ?? 1, arguments.Amount("rate"));
        Loads = arguments.Numbers("concurrency", "1,8,32,64").Select(c => new Load(c, warmUp, duration, seed, rate)).ToArray();
        Processes = new Processes(Url, arguments.Number("pid"), arguments.Number("database-pid"));
        Shop = new Shop(Url, arguments.Text("key", "pk_demo"));
    }

    public Uri Url { get; }

    public Load[] Loads { get; }

    public Processes Processes { get; }

    public Shop Shop { get; }
}
