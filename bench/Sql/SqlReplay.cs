using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Npgsql;

namespace HeadlessPro.Bench;

/// <summary>
/// <c>dev/bench sql</c>: how far adding a line is from what PostgreSQL can do with the same statements. New carts get one line each: from the
/// shop, then from pgbench with the statements the shop used (<c>-M prepared</c>, as many connections), in turn at each concurrency.
/// </summary>
internal static class SqlReplay
{
    public const string Name = "pgbench";

    private const int Variants = 4;

    public static int Run(Arguments arguments, string[] command)
    {
        var target = new Target(arguments);
        var (carts, json, database) = (arguments.Number("carts") ?? 5000, arguments.Text("json"), Database.Of(arguments, target.Processes));
        arguments.RefuseUnknown();
        var program = FindPgBench();
        target.Shop.Discover(catalogue: true, shipping: false);

        using var connection = new NpgsqlConnection(database.ConnectionString + ";Pooling=false");
        connection.Open();
        Execute(connection, $"create schema if not exists bench_replay; drop table if exists {PgBenchScript.Carts}; create table {PgBenchScript.Carts} (n int primary key, id uuid not null)");
        var scripts = Record(target, database, connection);
        var results = new List<ScenarioResult>();
        Console.WriteLine(Table.Header);
        foreach (var load in target.Loads)
        {
            var each = carts / load.Concurrency;
            var fresh = Create(target, each * load.Concurrency, load);
            results.Add(ClosedLoop.Each(fresh.Length, (worker, i) =>
                Scenarios.CartSteps.AddLine(worker, fresh[i], target.Shop.Variants[i % Variants]), ("add-line", "add-line"), target.Shop.Connect, target.Processes, load));
            Console.WriteLine(Table.Of(results[^1]));

            fresh = Create(target, each * load.Concurrency, load);
            Number(connection, fresh);
            results.Add(Replay(program, database, scripts, load.Concurrency, each, target.Processes));
            Console.WriteLine(Table.Of(results[^1]));
            CheckLine(target, fresh[0]);
            CheckLine(target, fresh[^1]);
        }

        Execute(connection, "drop schema bench_replay cascade");
        foreach (var script in scripts) File.Delete(script);
        Compare.WithinOne(results);
        RunScenarios.Save(json, RunResult.Of(command, target.Url.ToString(), results));
        return results.Any(r => r.Failed > 0) ? 1 : 0;
    }

    /// <summary>Records the request for a few variants, each twice: what differs between two carts is the cart and what was made for it.</summary>
    private static string[] Record(Target target, Database database, NpgsqlConnection connection)
    {
        using var log = new StatementLog(database, target.Processes.Database ?? throw new BenchException("The database's process was not found."));
        var scripts = new List<string>();
        foreach (var variant in target.Shop.Variants.Take(Variants))
        {
            var (_, _) = (RecordOne(), RecordOne()); // Caches filled and statements prepared.
            var ((cart, statements), (_, again)) = (RecordOne(), RecordOne());
            if (statements.Count == 0) throw new BenchException("The shop asked its database nothing to add a line.");
            if (scripts.Count == 0) Console.WriteLine($"{statements.Count} statements to add a line");
            var script = Path.GetTempFileName();
            File.WriteAllText(script, PgBenchScript.Of(statements, cart, again, connection));
            scripts.Add(script);

            (Guid, IReadOnlyList<Statement>) RecordOne()
            {
                var id = Create(target, 1, target.Loads[0] with { Concurrency = 1 })[0];
                using var shopper = target.Shop.Connect();
                return (IdOf(id), log.Of(() => shopper.Send("POST", $"/store/carts/{id}/line-items", $$"""{"variant_id":"{{variant}}","quantity":1}""")));
            }
        }

        return [.. scripts];
    }

    private static string[] Create(Target target, int count, Load load)
    {
        var carts = new string[count];
        ClosedLoop.Each(count, (worker, i) => carts[i] = Scenarios.CartSteps.Create(worker, target.Shop) ?? throw new BenchException("A cart could not be made."),
            ("create-cart", "create-cart"), target.Shop.Connect, target.Processes, load);
        return carts;
    }

