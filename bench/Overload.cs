using System.Globalization;
using HeadlessPro.Bench.Scenarios;

namespace HeadlessPro.Bench;

/// <summary>
/// <c>dev/bench overload</c>: twice as much as the shop can do. First its best rate of calls in a closed loop; then as many shoppers as
/// <c>--shoppers</c> together send twice that: each at its times, or at once when its last answer came late, so they must be many. What the shop
/// takes in should come soon, the rest be refused at once.
/// </summary>
internal static class Overload
{
    public static int Run(Arguments arguments, string[] command)
    {
        var target = new Target(arguments);
        var (name, shoppers, times) = (arguments.Text("scenario", "mixed"), arguments.Number("shoppers") ?? 1000, arguments.Amount("times") ?? 2);
        var (adminKey, json) = (arguments.Text("admin-key", "sk_demo"), arguments.Text("json"));
        arguments.RefuseUnknown();
        var scenario = AllScenarios.Make(name, target.Shop, 5, adminKey);

        Console.WriteLine(Table.Header);
        var best = ClosedLoop.Run(scenario, name, target.Shop.Connect, target.Processes, target.Loads[0]);
        Console.WriteLine(Table.Of(best));
        var load = target.Loads[0] with { Concurrency = shoppers, Rate = times * best.Answered.Rate };
        var much = ClosedLoop.Run(scenario, name, target.Shop.Connect, target.Processes, load, Refusal.Overloaded);
        Console.WriteLine(Table.Of(much));

        var refused = much.Steps.FirstOrDefault(s => s.Step == Worker.Refused);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture,
            $"asked {load.Rate:0}/s, sent {much.Answered.Rate + (refused?.Rate ?? 0):0}/s: {much.Answered.Rate:0}/s answered, {100 * much.Answered.Rate / best.Answered.Rate:0.0} % of the best {best.Answered.Rate:0}/s;")
            + string.Create(CultureInfo.InvariantCulture, $" admitted p99 {much.Answered.P99Ms:0.0} ms; refused {refused?.Rate ?? 0:0}/s, p99 {refused?.P99Ms ?? 0:0.0} ms"));
        RunScenarios.Save(json, RunResult.Of(command, target.Url.ToString(), [best, much]));
        return best.Failed + much.Failed > 0 ? 1 : 0;
    }
}