    private static void Number(NpgsqlConnection connection, string[] carts)
    {
        Execute(connection, $"truncate {PgBenchScript.Carts}");
        using (var copy = connection.BeginBinaryImport($"copy {PgBenchScript.Carts} (n, id) from stdin (format binary)"))
        {
            for (var i = 0; i < carts.Length; i++) copy.WriteRow(i, IdOf(carts[i]));
            copy.Complete();
        }

        Execute(connection, $"analyze {PgBenchScript.Carts}");
    }

    private static ScenarioResult Replay(string program, Database database, string[] scripts, int clients, int each, Processes processes)
    {
        var at = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var prefix = Path.Combine(Path.GetTempPath(), $"bench-pgbench-{Environment.ProcessId}");
        string[] arguments =
        [
            "-n", "-M", "prepared", "-h", at.Host!, "-p", $"{at.Port}", "-U", at.Username!, "-c", $"{clients}", "-j", "1", "-t", $"{each}", "-D", $"each={each}", "-D", "done=0",
            "--log", $"--log-prefix={prefix}", .. scripts.SelectMany(s => new[] { "-f", s }), at.Database!,
        ];
        var before = processes.Times();
        using var pgbench = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false })!;
        var errors = pgbench.StandardError.ReadToEndAsync();
        var output = pgbench.StandardOutput.ReadToEnd();
        pgbench.WaitForExit();
        var cpu = processes.Times() - before;
        if (pgbench.ExitCode != 0) throw new BenchException($"pgbench failed: {errors.Result}");

        // Each line: client, transaction, latency in µs, script, time. Connecting is not part of the rate.
        var tally = new StepTally();
        foreach (var file in Directory.EnumerateFiles(Path.GetTempPath(), Path.GetFileName(prefix) + "*"))
        {
            foreach (var line in File.ReadLines(file)) tally.Latency.Record(TimeSpan.FromMicroseconds(double.Parse(line.Split(' ')[2], CultureInfo.InvariantCulture)));
            File.Delete(file);
        }

        var tps = double.Parse(output.Split('\n').First(l => l.StartsWith("tps = ", StringComparison.Ordinal)).Split(' ')[2], CultureInfo.InvariantCulture);
        return ScenarioResult.Of(Name, "add-line", clients, tally.Latency.Count / tps, new Dictionary<string, StepTally> { ["add-line"] = tally }, tally, cpu, []);
    }

    /// <summary>The replay is worth something only when the shop finds the line in the cart.</summary>
    private static void CheckLine(Target target, string cart)
    {
        using var connection = target.Shop.Connect();
        var answer = connection.Send("GET", $"/store/carts/{cart}");
        using var json = answer.IsOk ? JsonDocument.Parse(answer.Body.ToArray()) : throw new BenchException($"{cart} answered {answer.Status}.");
        if (json.RootElement.GetProperty("cart").GetProperty("items").GetArrayLength() != 1) throw new BenchException($"The replayed statements left no line in {cart}.");
    }

    private static string FindPgBench()
    {
        var folders = Directory.Exists("/usr/lib/postgresql") ? Directory.GetDirectories("/usr/lib/postgresql").OrderDescending().Select(d => d + "/bin") : [];
        return folders.Concat((Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')).Select(f => Path.Combine(f, "pgbench")).FirstOrDefault(File.Exists)
            ?? throw new BenchException("pgbench is missing: it comes with PostgreSQL's contrib programs.");
    }

    /// <summary>The key behind an id of the wire: 26 characters of Crockford's base 32.</summary>
    private static Guid IdOf(string wireId)
    {
        const string digits = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
        var value = wireId[(wireId.IndexOf('_', StringComparison.Ordinal) + 1)..].Aggregate(UInt128.Zero, (sum, c) => (sum << 5) | (uint)digits.IndexOf(c, StringComparison.Ordinal));
        return Guid.ParseExact(value.ToString("x32", CultureInfo.InvariantCulture), "N");
    }

    private static void Execute(NpgsqlConnection connection, string sql)
    {
        using var command = new NpgsqlCommand(sql, connection);
        command.ExecuteNonQuery();
    }
}
